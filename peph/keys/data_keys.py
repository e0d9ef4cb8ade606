"""Data keys: the first one of a database, a new one at each change of keys, and who can open them."""

from cryptography.fernet import Fernet
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, transaction

from peph import crypto
from peph.keys.models import DataKey


class CannotOpen(Exception):
    """A data key that no key of the settings opens: what it encrypted would be lost."""


def after_migrate(using: str = DEFAULT_DB_ALIAS) -> None:
    """Make the first data key of a database. It is committed before anything is written with it."""
    if using != DEFAULT_DB_ALIAS:
        return
    crypto.forget()
    if not DataKey.objects.exists():
        add(settings.FIELD_ENCRYPTION_KEYS)
    crypto.ring()


def add(keys: list[str]) -> DataKey:
    """A new data key, encrypted with each of `keys`; from now on it encrypts."""
    last = DataKey.objects.order_by("-number").first()
    made = DataKey.objects.create(
        number=last.number + 1 if last else 1,
        made_for=crypto.fingerprint(keys[0]),
        wrapped=crypto.wrapped(Fernet.generate_key().decode(), keys),
    )
    crypto.forget()
    return made


def wrap_all(keys: list[str]) -> int:
    """Encrypt every data key with each of `keys` too; says how many lacked one of them.

    Raises CannotOpen, naming the data key, and changes nothing, when one opens with none of them.
    """
    with transaction.atomic():
        lacking = []
        for row in DataKey.objects.select_for_update().order_by("number"):
            plain = crypto.unwrapped(row.wrapped, keys)
            if plain is None:
                raise CannotOpen(f"Data key {row.number} opens with none of FIELD_ENCRYPTION_KEYS.")
            missing = [key for key in keys if crypto.unwrapped(row.wrapped, [key]) != plain]
            if missing:
                row.wrapped |= crypto.wrapped(plain, missing)
                lacking.append(row)
        DataKey.objects.bulk_update(lacking, ["wrapped"])
    crypto.forget()
    return len(lacking)


def unwrap_others(key: str) -> int:
    """Drop what other keys than `key` open; says how many data keys had such a copy.

    Raises CannotOpen, and changes nothing, when `key` does not open all of them.
    """
    name = crypto.fingerprint(key)
    with transaction.atomic():
        changed = []
        for row in DataKey.objects.select_for_update().order_by("number"):
            if crypto.unwrapped(row.wrapped, [key]) is None:
                raise CannotOpen(
                    f"Data key {row.number} does not open with the key that would stay."
                )
            if row.wrapped.keys() != {name}:
                row.wrapped = {name: row.wrapped[name]}
                changed.append(row)
        DataKey.objects.bulk_update(changed, ["wrapped"])
    return len(changed)


def is_made_for(key: str) -> bool:
    """Whether a data key was made when this key of the settings came."""
    return DataKey.objects.filter(made_for=crypto.fingerprint(key)).exists()


def others_open(key: str) -> bool:
    """Whether another key than this one still opens a data key."""
    name = crypto.fingerprint(key)
    return any(row.wrapped.keys() != {name} for row in DataKey.objects.all())
