"""Deeds on what is written in a row of the history, of the journal or of a change set.

A deed draws where and what, does it by SQL, and returns how the finding must name the place; None where
what it drew is not possible, which is drawn again.
"""

import json
import random
from typing import Any

from django.db import connection, models

from peph.audit.findings import Problem
from peph.audit.hashing import header_names
from peph.audit.history import REDACTED, SALT
from peph.audit.models import ChangedRow, ChangeSet
from tests.peph.audit.campaign.world import (
    JOURNAL,
    SETS,
    Row,
    World,
    canonical,
    leaf_now,
    other_value,
    target,
)

Aim = Problem | None


def write(world: World, row: Row, **values: Any) -> None:
    """Overwrite columns of a history row."""
    given = ", ".join(f'"{column}" = %s' for column in values)
    world.execute(
        f'UPDATE "{row.declaration.history_table}" SET {given} WHERE history_id = %s',
        *values.values(),
        row.history_id,
    )


def write_journal(world: World, row: Row, **values: Any) -> None:
    """Overwrite columns of a journal row."""
    given = ", ".join(f'"{column}" = %s' for column in values)
    world.execute(
        f"UPDATE {JOURNAL} SET {given} WHERE id = %s", *values.values(), row.journal["id"]
    )


def own_columns(row: Row) -> list[models.Field]:
    """What the record itself held, without its key."""
    pk = row.declaration.pk.column
    return [copy for _live, copy in row.declaration.columns if copy.column != pk]


def _some(world: World, chance: random.Random) -> Row:
    """A row; every other time one of the tests' models, which hold every type of column."""
    entries = [row for row in world.rows if row.journal["model"] == "ledger.entry"]
    if entries and chance.randrange(2):
        return chance.choice(entries)
    return chance.choice([row for row in world.rows if own_columns(row)])


def _is_held(row: Row, column: models.Field) -> bool:
    """Whether a null in this column stands for a value, given by its commitment."""
    name = row.declaration.hashed_name(column)
    return row.is_redacted and name in json.loads(row.values[REDACTED])


# ------------------------------------------------------------------ a history row
def value_altered(world: World, chance: random.Random) -> Aim:
    row = _some(world, chance)
    column = chance.choice(own_columns(row))
    write(world, row, **{column.column: other_value(chance, column, row.values[column.column])})
    return row.where


def null_and_empty(world: World, chance: random.Random) -> Aim:
    """Nothing becomes the empty value of its type, the empty or any other value becomes nothing."""
    row = _some(world, chance)
    column = chance.choice(own_columns(row))
    value = row.values[column.column]
    if value is not None:
        write(world, row, **{column.column: None})
        return row.where
    empty = {"TextField": "", "CharField": "", "BinaryField": b"", "JSONField": "null"}
    kind = target(column).get_internal_type()
    if kind not in empty or _is_held(row, column):
        return None
    write(world, row, **{column.column: empty[kind]})
    return row.where


def text_shifted(world: World, chance: random.Random) -> Aim:
    """A letter moves from the end of one text to the beginning of the next: written together, the same."""
    row = _some(world, chance)
    held = [
        column
        for column in row.declaration.hashed
        if row.values[column.column] is not None and column.column != row.declaration.pk.column
    ]
    pairs = [
        (one, other)
        for one, other in zip(held, held[1:], strict=False)
        if {one.get_internal_type(), other.get_internal_type()} <= {"CharField", "TextField"}
        and row.values[one.column]
    ]
    if not pairs:
        return None
    one, other = chance.choice(pairs)
    first, second = row.values[one.column], row.values[other.column]
    shifted = {one.column: first[:-1], other.column: first[-1] + second}
    if any(len(shifted[each.column]) > (each.max_length or 500) for each in (one, other)):
        return None
    write(world, row, **shifted)
    return row.where


def values_exchanged(world: World, chance: random.Random) -> Aim:
    """Two columns of one row change places."""
    row = _some(world, chance)
    columns = own_columns(row)
    chance.shuffle(columns)
    for one in columns:
        for other in columns:
            alike = target(one).get_internal_type() == target(other).get_internal_type()
            a, b = row.values[one.column], row.values[other.column]
            if alike and canonical(one, a) != canonical(other, b):
                write(world, row, **{one.column: b, other.column: a})
                return row.where
    return None


def kind_altered(world: World, chance: random.Random) -> Aim:
    """In the history; every other time in the journal as well."""
    row = _some(world, chance)
    kind = chance.choice("+~-")
    write(world, row, history_type=kind)
    if chance.randrange(2):
        write_journal(world, row, type=kind)
    return row.where


def actor_altered(world: World, chance: random.Random) -> Aim:
    row = _some(world, chance)
    others = [each["actor_id"] for each in world.sets]
    write(world, row, history_user_id=chance.choice(others))
    return row.where


def date_altered(world: World, chance: random.Random) -> Aim:
    row = _some(world, chance)
    column = row.declaration.history_field("history_date")
    write(world, row, history_date=other_value(chance, column, row.values["history_date"]))
    return row.where


def verb_altered(world: World, chance: random.Random) -> Aim:
    row = _some(world, chance)
    verbs = {each["verb"] for each in world.sets}
    write(world, row, history_change_reason=chance.choice([*sorted(verbs), None, ""]))
    return row.where


def salt_altered(world: World, chance: random.Random) -> Aim:
    """Of a row with a personal value: the salt of any other covers nothing."""
    row = _some(world, chance)
    personal = [row.declaration.history_field(name).column for name in row.declaration.personal]
    if all(row.values[column] is None for column in personal):
        return None
    write(world, row, **{SALT: chance.choice([None, bytes(16), b"", chance.randbytes(16)])})
    return row.where


# ------------------------------------------------------------------ a redacted row
def _redacted(world: World, chance: random.Random) -> tuple[Row, dict[str, str]]:
    rows = [row for row in world.rows if row.is_redacted and json.loads(row.values[REDACTED])]
    row = chance.choice(rows)
    return row, json.loads(row.values[REDACTED])


def commitment_altered(world: World, chance: random.Random) -> Aim:
    """Edited, dropped, emptied, exchanged with another, or taken from another row."""
    row, held = _redacted(world, chance)
    name = chance.choice(sorted(held))
    _other, foreign = _redacted(world, chance)
    names = sorted(held)
    forged: list[Any] = [
        held | {name: chance.randbytes(32).hex()},
        held | {name: held[name][:-1] + "g"},
        {each: value for each, value in held.items() if each != name},
        dict(zip(names, [held[each] for each in reversed(names)], strict=True)),
        foreign,
        None,
        {},
    ]
    drawn = chance.choice(forged)
    write(world, row, **{REDACTED: None if drawn is None else json.dumps(drawn)})
    return None if drawn == held else row.where


def guess_put_back(world: World, chance: random.Random) -> Aim:
    """The value that was there, or a guess at it, with or without a salt of the forger's own."""
    row, held = _redacted(world, chance)
    columns = [row.declaration.history_field(name).column for name in sorted(held)]
    guesses = {column: chance.choice(["Zoë 1", "vu", "remarque 7"]) for column in columns}
    rest = chance.choice([{}, {REDACTED: None}, {REDACTED: None, SALT: chance.randbytes(16)}])
    write(world, row, **guesses, **rest)
    return row.where


def commitment_forged(world: World, chance: random.Random) -> Aim:
    """A commitment beside a value that is there, so that the record itself could say anything."""
    rows = [row for row in world.live if row.declaration.personal and not row.is_redacted]
    row = chance.choice(rows)
    pairs = [
        (live, copy)
        for live, copy in row.declaration.columns
        if copy.attname in row.declaration.personal and row.values[copy.column]
    ]
    if not pairs:
        return None
    live, copy = chance.choice(pairs)
    forged = {row.declaration.hashed_name(copy): chance.randbytes(32).hex()}
    write(world, row, **{REDACTED: json.dumps(forged)})
    if chance.randrange(2):
        world.execute(
            f'UPDATE "{row.declaration.table}" SET "{live.column}" = %s'
            f' WHERE "{row.declaration.pk.column}" = %s',
            other_value(chance, live, row.values[copy.column]),
            row.values[row.declaration.pk.column],
        )
    return row.where


# ------------------------------------------------------------------ the journal
def journal_altered(world: World, chance: random.Random) -> Aim:
    row = _some(world, chance)
    name = chance.choice(["model", "object_id", "history_id", "type", "leaf", "scope"])
    other = chance.choice(world.rows)
    if name == "type":
        write_journal(world, row, type=chance.choice("+~-"))
        return row.where
    if name == "scope":
        name = chance.choice(["case_id", "region_id", "organization_id"])
    values = {
        "model": other.journal["model"],
        "object_id": chance.choice([other.journal["object_id"], row.journal["object_id"][:-1]]),
        "history_id": chance.choice([other.history_id, row.history_id + 1, 10**9]),
        "leaf": chance.choice([other.journal["leaf"], bytes(32), b""]),
    }
    column = ChangedRow._meta.get_field(name)
    value = values.get(name) if name in values else None
    if name.endswith("_id") and name not in values:
        value = chance.choice([None, other_value(chance, column, row.journal[name])])
    write_journal(world, row, **{name: value})
    if value == row.journal[name]:
        return None
    label = value if name == "model" else row.journal["model"]
    record = value if name == "object_id" else row.journal["object_id"]
    history = value if name == "history_id" else row.history_id
    return Problem("", "", row.number, label, record, history)


# ------------------------------------------------------------------ a change set
def change_set_altered(world: World, chance: random.Random) -> Aim:
    """Any of its columns, the counted and the hashed ones too."""
    found = chance.choice(world.sets)
    name = chance.choice([*header_names(), "rows", "prev", "hash"])
    if name == "id":
        return None  # it would be moved from its journal rows
    value = other_value(chance, ChangeSet._meta.get_field(name), found[name])
    if name in ("case_id", "region_id", "organization_id", "request_id") and chance.randrange(2):
        value = None
    world.execute(f'UPDATE {SETS} SET "{name}" = %s WHERE id = %s', value, found["id"])
    return Problem("", "", found["number"])


def verb_and_reason_shifted(world: World, chance: random.Random) -> Aim:
    """The end of the reason becomes the beginning of the verb, or the other way round."""
    found = chance.choice(world.sets)
    together = f"{found['reason']}{found['verb']}"
    at = chance.randrange(max(0, len(together) - 100), len(together))
    world.execute(
        f"UPDATE {SETS} SET reason = %s, verb = %s WHERE id = %s",
        together[:at], together[at:], found["id"],
    )  # fmt: skip
    return Problem("", "", found["number"])


# ------------------------------------------------------------------ spelling and type, on SQLite
def respelt(world: World, chance: random.Random) -> Aim:
    """The same to a careless reader, not to a query: SQLite holds any spelling and any type."""
    if connection.vendor != "sqlite":
        return None
    row = _some(world, chance)
    if not chance.randrange(4):
        key = row.journal["object_id"]
        write_journal(world, row, object_id=chance.choice([key.replace("-", ""), key.upper()]))
        return Problem("", "", row.number)
    columns = [each for each in row.declaration.hashed if each.column != "history_id"]
    column = chance.choice(columns)
    value = row.values[column.column]
    if value is None:
        return None
    forged = _respelt(chance, target(column).get_internal_type(), value)
    if forged is None:
        return None
    write(world, row, **{column.column: forged})
    return row.where


def _respelt(chance: random.Random, kind: str, value: Any) -> Any:
    if kind == "BooleanField":
        return 2 if value else "0.0x"
    if kind in ("IntegerField", "PositiveIntegerField", "BigIntegerField"):
        return value + 0.5
    if kind == "DateField":
        return chance.choice([f"{value} 09:00", f"{value}x"])
    if kind == "DateTimeField" and len(value) == 26:
        return chance.choice([f"{value}+05:00", value.replace(" ", "_"), f"{value}9"])
    if kind == "UUIDField":
        return chance.choice([f" {value}", f"{value[:8]} {value[8:]}", value.upper()])
    if kind in ("CharField", "TextField", "JSONField"):
        return value.encode()
    return None


def garbage(world: World, chance: random.Random) -> Aim:
    """What no reader can make sense of, where a hash or an id is expected; SQLite holds it."""
    if connection.vendor != "sqlite":
        return None
    row = chance.choice(world.rows)
    found = chance.choice(world.sets)
    nonsense = chance.choice(["nonsense", b"\xff\xfe", 1.5])
    where = chance.randrange(3)
    if where == 0:
        name = chance.choice(
            ["number", "rows", "at", "actor_id", "channel", "verb", "prev", "hash"]
        )
        world.execute(f'UPDATE {SETS} SET "{name}" = %s WHERE id = %s', nonsense, found["id"])
        return Problem("", "", found["number"])
    if where == 1:
        names = ["leaf", "case_id", "object_id", "history_id", "model", "change_set_id"]
        write_journal(world, row, **{chance.choice(names): nonsense})
        return Problem("", "", row.number)
    write(world, row, **{chance.choice([REDACTED, SALT, row.declaration.pk.column]): nonsense})
    return row.where


def recomputed_leaf(world: World, chance: random.Random) -> Aim:
    """A value altered and the leaf made to match: the chain is left as it was."""
    row = _some(world, chance)
    column = chance.choice(own_columns(row))
    write(world, row, **{column.column: other_value(chance, column, row.values[column.column])})
    write_journal(world, row, leaf=leaf_now(row.declaration, row.history_id))
    return Problem("", "", row.number)
