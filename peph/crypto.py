"""Fields encrypted at rest: readable by the service, not by whoever copies the database."""

import datetime as dt
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.core.signals import setting_changed
from django.db import models
from django.dispatch import receiver


class DecryptionError(Exception):
    """The stored value was not written with any of the present keys; it is never shown or saved over."""


@lru_cache(maxsize=1)
def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])


@receiver(setting_changed)
def _forget_keys(*, setting: str, **kwargs: Any) -> None:
    if setting == "FIELD_ENCRYPTION_KEYS":
        _fernet.cache_clear()


def encrypted(text: str) -> str:
    """`text` as it is kept at rest, by the first of the keys."""
    return _fernet().encrypt(text.encode()).decode()


def decrypted(stored: str) -> str:
    """What `encrypted` was given. Raises DecryptionError when no present key opens it."""
    try:
        return _fernet().decrypt(stored.encode()).decode()
    except InvalidToken as error:
        raise DecryptionError("A stored secret") from error


class EncryptedTextField(models.TextField):
    """Text stored as a Fernet token. It cannot be searched: only `isnull` may be asked of it."""

    def get_prep_value(self, value: Any) -> str | None:
        clear = self.to_python(value)
        return None if clear is None else _fernet().encrypt(str(clear).encode()).decode()

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        if value is None:
            return None
        try:
            return self.to_python(_fernet().decrypt(value.encode()).decode())
        except InvalidToken as error:
            raise DecryptionError(f"{self.model._meta.label}.{self.name}") from error

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: only isnull can be asked of it.")
        return super().get_lookup(lookup_name)


class EncryptedDateField(EncryptedTextField):
    """A date, encrypted as its ISO text."""

    def to_python(self, value: Any) -> dt.date | None:
        if value in (None, ""):
            return None
        return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))

    def formfield(self, **kwargs: Any) -> Any:
        return models.DateField.formfield(models.DateField(**self._form_options()), **kwargs)

    def _form_options(self) -> dict[str, Any]:
        return {
            "verbose_name": self.verbose_name,
            "help_text": self.help_text,
            "null": self.null,
            "blank": self.blank,
        }
