"""Accounts: who signs in, and the tokens programs sign in with."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "peph.accounts"
    label = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from peph.accounts import receivers, verbs  # noqa: F401  needs loaded models

        verbs.register()
