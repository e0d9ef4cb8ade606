"""Writing with the youngest data key what an older one wrote: all that has no history.

A value with a history stays as it is. The history holds the same value under the older key, where nothing
may change it, so that a second copy under another key would protect nothing; and the new row in the
history would tell of a change nobody made. It takes the new key when somebody changes it.
"""

from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import connection, models, transaction

from peph import crypto
from peph.audit.history import declarations
from peph.progress import Progress

BATCH = 200
Column = tuple[type[models.Model], models.Field]


def columns() -> list[Column]:
    """The encrypted columns of models that have no history."""
    told = {model for each in declarations() for model in (each.model, each.history_model)}
    return [
        (model, field)
        for model in apps.get_models()
        if model not in told
        for field in model._meta.local_concrete_fields
        if isinstance(field, crypto.EncryptedTextField)
    ]


def remaining() -> int:
    """How many values without a history an older data key wrote."""
    factors = sum(1 for factor in Authenticator.objects.iterator() if _is_old(factor.data))
    return factors + sum(_count(*column) for column in columns())


def write_again(progress: Progress = lambda done, total: None) -> int:
    """Encrypt them with the youngest data key; says how many. May be cut off and run again."""
    total, done = remaining(), 0
    for column in columns():
        for changed in _batches(*column):
            done += changed
            progress(done, total)
    for pk in list(Authenticator.objects.values_list("pk", flat=True)):
        done += _factor(pk)
        progress(done, total)
    return done


# ------------------------------------------------------------------ columns
def _names(model: type[models.Model], field: models.Field) -> tuple[str, str, str]:
    quote = connection.ops.quote_name
    pk = model._meta.pk
    return quote(model._meta.db_table), quote(str(pk.column)), quote(str(field.column))


def _old() -> str:
    return f"{crypto.ring().current}:%"


def _count(model: type[models.Model], field: models.Field) -> int:
    table, _pk, column = _names(model, field)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {column} NOT LIKE %s", [_old()])  # noqa: S608
        return int(cursor.fetchone()[0])


def _batches(model: type[models.Model], field: models.Field) -> Iterator[int]:
    """Read a batch, write it again where nobody changed it in between; until nothing is left."""
    table, pk, column = _names(model, field)
    read = f"SELECT {pk}, {column} FROM {table} WHERE {column} NOT LIKE %s LIMIT {BATCH}"  # noqa: S608
    write = f"UPDATE {table} SET {column} = %s WHERE {pk} = %s AND {column} = %s"  # noqa: S608
    while True:
        with connection.cursor() as cursor:
            cursor.execute(read, [_old()])
            rows = cursor.fetchall()
        if not rows:
            return
        with transaction.atomic(), connection.cursor() as cursor:
            for key, stored in rows:
                cursor.execute(write, [crypto.encrypted(crypto.decrypted(stored)), key, stored])
        yield len(rows)


# ------------------------------------------------------------------ second factors
def _is_token(value: Any) -> bool:
    return isinstance(value, str) and crypto.number_of(value) is not None


def _is_old(data: Any) -> bool:
    if isinstance(data, dict | list):
        return any(map(_is_old, data.values() if isinstance(data, dict) else data))
    return _is_token(data) and crypto.number_of(data) != crypto.ring().current


def _again(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _again(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_again(value) for value in data]
    return crypto.encrypted(crypto.decrypted(data)) if _is_token(data) and _is_old(data) else data


def _factor(pk: int) -> int:
    with transaction.atomic():
        factor = Authenticator.objects.select_for_update().filter(pk=pk).first()
        if factor is None or not _is_old(factor.data):
            return 0
        factor.data = _again(factor.data)
        factor.save(update_fields=["data"])
    return 1
