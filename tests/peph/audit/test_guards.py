"""What the database itself refuses: changing history, emptying tables, slipping past the triggers."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from peph.audit import access_log
from peph.audit.changes import SYSTEM, change
from peph.audit.models import AccessLog

TABLES = [
    "audit_changeset",
    "audit_changedrow",
    "ledger_historicalentry",
    "ledger_historicalaccount",
]
STATEMENTS = {
    "audit_changeset": ["UPDATE audit_changeset SET reason = 'x'", "DELETE FROM audit_changeset"],
    "audit_changedrow": ["UPDATE audit_changedrow SET type = '-'", "DELETE FROM audit_changedrow"],
    "history with personal fields": [
        "UPDATE ledger_historicalentry SET count = 5",
        "DELETE FROM ledger_historicalentry",
    ],
    "history without": [
        "UPDATE ledger_historicalaccount SET code = 'x'",
        "DELETE FROM ledger_historicalaccount",
    ],
}


def _execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.mark.parametrize("inside", [True, False], ids=["inside a change", "outside"])
@pytest.mark.parametrize("what", STATEMENTS)
def test_history_is_append_only(what: str, inside: bool, ledger: SimpleNamespace) -> None:
    for statement in STATEMENTS[what]:
        block: Any = change(by=SYSTEM, verb="tests.tamper") if inside else transaction.atomic()
        with pytest.raises(IntegrityError, match="append-only"), block:
            _execute(statement)


@pytest.mark.parametrize("table", [*TABLES, "ledger_entry", "audit_accesslog"])
def test_a_truncate_is_refused(table: str, ledger: SimpleNamespace) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has no TRUNCATE; its DELETE is refused like any other")
    with pytest.raises(IntegrityError, match="truncate"), transaction.atomic():
        _execute("SET CONSTRAINTS ALL IMMEDIATE", f"TRUNCATE {table} CASCADE")


def test_a_session_in_replica_mode_is_recorded_all_the_same(ledger: SimpleNamespace) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("a PostgreSQL mode")
    with pytest.raises(IntegrityError, match="outside change"), transaction.atomic():
        _execute(
            "SET LOCAL session_replication_role = replica", "UPDATE ledger_entry SET count = 5"
        )


def test_an_access_is_never_changed_and_deleted_only_inside_a_change(db: None) -> None:
    row = access_log.record("open")
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessLog.objects.filter(pk=row.pk).update(verb="list")
    with pytest.raises(IntegrityError), transaction.atomic():
        row.delete()
    with change(by=SYSTEM, verb="tests.retention"):
        AccessLog.objects.filter(pk=row.pk).delete()
    assert not AccessLog.objects.filter(pk=row.pk).exists()
