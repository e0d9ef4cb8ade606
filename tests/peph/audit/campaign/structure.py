"""Deeds on which rows there are: deleted, inserted, doubled, moved, reordered, cut, restored, recomputed."""

import random
from typing import Any

from peph.audit.findings import Problem
from peph.audit.models import ChangeSet
from tests.peph.audit.campaign.contents import Aim, own_columns, write, write_journal
from tests.peph.audit.campaign.world import (
    JOURNAL,
    SETS,
    Row,
    World,
    insert,
    leaf_now,
    other_value,
    rehash,
    restore,
)

FORGED = 999_999


def _delete(world: World, row: Row) -> None:
    world.execute(
        f'DELETE FROM "{row.declaration.history_table}" WHERE history_id = %s', row.history_id
    )


def _delete_journal(world: World, row: Row) -> None:
    world.execute(f"DELETE FROM {JOURNAL} WHERE id = %s", row.journal["id"])


def _add_to_count(world: World, number: int, by: int) -> None:
    world.execute(f"UPDATE {SETS} SET rows = rows + %s WHERE number = %s", by, number)


def _set(number: int) -> Problem:
    return Problem("", "", number)


# ------------------------------------------------------------------ fewer rows
def row_deleted(world: World, chance: random.Random) -> Aim:
    row = chance.choice(world.rows)
    _delete(world, row)
    return row.where


def row_and_journal_deleted(world: World, chance: random.Random) -> Aim:
    row = chance.choice(world.rows)
    _delete(world, row)
    _delete_journal(world, row)
    return _set(row.number)


def row_deleted_and_counted(world: World, chance: random.Random) -> Aim:
    row = chance.choice(world.rows)
    _delete(world, row)
    _delete_journal(world, row)
    _add_to_count(world, row.number, -1)
    return _set(row.number)


def journal_row_deleted(world: World, chance: random.Random) -> Aim:
    row = chance.choice(world.rows)
    _delete_journal(world, row)
    return _set(row.number)


# ------------------------------------------------------------------ more rows
def _forge(world: World, row: Row, chance: random.Random) -> dict[str, Any]:
    """A copy of a history row, with one value of the forger's own."""
    values = row.values | {"history_id": FORGED}
    if columns := own_columns(row):
        column = chance.choice(columns)
        values[column.column] = other_value(chance, column, values[column.column])
    insert(world, row.declaration.history_table, values)
    return values


def row_inserted(world: World, chance: random.Random) -> Aim:
    row = chance.choice(world.rows)
    _forge(world, row, chance)
    return Problem("", "", None, row.journal["model"], row.journal["object_id"], FORGED)


def _insert_journal(world: World, row: Row, **forged: Any) -> None:
    highest = max(world.tables[JOURNAL])
    insert(world, JOURNAL, row.journal | {"id": highest + 1} | forged)


def row_and_journal_inserted(world: World, chance: random.Random) -> Aim:
    """Every other time the count of the change set is made to agree."""
    row = chance.choice(world.rows)
    _forge(world, row, chance)
    _insert_journal(world, row, history_id=FORGED, leaf=leaf_now(row.declaration, FORGED))
    if chance.randrange(2):
        _add_to_count(world, row.number, 1)
    return _set(row.number)


def row_doubled(world: World, chance: random.Random) -> Aim:
    """The very same row once more, as if it had happened twice."""
    row = chance.choice(world.rows)
    insert(world, row.declaration.history_table, row.values | {"history_id": FORGED})
    if chance.randrange(2):
        return Problem("", "", None, row.journal["model"], row.journal["object_id"], FORGED)
    _insert_journal(world, row, history_id=FORGED, leaf=leaf_now(row.declaration, FORGED))
    return _set(row.number)


def journal_row_doubled(world: World, chance: random.Random) -> Aim:
    row = chance.choice(world.rows)
    _insert_journal(world, row)
    return row.where


# ------------------------------------------------------------------ rows in another place
def _pair(world: World, chance: random.Random) -> tuple[Row, Row]:
    """Two history rows of one model."""
    one = chance.choice(world.rows)
    same = [row for row in world.rows if row.declaration is one.declaration and row is not one]
    return one, chance.choice(same or [one])


def _first(*rows: Row) -> Row:
    return min(rows, key=lambda row: int(row.journal["id"]))


def rows_exchanged(world: World, chance: random.Random) -> Aim:
    one, other = _pair(world, chance)
    table = one.declaration.history_table
    for old, new in (
        (one.history_id, -1),
        (other.history_id, one.history_id),
        (-1, other.history_id),
    ):
        world.execute(f'UPDATE "{table}" SET history_id = %s WHERE history_id = %s', new, old)
    return _first(one, other).where


def contents_exchanged(world: World, chance: random.Random) -> Aim:
    """Only what the two records held, not when and by whom."""
    one, other = _pair(world, chance)
    columns = [column.column for column in own_columns(one)] + ["salt", "redacted"]
    write(world, one, **{column: other.values[column] for column in columns})
    write(world, other, **{column: one.values[column] for column in columns})
    return _first(one, other).where


def row_moved_to_another_record(world: World, chance: random.Random) -> Aim:
    """Every other time the journal names the other record as well."""
    one, other = _pair(world, chance)
    pk = one.declaration.pk.column
    write(world, one, **{pk: other.values[pk]})
    if not chance.randrange(2):
        return one.where
    write_journal(world, one, object_id=other.journal["object_id"])
    return Problem(
        "", "", one.number, one.journal["model"], other.journal["object_id"], one.history_id
    )


def row_moved_to_another_set(world: World, chance: random.Random) -> Aim:
    """History row, journal row, both, and the two counts made to agree."""
    row, found = chance.choice(world.rows), chance.choice(world.sets)
    how = chance.randrange(4)
    if how != 0:
        write(world, row, change_set_id=found["id"])
    if how != 1:
        write_journal(world, row, change_set_id=found["id"])
    if how == 3:
        _add_to_count(world, row.number, -1)
        _add_to_count(world, found["number"], 1)
    moved = row.number if how == 1 else found["number"]
    return Problem("", "", moved, row.journal["model"], row.journal["object_id"], row.history_id)


def journal_reordered(world: World, chance: random.Random) -> Aim:
    """Two journal rows of one change set change places."""
    found = chance.choice([each for each in world.sets if each["rows"] > 1])
    inside = [row for row in world.rows if row.number == found["number"]]
    one, other = chance.sample(inside, 2)
    a, b = one.journal["id"], other.journal["id"]
    for old, new in ((a, -1), (b, a), (-1, b)):
        world.execute(f"UPDATE {JOURNAL} SET id = %s WHERE id = %s", new, old)
    return _set(found["number"])


def _renumber(world: World, old: int, new: int) -> None:
    world.execute(f"UPDATE {SETS} SET number = %s WHERE number = %s", new, old)


def sets_reordered(world: World, chance: random.Random) -> Aim:
    """Two change sets exchange their numbers; every other time the links are set right."""
    one, other = sorted(each["number"] for each in chance.sample(world.sets, 2))
    for old, new in ((one, -1), (other, one), (-1, other)):
        _renumber(world, old, new)
    if chance.randrange(2):
        prev = {each["number"]: each["prev"] for each in world.sets}
        for number in (one, other):
            world.execute(f"UPDATE {SETS} SET prev = %s WHERE number = %s", prev[number], number)
    return _set(one)


# ------------------------------------------------------------------ whole change sets
def _delete_set(world: World, number: int) -> None:
    for row in [row for row in world.rows if row.number == number]:
        _delete(world, row)
        _delete_journal(world, row)
    world.execute(f"DELETE FROM {SETS} WHERE number = %s", number)


def set_deleted(world: World, chance: random.Random) -> Aim:
    number = chance.choice(world.sets[:-1])["number"]
    _delete_set(world, number)
    return _set(number)


def set_deleted_and_renumbered(world: World, chance: random.Random) -> Aim:
    """Taken out of the middle, those after it moved up, and the chain recomputed: only others know."""
    number = chance.choice(world.sets[:-1])["number"]
    rows = [row for row in world.rows if row.number == number]
    # Nothing shows in the present: what it changed was changed again.
    if any(world.is_last(row) for row in rows):
        return None
    _delete_set(world, number)
    for each in world.sets[number:]:
        _renumber(world, each["number"], each["number"] - 1)
    rehash(world, number)
    return Problem("", "")


def tail_cut(world: World, chance: random.Random) -> Aim:
    """The last change sets gone, the records left as they made them."""
    first = chance.choice(world.sets[-20:])["number"]
    for each in world.sets[first - 1 :]:
        _delete_set(world, each["number"])
    return Problem("", "")


def backup_restored(world: World, chance: random.Random) -> Aim:
    """A whole database as it was before the checkpoint."""
    restore(
        world, chance.choice([number for number in world.backups if number < world.note.number])
    )
    return Problem("", "")


def backup_after_the_note_restored(world: World, chance: random.Random) -> Aim:
    """As it was at the checkpoint or later: nothing is left of what came after, but its receipts."""
    known = [number for number in world.backups if number >= world.note.number]
    restore(world, chance.choice(known[:-1]))
    return Problem("", "")


def set_forged_before(world: World, chance: random.Random) -> Aim:
    """A change set that says what nobody did, numbered from nothing downwards; it links to no other."""
    found = chance.choice(world.sets)
    number = -chance.randrange(3)
    forged = {
        "id": other_value(chance, ChangeSet._meta.pk, found["id"]),
        "number": number,
        "rows": 0,
    }
    insert(world, SETS, found | forged)
    return _set(number)


# ------------------------------------------------------------------ everything made to agree
def dated_back(world: World, chance: random.Random) -> Aim:
    """After the note, the links made right: the order of the numbers is the only contradiction."""
    found = chance.choice([each for each in world.sets if each["number"] > world.note.number])
    at = other_value(chance, ChangeSet._meta.get_field("at"), found["at"])
    world.execute(f"UPDATE {SETS} SET at = %s WHERE id = %s", at, found["id"])
    rehash(world, found["number"])
    return Problem("", "")


def _rewrite(world: World, chance: random.Random, rows: list[Row]) -> Aim:
    row = chance.choice(rows)
    pairs = [(live, copy) for live, copy in row.declaration.columns if not live.primary_key]
    if not pairs or row.is_redacted:
        return None
    live, copy = chance.choice(pairs)
    value = other_value(chance, copy, row.values[copy.column])
    write(world, row, **{copy.column: value})
    scopes = {name: field for name, field in row.declaration.scope if field.attname == copy.attname}
    write_journal(
        world,
        row,
        leaf=leaf_now(row.declaration, row.history_id),
        **{f"{name}_id": value for name in scopes},
    )
    if world.is_last(row) and row.journal["type"] != "-":
        pk = row.declaration.pk.column
        world.execute(
            f'UPDATE "{row.declaration.table}" SET "{live.column}" = %s WHERE "{pk}" = %s',
            value, row.values[pk],
        )  # fmt: skip
    rehash(world, row.number)
    return Problem("", "")


def rewritten(world: World, chance: random.Random) -> Aim:
    """A value altered before the checkpoint, with its leaf, the record, and every hash after it."""
    return _rewrite(world, chance, [row for row in world.rows if row.number <= world.note.number])


def rewritten_after_the_note(world: World, chance: random.Random) -> Aim:
    """The same among the change sets no checkpoint has noted yet: only receipts know."""
    return _rewrite(world, chance, [row for row in world.rows if row.number > world.note.number])


def set_rewritten(world: World, chance: random.Random) -> Aim:
    """Another actor or another reason, and every hash after it recomputed."""
    found = chance.choice(world.sets)
    actors = sorted({str(each["actor_id"]) for each in world.sets} - {str(found["actor_id"])})
    if chance.randrange(2):
        world.execute(
            f"UPDATE {SETS} SET actor_id = %s WHERE id = %s", chance.choice(actors), found["id"]
        )
    else:
        world.execute(
            f"UPDATE {SETS} SET reason = %s WHERE id = %s", f"{found['reason']}!", found["id"]
        )
    rehash(world, found["number"])
    return Problem("", "")


def record_erased(world: World, chance: random.Random) -> Aim:
    """A record, its history and its journal gone, the counts made to agree."""
    rows = _erase(world, chance)
    return _set(rows[0].number)


def record_erased_and_rehashed(world: World, chance: random.Random) -> Aim:
    """The same, with every hash recomputed; change sets that held nothing else are left empty."""
    rows = _erase(world, chance)
    rehash(world, rows[0].number)
    return Problem("", "")


def _erase(world: World, chance: random.Random) -> list[Row]:
    last = chance.choice(world.live)
    label, record = last.journal["model"], last.journal["object_id"]
    rows = [
        row
        for row in world.rows
        if (row.journal["model"], row.journal["object_id"]) == (label, record)
    ]
    for row in rows:
        _delete(world, row)
        _delete_journal(world, row)
        _add_to_count(world, row.number, -1)
    pk = last.declaration.pk.column
    world.execute(f'DELETE FROM "{last.declaration.table}" WHERE "{pk}" = %s', last.values[pk])
    return rows
