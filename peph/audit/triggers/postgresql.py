"""The triggers of PostgreSQL: functions generated from the models.

Whether an update is a change is asked inside the function, not in a WHEN of the trigger: a column named
in a WHEN cannot change its type, and dropping it would silently drop the trigger.
"""

from typing import Any, NamedTuple

from django.db import models
from django.db.backends.utils import truncate_name

from peph.audit.hashing import REASON_SALT, shape
from peph.audit.history import (
    JOURNAL_COLUMNS,
    REDACTED,
    SALT,
    SCOPES,
    WRITTEN_COLUMNS,
    Declaration,
)
from peph.audit.models import AccessLog, ChangedRow, ChangeSet, Checkpoint, VerificationRun

# pg_trigger.tgtype: 1 row, 2 before, 4 insert, 8 delete, 16 update, 32 truncate
AFTER_WRITE, BEFORE_CHANGE, BEFORE_TRUNCATE = 29, 27, 34
_EVENTS = {
    AFTER_WRITE: "AFTER INSERT OR UPDATE OR DELETE ON {} FOR EACH ROW",
    BEFORE_CHANGE: "BEFORE UPDATE OR DELETE ON {} FOR EACH ROW",
    BEFORE_TRUNCATE: "BEFORE TRUNCATE ON {} FOR EACH STATEMENT",
}
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation'"
_CHANGE_SET = "nullif(current_setting('peph.change_set', true), '')::uuid"


class Trigger(NamedTuple):
    """One trigger as the catalogue knows it. Its name is unique on its table."""

    table: str
    name: str
    function: str
    events: int

    def statements(self) -> tuple[str, str]:
        """ALWAYS: a session in replica mode must not slip past it."""
        table = quoted(self.table)
        return (
            f"CREATE TRIGGER {self.name} {_EVENTS[self.events].format(table)}"
            f" EXECUTE FUNCTION {quoted(self.function)}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {self.name}",
        )


def quoted(name: object) -> str:
    """A name of a table or column, as both engines take it."""
    return f'"{name}"'


def _function_name(table: str, suffix: str = "") -> str:
    return truncate_name(f"peph_{table}{suffix}", 63)


def _literal(text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


def literal_bytes(data: bytes) -> str:
    return f"'\\x{data.hex()}'::bytea"


def _differs(field: models.Field) -> str:
    old, new = f"old.{quoted(field.column)}", f"new.{quoted(field.column)}"
    if isinstance(field, models.JSONField):
        # jsonb calls 1.0 and 1.00 equal but prints, and so hashes, them as they are
        return f"{old}::text IS DISTINCT FROM {new}::text"
    if getattr(field, "db_collation", None):
        return f'{old} COLLATE "C" IS DISTINCT FROM {new} COLLATE "C"'
    return f"{old} IS DISTINCT FROM {new}"


def leaf_expression(declaration: Declaration) -> str:
    """The bytes a leaf hashes, over a history row called h."""
    own = shape(declaration)
    parts = [literal_bytes(own.opening)]
    for field, kind, prefix, personal in zip(
        own.fields, own.kinds, own.prefixes, own.is_personal, strict=True
    ):
        value = kind.postgresql(f"h.{quoted(field.column)}")
        if personal:
            commitment = f"sha256(h.salt || {literal_bytes(prefix)} || {value})"
            size = (32).to_bytes(4, "big")
            parts.append(f"coalesce({literal_bytes(prefix + size)} || {commitment}, '')")
        else:
            parts.append(
                f"coalesce({literal_bytes(prefix)} || int4send(octet_length({value})) || {value}, '')"
            )
    return "\n    || ".join(parts)


def _record(declaration: Declaration) -> str:
    """The function that writes the history row and its journal row."""
    table, history = declaration.table, declaration.history_table
    columns = declaration.columns
    pk = quoted(declaration.pk.column)
    names = ", ".join(quoted(copy.column) for _live, copy in columns)
    values = ", ".join(f"r.{quoted(live.column)}" for live, _copy in columns)
    changed = "\n      OR ".join(_differs(live) for live, _copy in columns)
    scope = dict(declaration.scope)
    places = ", ".join(
        f"r.{quoted(scope[name].column)}" if name in scope else "NULL" for name in SCOPES
    )
    salt = "uuid_send(gen_random_uuid())" if declaration.personal else "NULL"
    return f"""
DECLARE
  change_set uuid := {_CHANGE_SET};
  kind text := CASE TG_OP WHEN 'INSERT' THEN '+' WHEN 'UPDATE' THEN '~' ELSE '-' END;
  r {quoted(table)};
  h {quoted(history)};
BEGIN
  IF TG_OP = 'DELETE' THEN r := old; ELSE r := new; END IF;
  IF TG_OP = 'UPDATE' THEN
    IF NOT ({changed}) THEN RETURN NULL; END IF;
    IF old.{pk} IS DISTINCT FROM new.{pk} THEN
      RAISE EXCEPTION 'audit: the key of {table} may not change' {_REFUSED};
    END IF;
  END IF;
  IF change_set IS NULL THEN
    RAISE EXCEPTION 'audit: write to {table} outside change()' {_REFUSED};
  END IF;
  INSERT INTO {quoted(history)} ({names}, {WRITTEN_COLUMNS})
  VALUES ({values}, clock_timestamp(), kind, current_setting('peph.actor')::uuid,
    current_setting('peph.verb'), change_set, {salt})
  RETURNING * INTO h;
  INSERT INTO {ChangedRow._meta.db_table} ({JOURNAL_COLUMNS})
  VALUES (change_set, {_literal(declaration.label)}, r.{pk}::text, h.history_id, kind, sha256(
    {leaf_expression(declaration)}
  ), {places});
  RETURN NULL;
END
"""


def _redaction(declaration: Declaration) -> str:
    """The guard of a history that allows one update: every personal value and the salt become null."""
    untouched = [
        f"new.{quoted(field.column)} IS NOT DISTINCT FROM old.{quoted(field.column)}"
        for field in declaration.hashed
        if field.attname not in declaration.personal
    ]
    emptied = [
        f"new.{quoted(declaration.history_field(name).column)} IS NULL"
        for name in sorted(declaration.personal)
    ]
    allowed = "\n      AND ".join(
        [
            *untouched,
            *emptied,
            f"{_CHANGE_SET} IS NOT NULL",
            f"old.{REDACTED} IS NULL",
            f"new.{REDACTED} IS NOT NULL",
            f"new.{SALT} IS NULL",
        ]
    )
    return f"""
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF {allowed} THEN RETURN new; END IF;
  END IF;
  RAISE EXCEPTION 'audit: % is append-only', TG_TABLE_NAME {_REFUSED};
END
"""


def _change_set_guard() -> str:
    """The guard of the change sets allows one update: the reason is emptied and its salt goes."""
    untouched = [
        f"new.{quoted(field.column)} IS NOT DISTINCT FROM old.{quoted(field.column)}"
        for field in ChangeSet._meta.concrete_fields
        if field.attname not in ("reason", REASON_SALT)
    ]
    allowed = "\n      AND ".join(
        [
            *untouched,
            f"{_CHANGE_SET} IS NOT NULL",
            "new.reason = ''",
            f"old.{REASON_SALT} IS NOT NULL",
            f"new.{REASON_SALT} IS NULL",
        ]
    )
    return f"""
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF {allowed} THEN RETURN new; END IF;
  END IF;
  RAISE EXCEPTION 'audit: % is append-only', TG_TABLE_NAME {_REFUSED};
END
"""


_SHARED = {
    "peph_append_only": f"""
BEGIN
  RAISE EXCEPTION 'audit: % is append-only', TG_TABLE_NAME {_REFUSED};
END
""",
    # Row triggers do not see a TRUNCATE.
    "peph_no_truncate": f"""
BEGIN
  RAISE EXCEPTION 'audit: truncate of % refused', TG_TABLE_NAME {_REFUSED};
END
""",
    "peph_access_log": f"""
BEGIN
  IF TG_OP = 'DELETE' AND {_CHANGE_SET} IS NOT NULL THEN RETURN old; END IF;
  RAISE EXCEPTION 'audit: % is append-only', TG_TABLE_NAME {_REFUSED};
END
""",
}


def model_functions(declaration: Declaration) -> dict[str, str]:
    """Name → body of the functions of one tracked model."""
    functions = {_function_name(declaration.table): _record(declaration)}
    if declaration.personal:
        functions[_function_name(declaration.history_table, "_guard")] = _redaction(declaration)
    return functions


def model_triggers(declaration: Declaration) -> list[Trigger]:
    """The triggers of one tracked model and of its history."""
    table, history = declaration.table, declaration.history_table
    guard = _function_name(history, "_guard") if declaration.personal else "peph_append_only"
    return [
        Trigger(table, "peph_record", _function_name(table), AFTER_WRITE),
        Trigger(table, "peph_truncate", "peph_no_truncate", BEFORE_TRUNCATE),
        Trigger(history, "peph_guard", guard, BEFORE_CHANGE),
        Trigger(history, "peph_truncate", "peph_no_truncate", BEFORE_TRUNCATE),
    ]


def own_functions() -> dict[str, str]:
    """Name → body of the functions all tables share."""
    return {**_SHARED, "peph_change_set": _change_set_guard()}


def own_triggers() -> list[Trigger]:
    """The guards of the audit's own tables."""
    return [
        trigger
        for model, function in (
            (ChangeSet, "peph_change_set"),
            (ChangedRow, "peph_append_only"),
            (Checkpoint, "peph_append_only"),
            (VerificationRun, "peph_append_only"),
            (AccessLog, "peph_access_log"),
        )
        for trigger in (
            Trigger(model._meta.db_table, "peph_guard", function, BEFORE_CHANGE),
            Trigger(model._meta.db_table, "peph_truncate", "peph_no_truncate", BEFORE_TRUNCATE),
        )
    ]


def installed_functions(cursor: Any) -> dict[str, tuple[str, str]]:
    """Name → (signature, body) of our functions in the database."""
    cursor.execute(
        "SELECT proname, oid::regprocedure::text, prosrc FROM pg_proc"
        " WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'peph\\_%'"
    )
    return {name: (signature, body) for name, signature, body in cursor.fetchall()}


def installed_triggers(cursor: Any) -> dict[Trigger, bool]:
    """Our triggers in the database, each with whether it fires always and for every row."""
    cursor.execute(
        "SELECT c.relname, t.tgname, p.proname, t.tgtype,"
        " t.tgenabled = 'A' AND t.tgqual IS NULL AND t.tgattr = ''::int2vector"
        " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
        " WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
        " AND t.tgname LIKE 'peph\\_%'"
    )
    return {Trigger(*row[:4]): row[4] for row in cursor.fetchall()}


def foreign(cursor: Any) -> list[tuple[str, str]]:
    """(name, table) of the triggers that are not ours by their name."""
    cursor.execute(
        "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
        " AND t.tgname NOT LIKE 'peph\\_%' ORDER BY t.tgname, c.relname"
    )
    return list(cursor.fetchall())
