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
# What hashing a value raises that has not the type of its column: SQLite holds any type in any of them.
MALFORMED = (ValueError, TypeError, AttributeError, ArithmeticError)
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
    number, prev, last = since, hashing.ZERO, since
    if since:
        (start,) = _sets(connection, since - 1, 1)
        prev = _bytes(start["hash"])
    while page := _sets(connection, last, PAGE):
        first, last = page[0]["number"], page[-1]["number"]
        leaves: defaultdict[int, hashing.Leaves] = defaultdict(hashing.Leaves)
        for block in _journal(connection, first, last):
            for row in block:
                leaves[row.number].add(_bytes(row.leaf))
            _check_block(state, block)
            progress(report.history_rows, total)
        for each in page:
            if not isinstance(each["number"], int):
                report.add(Problem("chain", f"a change set has no number but {each['number']!r}"))
                continue
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
            number, prev = each["number"], _bytes(each["hash"])
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
    if not isinstance(row.history_id, int):
        state.report.add(_problem("altered", "the journal names no history row", row))
        return
    if not state.seen[row.model].add(row.history_id):
        state.report.add(_problem("inserted", "a second journal row for one history row", row))
    if history is None:
        state.report.add(_problem("deleted", "the history row is gone", row))
        return
    own = hashing.shape(declaration)
    leaf: bytes | None
    try:
        leaf = own.leaf(history.values, history.salt, history.redacted)
    except MALFORMED:
        leaf = None  # a value of the wrong type: somebody put it there
    if leaf != _bytes(row.leaf):
        state.mismatches[row.model].append(Mismatch(row, history))
        return
    if not rows.is_sound_redaction(declaration, history):
        state.report.add(_problem("altered", "its salt or its commitments were altered", row))
        return
    if (difference := _journal_difference(state, declaration, row, history)) is not None:
        state.report.add(_problem(*difference, row))


def _journal_difference(
    state: Walk, declaration: Declaration, row: JournalRow, history: rows.RawRow
) -> tuple[str, str] | None:
    """What the journal says of a sound history row that the row itself does not."""
    at = rows.positions(hashing.shape(declaration))
    value = history.values
    if value[at["change_set_id"]] != row.change_set_id:
        return "moved", "the journal row is in another change set than its history row"
    if value[at["history_type"]] != row.type:
        return "altered", "the journal gives the change another kind"
    # One spelling only: who looks for the changes of a record finds no other.
    if key_of(declaration, value[at[declaration.pk.attname]]) != row.object_id:
        return "altered", "the journal names another record"
    scope = dict(declaration.scope)
    for name in SCOPES:
        field = scope.get(name)
        noted = getattr(row, f"{name}_id")
        if field is not None and field.attname not in at:
            continue  # not in the history: nothing to hold it against
        actual = None if field is None else value[at[field.attname]]
        if actual != noted:
            return "altered", f"the journal names another {name}"
    return None


def _bytes(value: Any) -> bytes:
    """A hash as it is stored; for what is none, the hash of nothing."""
    return bytes(value) if isinstance(value, bytes | memoryview) else b""


def _check_set(state: Walk, stored: dict[str, Any], prev: bytes, leaves: hashing.Leaves) -> None:
    number = stored["number"]
    if not isinstance(stored["rows"], int):
        state.report.add(Problem("chain", "its count of rows is no number", change_set=number))
        return
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
    if _bytes(stored["prev"]) != prev:
        state.report.add(
            Problem("chain", "it does not follow the change set before it", change_set=number)
        )
        return
    expected: bytes | None
    try:
        header = hashing.header(stored)
        expected = hashing.link(prev, number, header, leaves.count, leaves.digest())
    except MALFORMED:
        expected = None
    if _bytes(stored["hash"]) != expected:
        state.report.add(
            Problem("chain", "its own fields or its journal were altered", change_set=number)
        )


def _intruder(state: Walk, stored: dict[str, Any], prev: bytes) -> JournalRow | None:
    """The one row of a set without which its hash is right again."""
    number = stored["number"]
    journal = [row for block in _journal(state.connection, number, number) for row in block]
    if len(journal) > MOST_TRIED:
        return None
    try:
        header = hashing.header(stored)
    except MALFORMED:
        return None
    for suspect in reversed(journal):
        others = (_bytes(row.leaf) for row in journal if row is not suspect)
        count, digest = hashing.digest_of(others)
        if hashing.link(prev, number, header, count, digest) == _bytes(stored["hash"]):
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
