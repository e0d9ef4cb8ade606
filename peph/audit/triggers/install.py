"""Bringing the triggers of a database in line with the models, and telling where they differ.

Runs after every migrate. On SQLite all triggers are dropped before the migrations of a plan: renaming or
rebuilding a table fails while a trigger of another table names it, and a rebuild drops the table's own
triggers silently. A migration therefore never writes tracked rows on SQLite; data moves in a command that
runs after migrate, inside a change.
"""

from collections.abc import Iterator
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from peph.audit.history import Declaration, declarations
from peph.audit.models import AccessLog, ChangedRow, ChangeSet, Checkpoint, VerificationRun
from peph.audit.triggers import postgresql, postgresql_seal, sqlite

_OWN_TABLES = {
    model._meta.db_table
    for model in (AccessLog, ChangeSet, ChangedRow, Checkpoint, VerificationRun)
}


def _present(using: str) -> list[Declaration] | None:
    """The tracked models whose tables exist; None before the audit's own migrations."""
    with connections[using].cursor() as cursor:
        tables = set(connections[using].introspection.table_names(cursor))
    if not tables >= _OWN_TABLES:
        return None
    return [each for each in declarations() if {each.table, each.history_table} <= tables]


def install(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Create what is missing, replace what differs, drop what is left over; returns what it did.

    Idempotent. Does nothing before the audit's own migrations have run.
    """
    tracked = _present(using)
    if tracked is None:
        return []
    work = _work_sqlite if connections[using].vendor == "sqlite" else _work_postgresql
    done = []
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        for difference, statements in list(work(using, cursor, tracked)):
            for statement in statements:
                cursor.execute(statement)
            done.append(difference)
    return done


def check(using: Any = DEFAULT_DB_ALIAS) -> list[str]:
    """Where the triggers are not as generated, in words; empty when the history is guarded.

    Takes an alias or a connection. A trigger of somebody else's on a guarded table is told, and left alone
    by install(): what it does to a row before or after ours is nothing we can vouch for.
    """
    using = getattr(using, "alias", using)
    tracked = _present(using)
    if tracked is None:
        return []
    is_sqlite = connections[using].vendor == "sqlite"
    work = _work_sqlite if is_sqlite else _work_postgresql
    guarded = _OWN_TABLES | {name for each in tracked for name in (each.table, each.history_table)}
    with connections[using].cursor() as cursor:
        found = [difference for difference, _statements in work(using, cursor, tracked)]
        found += [
            f"trigger {name} of {table} is not ours"
            for name, table in (sqlite if is_sqlite else postgresql).foreign(cursor)
            if table in guarded
        ]
        if is_sqlite:
            found += _pragmas(cursor)
    return found


def remove(using: str = DEFAULT_DB_ALIAS) -> None:
    """Drop every trigger of a SQLite database, so that its tables can be rebuilt and renamed.

    PostgreSQL keeps its triggers through a migration; there this does nothing.
    """
    if connections[using].vendor != "sqlite":
        return
    with connections[using].cursor() as cursor:
        for name in sorted(sqlite.installed(cursor)):
            cursor.execute(f"DROP TRIGGER {sqlite.quoted(name)}")


def _pragmas(cursor: Any) -> Iterator[str]:
    """Without these, INSERT OR REPLACE deletes unseen and an unsealed change can be committed."""
    for name in ("recursive_triggers", "foreign_keys"):
        cursor.execute(f"PRAGMA {name}")
        if cursor.fetchone()[0] != 1:
            yield f"pragma {name} is off"


Work = Iterator[tuple[str, list[str]]]


def _work_sqlite(using: str, cursor: Any, tracked: list[Declaration]) -> Work:
    """Each difference with the statements that mend it."""
    wanted = sqlite.own_triggers()
    for each in tracked:
        wanted |= sqlite.model_triggers(each)
    present = sqlite.installed(cursor)
    for name in sorted(present.keys() - wanted.keys()):
        yield f"trigger {name} is left over", [f"DROP TRIGGER {sqlite.quoted(name)}"]
    for name, statement in wanted.items():
        if name not in present:
            yield f"trigger {name} is missing", [statement]
        elif present[name] != statement:
            yield (
                f"trigger {name} is not as generated",
                [f"DROP TRIGGER {sqlite.quoted(name)}", statement],
            )


def _work_postgresql(using: str, cursor: Any, tracked: list[Declaration]) -> Work:
    functions = postgresql.own_functions()
    triggers = postgresql.own_triggers()
    for each in tracked:
        functions |= postgresql.model_functions(each)
        triggers += postgresql.model_triggers(each)
    yield from _functions_postgresql(using, cursor, functions)
    enabled = postgresql.installed_triggers(cursor)
    by_place = {(trigger.table, trigger.name): trigger for trigger in enabled}
    for trigger in triggers:
        place = f"trigger {trigger.name} of {trigger.table}"
        found = by_place.pop((trigger.table, trigger.name), None)
        if found is None:
            yield f"{place} is missing", list(trigger.statements())
        elif found != trigger or not enabled[found]:
            yield (
                f"{place} is not as generated",
                [_drop_postgresql(found), *trigger.statements()],
            )
    for trigger in sorted(by_place.values()):
        yield f"trigger {trigger.name} of {trigger.table} is left over", [_drop_postgresql(trigger)]
    # Last, when no left-over trigger calls them any more.
    for name, (signature, _body) in sorted(postgresql.installed_functions(cursor).items()):
        if name not in functions and name != postgresql_seal.NAME:
            yield f"function {name} is left over", [f"DROP FUNCTION {signature}"]


def _functions_postgresql(using: str, cursor: Any, functions: dict[str, str]) -> Work:
    present = postgresql.installed_functions(cursor)
    wanted = {
        name: (f"{postgresql.quoted(name)}() RETURNS trigger", body)
        for name, body in functions.items()
    }
    seal = postgresql_seal.body(using, postgresql_seal.deferred_constraints(cursor))
    wanted[postgresql_seal.NAME] = (postgresql_seal.SIGNATURE, seal)
    for name, (signature, body) in wanted.items():
        if name in present and present[name][1] == body:
            continue
        state = "not as generated" if name in present else "missing"
        yield (
            f"function {name} is {state}",
            [f"CREATE OR REPLACE FUNCTION {signature} LANGUAGE plpgsql AS $peph${body}$peph$"],
        )


def _drop_postgresql(trigger: postgresql.Trigger) -> str:
    return f"DROP TRIGGER {trigger.name} ON {postgresql.quoted(trigger.table)}"


def before_migrate(*, using: str, plan: Any = None, **kwargs: Any) -> None:
    """Receiver of pre_migrate: a migrate with nothing to do leaves the triggers in place."""
    if plan:
        remove(using)


def after_migrate(*, using: str, **kwargs: Any) -> None:
    """Receiver of post_migrate."""
    install(using)
