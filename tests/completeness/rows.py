"""The tracked tables and their histories as the database holds them, read raw on a connection apart.

It knows which columns are tracked; it uses neither the models nor anything that writes or proves history.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from peph.audit.history import Declaration, declarations
from peph.audit.models import ChangedRow, ChangeSet

# key → the values as the engine writes them out, and on PostgreSQL the transaction that wrote the row
Table = dict[str, tuple[tuple[str | None, ...], str]]


@dataclass(frozen=True)
class Kept:
    """One row of a history."""

    label: str
    number: int
    key: str
    kind: str
    actor: str
    change_set: str
    values: tuple[str | None, ...]
    xmin: str


@dataclass(frozen=True)
class Sealed:
    """One change set."""

    key: str
    number: int
    actor: str
    channel: str
    rows: int
    xmin: str


class Reader:
    """A connection of its own: it sees what is committed and nothing else."""

    def __init__(self, connection: Any) -> None:
        self.is_sqlite = connection.vendor == "sqlite"
        found = connection.get_connection_params()
        if self.is_sqlite:
            self.raw: Any = sqlite3.connect(found["database"], isolation_level=None)
        else:
            names = ("dbname", "user", "password", "host", "port")
            given = {name: found[name] for name in names if found.get(name)}
            self.raw = psycopg.connect(**given, autocommit=True)
        self.tracked: list[Declaration] = declarations()
        # Whether PostgreSQL can say of two transaction numbers that they were committed as one.
        self.tells_commits = not self.is_sqlite and self.one("SHOW track_commit_timestamp") == "on"

    def close(self) -> None:
        self.raw.close()

    def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        cursor = self.raw.execute(statement, parameters)
        return list(cursor.fetchall())

    def one(self, statement: str, *parameters: Any) -> Any:
        return self.rows(statement, *parameters)[0][0]

    def live(self) -> dict[str, Table]:
        """Every tracked table, whole."""
        return {each.label: dict(self._live(each)) for each in self.tracked}

    def _live(self, each: Declaration) -> Iterator[tuple[str, tuple[Any, str]]]:
        columns = [live.column for live, _copy in each.columns]
        for key, xmin, *values in self.rows(
            f'SELECT {self._plain(each.pk.column)}, {self._xmin}, {self._all(columns)} FROM "{each.table}"'
        ):
            yield key, (tuple(values), xmin)

    def history(self, each: Declaration, after: int = 0) -> list[Kept]:
        """The rows of one history beyond this one, in their order."""
        columns = [copy.column for _live, copy in each.columns]
        found = self.rows(
            f"SELECT history_id, {self._plain(each.pk.column)}, history_type,"
            f" {self._plain('history_user_id')}, {self._plain('change_set_id')}, {self._xmin},"
            f' {self._all(columns)} FROM "{each.history_table}" WHERE history_id > {int(after)}'
            " ORDER BY history_id"
        )
        return [
            Kept(each.label, number, key, kind, actor, change_set, tuple(values), xmin)
            for number, key, kind, actor, change_set, xmin, *values in found
        ]

    def change_sets(self, after: int) -> list[Sealed]:
        """The change sets beyond this number."""
        return [
            Sealed(*row)
            for row in self.rows(
                f"SELECT {self._plain('id')}, number, {self._plain('actor_id')}, channel, rows,"
                f' {self._xmin} FROM "{ChangeSet._meta.db_table}" WHERE number > {int(after)}'
                " ORDER BY number"
            )
        ]

    def journal(self, after: int) -> tuple[int, dict[tuple[str, int], tuple[str, str, str]]]:
        """The journal beyond this row: its end, and (label, history row) → record, change set, xmin."""
        found = self.rows(
            f"SELECT id, model, history_id, object_id, {self._plain('change_set_id')}, {self._xmin}"
            f' FROM "{ChangedRow._meta.db_table}" WHERE id > {int(after)} ORDER BY id'
        )
        return found[-1][0] if found else after, {
            (model, history_id): (key.replace("-", ""), change_set, xmin)
            for _id, model, history_id, key, change_set, xmin in found
        }

    def version(self) -> int:
        """On SQLite, a number that moves when somebody else commits."""
        return int(self.one("PRAGMA data_version")) if self.is_sqlite else 0

    def moment(self, xmin: str) -> str:
        """When the transaction was committed, to the microsecond; a savepoint's is its transaction's."""
        return str(self.one("SELECT pg_xact_commit_timestamp(%s::xid)", xmin))

    @property
    def _xmin(self) -> str:
        return "''" if self.is_sqlite else "xmin::text"

    def _plain(self, column: str) -> str:
        return f'CAST("{column}" AS TEXT)'

    def _all(self, columns: Sequence[str]) -> str:
        """Each value as the engine itself writes it, so that nothing is made alike on the way."""
        if self.is_sqlite:
            return ", ".join(f'quote("{column}")' for column in columns)
        return ", ".join(f'"{column}"::text' for column in columns)


def replayed(reader: Reader) -> list[str]:
    """Each history folded from its first row, against its table: what differs, row by row."""
    wrong = []
    for each in reader.tracked:
        state: dict[str, tuple[str | None, ...]] = {}
        for kept in reader.history(each):
            if (kept.kind == "+") is (kept.key in state):
                wrong.append(f"{each.label} {kept.key}: {kept.kind} out of turn")
            state[kept.key] = kept.values
            if kept.kind == "-":
                del state[kept.key]
        live = {key: values for key, (values, _xmin) in reader._live(each)}
        wrong += [
            f"{each.label} {key}: the history does not lead to it"
            for key in state.keys() | live.keys()
            if state.get(key) != live.get(key)
        ]
    return wrong
