"""The chain, walked: numbers, links, journal rows against history rows, and every leaf recomputed."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from itertools import groupby
from operator import itemgetter
from typing import Any

from peph.audit import hashing, journal
from peph.audit.canonical import MALFORMED
from peph.audit.findings import Head, Problem, Report
from peph.audit.journal import JOURNAL, SETS, JournalRow, row_problem, stored_bytes
from peph.audit.models import ChangeSet
from peph.audit.verify_rows import Rows
from peph.audit.verify_unseen import Seen
from peph.progress import Progress

PAGE = 1000
MOST_TRIED = 500
LOWEST = -(2**63)
_YEARS = "'0001-01-02 00:00:00Z' AND '9999-12-30 00:00:00Z'"
# Two machines' clocks differ by less; more is said.
MOST_BACKWARDS = dt.timedelta(seconds=5)


def walk(
    connection: Any, report: Report, *, since: int, progress: Progress, total: int
) -> dict[str, Seen]:
    """Check every change set after `since`; returns the history rows met, by label of their model."""
    rows = Rows(connection, report)
    # Told after the rows: a row is the sharper finding than the broken link of its set.
    links = Report()
    number, prev, at = since, hashing.ZERO, None
    # From the beginning, what stands before the first number is met as well.
    last: Any = since or LOWEST
    if since:
        (start,) = read_sets(connection, since - 1, 1)
        prev, at = stored_bytes(start["hash"]), _instant(start["at"])
    report.head = Head(number, prev)
    while page := read_sets(connection, last, PAGE):
        last = page[-1]["number"]
        leaves = _read_journal(connection, rows, page, lambda: progress(report.history_rows, total))
        for each in page:
            if not _is_number(each["number"]):
                links.add(Problem("chain", f"a change set has the number {each['number']!r}"))
                continue
            if each["number"] != number + 1:
                links.add(_gap(number + 1, each["number"] - 1))
            _check_set(connection, links, each, prev, leaves[each["number"]])
            at = _check_clock(report, each, at)
            number, prev = each["number"], stored_bytes(each["hash"])
            report.change_sets += 1
        report.head = Head(number, prev)
    rows.finish()
    for problem in sorted(links.problems, key=lambda problem: problem.history_id is None):
        report.add(problem)
    if not since:
        _check_orphans(connection, report)
    return rows.seen


def _read_journal(
    connection: Any, rows: Rows, page: list[dict[str, Any]], progress: Callable[[], None]
) -> dict[int, hashing.Leaves]:
    """Hand the journal of these change sets over, and digest the leaves of each."""
    leaves: defaultdict[int, hashing.Leaves] = defaultdict(hashing.Leaves)
    first, last = page[0]["number"], page[-1]["number"]
    for block in journal.blocks(connection, first, last, rows.columns):
        for number, group in groupby(block, key=itemgetter(0)):
            leaves[number].extend([stored_bytes(row[4]) for row in group])
        rows.check(block)
        progress()
    rows.end_page()
    return leaves


def _gap(first: int, last: int) -> Problem:
    missing = (
        f"change sets {first} to {last} are missing"
        if last > first
        else f"change set {first} is missing"
    )
    return Problem("deleted", missing, change_set=first)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and value > 0


def _instant(value: Any) -> dt.datetime | None:
    """When a change set was sealed, if that can be read; raw, SQLite has it as text in UTC."""
    if isinstance(value, dt.datetime):
        return value
    try:
        return dt.datetime.fromisoformat(str(value)).replace(tzinfo=dt.UTC)
    except ValueError:
        return None


def _check_clock(
    report: Report, stored: dict[str, Any], before: dt.datetime | None
) -> dt.datetime | None:
    """A clock set back proves nothing against the history, whose order is the numbers; it is said."""
    if (at := _instant(stored["at"])) is None:
        return before  # the header's hash tells what was done to it
    if before is not None and (back := before - at) > MOST_BACKWARDS:
        report.warn(
            Problem(
                "clock",
                f"the clock went back by {back.total_seconds():.0f} seconds",
                change_set=stored["number"],
            )
        )
    return at


def read_sets(connection: Any, after: int, limit: int) -> list[dict[str, Any]]:
    """Up to so many change sets after this number, raw, by name of their columns."""
    fields = list(ChangeSet._meta.concrete_fields)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    if connection.vendor == "sqlite":
        columns = ", ".join(f'+"{field.column}"' for field in fields)
    else:
        # No driver reads an instant beyond the years Python knows: without it, the header tells.
        columns = columns.replace('"at"', f"CASE WHEN at BETWEEN {_YEARS} THEN at END")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM {SETS} WHERE number > %s ORDER BY number LIMIT {limit}",
            [after],
        )
        names = [field.attname for field in fields]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _check_set(
    connection: Any,
    report: Report,
    stored: dict[str, Any],
    prev: bytes,
    leaves: hashing.Leaves,
) -> None:
    number = stored["number"]
    if not isinstance(stored["rows"], int):
        report.add(Problem("chain", "its count of rows is no number", change_set=number))
        return
    if leaves.count != stored["rows"]:
        kind, what = (
            ("deleted", "gone") if leaves.count < stored["rows"] else ("inserted", "too many")
        )
        count = abs(leaves.count - stored["rows"])
        intruder = (
            _intruder(connection, stored, prev) if count == 1 and kind == "inserted" else None
        )
        if intruder is not None:
            report.add(row_problem("inserted", "no change wrote it", intruder))
        else:
            report.add(Problem(kind, f"{count} of its journal rows: {what}", change_set=number))
        return
    if stored_bytes(stored["prev"]) != prev:
        report.add(
            Problem("chain", "it does not follow the change set before it", change_set=number)
        )
        return
    expected: bytes | None = None
    with suppress(*MALFORMED):
        header = hashing.header(stored)
        expected = hashing.link(prev, number, header, leaves.count, leaves.digest())
    if stored_bytes(stored["hash"]) != expected:
        report.add(
            Problem("chain", "its own fields or its journal were altered", change_set=number)
        )
    elif not _is_sound_reason(stored):
        report.add(Problem("chain", "its reason is not the one given", change_set=number))


def _is_sound_reason(stored: dict[str, Any]) -> bool:
    with suppress(*MALFORMED):
        return hashing.is_sound_reason(stored)
    return False


def _intruder(connection: Any, stored: dict[str, Any], prev: bytes) -> JournalRow | None:
    """The one row of a set without which its hash is right again."""
    number = stored["number"]
    found = [
        JournalRow(*row) for block in journal.blocks(connection, number, number) for row in block
    ]
    if len(found) > MOST_TRIED:
        return None
    try:
        header = hashing.header(stored)
    except MALFORMED:
        return None
    for suspect in reversed(found):
        others = (stored_bytes(row.leaf) for row in found if row is not suspect)
        count, digest = hashing.digest_of(others)
        if hashing.link(prev, number, header, count, digest) == stored_bytes(stored["hash"]):
            return suspect
    return None


def _check_orphans(connection: Any, report: Report) -> None:
    """Journal rows of a change set that is gone."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {JOURNAL}")
        if cursor.fetchone()[0] == report.history_rows:
            return
        cursor.execute(
            f"SELECT model, object_id, history_id FROM {JOURNAL} j WHERE NOT EXISTS"
            f" (SELECT 1 FROM {SETS} s WHERE s.id = j.change_set_id) ORDER BY j.id LIMIT 1"
        )
        if (found := cursor.fetchone()) is not None:
            model, object_id, history_id = found
            orphan = JournalRow(0, 0, model, history_id, b"", object_id, "", None, None, None, None)
            report.add(row_problem("moved", "its change set does not exist", orphan))
