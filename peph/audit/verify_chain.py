"""The chain, walked: numbers, links, journal rows against history rows, and every leaf recomputed."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from peph.audit import hashing, rows
from peph.audit.findings import Problem, Progress, Report
from peph.audit.history import SCOPES, Declaration, by_label
from peph.audit.models import ChangedRow, ChangeSet
from peph.audit.verify_swaps import Mismatch, explain
from peph.audit.verify_unseen import Seen, key_of

PAGE = 1000
BLOCK = 2000
MOST_TRIED = 500
_SETS, _JOURNAL = ChangeSet._meta.db_table, ChangedRow._meta.db_table


class JournalRow(NamedTuple):
    """A row of the journal, with the number of its change set."""

    number: int
    id: int
    model: str
    object_id: str
    history_id: int
    type: str
    leaf: bytes
    case_id: Any
    region_id: Any
    organization_id: Any
    change_set_id: Any


class Walk:
    """The state of one walk; the functions below are its steps."""

    def __init__(self, connection: Any, report: Report) -> None:
        self.connection = connection
        self.report = report
        self.seen: defaultdict[str, Seen] = defaultdict(Seen)
        self.mismatches: defaultdict[str, list[Mismatch]] = defaultdict(list)
        self.journal_rows = 0


def walk(
    connection: Any, report: Report, *, since: int, progress: Progress, total: int
) -> dict[str, Seen]:
    """Check every change set after `since`; returns the history rows met, by label of their model."""
    state = Walk(connection, report)
    number, prev = since, hashing.ZERO
    if since:
        (start,) = _sets(connection, since - 1, 1)
        prev = bytes(start["hash"])
    while page := _sets(connection, number, PAGE):
        first, last = page[0]["number"], page[-1]["number"]
        leaves: defaultdict[int, hashing.Leaves] = defaultdict(hashing.Leaves)
        for block in _journal(connection, first, last):
            for row in block:
                leaves[row.number].add(bytes(row.leaf))
            _check_block(state, block)
            progress(report.history_rows, total)
        for each in page:
            if each["number"] != number + 1:
                report.add(
                    Problem(
                        "deleted",
                        f"change sets {number + 1} to {each['number'] - 1} are missing"
                        if each["number"] > number + 2
                        else f"change set {number + 1} is missing",
                        change_set=number + 1,
                    )
                )
            _check_set(state, each, prev, leaves[each["number"]])
            number, prev = each["number"], bytes(each["hash"])
            report.change_sets += 1
    for label, mismatches in sorted(state.mismatches.items()):
        for problem in explain(by_label(label), mismatches):
            report.add(problem)
    # A row is the sharper finding than the broken link of its set.
    report.problems.sort(key=lambda problem: problem.history_id is None)
    if not since:
        _check_orphans(state)
    return state.seen


def _sets(connection: Any, after: int, limit: int) -> list[dict[str, Any]]:
    fields = list(ChangeSet._meta.concrete_fields)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    if connection.vendor == "sqlite":
        columns = ", ".join(f'+"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM {_SETS} WHERE number > %s ORDER BY number LIMIT {limit}",
            [after],
        )
        names = [field.attname for field in fields]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _journal(connection: Any, first: int, last: int) -> Iterator[list[JournalRow]]:
    """The journal of these change sets, in blocks, in the order of the chain."""
    cursor = connection.chunked_cursor()
    try:
        cursor.execute(
            f"SELECT s.number, {', '.join('j.' + name for name in JournalRow._fields[1:])}"
            f" FROM {_SETS} s JOIN {_JOURNAL} j ON j.change_set_id = s.id"
            " WHERE s.number BETWEEN %s AND %s ORDER BY s.number, j.id",
            [first, last],
        )
        while batch := cursor.fetchmany(BLOCK):
            yield [JournalRow(*row) for row in batch]
    finally:
        cursor.close()


def _check_block(state: Walk, block: list[JournalRow]) -> None:
    state.report.history_rows += len(block)
    state.journal_rows += len(block)
    by_model: defaultdict[str, list[JournalRow]] = defaultdict(list)
    for row in block:
        by_model[row.model].append(row)
    for label, journal in by_model.items():
        try:
            declaration = by_label(label)
        except LookupError:
            state.report.add(_problem("altered", "the journal names no model we track", journal[0]))
            continue
        found = rows.by_history_id(
            state.connection, declaration, [row.history_id for row in journal]
        )
        for row in journal:
            _check_row(state, declaration, row, found.get(row.history_id))


def _check_row(
    state: Walk, declaration: Declaration, row: JournalRow, history: rows.RawRow | None
) -> None:
    if not state.seen[row.model].add(row.history_id):
        state.report.add(_problem("inserted", "a second journal row for one history row", row))
    if history is None:
        state.report.add(_problem("deleted", "the history row is gone", row))
        return
    own = hashing.shape(declaration)
    try:
        leaf = own.leaf(history.values, history.salt, history.redacted)
    except (ValueError, TypeError, AttributeError, ArithmeticError):
        leaf = b""  # a value of the wrong type: somebody put it there
    if leaf != bytes(row.leaf):
        state.mismatches[row.model].append(Mismatch(row, history))
        return
    if (difference := _journal_difference(state, declaration, row, history)) is not None:
        state.report.add(_problem(*difference, row))


def _journal_difference(
    state: Walk, declaration: Declaration, row: JournalRow, history: rows.RawRow
) -> tuple[str, str] | None:
    """What the journal says of a sound history row that the row itself does not."""
    at = rows.positions(hashing.shape(declaration))
    value = history.values
    if not _same_id(value[at["change_set_id"]], row.change_set_id):
        return "moved", "the journal row is in another change set than its history row"
    if value[at["history_type"]] != row.type:
        return "altered", "the journal gives the change another kind"
    key = value[at[declaration.pk.attname]]
    if str(key) != row.object_id and key_of(declaration, key) != row.object_id:
        return "altered", "the journal names another record"
    scope = dict(declaration.scope)
    for name in SCOPES:
        field = scope.get(name)
        noted = getattr(row, f"{name}_id")
        if field is not None and field.attname not in at:
            continue  # not in the history: nothing to hold it against
        actual = None if field is None else value[at[field.attname]]
        if not _same_id(actual, noted):
            return "altered", f"the journal names another {name}"
    return None


def _same_id(one: Any, other: Any) -> bool:
    """Whether two raw ids are one; SQLite has them as text without hyphens."""
    return one == other or _hex(one) == _hex(other)


def _hex(value: Any) -> str | None:
    return None if value is None else str(value).replace("-", "")


def _check_set(state: Walk, stored: dict[str, Any], prev: bytes, leaves: hashing.Leaves) -> None:
    number = stored["number"]
    if leaves.count != stored["rows"]:
        kind, what = (
            ("deleted", "gone") if leaves.count < stored["rows"] else ("inserted", "too many")
        )
        count = abs(leaves.count - stored["rows"])
        intruder = _intruder(state, stored, prev) if count == 1 and kind == "inserted" else None
        if intruder is not None:
            state.report.add(_problem("inserted", "no change wrote it", intruder))
        else:
            state.report.add(
                Problem(kind, f"{count} of its journal rows: {what}", change_set=number)
            )
        return
    if bytes(stored["prev"]) != prev:
        state.report.add(
            Problem("chain", "it does not follow the change set before it", change_set=number)
        )
        return
    expected = hashing.link(prev, number, hashing.header(stored), leaves.count, leaves.digest())
    if bytes(stored["hash"]) != expected:
        state.report.add(
            Problem("chain", "its own fields or its journal were altered", change_set=number)
        )


def _intruder(state: Walk, stored: dict[str, Any], prev: bytes) -> JournalRow | None:
    """The one row of a set without which its hash is right again."""
    number = stored["number"]
    journal = [row for block in _journal(state.connection, number, number) for row in block]
    if len(journal) > MOST_TRIED:
        return None
    header = hashing.header(stored)
    for suspect in reversed(journal):
        others = (bytes(row.leaf) for row in journal if row is not suspect)
        count, digest = hashing.digest_of(others)
        if hashing.link(prev, number, header, count, digest) == bytes(stored["hash"]):
            return suspect
    return None


def _check_orphans(state: Walk) -> None:
    """Journal rows of a change set that is gone."""
    with state.connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {_JOURNAL}")
        if cursor.fetchone()[0] == state.journal_rows:
            return
        cursor.execute(
            f"SELECT model, object_id, history_id FROM {_JOURNAL} j WHERE NOT EXISTS"
            f" (SELECT 1 FROM {_SETS} s WHERE s.id = j.change_set_id) ORDER BY j.id LIMIT 1"
        )
        if (found := cursor.fetchone()) is not None:
            state.report.add(Problem("moved", "its change set does not exist", None, *found))


def _problem(kind: str, message: str, row: JournalRow) -> Problem:
    return Problem(kind, message, row.number, row.model, row.object_id, row.history_id)
