"""Every way to write a tracked table: recorded inside a change, refused outside it."""

import uuid
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.core import serializers
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangedRow, ChangeSet
from tests.ledger.models import Account, Entry, Tag, Tagging
from tests.peph.audit.conftest import journal_of

NEW, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)


def _raw(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))


def _key(value: uuid.UUID) -> object:
    return value.hex if connection.vendor == "sqlite" else value


def _two_new() -> list[Account]:
    return [Account(id=NEW, code="N"), Account(id=OTHER, code="O")]


def _save(w: SimpleNamespace) -> None:
    w.entry.count = 9
    w.entry.save()


def _update_fields(w: SimpleNamespace) -> None:
    w.entry.count, w.entry.name = 9, "not saved"
    w.entry.save(update_fields=["count"])


def _f_expression(w: SimpleNamespace) -> None:
    w.entry.count = F("count") + 1
    w.entry.save()


def _stale_copies(w: SimpleNamespace) -> None:
    one, other = Entry.objects.get(pk=w.entry.pk), Entry.objects.get(pk=w.entry.pk)
    one.count = 9
    one.save(update_fields=["count"])
    other.remark = "loud"
    other.save(update_fields=["remark"])


def _without_record(w: SimpleNamespace) -> None:
    w.entry.count = 9
    w.entry.save_without_historical_record()


def _back_dated(w: SimpleNamespace) -> None:
    w.entry.count = 9
    w.entry._history_date = "1999-01-01T00:00:00Z"
    w.entry.save()


def _bulk_update(w: SimpleNamespace) -> None:
    w.entry.count = 9
    Entry.objects.bulk_update([w.entry], ["count"])


def _upsert(w: SimpleNamespace) -> None:
    Account.objects.bulk_create(
        [Account(id=w.account.id, code="B"), Account(id=NEW, code="N")],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["code"],
    )


def _ignore_conflicts(w: SimpleNamespace) -> None:
    Account.objects.bulk_create(
        [Account(code="A"), Account(id=NEW, code="N")], ignore_conflicts=True
    )


def _deserialised(w: SimpleNamespace) -> None:
    text = serializers.serialize("json", [w.account]).replace('"A"', '"B"')
    for found in serializers.deserialize("json", text):
        found.save()


def _insert_or_replace(w: SimpleNamespace) -> None:
    values = (_key(w.account.id), "B")
    if connection.vendor == "sqlite":
        _raw(
            "INSERT OR REPLACE INTO ledger_account (id, version, code) VALUES (%s, 1, %s)", *values
        )
    else:
        _raw(
            "INSERT INTO ledger_account (id, version, code) VALUES (%s, 1, %s)"
            " ON CONFLICT (id) DO UPDATE SET code = excluded.code",
            *values,
        )


def _raw_copy(w: SimpleNamespace) -> None:
    _raw(
        "INSERT INTO ledger_account (id, version, code)"
        " SELECT %s, version, 'copy' FROM ledger_account WHERE id = %s",
        _key(NEW),
        _key(w.account.id),
    )


def _raw_queryset_delete(w: SimpleNamespace) -> None:
    found = Tagging.objects.filter(pk=w.tagging.pk)
    found._raw_delete(found.db)


def _cascade(w: SimpleNamespace) -> None:
    w.account.delete()


CHANGED, CREATED = "~ ledger.entry", "+ ledger.account"
REPLACED = {
    # SQLite deletes and inserts, PostgreSQL updates
    "sqlite": ["- ledger.account", "+ ledger.account"],
    "postgresql": ["~ ledger.account"],
}
PATHS: dict[str, tuple[Callable[[SimpleNamespace], object], list[str] | dict[str, list[str]]]] = {
    "create": (lambda w: Account.objects.create(code="N"), [CREATED]),
    "save": (_save, [CHANGED]),
    "get_or_create": (lambda w: Account.objects.get_or_create(code="N"), [CREATED]),
    "update_or_create": (
        lambda w: Entry.objects.update_or_create(pk=w.entry.pk, defaults={"count": 9}),
        [CHANGED],
    ),
    "queryset update": (lambda w: Entry.objects.filter(pk=w.entry.pk).update(count=9), [CHANGED]),
    "bulk_create": (lambda w: Account.objects.bulk_create(_two_new()), [CREATED, CREATED]),
    "bulk_update": (_bulk_update, [CHANGED]),
    "upsert": (_upsert, ["~ ledger.account", CREATED]),
    "ignore_conflicts": (_ignore_conflicts, [CREATED]),
    "raw update": (lambda w: _raw("UPDATE ledger_entry SET count = 9 WHERE count = 1"), [CHANGED]),
    "raw insert from select": (_raw_copy, [CREATED]),
    "deserialised save": (_deserialised, ["~ ledger.account"]),
    "F expression": (_f_expression, [CHANGED]),
    "update_fields with a dirty field": (_update_fields, [CHANGED]),
    "two stale copies": (_stale_copies, [CHANGED, CHANGED]),
    "save_without_historical_record": (_without_record, [CHANGED]),
    "back-dated history": (_back_dated, [CHANGED]),
    "many-to-many add": (
        lambda w: w.tag.entries.add(Entry.objects.create(count=2)),
        ["+ ledger.entry", "+ ledger.tagging"],
    ),
    "reverse many-to-many add": (
        lambda w: w.entry.tags.add(Tag.objects.create(slug="new")),
        ["+ ledger.tag", "+ ledger.tagging"],
    ),
    "through delete": (lambda w: Tagging.objects.all().delete(), ["- ledger.tagging"]),
    "insert or replace": (_insert_or_replace, REPLACED),
    "raw queryset delete": (_raw_queryset_delete, ["- ledger.tagging"]),
    "raw delete": (lambda w: _raw("DELETE FROM ledger_tagging"), ["- ledger.tagging"]),
    "delete": (lambda w: w.tagging.delete(), ["- ledger.tagging"]),
    "cascade": (_cascade, ["- ledger.tagging", "- ledger.entry", "- ledger.account"]),
}


@pytest.mark.parametrize("path", PATHS)
def test_a_write_inside_a_change_is_recorded(path: str, ledger: SimpleNamespace) -> None:
    write, expected = PATHS[path]
    if path == "insert or replace" and connection.vendor == "sqlite":
        with change(by=SYSTEM, verb="tests.free"):
            ledger.entry.delete()
    with change(by=SYSTEM, verb="tests.write") as done:
        write(ledger)
    if isinstance(expected, dict):
        expected = expected[connection.vendor]
    assert sorted(journal_of(done)) == sorted(expected)
    assert done.rows == len(expected)


@pytest.mark.parametrize("path", PATHS)
def test_a_write_outside_a_change_is_refused(path: str, ledger: SimpleNamespace) -> None:
    write, _expected = PATHS[path]
    before = (ChangeSet.objects.count(), ChangedRow.objects.count())
    refused = pytest.raises(IntegrityError, match=r"audit: write to ledger_\w+ outside change")
    with refused, transaction.atomic():
        write(ledger)
    assert (ChangeSet.objects.count(), ChangedRow.objects.count()) == before


@pytest.mark.parametrize(
    "path", ["update_fields with a dirty field", "two stale copies", "F expression"]
)
def test_the_history_holds_what_the_database_holds(path: str, ledger: SimpleNamespace) -> None:
    with change(by=SYSTEM, verb="tests.write"):
        PATHS[path][0](ledger)
    live, last = Entry.objects.get(pk=ledger.entry.pk), Entry.history.first()
    assert (last.count, last.name, last.remark) == (live.count, live.name, live.remark)
    assert live.name == "Zoë"


def test_a_back_dated_history_date_is_ignored(ledger: SimpleNamespace) -> None:
    with change(by=SYSTEM, verb="tests.write"):
        _back_dated(ledger)
    assert Entry.history.first().history_date.year >= 2026


def test_an_update_of_no_tracked_column_is_no_change(ledger: SimpleNamespace) -> None:
    Entry.objects.update(seen_at="2026-01-01T00:00:00Z")
    Entry.objects.update(count=F("count"), name=F("name"))
    with change(by=SYSTEM, verb="tests.seen") as done:
        Entry.objects.update(seen_at="2026-01-02T00:00:00Z")
    assert done.receipt is None
    assert Entry.history.count() == 1


def test_the_key_of_a_record_may_not_change(ledger: SimpleNamespace) -> None:
    with change(by=SYSTEM, verb="tests.write"):
        Tag.objects.create(slug="free")
    refused = pytest.raises(IntegrityError, match="the key of ledger_tag may not change")
    with refused, change(by=SYSTEM, verb="tests.write"):
        Tag.objects.filter(slug="free").update(slug="other")


def test_the_commands_that_rewrite_history_are_refused(ledger: SimpleNamespace) -> None:
    history = Entry.history.model.objects
    for rewrite in (
        lambda: history.update(count=3),
        lambda: history.all().delete(),
        lambda: history.create(
            id=ledger.entry.id, history_date="2026-01-01T00:00:00Z", history_type="+"
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rewrite()
