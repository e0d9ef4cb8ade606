"""History rows read raw: the very values the triggers hashed, past every field converter."""

import json
import re
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple, cast

from django.db import models

from peph.audit.canonical import MALFORMED
from peph.audit.hashing import Shape, shape
from peph.audit.history import REDACTED, SALT, Declaration

SALT_SIZE = 16
_COMMITMENT = re.compile("[0-9a-f]{64}", re.ASCII)
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


def expression(field: models.Field, vendor: str, table: str = "") -> str:
    """A column read raw, past every converter."""
    column = f'{table}."{field.column}"' if table else f'"{field.column}"'
    # On SQLite an expression has no declared type, so the driver's converters leave it alone.
    if vendor == "sqlite":
        return f"+{column}"
    return f"{column}::text" if isinstance(field, models.JSONField) else column


@cache
def _select(declaration: Declaration, vendor: str) -> str:
    fields = [*shape(declaration).fields, *map(declaration.history_field, (SALT, REDACTED))]
    columns = ", ".join(expression(field, vendor) for field in fields)
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


def raw(connection: Any, declaration: Declaration, ids: Sequence[int]) -> list[tuple[Any, ...]]:
    """The rows that exist among these, in the order of their ids: values, salt, redacted as JSON text."""
    column = '"history_id"'
    lowest, highest = min(ids), max(ids)
    with connection.cursor() as cursor:
        # Rows written together stand together: a range is read twice as fast as a list of keys.
        if highest - lowest < 2 * len(ids):
            where, values = f"{column} BETWEEN %s AND %s", [lowest, highest]
        else:
            where, values = f"{column} IN ({', '.join(['%s'] * len(ids))})", list(ids)
        cursor.execute(
            f"{_select(declaration, connection.vendor)} WHERE {where} ORDER BY {column}", values
        )
        return cast(list[tuple[Any, ...]], cursor.fetchall())


def _salt(raw: Any) -> bytes:
    return bytes(raw) if isinstance(raw, bytes | memoryview) else _NO_SALT


def _commitments(raw: Any) -> dict[str, str]:
    try:
        read = json.loads(raw)
    except MALFORMED:
        return _NO_COMMITMENTS
    return read if isinstance(raw, str) and isinstance(read, dict) else _NO_COMMITMENTS


def is_sound_redaction(declaration: Declaration, row: RawRow) -> bool:
    """Whether the salt and the commitments, which no leaf covers, are as they are written.

    Either a salt, or commitments in the place of personal values. A commitment beside a value would
    excuse any difference between the history and the record.
    """
    if row.redacted is None:
        return row.salt is None or len(row.salt) == SALT_SIZE
    own = shape(declaration)
    emptied = {
        declaration.hashed_name(field)
        for field, value in zip(own.fields, row.values, strict=True)
        if value is None and field.attname in declaration.personal
    }
    return row.salt is None and all(
        name in emptied and isinstance(value, str) and _COMMITMENT.fullmatch(value)
        for name, value in row.redacted.items()
    )


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
