"""The observer: after every COMMIT it compares all tracked tables with what they were, row by row.

What it finds is the truth that the history is held against. “In the same transaction” is shown so. On
SQLite, whole tables are compared between one COMMIT and the next: a row and its history that appear
between the same two were written by the same transaction, and `data_version`, read as each transaction
begins, tells of anything written outside one. On PostgreSQL, the row, its history row and its journal row
have one `xmin`; the change set has the same, or, for what a savepoint wrote, the same moment of commit.
"""

import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.completeness.rows import Kept, Reader, Sealed, Table


@dataclass
class Tally:
    """What one channel came to."""

    mutations: int = 0
    with_history: int = 0
    equal: int = 0
    same_transaction: int = 0

    @property
    def is_complete(self) -> bool:
        return self.mutations == self.with_history == self.equal == self.same_transaction


@dataclass
class Observer:
    """Watches the default connection through another one."""

    reader: Reader
    actor: uuid.UUID = uuid.UUID(int=0)
    channel: str = ""
    tallies: dict[str, Tally] = field(default_factory=dict)
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    live: dict[str, Table] = field(default_factory=dict)
    ends: dict[str, int] = field(default_factory=dict)
    journal_end: int = 0
    sets_end: int = 0
    version: int = 0

    def begin(self) -> None:
        """Take what is there as given."""
        self.live = self.reader.live()
        for each in self.reader.tracked:
            self.ends[each.label] = max(
                [kept.number for kept in self.reader.history(each)], default=0
            )
        self.journal_end, _rows = self.reader.journal(0)
        self.sets_end = max([each.number for each in self.reader.change_sets(0)], default=0)
        self.version = self.reader.version()

    @property
    def mutations(self) -> int:
        return sum(each.mutations for each in self.tallies.values())

    @contextmanager
    def expecting(self, actor: uuid.UUID, channel: str) -> Iterator[None]:
        """What is written inside is this person's, through this channel."""
        self.actor, self.channel = actor, channel
        yield
        self.check_nothing_outside()

    @contextmanager
    def watching(self, connection: Any) -> Iterator[None]:
        """Look after each COMMIT of this connection, and before each transaction."""
        commit, set_autocommit = connection._commit, connection.set_autocommit

        def committing() -> None:
            commit()
            self.look()

        def beginning(autocommit: bool, *arguments: Any, **options: Any) -> None:
            if not autocommit:
                self.check_nothing_outside()
            set_autocommit(autocommit, *arguments, **options)

        connection._commit, connection.set_autocommit = committing, beginning
        try:
            yield
        finally:
            del connection._commit, connection.set_autocommit

    def check_nothing_outside(self) -> None:
        """Between two transactions no tracked row may change."""
        if self.reader.is_sqlite and self.reader.version() != self.version:
            self.version = self.reader.version()
            if self.reader.live() != self.live:
                self.problems.append(f"{self.channel}: written outside a transaction")

    def look(self) -> None:
        """Judge what the transaction just committed changed."""
        before, self.live = self.live, self.reader.live()
        self.version = self.reader.version()
        sets = self.reader.change_sets(self.sets_end)
        self.sets_end = max([self.sets_end, *(each.number for each in sets)])
        self.journal_end, journal = self.reader.journal(self.journal_end)
        for each in self.reader.tracked:
            kept = self.reader.history(each, self.ends[each.label])
            if kept:
                self.ends[each.label] = kept[-1].number
            by_key: dict[str, list[Kept]] = {}
            for row in kept:
                by_key.setdefault(row.key, []).append(row)
            then, now = before[each.label], self.live[each.label]
            for key in then.keys() | now.keys():
                if then.get(key, ((), ""))[0] != now.get(key, ((), ""))[0]:
                    self._judge(each.label, key, then, now, by_key.get(key, []), journal, sets)

    def _judge(
        self,
        label: str,
        key: str,
        then: Table,
        now: Table,
        kept: list[Kept],
        journal: dict[tuple[str, int], tuple[str, str, str]],
        sets: list[Sealed],
    ) -> None:
        tally = self.tallies.setdefault(self.channel, Tally())
        tally.mutations += 1
        kind = "-" if key not in now else "~" if key in then else "+"
        self.kinds[label, kind] += 1
        last = kept[-1] if kept else None
        row = journal.get((label, last.number)) if last else None
        sealed = next((each for each in sets if last and each.key == last.change_set), None)
        if last is None or row is None or sealed is None:
            self.problems.append(f"{self.channel}: {label} {key} {kind}: no history")
            return
        said = (row[0], row[1], uuid.UUID(last.actor), uuid.UUID(sealed.actor), sealed.channel)
        if said != (
            key.replace("-", ""), last.change_set, self.actor, self.actor, self.channel,
        ):  # fmt: skip
            self.problems.append(f"{self.channel}: {label} {key} {kind}: says {said}")
            return
        tally.with_history += 1
        values, xmin = now[key] if kind != "-" else then[key]
        # A record created and then changed in one transaction is new, and its last row says changed.
        kinds = kept[0].kind if kind == "+" else last.kind
        if last.values == values and kinds == kind:
            tally.equal += 1
        else:
            self.problems.append(f"{self.channel}: {label} {key} {kind}: not what is stored")
        # Of a deleted row nothing is left to ask for its transaction: its history row stands for it.
        written = {last.xmin, row[2]} | ({xmin} if kind != "-" else set())
        if len(written) == 1 and self._is_one(last.xmin, sealed.xmin):
            tally.same_transaction += 1
        else:
            self.problems.append(f"{self.channel}: {label} {key} {kind}: another transaction")

    def _is_one(self, xmin: str, seal: str) -> bool:
        if xmin == seal:
            return True
        if self.reader.tells_commits:
            return self.reader.moment(xmin) == self.reader.moment(seal)
        # A savepoint's number is given after its transaction's, whose seal was written at its end.
        return int(seal) < int(xmin)
