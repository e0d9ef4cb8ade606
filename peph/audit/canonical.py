"""Canonical bytes of a value: the same from Python, from raw SQLite values and from PL/pgSQL.

What a hash covers must not depend on the engine, on a time zone, on the order of JSON keys or on how
many digits a driver prints. Values are taken raw, as the database holds them: encrypted columns are
hashed as stored, and no field converter stands between the trigger and the verifier.
"""

import datetime as dt
import decimal
import json
import operator
import struct
import uuid
from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import models

# What making bytes of a value raises that has not the type of its column: SQLite holds any in any.
MALFORMED = (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError)


class UnsupportedField(TypeError):
    """A field type the history cannot hash the same way on both engines."""


class Kind(NamedTuple):
    """How one type of column becomes bytes: in Python, and as an expression of PostgreSQL (bytea)."""

    tag: bytes
    encode: Callable[[Any], bytes]
    postgresql: Callable[[str], str]


def length_prefixed(data: bytes) -> bytes:
    """Four bytes of length before the data, so that no two sequences of values read alike."""
    return len(data).to_bytes(4, "big") + data


def json_text(value: Any) -> str:
    """JSON as PostgreSQL prints jsonb: keys by (length, bytes), numbers in plain decimal."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float):
        value = decimal.Decimal(repr(value))
    if isinstance(value, decimal.Decimal):
        # numeric has no negative zero
        return format(abs(value) if value.is_zero() else value, "f")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(json_text(item) for item in value) + "]"
    keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
    pairs = (f"{json.dumps(key, ensure_ascii=False)}: {json_text(value[key])}" for key in keys)
    return "{" + ", ".join(pairs) + "}"


def instant_text(value: dt.datetime | str) -> str:
    """An instant in UTC with six decimals. SQLite holds it as text in UTC, without zero decimals.

    One spelling only, as for every value below: nothing somebody added to it may go unseen.
    """
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    if len(value) not in (19, 26) or value[10] != " " or value[19:20] not in ("", "."):
        raise ValueError(f"{value!r} is not an instant in UTC.")
    return f"{value[:10]}T{value[11:19]}.{value[20:] or '000000'}"


def _date(value: dt.date | str) -> bytes:
    text = str(value)
    if len(text) != 10:
        raise ValueError(f"{value!r} is not a date.")
    return text.encode()


def _boolean(value: Any) -> bytes:
    """SQLite holds 0 and 1, and whatever somebody else put there."""
    if value not in (0, 1):
        raise ValueError(f"{value!r} is neither true nor false.")
    return b"1" if value else b"0"


def _bytes(value: Any) -> bytes:
    if isinstance(value, int | str):
        raise TypeError(f"{value!r} is not bytes.")  # bytes(5) would be five zeros
    return bytes(value)


def _json(raw: str) -> bytes:
    if not isinstance(raw, str):
        raise TypeError(f"{raw!r} is not text.")  # bytes would be read as well
    return json_text(json.loads(raw, parse_float=decimal.Decimal)).encode()


def _uuid(value: uuid.UUID | str) -> bytes:
    if isinstance(value, uuid.UUID):
        return value.bytes
    data = bytes.fromhex(value)  # as SQLite holds it; uuid.UUID() would take four times as long
    # fromhex() takes capitals and spaces: two texts would have one form.
    if data.hex() != value or len(data) != 16:
        raise ValueError(f"{value!r} is not a UUID.")
    return data


def _decimal(field: models.DecimalField) -> Callable[[Any], bytes]:
    """SQLite keeps decimals as floats: bring them back to the declared number of decimals."""
    unit = decimal.Decimal(1).scaleb(-field.decimal_places)
    context = decimal.Context(prec=max(60, field.max_digits))

    def encode(value: Any) -> bytes:
        exact = decimal.Decimal(str(value)).quantize(unit, context=context)
        return format(abs(exact) if exact.is_zero() else exact, "f").encode()

    return encode


def _as_text(expression: str) -> str:
    return f"convert_to({expression}, 'UTF8')"


_TEXT = Kind(b"S", str.encode, _as_text)
_INTEGER = Kind(b"I", lambda value: b"%d" % operator.index(value), lambda c: _as_text(f"{c}::text"))
_KINDS: dict[str, Kind] = (
    {
        "BooleanField": Kind(
            b"B",
            _boolean,
            lambda c: _as_text(f"CASE WHEN {c} THEN '1' WHEN NOT {c} THEN '0' END"),
        ),
        "DateField": Kind(
            b"A",
            _date,
            lambda c: _as_text(f"to_char({c}, 'YYYY-MM-DD')"),
        ),
        "DateTimeField": Kind(
            b"T",
            lambda value: instant_text(value).encode(),
            lambda c: _as_text(f"to_char({c} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"),
        ),
        "UUIDField": Kind(b"U", _uuid, lambda c: f"uuid_send({c})"),
        "BinaryField": Kind(b"Y", _bytes, lambda c: c),
        "JSONField": Kind(b"J", _json, lambda c: _as_text(f"{c}::text")),
        # + 0.0 turns the negative zero, which SQLite does not keep, into zero
        "FloatField": Kind(
            b"F",
            lambda value: struct.pack(">d", value + 0.0),
            lambda c: f"float8send({c} + 0.0::float8)",
        ),
    }
    | dict.fromkeys(
        ("AutoField", "BigAutoField", "IntegerField", "BigIntegerField", "SmallIntegerField")
        + ("PositiveIntegerField", "PositiveBigIntegerField", "PositiveSmallIntegerField"),
        _INTEGER,
    )
    | dict.fromkeys(("CharField", "TextField", "SlugField", "FileField"), _TEXT)
)


def kind_of(field: models.Field) -> Kind:
    """The canonical form of a column; a foreign key has the one of the key it points to.

    Raises UnsupportedField for a type not known to hash alike on both engines.
    """
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    name = field.get_internal_type()
    if isinstance(field, models.DecimalField):
        return Kind(b"D", _decimal(field), lambda c: _as_text(f"{c}::text"))
    if name not in _KINDS:
        raise UnsupportedField(f"{field}: a history cannot hold a {name}.")
    return _KINDS[name]
