"""The triggers of SQLite. They call Python functions that exist only on connections of this service.

A client without them can read, but its writes to a tracked table fail: "no such function: peph".
"""

import datetime as dt
import time
from collections.abc import Iterator
from typing import Any

from django.db import models

from peph.audit.hashing import REASON_SALT, shape
from peph.audit.history import (
    JOURNAL_COLUMNS,
    REDACTED,
    SALT,
    SCOPES,
    WRITTEN_COLUMNS,
    Declaration,
    by_label,
)
from peph.audit.models import AccessLog, ChangedRow, ChangeSet, Checkpoint, VerificationRun
from peph.audit.running import running

# SQLite hands at most 127 arguments to a function: label, salt and the hashed columns.
LONGEST_ROW = 125

_last_instant = [0]
# Microseconds. Less than this is the grain of the clock and of many rows written at once.
CLOCK_SET_BACK = 1_000_000


def quoted(name: object) -> str:
    """A name of a table or column, as both engines take it."""
    return f'"{name}"'


def _literal(text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


def object_id(field: models.Field, expression: str) -> str:
    """The key as Django prints it; SQLite holds a UUID as 32 digits without hyphens."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    if not isinstance(field, models.UUIDField):
        return f"CAST({expression} AS TEXT)"
    parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    return " || '-' || ".join(f"substr({expression}, {at}, {size})" for at, size in parts)


def _changed(declaration: Declaration) -> str:
    """The condition under which an update is a change: a tracked column is not what it was."""
    # a column with a collation of its own may call two different texts equal
    return " OR ".join(
        f"new.{quoted(live.column)} IS NOT old.{quoted(live.column)}"
        + (" COLLATE BINARY" if getattr(live, "db_collation", None) else "")
        for live, _copy in declaration.columns
    )


def _record(declaration: Declaration, event: str, row: str, kind: str) -> str:
    """The trigger that writes the history row and its journal row after one event."""
    table, history = declaration.table, declaration.history_table
    columns = declaration.columns
    salt = "randomblob(16)" if declaration.personal else "NULL"
    names = [quoted(copy.column) for _live, copy in columns]
    values = [f"{row}.{quoted(live.column)}" for live, _copy in columns]
    scope = dict(declaration.scope)
    places = [f"{row}.{quoted(scope[name].column)}" if name in scope else "NULL" for name in SCOPES]
    pk = quoted(declaration.pk.column)
    hashed = ", ".join(quoted(field.column) for field in shape(declaration).fields)
    label = _literal(declaration.label)
    when = f" WHEN {_changed(declaration)}" if event == "UPDATE" else ""
    same_key = (
        f"SELECT RAISE(ABORT, 'audit: the key of {table} may not change')"
        f" WHERE new.{pk} IS NOT old.{pk};\n"
        if event == "UPDATE"
        else ""
    )
    name = quoted(f"peph_{table}_{event.lower()}")
    return f"""CREATE TRIGGER {name} AFTER {event} ON {quoted(table)}{when} BEGIN
SELECT RAISE(ABORT, 'audit: write to {table} outside change()') WHERE peph('change_set') IS NULL;
{same_key}INSERT INTO {quoted(history)} ({", ".join(names)}, {WRITTEN_COLUMNS})
VALUES ({", ".join(values)}, peph('now'), '{kind}', peph('actor'), peph('verb'), peph('change_set'), {salt});
INSERT INTO {ChangedRow._meta.db_table} ({JOURNAL_COLUMNS})
SELECT change_set_id, {label}, {object_id(declaration.pk, pk)}, history_id, '{kind}',
peph_leaf({label}, salt, {hashed}), {", ".join(places)}
FROM {quoted(history)} WHERE history_id = last_insert_rowid();
END"""


def _redaction(declaration: Declaration) -> str:
    """The one update a history row allows: every personal value and the salt become null, at once."""
    if not declaration.personal:
        return "0"
    untouched = [
        f"new.{quoted(field.column)} IS old.{quoted(field.column)}"
        for field in declaration.hashed
        if field.attname not in declaration.personal
    ]
    emptied = [
        f"new.{quoted(declaration.history_field(name).column)} IS NULL"
        for name in sorted(declaration.personal)
    ]
    return " AND ".join(
        [
            *untouched,
            *emptied,
            "peph('change_set') IS NOT NULL",
            f"old.{REDACTED} IS NULL",
            f"new.{REDACTED} IS NOT NULL",
            f"new.{SALT} IS NULL",
        ]
    )


def _reason_forgotten() -> str:
    """The one update a change set allows: its reason is emptied and the salt of it goes."""
    untouched = [
        f"new.{quoted(field.column)} IS old.{quoted(field.column)}"
        for field in ChangeSet._meta.concrete_fields
        if field.attname not in ("reason", REASON_SALT)
    ]
    return " AND ".join(
        [
            *untouched,
            "peph('change_set') IS NOT NULL",
            "new.reason = ''",
            f"old.{REASON_SALT} IS NOT NULL",
            f"new.{REASON_SALT} IS NULL",
        ]
    )


def _guards(table: str, *, update: str = "0", delete: str = "0") -> Iterator[tuple[str, str]]:
    """Refuse UPDATE and DELETE unless the condition given for it holds."""
    for event, allowed in (("update", update), ("delete", delete)):
        name = f"peph_{table}_no_{event}"
        yield (
            name,
            f"CREATE TRIGGER {quoted(name)} BEFORE {event.upper()} ON {quoted(table)}"
            f" WHEN NOT ({allowed}) BEGIN"
            f" SELECT RAISE(ABORT, 'audit: {table} is append-only'); END",
        )


def model_triggers(declaration: Declaration) -> dict[str, str]:
    """Name → statement of the triggers of one tracked model."""
    statements = {
        f"peph_{declaration.table}_{event.lower()}": _record(declaration, event, row, kind)
        for event, row, kind in (
            ("INSERT", "new", "+"),
            ("UPDATE", "new", "~"),
            ("DELETE", "old", "-"),
        )
    }
    guards = _guards(declaration.history_table, update=_redaction(declaration))
    return statements | dict(guards)


def own_triggers() -> dict[str, str]:
    """Name → statement of the guards of the audit's own tables."""
    return {
        **dict(_guards(ChangeSet._meta.db_table, update=_reason_forgotten())),
        **dict(_guards(ChangedRow._meta.db_table)),
        **dict(_guards(Checkpoint._meta.db_table)),
        **dict(_guards(VerificationRun._meta.db_table)),
        **dict(_guards(AccessLog._meta.db_table, delete="peph('change_set') IS NOT NULL")),
    }


def _now() -> str:
    """Now in UTC, rising strictly in this process: simple-history looks for neighbours by date.

    A clock set back by more than a second is believed: it was wrong before. The order of truth is the
    number of the change set, never the date.
    """
    instant = time.time_ns() // 1000
    if _last_instant[0] - instant < CLOCK_SET_BACK:
        instant = max(instant, _last_instant[0] + 1)
    _last_instant[0] = instant
    moment = dt.datetime.fromtimestamp(instant // 10**6, dt.UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{instant % 10**6:06d}"


def register_functions(connection: Any) -> None:
    """Give a new connection the two functions the triggers call."""

    def peph(key: str) -> str | None:
        if key == "now":
            return _now()
        change = running(connection)
        if change is None:
            return None
        if key == "verb":
            return change.verb
        return (change.id if key == "change_set" else change.actor_id).hex

    def peph_leaf(label: str, salt: bytes | None, *values: Any) -> bytes:
        return shape(by_label(label)).leaf(values, salt)

    connection.connection.create_function("peph", 1, peph)
    connection.connection.create_function("peph_leaf", -1, peph_leaf)


def installed(cursor: Any) -> dict[str, str]:
    """Name → statement of our triggers in the database."""
    cursor.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'peph\\_%' ESCAPE '\\'"
    )
    return dict(cursor.fetchall())


def foreign(cursor: Any) -> list[tuple[str, str]]:
    """(name, table) of the triggers that are not ours by their name."""
    cursor.execute(
        "SELECT name, tbl_name FROM sqlite_master"
        " WHERE type = 'trigger' AND name NOT LIKE 'peph\\_%' ESCAPE '\\' ORDER BY name"
    )
    return list(cursor.fetchall())
