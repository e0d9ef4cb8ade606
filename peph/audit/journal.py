"""The journal read raw, in the order of the chain, in blocks."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from peph.audit.findings import Problem
from peph.audit.models import ChangedRow, ChangeSet

BLOCK = 5000
SETS, JOURNAL = ChangeSet._meta.db_table, ChangedRow._meta.db_table


class JournalRow(NamedTuple):
    """A row of the journal, with the number of its change set. The first five are what a digest needs."""

    number: int
    id: int
    model: str
    history_id: int
    leaf: bytes
    object_id: str
    type: str
    change_set_id: Any
    case_id: Any
    region_id: Any
    organization_id: Any


LEAN = JournalRow._fields[:5]


def stored_bytes(value: Any) -> bytes:
    """A hash as it is stored; of what is none, since SQLite holds anything, no bytes at all."""
    return bytes(value) if isinstance(value, bytes | memoryview) else b""


def row_problem(kind: str, message: str, row: JournalRow) -> Problem:
    """A problem with the place of a journal row; what is no number and no text there is told in words."""
    return Problem(
        kind,
        message,
        row.number if isinstance(row.number, int) and row.number > 0 else None,
        row.model if isinstance(row.model, str) else repr(row.model),
        row.object_id if isinstance(row.object_id, str) else repr(row.object_id),
        row.history_id if isinstance(row.history_id, int) else None,
    )


def blocks(
    connection: Any, first: int, last: int, names: Sequence[str] = JournalRow._fields
) -> Iterator[list[tuple[Any, ...]]]:
    """These columns of the journal of these change sets, as plain tuples."""
    columns = ", ".join(f"{'s' if name == 'number' else 'j'}.{name}" for name in names)
    yield from _read(
        connection,
        f"SELECT {columns} FROM {SETS} s JOIN {JOURNAL} j ON j.change_set_id = s.id"
        " WHERE s.number BETWEEN %s AND %s ORDER BY s.number, j.id",
        [first, last],
    )


def by_id(connection: Any, ids: Sequence[int]) -> list[JournalRow]:
    """These rows of the journal, in the order of the chain."""
    columns = ", ".join(f"j.{name}" for name in JournalRow._fields[1:])
    marks = ", ".join(["%s"] * len(ids))
    statement = (
        f"SELECT s.number, {columns} FROM {SETS} s JOIN {JOURNAL} j ON j.change_set_id = s.id"
        f" WHERE j.id IN ({marks}) ORDER BY s.number, j.id"
    )
    return [JournalRow(*row) for block in _read(connection, statement, ids) for row in block]


def _read(
    connection: Any, statement: str, values: Sequence[Any]
) -> Iterator[list[tuple[Any, ...]]]:
    cursor = connection.chunked_cursor()
    try:
        cursor.execute(statement, list(values))
        while batch := cursor.fetchmany(BLOCK):
            yield batch
    finally:
        cursor.close()
