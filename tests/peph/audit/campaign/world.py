"""The world that is tampered with, read once: it is rolled back to what it was after each deed.

The note is taken some change sets before the end, since no checkpoint comes after the last change;
receipts are kept of the change sets after it only, so that what neither sees would show.
"""

import datetime as dt
import random
import re
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import connection, models

from peph.accounts.models import User
from peph.audit import checkpoint, hashing, rows
from peph.audit.canonical import kind_of
from peph.audit.changes import SYSTEM, change
from peph.audit.findings import Problem
from peph.audit.history import Declaration, by_label, declarations
from peph.audit.models import ChangedRow, ChangeSet
from peph.audit.redaction import redact
from tests.ledger.models import Account, Entry, Tag, Tagging

SETS, JOURNAL = ChangeSet._meta.db_table, ChangedRow._meta.db_table
AFTER_THE_NOTE = 12
Table = dict[Any, tuple[Any, ...]]


@dataclass(frozen=True)
class Row:
    """One history row with its journal row and the number of its change set."""

    number: int
    journal: dict[str, Any]
    declaration: Declaration
    values: dict[str, Any]  # by column

    @property
    def history_id(self) -> int:
        return int(self.journal["history_id"])

    @property
    def is_redacted(self) -> bool:
        return self.values["redacted"] is not None

    @property
    def where(self) -> Problem:
        """How a finding about this row must name it."""
        label, record = self.journal["model"], self.journal["object_id"]
        return Problem("", "", self.number, label, record, self.history_id)


@dataclass
class World:
    """What was there before anybody tampered."""

    note: checkpoint.Note
    receipts: list[str]
    backups: dict[int, dict[str, Table]]
    touched: set[str] = field(default_factory=set)

    @cached_property
    def tables(self) -> dict[str, Table]:
        return snapshot()

    @cached_property
    def sets(self) -> list[dict[str, Any]]:
        """Change sets by their columns, in the order of their numbers."""
        found = [_named(SETS, row) for row in self.tables[SETS].values()]
        return sorted(found, key=lambda each: each["number"])

    @cached_property
    def rows(self) -> list[Row]:
        numbers = {each["id"]: each["number"] for each in self.sets}
        found = []
        for raw in sorted(self.tables[JOURNAL].values(), key=lambda raw: raw[0]):
            journal = _named(JOURNAL, raw)
            declaration = by_label(journal["model"])
            history = self.tables[declaration.history_table][journal["history_id"]]
            values = _named(declaration.history_table, history)
            found.append(Row(numbers[journal["change_set_id"]], journal, declaration, values))
        return found

    @cached_property
    def last(self) -> dict[tuple[str, str], Row]:
        """The last history row of each record."""
        return {(row.journal["model"], row.journal["object_id"]): row for row in self.rows}

    def is_last(self, row: Row) -> bool:
        return self.last[row.journal["model"], row.journal["object_id"]] is row

    @cached_property
    def live(self) -> list[Row]:
        """The last history row of each record that is there."""
        return [row for row in self.last.values() if row.journal["type"] != "-"]

    def execute(self, statement: str, *values: Any) -> int:
        """Run a statement, remember the table it wrote to; returns how many rows it touched."""
        if found := re.match(r'(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)"?', statement):
            self.touched.add(found[1])
        with connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return int(cursor.rowcount)

    def is_changed(self) -> bool:
        """Whether a table that was written to holds anything else than it did."""
        return any(read(table) != self.tables[table] for table in self.touched)

    @contextmanager
    def rolled_back(self) -> Iterator[None]:
        """A deed, undone afterwards."""
        self.touched.clear()
        statements = ("SAVEPOINT deed", "ROLLBACK TO SAVEPOINT deed", "RELEASE SAVEPOINT deed")
        with connection.cursor() as cursor:
            cursor.execute(statements[0])
            try:
                yield
            finally:
                for statement in statements[1:]:
                    cursor.execute(statement)


# ------------------------------------------------------------------ reading past every converter
_columns: dict[str, list[str]] = {}


def columns_of(table: str) -> list[str]:
    """The columns of a table, its key first."""
    if table not in _columns:
        with connection.cursor() as cursor:
            found = connection.introspection.get_table_description(cursor, table)
            key = connection.introspection.get_primary_key_column(cursor, table)
        names = [column.name for column in found]
        _columns[table] = [key, *(name for name in names if name != key)]
    return _columns[table]


def read(table: str) -> Table:
    """All rows of a table by their key."""
    sign = "+" if connection.vendor == "sqlite" else ""
    names = ", ".join(f'{sign}"{name}"' for name in columns_of(table))
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {names} FROM "{table}"')
        found = [tuple(map(_plain, row)) for row in cursor.fetchall()]
    return {row[0]: row for row in found}


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _named(table: str, row: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(columns_of(table), row, strict=True))


def snapshot() -> dict[str, Table]:
    """Every tracked table, its history, and the audit's own: what a backup holds."""
    tables = [SETS, JOURNAL]
    for each in declarations():
        tables += [each.table, each.history_table]
    return {table: read(table) for table in tables}


# ------------------------------------------------------------------ building
def build(seed: int) -> World:
    """Some twenty records of the tests' own models over forty changes, beside the cast's real ones."""
    chance = random.Random(seed)
    stage = _Stage(chance)
    receipts: list[str] = []
    backups: dict[int, dict[str, Table]] = {}
    note = checkpoint.take()
    acts = [*_ACTS * 3, *_CLOSING]
    for at, act in enumerate(acts):
        with change(
            by=stage.person, verb=f"tests.{act.__name__}", reason=chance.choice(_REASONS)
        ) as done:
            act(stage)
        assert done.number
        if at >= len(acts) - AFTER_THE_NOTE:
            assert done.receipt
            receipts.append(done.receipt)
        else:
            note = checkpoint.take()
        if at >= len(acts) - 2 * AFTER_THE_NOTE:
            backups[done.number] = snapshot()
    world = World(note, receipts, backups)
    assert world.tables
    return world


_REASONS = ("", "demande du dossier", "Correction d’une saisie", "a|b")


class _Stage:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.person = User(email="camille@exemple.qc.ca", first_name="Camille", last_name="Roy")
        with change(by=SYSTEM, verb="tests.person"):
            self.person.save()

    def entry(self, **given: Any) -> Entry:
        n = self.chance.randrange(1, 1000)
        values: dict[str, Any] = {
            "name": f"Zoë {n}",
            "remark": f"remarque {n}",
            "secret": f"secret {n}",
            "colour": self.chance.choice(["red", "black", None]),
            "is_open": self.chance.choice([True, False]),
            "count": n,
            "big": n * 10**10,
            "amount": Decimal(n) / 100,
            "day": dt.date(2026, 1, 1) + dt.timedelta(days=n),
            "moment": dt.datetime(2026, 1, 1, 8, 30, 0, n, tzinfo=dt.UTC),
            "token": uuid.UUID(int=n, version=4),
            "blob": bytes([n % 256, 0]),
            "ratio": n / 8,
            "data": {"n": n, "list": [1.5, None, "é"]},
            "case_id": uuid.UUID(int=n, version=4),
        }
        return Entry.objects.create(**values | given)

    def some(self) -> Entry:
        return self.chance.choice(list(Entry.objects.exclude(name=None).order_by("id")))


def opened(stage: _Stage) -> None:
    account = Account.objects.create(code=f"C{stage.chance.randrange(10**6)}")
    stage.entry(account=account)
    stage.entry(account=account, remark="", secret="", data={})


def edited(stage: _Stage) -> None:
    entry = stage.some()
    entry.count += 1
    entry.secret = f"{entry.secret}+"
    entry.is_open = not entry.is_open
    entry.save()


def renamed(stage: _Stage) -> None:
    entry = stage.some()
    entry.name = f"{entry.name} Roy"
    entry.remark = "" if entry.remark else "vu"
    entry.save()


def freed(stage: _Stage) -> None:
    """A foreign key to null."""
    entry = stage.entry(account=Account.objects.create(code=f"F{stage.chance.randrange(10**6)}"))
    entry.account = None
    entry.save()


def tagged(stage: _Stage) -> None:
    tag = Tag.objects.create(slug=f"t{stage.chance.randrange(10**6)}")
    Tagging.objects.create(tag=tag, entry=stage.some())


def corrected(stage: _Stage) -> None:
    Entry.objects.filter(pk__in=[stage.some().pk, stage.some().pk]).update(
        amount=Decimal("10.25"), day=None, data={"corrigé": stage.chance.randrange(10**6)}
    )


def deleted(stage: _Stage) -> None:
    stage.entry().delete()


def erased(stage: _Stage) -> None:
    entry = stage.entry()
    entry.name = entry.remark = None
    entry.save()
    redact(Entry, entry.pk)


_ACTS = [opened, edited, renamed, freed, tagged, corrected, deleted, erased, edited]
_CLOSING = [opened, edited, renamed, erased, deleted, edited, corrected, tagged, edited, renamed]


# ------------------------------------------------------------------ what a forger recomputes
def leaf_now(declaration: Declaration, history_id: int) -> bytes:
    """The leaf of a history row as it stands."""
    raw = rows.by_history_id(connection, declaration, [history_id])[history_id]
    return hashing.shape(declaration).leaf(raw.values, raw.salt, raw.redacted)


def rehash(world: World, since: int) -> None:
    """Make the chain hold again from a number on, as anybody who has this code can."""
    leaves: dict[Any, list[bytes]] = defaultdict(list)
    for raw in sorted(read(JOURNAL).values(), key=lambda raw: raw[0]):
        journal = _named(JOURNAL, raw)
        leaves[journal["change_set_id"]].append(journal["leaf"])
    found = [_named(SETS, raw) for raw in read(SETS).values()]
    prev = hashing.ZERO
    for each in sorted(found, key=lambda each: each["number"]):
        if each["number"] >= since:
            if each["reason_salt"] is not None:
                each["reason_hash"] = hashing.reason_commitment(
                    bytes(each["reason_salt"]), each["reason"]
                )
            count, digest = hashing.digest_of(leaves[each["id"]])
            head = hashing.link(prev, each["number"], hashing.header(each), count, digest)
            world.execute(
                f"UPDATE {SETS} SET rows = %s, prev = %s, hash = %s, reason_hash = %s WHERE id = %s",
                count, prev, head, each["reason_hash"], each["id"],
            )  # fmt: skip
            prev = head
        else:
            prev = each["hash"]


def restore(world: World, number: int) -> None:
    """Put the backup made after this change set back."""
    for table, then in world.backups[number].items():
        now, key = world.tables[table], columns_of(table)[0]
        for gone in [key_now for key_now, row in now.items() if then.get(key_now) != row]:
            world.execute(f'DELETE FROM "{table}" WHERE "{key}" = %s', gone)
        for back in [row for key_then, row in then.items() if now.get(key_then) != row]:
            insert(world, table, _named(table, back))


def insert(world: World, table: str, values: dict[str, Any]) -> None:
    """Insert one row by its columns."""
    names = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join(["%s"] * len(values))
    world.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', *values.values())


# ------------------------------------------------------------------ drawing values
def canonical(column: models.Field, value: Any) -> bytes | None:
    return None if value is None else kind_of(column).encode(value)


def target(column: models.Field) -> models.Field:
    """The column a foreign key repeats."""
    while isinstance(column, models.ForeignKey):
        column = column.target_field
    return column


def other_value(chance: random.Random, column: models.Field, value: Any) -> Any:
    """A value of the column's type which is not the one it has."""
    drawn = _drawn(chance, target(column), value)
    while canonical(column, drawn) == canonical(column, value):
        drawn = _drawn(chance, target(column), None)
    return drawn


def _drawn(chance: random.Random, column: models.Field, value: Any) -> Any:
    n = chance.randrange(1, 10_000)
    kind = kind_of(column).tag
    if kind == b"S":
        longest = column.max_length or 200
        near = [value[:-1], f"{value} ", value.swapcase(), value[::-1]] if value else []
        return chance.choice([*near, f"x{n}"])[:longest]
    if kind == b"U":
        drawn = uuid.UUID(int=chance.getrandbits(128), version=4)
        return drawn.hex if connection.vendor == "sqlite" else drawn
    instant = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=n, microseconds=n)
    if connection.vendor == "sqlite":
        instant_raw: Any = f"{instant:%Y-%m-%d %H:%M:%S.%f}"
    else:
        instant_raw = instant
    near_number = [value + 1, value - 1, -value] if isinstance(value, int) else []
    by_kind: dict[bytes, Any] = {
        b"B": not value,
        b"A": str((instant + dt.timedelta(days=n)).date()),
        b"T": instant_raw,
        b"Y": chance.randbytes(chance.choice([0, 1, 32])),
        b"J": chance.choice(["{}", "[]", "null", f'{{"n": {n}}}']),
        b"F": n / 16,
        b"D": f"{n}.25",
        b"I": chance.choice([*near_number, n]),
    }
    return by_kind[kind]
