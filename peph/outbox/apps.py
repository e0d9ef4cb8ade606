"""Outbox: e-mails written with the change that asks for them, and sent afterwards."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    name = "peph.outbox"
    label = "outbox"
    verbose_name = _("Outbox")
