"""Proving the history: everything the triggers and the seal wrote is recomputed and compared.

Holds at any size: change sets are read by the page, the journal is streamed, and of each history table
only one bit a row is kept.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections

from peph.audit import verify_chain, verify_live, verify_unseen
from peph.audit.checkpoint import Note
from peph.audit.findings import CannotProve, Problem, Report
from peph.audit.journal import stored_bytes
from peph.audit.models import ChangeSet
from peph.audit.receipts import Receipt
from peph.audit.triggers import install
from peph.progress import Progress

BLOCK = 1000


def verify(
    *,
    since: int = 0,
    notes: Sequence[Note] = (),
    receipts: Sequence[Receipt] = (),
    using: str = DEFAULT_DB_ALIAS,
    progress: Progress = lambda done, total: None,
) -> Report:
    """Check triggers, numbers, links, leaves, journal against history, history against live rows, notes,
    receipts.

    With `since`, change sets up to that number are taken as proven. Raises CannotProve when it is not there.
    """
    connection = connections[using]
    with snapshot(connection):
        try:
            return _prove(connection, since, notes, receipts, progress)
        except OperationalError:
            if connection.vendor != "sqlite":
                raise
            # Text that is none, perhaps, which the driver refuses to read: it has to be named.
            with _any_text(connection):
                return _prove(connection, since, notes, receipts, progress)


def _prove(
    connection: Any,
    since: int,
    notes: Sequence[Note],
    receipts: Sequence[Receipt],
    progress: Progress,
) -> Report:
    report = Report()
    unguarded = install.check(connection)
    total = _total(connection, since)
    seen = verify_chain.walk(connection, report, since=since, progress=progress, total=total)
    if not since:
        verify_unseen.check(connection, report, seen)
    verify_live.check(connection, report)
    _check_notes(connection, report, notes)
    _check_receipts(connection, report, receipts)
    for difference in unguarded:
        report.add(Problem("trigger", difference))
    return report


@contextmanager
def _any_text(connection: Any) -> Iterator[None]:
    """Text that is not UTF-8 is read as bytes, of which no leaf and no header is made."""

    def read(raw: bytes) -> str | bytes:
        try:
            return raw.decode()
        except UnicodeDecodeError:
            return raw

    before = connection.connection.text_factory
    connection.connection.text_factory = read
    try:
        yield
    finally:
        connection.connection.text_factory = before


@contextmanager
def snapshot(connection: Any) -> Iterator[None]:
    """One state of the database for the whole proof, without holding up writers."""
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        else:
            # Not through Django, which would take the write lock at once.
            cursor.execute("BEGIN DEFERRED")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")


def _total(connection: Any, since: int) -> int:
    table = ChangeSet._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            # In fractions, whatever the counts are: too large a sum of whole numbers is an error.
            f"SELECT coalesce(sum(rows + 0.0), 0), min(number) FROM {table} WHERE number >= %s",
            [since],
        )
        rows, first = cursor.fetchone()
    if since and first != since:
        raise CannotProve(f"There is no change set {since} to start from.")
    return int(min(rows, 2**63))


def _check_notes(connection: Any, report: Report, notes: Sequence[Note]) -> None:
    for note, found in _hashes(connection, [note for note in notes if note.number]):
        if found is None:
            message = f"the history ends before change set {note.number}, which a checkpoint noted"
        elif found != note.head:
            message = "the change set is not the one a checkpoint noted: history was rewritten"
        else:
            continue
        report.add(Problem("checkpoint", message, change_set=note.number))


def _check_receipts(connection: Any, report: Report, receipts: Sequence[Receipt]) -> None:
    for receipt, found in _hashes(connection, receipts):
        if found is None:
            message = f"a receipt was given for change set {receipt.number}, which is not there"
        elif found != receipt.hash:
            message = "the change set is not the one a receipt was given for"
        else:
            continue
        report.add(Problem("receipt", message, change_set=receipt.number))


def _hashes(connection: Any, held: Sequence[Any]) -> Iterator[tuple[Any, bytes | None]]:
    """Each of these, which have a number, with the hash the chain holds under it."""
    for start in range(0, len(held), BLOCK):
        block = held[start : start + BLOCK]
        marks = ", ".join(["%s"] * len(block))
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT number, hash FROM {ChangeSet._meta.db_table} WHERE number IN ({marks})",
                [each.number for each in block],
            )
            found = {number: stored_bytes(value) for number, value in cursor.fetchall()}
        yield from ((each, found.get(each.number)) for each in block)
