"""Journal rows against history rows: fast for what is sound, then slowly for what is not, to name it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from django.db import DatabaseError

from peph.audit import hashing, journal, rows, sound_postgresql, sound_sqlite
from peph.audit.canonical import MALFORMED
from peph.audit.findings import Report
from peph.audit.history import SCOPES, Declaration, by_label
from peph.audit.journal import JournalRow, row_problem, stored_bytes
from peph.audit.verify_swaps import MOST_COMPARED, Mismatch, explain
from peph.audit.verify_unseen import Seen, key_of

# Journal rows compared by one statement on PostgreSQL: each looks through the window once a model.
WINDOW = 200_000


class Rows:
    """What is known of the rows so far; the chain hands over its blocks, then asks for what was found."""

    def __init__(self, connection: Any, report: Report) -> None:
        self.connection = connection
        self.report = report
        self.seen: defaultdict[str, Seen] = defaultdict(Seen)
        self.mismatches: defaultdict[str, list[Mismatch]] = defaultdict(list)
        self._is_postgresql = connection.vendor == "postgresql"
        self._waiting: set[str] = set()
        self._waiting_rows = 0
        self._window = (0, 0)

    @property
    def columns(self) -> Sequence[str]:
        """What of the journal has to be read: PostgreSQL compares the rest itself."""
        return journal.LEAN if self._is_postgresql else JournalRow._fields

    def check(self, block: Sequence[tuple[Any, ...]]) -> None:
        """Take a block of the journal, in the order of the chain."""
        self.report.history_rows += len(block)
        by_model: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for row in block:
            by_model[row[2]].append(row)
        for label, found in by_model.items():
            try:
                declaration = by_label(label)
            except LookupError:
                (first,) = self._whole(found[:1])
                self.report.add(
                    row_problem("altered", "the journal names no model we track", first)
                )
                continue
            found = self._meet(label, found)
            if found and not self._is_postgresql:
                self._look_at(
                    declaration, sound_sqlite.suspects(self.connection, declaration, found)
                )
        if self._is_postgresql:
            self._wait(block, by_model)

    def finish(self) -> None:
        """Compare what still waits, and say what the rows that mismatch are."""
        self._check_window()
        for label, mismatches in sorted(self.mismatches.items()):
            for problem in explain(by_label(label), mismatches):
                self.report.add(problem)

    def _wait(self, block: Sequence[tuple[Any, ...]], labels: Iterable[str]) -> None:
        first = self._window[0] if self._waiting_rows else block[0][0]
        self._window = (first, block[-1][0])
        self._waiting |= set(labels)
        self._waiting_rows += len(block)

    def end_page(self) -> None:
        """Whole change sets were handed over: a window may end here."""
        if self._waiting_rows >= WINDOW:
            self._check_window()

    def _check_window(self) -> None:
        for label in sorted(self._waiting):
            try:
                declaration = by_label(label)
            except LookupError:
                continue
            for ids in sound_postgresql.suspects(self.connection, declaration, *self._window):
                self._look_at(declaration, journal.by_id(self.connection, ids))
        self._waiting, self._waiting_rows = set(), 0

    def _meet(self, label: str, found: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Note which history rows the journal names, a second time is one too many; answers who names one."""
        seen = self.seen[label]
        ids = [row[3] for row in found]
        if set(map(type, ids)) != {int}:
            for row in self._whole([row for row in found if type(row[3]) is not int]):
                self.report.add(row_problem("altered", "the journal names no history row", row))
            found = [row for row in found if type(row[3]) is int]
            if not (ids := [row[3] for row in found]):
                return found
        if ids == list(range(ids[0], ids[0] + len(ids))) and seen.add_run(ids[0], ids[-1]):
            return found
        twice = [row for row in found if not seen.add(row[3])]
        for row in self._whole(twice[:MOST_COMPARED]):
            self.report.add(
                row_problem("inserted", "a second journal row for one history row", row)
            )
        return found

    def _whole(self, found: Sequence[tuple[Any, ...]]) -> list[JournalRow]:
        if self._is_postgresql:
            return journal.by_id(self.connection, [row[1] for row in found]) if found else []
        return [JournalRow(*row) for row in found]

    def _look_at(self, declaration: Declaration, suspects: Sequence[JournalRow]) -> None:
        if not suspects:
            return
        found = self._history(declaration, [row.history_id for row in suspects])
        for row in suspects:
            self._check_row(declaration, row, found)

    def _history(
        self, declaration: Declaration, ids: Sequence[int]
    ) -> dict[int, rows.RawRow | None]:
        """The history rows by id; None for one that is there and that cannot even be read."""
        try:
            return dict(rows.by_history_id(self.connection, declaration, ids))
        except (DatabaseError, ValueError):
            found: dict[int, rows.RawRow | None] = {}
            for each in ids:
                try:
                    found |= rows.by_history_id(self.connection, declaration, [each])
                except (DatabaseError, ValueError):
                    found[each] = None
            return found

    def _check_row(
        self, declaration: Declaration, row: JournalRow, found: dict[int, rows.RawRow | None]
    ) -> None:
        if row.history_id not in found:
            self.report.add(row_problem("deleted", "the history row is gone", row))
            return
        history = found[row.history_id]
        if history is None:
            self.report.add(row_problem("altered", "the history row cannot be read", row))
            return
        own = hashing.shape(declaration)
        leaf: bytes | None = None
        # A value of the wrong type makes no leaf: somebody put it there.
        with suppress(*MALFORMED):
            leaf = own.leaf(history.values, history.salt, history.redacted)
        if leaf == stored_bytes(row.leaf):
            if (difference := _difference(declaration, row, history)) is not None:
                self.report.add(row_problem(*difference, row))
        # One is as broken as a thousand, and a thousand would be held in memory.
        elif len(self.mismatches[row.model]) < MOST_COMPARED:
            self.mismatches[row.model].append(Mismatch(row, history))


def _difference(
    declaration: Declaration, row: JournalRow, history: rows.RawRow
) -> tuple[str, str] | None:
    """What is wrong with a history row whose leaf is right, and with what the journal says of it."""
    if not rows.is_sound_redaction(declaration, history):
        return "altered", "its salt or its commitments were altered"
    return _journal_difference(declaration, row, history)


def _journal_difference(
    declaration: Declaration, row: JournalRow, history: rows.RawRow
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
