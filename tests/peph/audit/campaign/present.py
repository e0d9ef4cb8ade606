"""Deeds on the records themselves, behind the back of the triggers, and on the triggers."""

import random
import uuid
from typing import Any

from django.db import connection

from peph.audit.findings import Problem
from peph.audit.history import declarations
from peph.audit.triggers import postgresql, sqlite
from tests.peph.audit.campaign.contents import Aim
from tests.peph.audit.campaign.world import Row, World, columns_of, insert, other_value


def _of(row: Row) -> Problem:
    return Problem("", "", None, row.journal["model"], row.journal["object_id"], row.history_id)


def _write_live(world: World, row: Row, **values: Any) -> None:
    given = ", ".join(f'"{column}" = %s' for column in values)
    pk = row.declaration.pk.column
    world.execute(
        f'UPDATE "{row.declaration.table}" SET {given} WHERE "{pk}" = %s',
        *values.values(),
        row.values[pk],
    )


def live_altered(world: World, chance: random.Random) -> Aim:
    row = chance.choice(world.live)
    pairs = [(live, copy) for live, copy in row.declaration.columns if not live.primary_key]
    if not pairs:
        return None
    live, copy = chance.choice(pairs)
    _write_live(world, row, **{live.column: other_value(chance, live, row.values[copy.column])})
    return _of(row)


def live_emptied(world: World, chance: random.Random) -> Aim:
    """Null instead of a value, or the empty text instead of null."""
    row = chance.choice(world.live)
    pairs = [(live, copy) for live, copy in row.declaration.columns if live.null]
    if not pairs:
        return None
    live, copy = chance.choice(pairs)
    value = None
    if row.values[copy.column] is None:
        if live.get_internal_type() not in ("CharField", "TextField"):
            return None
        value = ""
    _write_live(world, row, **{live.column: value})
    return _of(row)


def live_deleted(world: World, chance: random.Random) -> Aim:
    row = chance.choice(world.live)
    pk = row.declaration.pk.column
    world.execute(f'DELETE FROM "{row.declaration.table}" WHERE "{pk}" = %s', row.values[pk])
    return _of(row)


def live_inserted(world: World, chance: random.Random) -> Aim:
    """A copy of a record under another key, or a deleted record back."""
    row = chance.choice(world.live)
    table, pk = row.declaration.table, row.declaration.pk.column
    values = dict(zip(columns_of(table), world.tables[table][row.values[pk]], strict=True))
    key: Any = uuid.UUID(int=chance.getrandbits(128), version=4)
    record = str(key)
    if isinstance(values[pk], str) and len(values[pk]) != 32:
        key = record = "forged"
    elif connection.vendor == "sqlite":
        key = key.hex
    insert(world, table, values | {pk: key})
    return Problem("", "", None, row.journal["model"], record, None)


def live_back_from_the_dead(world: World, chance: random.Random) -> Aim:
    """A deleted record is there again, as its last history row has it."""
    gone = [
        row
        for row in world.last.values()
        if row.journal["type"] == "-" and row.journal["model"] == "ledger.entry"
    ]
    row = chance.choice(gone)
    table = row.declaration.table
    values = {name: row.values.get(name) for name in columns_of(table)}
    insert(world, table, values)
    return _of(row)


def live_set_back(world: World, chance: random.Random) -> Aim:
    """A record as one of its earlier versions had it."""
    earlier = [row for row in world.rows if not world.is_last(row) and not row.is_redacted]
    row = chance.choice(earlier)
    last = world.last[row.journal["model"], row.journal["object_id"]]
    if last.journal["type"] == "-":
        return None
    pairs = [(live, copy) for live, copy in row.declaration.columns if not live.primary_key]
    _write_live(world, row, **{live.column: row.values[copy.column] for live, copy in pairs})
    return _of(last)


# ------------------------------------------------------------------ the triggers, one at a time
def _some_table(chance: random.Random) -> tuple[str, str, bool]:
    """A table, the event of one of its triggers, and whether it is a history."""
    each = chance.choice(declarations())
    return each.table, each.history_table, bool(chance.randrange(2))


def _trigger(chance: random.Random) -> tuple[str, str, str]:
    """(name, table, statement or function) of a trigger drawn by lot."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            found = sqlite.installed(cursor)
            name = chance.choice(sorted(found))
            cursor.execute("SELECT tbl_name FROM sqlite_master WHERE name = %s", [name])
            return name, cursor.fetchone()[0], found[name]
    with connection.cursor() as cursor:
        trigger = chance.choice(sorted(postgresql.installed_triggers(cursor)))
    return trigger.name, trigger.table, trigger.function


def _drop(world: World, name: str, table: str) -> None:
    on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
    world.execute(f'DROP TRIGGER "{name}"{on}')


def trigger_dropped(world: World, chance: random.Random) -> Aim:
    name, table, _body = _trigger(chance)
    _drop(world, name, table)
    return Problem("", name)


def trigger_switched_off(world: World, chance: random.Random) -> Aim:
    """Disabled, or firing for replicas or ordinary sessions only; on SQLite, under a condition."""
    name, table, body = _trigger(chance)
    if connection.vendor == "postgresql":
        how = chance.choice(["DISABLE", "ENABLE REPLICA", "ENABLE"])
        world.execute(f'ALTER TABLE "{table}" {how} TRIGGER "{name}"')
    else:
        _drop(world, name, table)
        head, middle, rest = body.partition(" BEGIN")
        guard = " AND 0" if " WHEN " in head else " WHEN 0"
        world.execute(head + guard + middle + rest)
    return Problem("", name)


def trigger_altered(world: World, chance: random.Random) -> Aim:
    """Its body does less than it did."""
    name, table, body = _trigger(chance)
    if connection.vendor == "postgresql":
        empty = "BEGIN RETURN coalesce(new, old); END"
        world.execute(
            f'CREATE OR REPLACE FUNCTION "{body}"() RETURNS trigger LANGUAGE plpgsql AS $$ {empty} $$'
        )
        return Problem("", body)
    _drop(world, name, table)
    head, _begin, _rest = body.partition(" BEGIN")
    world.execute(f"{head} BEGIN SELECT 1; END")
    return Problem("", name)


def trigger_replaced(world: World, chance: random.Random) -> Aim:
    """One that lets everything through, in the place of one of ours."""
    name, table, _body = _trigger(chance)
    if connection.vendor == "postgresql":
        _drop(world, name, table)
        world.execute(
            f'CREATE TRIGGER "{name}" BEFORE UPDATE ON "{table}"'
            " FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"
        )
    else:
        _drop(world, name, table)
        world.execute(f'CREATE TRIGGER "{name}" AFTER UPDATE ON "{table}" BEGIN SELECT 1; END')
    return Problem("", name)


def trigger_added(world: World, chance: random.Random) -> Aim:
    """One of the forger's own beside ours, under a name of its own or one that looks like ours."""
    table, history, is_history = _some_table(chance)
    on = history if is_history else table
    name = chance.choice(["peph_extra", "extra", "zz_audit"])
    if connection.vendor == "postgresql":
        world.execute(
            f'CREATE TRIGGER "{name}" BEFORE UPDATE ON "{on}"'
            " FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"
        )
    else:
        world.execute(f'CREATE TRIGGER "{name}" AFTER INSERT ON "{on}" BEGIN SELECT 1; END')
    return Problem("", name)
