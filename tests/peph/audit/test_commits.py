"""What only a real COMMIT shows: unsealed changes refused, processes side by side, nothing flushed."""

import os
import sqlite3
import time
import uuid
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from peph.audit import seal
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangedRow, ChangeSet
from peph.audit.running import Change, running, set_running
from peph.audit.verify import verify
from tests.ledger.models import Account, Entry
from tests.scratch import Scratch

pytestmark = pytest.mark.usefixtures("scratch")

WRITERS, ROUNDS = 8, 12


def _forged() -> Change:
    return Change(uuid.uuid4(), SYSTEM, "tests.forged", "", "command", None, None, None, None)


def _write_forged(forged: Change) -> None:
    with transaction.atomic():
        set_running(connection, forged)
        if connection.vendor == "postgresql":
            seal.tell_postgresql(connection, forged)
        Account.objects.create(code="forged")
        set_running(connection, None)


def test_a_context_forged_by_hand_without_a_seal_is_refused_at_commit() -> None:
    forged = _forged()
    with pytest.raises(IntegrityError):
        _write_forged(forged)
    assert not Account.objects.filter(code="forged").exists()
    assert not ChangedRow.objects.filter(change_set_id=forged.id).exists()


def test_a_change_in_a_transaction_of_another_is_refused() -> None:
    with (
        transaction.atomic(),
        pytest.raises(RuntimeError, match="durable"),
        change(by=SYSTEM, verb="tests.write"),
    ):
        pytest.fail("the body ran")


def test_a_commit_that_fails_leaves_no_receipt_and_no_running_change() -> None:
    before = ChangeSet.objects.count()
    with pytest.raises(IntegrityError), change(by=SYSTEM, verb="tests.orphan") as failed:
        Entry.objects.create(account_id=uuid.uuid4())
    assert (failed.receipt, running(connection)) == (None, None)
    assert ChangeSet.objects.count() == before
    with change(by=SYSTEM, verb="tests.works") as done:
        Account.objects.create(code="works")
    assert done.receipt


def test_what_runs_on_commit_is_another_change() -> None:
    receipts = []

    def later() -> None:
        with change(by=SYSTEM, verb="tests.later") as second:
            Account.objects.create(code="later")
        receipts.append(second.receipt)

    with change(by=SYSTEM, verb="tests.first") as first:
        Account.objects.create(code="first")
        transaction.on_commit(later)
    assert first.receipt
    assert receipts[0]
    assert receipts[0] != first.receipt


def test_a_parent_may_come_after_its_child_inside_one_change() -> None:
    key = uuid.uuid4()
    with change(by=SYSTEM, verb="tests.order") as done:
        Entry.objects.create(account_id=key)
        Account.objects.create(id=key, code="parent")
    assert done.rows == 2


def _write_many(writer: int) -> None:
    """One process: edits of shared accounts under lock, each with a new child."""
    # The connection came with the fork: never used, never closed, it is the parent's.
    connections["default"] = connections.create_connection("default")
    status = 1
    try:
        for round_ in range(ROUNDS):
            with change(by=SYSTEM, verb="tests.race", reason=f"{writer}.{round_}"):
                account = Account.objects.select_for_update().get(code=f"shared {round_ % 3}")
                account.save()
                Entry.objects.create(account=account, count=writer, name="x")
                if round_ % 4 == 0:
                    Entry.objects.filter(count=writer).update(big=round_)
        status = 0
    finally:
        os._exit(status)


def test_eight_writers_lose_nothing_and_never_deadlock(scratch: Scratch) -> None:
    with change(by=SYSTEM, verb="tests.shared") as start:
        for n in range(3):
            Account.objects.create(code=f"shared {n}")
    began = time.monotonic()
    assert scratch.in_processes(_write_many, WRITERS) == [0] * WRITERS
    assert time.monotonic() - began < 60
    race = ChangeSet.objects.filter(verb="tests.race").order_by("number")
    assert race.count() == WRITERS * ROUNDS
    assert [each.number for each in race] == list(
        range(start.number + 1, start.number + 1 + WRITERS * ROUNDS)
    )
    assert sum(
        account.version - 1 for account in Account.objects.filter(code__startswith="shared")
    ) == (WRITERS * ROUNDS)
    assert verify().problems == []


def test_an_isolation_level_that_reads_an_old_head_is_refused() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer and one level")
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    with (
        pytest.raises(DatabaseError, match="read committed"),
        change(by=SYSTEM, verb="tests.level"),
    ):
        Account.objects.create(code="level")
    assert not Account.objects.filter(code="level").exists()


def test_flush_is_refused() -> None:
    with change(by=SYSTEM, verb="tests.write"):
        Account.objects.create(code="kept")
    before = ChangeSet.objects.count()
    with pytest.raises((CommandError, IntegrityError)):
        call_command("flush", interactive=False, verbosity=0)
    assert ChangeSet.objects.count() == before
    assert Account.objects.filter(code="kept").exists()


def test_a_foreign_client_cannot_write_tracked_rows(scratch: Scratch) -> None:
    if connection.vendor == "postgresql":
        pytest.skip("there the functions are the database's own")
    with change(by=SYSTEM, verb="tests.write"):
        Account.objects.create(code="kept")
    plain: Any = sqlite3.connect(scratch.name)
    with pytest.raises(sqlite3.OperationalError, match="no such function: peph"):
        plain.execute("DELETE FROM ledger_account")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        plain.execute("DELETE FROM audit_changeset")
    plain.close()
