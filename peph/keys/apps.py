"""Keys of the installation: the data keys of encrypted fields, and changing every key while it runs."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class KeysConfig(AppConfig):
    name = "peph.keys"
    label = "keys"
    verbose_name = _("Keys")

    def ready(self) -> None:
        post_migrate.connect(_first_data_key, sender=self)


def _first_data_key(*, using: str, **kwargs: Any) -> None:
    from peph.keys import data_keys  # imports models

    data_keys.after_migrate(using)
