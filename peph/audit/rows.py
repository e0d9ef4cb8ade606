"""History rows read raw: the very values the triggers hashed, past every field converter."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from django.db import models

from peph.audit.hashing import Shape, shape
from peph.audit.history import REDACTED, SALT, Declaration

_SALT_SIZE = 16
# What stands for a salt or commitments that are none: SQLite holds any type in any column.
_NO_SALT, _NO_COMMITMENTS = b"", {"": ""}


class RawRow(NamedTuple):
    """One history row: `values` in the order of its shape's fields."""

    values: tuple[Any, ...]
    salt: bytes | None
    redacted: dict[str, str] | None


@cache
def positions(own: Shape) -> dict[str, int]:
    """Where each field stands in `RawRow.values`."""
    return {field.attname: at for at, field in enumerate(own.fields)}


def _expression(field: models.Field, vendor: str) -> str:
    # On SQLite an expression has no declared type, so the driver's converters leave it alone.
    if vendor == "sqlite":
        return f'+"{field.column}"'
    return f'"{field.column}"::text' if isinstance(field, models.JSONField) else f'"{field.column}"'


@cache
def _select(declaration: Declaration, vendor: str) -> str:
    fields = [*shape(declaration).fields, *map(declaration.history_field, (SALT, REDACTED))]
    columns = ", ".join(_expression(field, vendor) for field in fields)
    return f'SELECT {columns} FROM "{declaration.history_table}"'


def _rows(cursor: Any) -> list[RawRow]:
    return [
        RawRow(
            values=row[:-2],
            salt=None if row[-2] is None else _salt(row[-2]),
            redacted=None if row[-1] is None else _commitments(row[-1]),
        )
        for row in cursor.fetchall()
    ]


def _salt(raw: Any) -> bytes:
    return bytes(raw) if isinstance(raw, bytes | memoryview) else _NO_SALT


def _commitments(raw: Any) -> dict[str, str]:
    try:
        read = json.loads(raw)
    except (TypeError, ValueError):
        return _NO_COMMITMENTS
    return read if isinstance(read, dict) else _NO_COMMITMENTS


def is_sound_redaction(declaration: Declaration, row: RawRow) -> bool:
    """Whether the salt and the commitments, which no leaf covers, are as they are written.

    Either a salt, or commitments in the place of personal values. A commitment beside a value would
    excuse any difference between the history and the record.
    """
    if row.redacted is None:
        return row.salt is None or len(row.salt) == _SALT_SIZE
    own = shape(declaration)
    emptied = {
        declaration.hashed_name(field)
        for field, value in zip(own.fields, row.values, strict=True)
        if value is None and field.attname in declaration.personal
    }
    return row.salt is None and row.redacted.keys() <= emptied


def by_history_id(
    connection: Any, declaration: Declaration, ids: Sequence[int]
) -> dict[int, RawRow]:
    """The rows that exist among these, by history id."""
    at = positions(shape(declaration))["history_id"]
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(ids))
        cursor.execute(
            f"{_select(declaration, connection.vendor)} WHERE history_id IN ({marks})", list(ids)
        )
        return {row.values[at]: row for row in _rows(cursor)}


def of_record(connection: Any, declaration: Declaration, pk: Any) -> list[RawRow]:
    """All history rows of one record, oldest first."""
    key = declaration.pk.get_db_prep_value(pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_select(declaration, connection.vendor)}"
            f' WHERE "{declaration.pk.column}" = %s ORDER BY history_id',
            [key],
        )
        return _rows(cursor)
