"""Proving the history: everything the triggers and the seal wrote is recomputed and compared.

Holds at any size: change sets are read by the page, the journal is streamed, and of each history table
only one bit a row is kept.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from peph.audit import verify_chain, verify_live, verify_unseen
from peph.audit.checkpoint import Note
from peph.audit.findings import CannotProve, Problem, Progress, Report
from peph.audit.models import ChangeSet
from peph.audit.triggers import install


def verify(
    *,
    since: int = 0,
    notes: Sequence[Note] = (),
    using: str = DEFAULT_DB_ALIAS,
    progress: Progress = lambda done, total: None,
) -> Report:
    """Check triggers, numbers, links, leaves, journal against history, history against live rows, notes.

    With `since`, change sets up to that number are taken as proven. Raises CannotProve when it is not there.
    """
    connection = connections[using]
    report = Report()
    with snapshot(connection):
        unguarded = install.check(using)
        total = _total(connection, since)
        seen = verify_chain.walk(connection, report, since=since, progress=progress, total=total)
        if not since:
            verify_unseen.check(connection, report, seen)
        verify_live.check(connection, report)
        _check_notes(connection, report, notes)
    for difference in unguarded:
        report.add(Problem("trigger", difference))
    return report


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
            f"SELECT coalesce(sum(rows), 0), min(number) FROM {table} WHERE number >= %s", [since]
        )
        rows, first = cursor.fetchone()
    if since and first != since:
        raise CannotProve(f"There is no change set {since} to start from.")
    return int(rows)


def _check_notes(connection: Any, report: Report, notes: Sequence[Note]) -> None:
    for note in notes:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT hash FROM {ChangeSet._meta.db_table} WHERE number = %s", [note.number]
            )
            found = cursor.fetchone()
        if note.number == 0:
            continue
        if found is None:
            report.add(
                Problem(
                    "checkpoint",
                    f"the history ends before change set {note.number}, which a checkpoint noted",
                    change_set=note.number,
                )
            )
        elif found[0] != note.head:
            report.add(
                Problem(
                    "checkpoint",
                    "the change set is not the one a checkpoint noted: history was rewritten",
                    change_set=note.number,
                )
            )
