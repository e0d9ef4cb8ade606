"""Requests remembered for a day by the key their sender gave them."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdempotencyConfig(AppConfig):
    name = "peph.idempotency"
    label = "idempotency"
    verbose_name = _("Requests sent again")
