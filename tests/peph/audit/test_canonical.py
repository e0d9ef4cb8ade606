"""The bytes a hash covers: pinned, so that each engine's run proves the same constant."""

import datetime as dt
import decimal
import json
import uuid
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, models

from peph.audit import hashing, rows
from peph.audit.canonical import UnsupportedField, instant_text, json_text, kind_of
from peph.audit.changes import SYSTEM, change
from peph.audit.history import declaration
from peph.audit.models import ChangedRow
from tests.ledger.models import Account, Entry

TYPES: list[tuple[str, Any, bytes]] = [
    ("name", "Zoë  Nguyễn’", "Zoë  Nguyễn’".encode()),
    ("remark", "", b""),
    ("remark", "line\r\nline \u2028 🙂", "line\r\nline \u2028 🙂".encode()),
    ("is_open", True, b"1"),
    ("is_open", False, b"0"),
    ("count", -7, b"-7"),
    ("big", 9_223_372_036_854_775_807, b"9223372036854775807"),
    ("amount", decimal.Decimal("1.5"), b"1.50"),
    ("amount", decimal.Decimal("-0.00"), b"0.00"),
    ("amount", decimal.Decimal("-1234567890.12"), b"-1234567890.12"),
    ("day", dt.date(999, 1, 2), b"0999-01-02"),
    ("moment", dt.datetime(2026, 3, 8, 2, 30, tzinfo=dt.UTC), b"2026-03-08T02:30:00.000000"),
    (
        "moment",
        dt.datetime(2026, 7, 1, 12, 0, 0, 120, tzinfo=dt.timezone(dt.timedelta(hours=-4))),
        b"2026-07-01T16:00:00.000120",
    ),
    ("token", uuid.UUID(int=1), b"\x00" * 15 + b"\x01"),
    ("blob", b"\x00\xff'", b"\x00\xff'"),
    ("ratio", 0.1, bytes.fromhex("3fb999999999999a")),
    ("ratio", -0.0, bytes(8)),
    ("ratio", 5.0, bytes.fromhex("4014000000000000")),
    ("data", {"bb": [1, True, None], "a": {}}, b'{"a": {}, "bb": [1, true, null]}'),
    ("data", [1e30, 1e-7, 1.0, 0.1], b"[1" + b"0" * 30 + b", 0.0000001, 1.0, 0.1]"),
    ("data", -0.0, b"0.0"),
    ("data", 12345678901234567890, b"12345678901234567890"),
    ("data", 'é\u2028\u007f\u001f"\\/', '"é\u2028\u007f\\u001f\\"\\\\/"'.encode()),
    ("data", "", b'""'),
]


def _stored(**values: Any) -> Entry:
    with change(by=SYSTEM, verb="tests.write"):
        return Entry.objects.create(**values)


def _raw(entry: Entry) -> rows.RawRow:
    return rows.of_record(connection, declaration(Entry), entry.pk)[-1]


@pytest.mark.parametrize(("name", "value", "expected"), TYPES)
def test_each_type_of_value_has_one_form_on_both_engines(
    name: str, value: Any, expected: bytes, db: None
) -> None:
    entry = _stored(**{name: value})
    tracked = declaration(Entry)
    own = hashing.shape(tracked)
    at = rows.positions(own)[name]
    raw = _raw(entry)
    assert own.kinds[at].encode(raw.values[at]) == expected
    # The trigger's leaf was made by the database's own functions on PostgreSQL.
    journal = ChangedRow.objects.get(object_id=str(entry.pk))
    assert own.leaf(raw.values, raw.salt) == bytes(journal.leaf)


FULL = {
    "id": uuid.UUID(int=10),
    "account_id": None,
    "case_id": uuid.UUID(int=11),
    "name": "Zoë",
    "remark": None,
    "colour": "red",
    "is_open": False,
    "count": 3,
    "big": -1,
    "amount": decimal.Decimal("12.30"),
    "day": dt.date(2026, 11, 23),
    "moment": dt.datetime(2026, 11, 23, 20, 30, 0, 5, tzinfo=dt.UTC),
    "token": uuid.UUID(int=12),
    "blob": b"\x00\x01",
    "ratio": 2.5,
    "data": {"k": [1.5, None]},
}


def test_a_whole_row_has_the_same_leaf_on_both_engines(db: None) -> None:
    raw = _raw(_stored(**FULL))
    own = hashing.shape(declaration(Entry))
    at = rows.positions(own)
    values = list(raw.values)
    fixed = {
        "history_id": 1,
        "history_date": "2026-11-23 20:30:00.000005",
        "history_user_id": SYSTEM,
        "change_set_id": uuid.UUID(int=13),
    }
    for name, value in fixed.items():
        values[at[name]] = value
    assert own.leaf(values, bytes(16)).hex() == (
        "62635544ae38f6a91d99c14b96e6c8b35e1e554bbc4dbd4ecc273fa5890c5319"
    )


def test_the_hash_of_a_change_set_covers_its_columns_by_name_and_skips_nulls() -> None:
    values = {
        "id": uuid.UUID(int=1),
        "at": dt.datetime(2026, 11, 23, tzinfo=dt.UTC),
        "actor_id": SYSTEM,
        "channel": "page",
        "verb": "tests.write",
        "reason": "",
        "case_id": None,
    }
    header = hashing.header(values)
    assert header.hex() == "6f87a151e77b89320756f432b69ec68ad649471bd8a2ec851a0f212dce6e2c67"
    assert hashing.header(values | {"region_id": None, "a_later_column": "x"}) == header
    assert hashing.header(values | {"region_id": uuid.UUID(int=2)}) != header
    assert hashing.link(hashing.ZERO, 1, header, 2, hashing.ZERO).hex() == (
        "67a2b3e716c3f1ff08c162667d0b0473e9c0bf9c1878022ff423e3f175a05798"
    )


def test_the_digest_of_leaves_does_not_depend_on_how_they_come() -> None:
    leaves = [n.to_bytes(32, "big") for n in range(2001)]
    count, digest = hashing.digest_of(iter(leaves))
    assert (count, digest.hex()) == (
        2001,
        "39425f20af558aecfe4200da44457d5ac749ca7afdb7320735792838b13bf3fd",
    )
    assert hashing.digest_of([]) == (0, bytes(32))
    assert hashing.digest_of([*leaves[:-1], bytes(32)])[1] != digest


def test_the_database_digests_leaves_in_the_same_blocks(db: None) -> None:
    with change(by=SYSTEM, verb="tests.many") as done:
        Account.objects.bulk_create([Account(code=f"many {n}") for n in range(1001)])
    leaves = (
        ChangedRow.objects.filter(change_set_id=done.id)
        .order_by("id")
        .values_list("leaf", flat=True)
    )
    count, digest = hashing.digest_of(bytes(leaf) for leaf in leaves)
    stored = ChangedRow.objects.filter(change_set_id=done.id).first().change_set
    values = {name: getattr(stored, name) for name in hashing.header_names()}
    expected = hashing.link(
        bytes(stored.prev), stored.number, hashing.header(values), count, digest
    )
    assert bytes(stored.hash) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"b":1,"a":2,"aa":3}', '{"a": 2, "b": 1, "aa": 3}'),
        ('{"a":1,"a":2}', '{"a": 2}'),
        (
            "[1.10, 1.5e3, 1.00e1, -0.0, -0, 1E400]",
            "[1.10, 1500, 10.0, 0.0, 0, 1" + "0" * 400 + "]",
        ),
        ('"\\u00e9\\u0007"', '"é\\u0007"'),
    ],
)
def test_json_is_printed_as_postgresql_prints_jsonb(text: str, expected: str, db: None) -> None:
    assert json_text(json.loads(text, parse_float=decimal.Decimal)) == expected
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::jsonb::text", [text])
            assert cursor.fetchone()[0] == expected


def test_a_negative_zero_is_zero_wherever_it_comes_from(db: None) -> None:
    """SQLite does not keep the sign, PostgreSQL does: a row moved between them must hash alike."""
    assert kind_of(models.FloatField()).encode(-0.0) == bytes(8)
    entry = _stored(count=1)
    with change(by=SYSTEM, verb="tests.write"), connection.cursor() as cursor:
        cast = "::float8" if connection.vendor == "postgresql" else ""
        cursor.execute(f"UPDATE ledger_entry SET ratio = '-0'{cast}")
    raw = _raw(entry)
    last = ChangedRow.objects.filter(object_id=str(entry.pk)).first()
    assert hashing.shape(declaration(Entry)).leaf(raw.values, raw.salt) == bytes(last.leaf)


def test_an_instant_is_written_in_utc_with_six_decimals() -> None:
    assert instant_text("2026-11-23 20:30:00") == "2026-11-23T20:30:00.000000"
    assert instant_text("2026-11-23 20:30:00.500000") == "2026-11-23T20:30:00.500000"


@pytest.mark.parametrize(
    "text", ["2026-11-23 20:30:00.5", "2026-11-23 20:30:00.", "2026-11-23T20:30:00", "2026-11-23"]
)
def test_an_instant_has_one_spelling(text: str) -> None:
    with pytest.raises(ValueError, match="is not an instant"):
        instant_text(text)


@pytest.mark.parametrize(
    "field", [models.DurationField(), models.TimeField(), models.IPAddressField]
)
def test_a_type_the_history_cannot_hash_is_refused_at_once(field: Any) -> None:
    made = field() if isinstance(field, type) else field
    with pytest.raises(UnsupportedField):
        kind_of(made)


def test_what_one_engine_cannot_store_never_reaches_the_history_half(db: None) -> None:
    """NUL in text or JSON: kept by SQLite, refused by PostgreSQL; either way nothing is inconsistent."""
    for values in ({"remark": "a\x00b"}, {"data": {"a": "\x00"}}):
        if connection.vendor == "postgresql":
            with pytest.raises((DataError, ValueError)), change(by=SYSTEM, verb="tests.write"):
                Entry.objects.create(**values)
        else:
            entry = _stored(**values)
            journal = ChangedRow.objects.get(object_id=str(entry.pk))
            raw = _raw(entry)
            own = hashing.shape(declaration(Entry))
            assert own.leaf(raw.values, raw.salt) == bytes(journal.leaf)


def test_nan_is_no_json_and_becomes_null_as_a_float_on_sqlite(db: None) -> None:
    with pytest.raises((DataError, IntegrityError)), change(by=SYSTEM, verb="tests.write"):
        Entry.objects.create(data=float("nan"))
    entry = _stored(ratio=float("nan"))
    entry.refresh_from_db()
    assert str(entry.ratio) == ("None" if connection.vendor == "sqlite" else "nan")
    raw = _raw(entry)
    own = hashing.shape(declaration(Entry))
    assert own.leaf(raw.values, raw.salt) == bytes(
        ChangedRow.objects.get(object_id=str(entry.pk)).leaf
    )
