"""Fixtures of the audit's tests: an actor, a small ledger, and a database whose guards are down."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from peph.accounts.models import User
from peph.audit.changes import SYSTEM, change
from peph.audit.history import declarations
from peph.audit.models import ChangedRow
from peph.audit.redaction import redact
from peph.audit.triggers import install
from tests.ledger.models import Account, Entry, Tag, Tagging
from tests.scratch import scratch, scratch_template

__all__ = ["scratch", "scratch_template"]


@pytest.fixture
def person(db: None) -> User:
    """Somebody who acts."""
    return make_person("alix@exemple.qc.ca")


def make_person(email: str) -> User:
    user = User(email=email, first_name="Alix", last_name="Roy")
    with change(by=SYSTEM, verb="tests.person"):
        user.save()
    return user


@pytest.fixture
def ledger(db: None) -> SimpleNamespace:
    """An account with one entry, tagged."""
    return make_ledger()


def make_ledger() -> SimpleNamespace:
    with change(by=SYSTEM, verb="tests.ledger") as done:
        account = Account.objects.create(code="A")
        entry = Entry.objects.create(account=account, name="Zoë", remark="shy", count=1)
        tag = Tag.objects.create(slug="old")
        tagging = Tagging.objects.create(tag=tag, entry=entry)
    return SimpleNamespace(account=account, entry=entry, tag=tag, tagging=tagging, done=done)


def journal_of(done: object) -> list[str]:
    """What a change wrote, as "+ ledger.entry", in order."""
    rows = ChangedRow.objects.filter(change_set_id=done.id).order_by("id")  # type: ignore[attr-defined]
    return [f"{row.type} {row.model}" for row in rows]


@pytest.fixture
def guards_down() -> Callable[[], AbstractContextManager[None]]:
    """What somebody with the database's password does first: switch the triggers off."""

    @contextmanager
    def down() -> Iterator[None]:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                install.remove()
                cursor.execute("PRAGMA defer_foreign_keys = ON")
            else:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
                for table in _tables():
                    cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        yield
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        install.install()

    return down


def _tables() -> list[str]:
    return [
        "audit_changeset",
        "audit_changedrow",
        *(table for each in declarations() for table in (each.table, each.history_table)),
    ]


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))


def key(value: uuid.UUID) -> Any:
    return value.hex if connection.vendor == "sqlite" else value


@pytest.fixture
def past(ledger: SimpleNamespace) -> SimpleNamespace:
    """Five changes: the ledger, two versions of an entry, a second entry, an erased one."""
    entry = ledger.entry
    with change(by=SYSTEM, verb="tests.first", reason="first") as first:
        entry.count = 2
        entry.save()
    with change(by=SYSTEM, verb="tests.other") as other_set:
        other = Entry.objects.create(count=5, name="Luc", case_id=uuid.UUID(int=5))
    with change(by=SYSTEM, verb="tests.erased") as erased_set:
        erased = Entry.objects.create(name="gone", remark="forgotten")
        erased.name = erased.remark = None
        erased.save()
        redact(Entry, erased.pk)
    with change(by=SYSTEM, verb="tests.last") as last:
        entry.count = 3
        entry.save()
    ids = list(entry.history.order_by("history_id").values_list("history_id", flat=True))
    return SimpleNamespace(
        entry=entry,
        other=other,
        erased=erased,
        first=first,
        other_set=other_set,
        erased_set=erased_set,
        last=last,
        ids=ids,
        account=ledger.account,
        other_id=other.history.get().history_id,
        erased_id=erased.history.last().history_id,
    )
