"""Fields encrypted at rest: readable by the service, not by whoever copies the database.

    stored value = number of a data key, ":", a Fernet token made with that key
    data key     = a row of the database, itself encrypted with each of FIELD_ENCRYPTION_KEYS

A history is never rewritten, so what encrypts its values must outlive the keys of the settings: those
encrypt the data keys only, and are changed without touching a value (docs/keys.md).
"""

import base64
import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldError
from django.core.signals import setting_changed
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.dispatch import receiver

# How every Fernet token begins: its version, and the first bytes of a date before the year 2106.
BEGINNING = "gAAAA"


class DecryptionError(Exception):
    """The stored value was not written with any of the present keys; it is never shown or saved over."""


@dataclass(frozen=True)
class Ring:
    """The data keys the present settings open, by number."""

    keys: dict[int, str]

    @property
    def current(self) -> int:
        """The one that encrypts: the youngest."""
        return max(self.keys)

    def fernet(self, number: int) -> Fernet:
        return Fernet(self.keys[number])


def fingerprint(key: str) -> str:
    """A name for a key of the settings, from which the key cannot be found."""
    return hashlib.sha256(b"peph key " + key.encode()).hexdigest()[:16]


def wrapped(data_key: str, by: list[str]) -> dict[str, str]:
    """A data key encrypted with each of these keys of the settings: fingerprint → token."""
    return {fingerprint(key): Fernet(key).encrypt(data_key.encode()).decode() for key in by}


def unwrapped(tokens: dict[str, str], by: list[str]) -> str | None:
    """A data key, opened with the first of these keys that does; None when none does."""
    for key in by:
        token = tokens.get(fingerprint(key))
        if token is not None:
            try:
                return Fernet(key).decrypt(token.encode()).decode()
            except InvalidToken:
                continue
    return None


def ring() -> Ring:
    """The data keys, read once a process. Raises DecryptionError when none can be opened."""
    place = connections[DEFAULT_DB_ALIAS].settings_dict
    return _ring(str(place["NAME"]), str(place.get("HOST", "")), str(place.get("PORT", "")))


# By database: a process that turns to another one must not write there with the keys of the first.
@lru_cache(maxsize=4)
def _ring(*place: str) -> Ring:
    rows = apps.get_model("keys", "DataKey")._base_manager.order_by("number")
    found = {
        number: key
        for number, tokens in rows.values_list("number", "wrapped")
        if (key := unwrapped(tokens, settings.FIELD_ENCRYPTION_KEYS)) is not None
    }
    if not found:
        raise DecryptionError(
            "No data key of the database opens with FIELD_ENCRYPTION_KEYS. A new database gets its first one"
            " from migrate; otherwise the settings are not those it was written with."
        )
    return Ring(found)


def forget() -> None:
    """Read the data keys again: they changed."""
    _ring.cache_clear()


@receiver(setting_changed)
def _forget_keys(*, setting: str, **kwargs: Any) -> None:
    if setting == "FIELD_ENCRYPTION_KEYS":
        forget()


def number_of(stored: str) -> int | None:
    """The data key a stored value names."""
    number, _colon, token = stored.partition(":")
    return int(number) if number.isdecimal() and token.startswith(BEGINNING) else None


def encrypted(text: str) -> str:
    """`text` as it is kept at rest, by the youngest data key."""
    keys = ring()
    token = keys.fernet(keys.current).encrypt(text.encode()).decode()
    return f"{keys.current}:{token}"


def decrypted(stored: str) -> str:
    """What `encrypted` was given. Raises DecryptionError when no present key opens it."""
    number = number_of(stored)
    if number is None:
        raise DecryptionError("A stored secret")
    if number not in ring().keys:
        # Another process made it after this one read them.
        forget()
    if number not in ring().keys:
        raise DecryptionError("A stored secret")
    try:
        return ring().fernet(number).decrypt(stored.partition(":")[2].encode()).decode()
    except InvalidToken as error:
        raise DecryptionError("A stored secret") from error


def mark(purpose: str, name: str) -> str:
    """A name nobody can guess back without the keys: the same before and after any of them is changed."""
    keys = ring().keys
    secret = base64.urlsafe_b64decode(keys[min(keys)])
    return hmac.new(secret, f"{purpose}\n{name}".encode(), hashlib.sha256).hexdigest()


class EncryptedTextField(models.TextField):
    """Text stored encrypted. It cannot be searched: only `isnull` may be asked of it."""

    def get_prep_value(self, value: Any) -> str | None:
        clear = self.to_python(value)
        return None if clear is None else encrypted(str(clear))

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        if value is None:
            return None
        try:
            return self.to_python(decrypted(value))
        except DecryptionError as error:
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
