"""What people read of the history: labels, names, erased and hidden values, a constant number of queries."""

import datetime as dt
import decimal
import uuid
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from peph.accounts.models import User
from peph.audit import timeline, verbs
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangedRow, ChangeSet
from peph.audit.redaction import redact
from tests.ledger.models import Account, Entry

CASE = uuid.UUID(int=77)
verbs.register({"tests.edit": "Entry corrected"})


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en-ca"):
        yield


def _fields(record: timeline.RecordChange) -> list[tuple[str, str, str, str]]:
    return [(each.name, each.old, each.new, each.state) for each in record.fields]


def _only(done: Any) -> timeline.RecordChange:
    (record,) = timeline.changes_of(ChangeSet.objects.get(pk=done.id))
    return record


def test_an_entry_says_who_did_what_to_which_record(ledger: SimpleNamespace, person: User) -> None:
    with change(by=person, verb="tests.edit"):
        ledger.entry.count = 2
        ledger.entry.save()
    (entry,) = timeline.entries(ChangeSet.objects.all()[:1])
    assert (entry.change_set.label, entry.actor, entry.actor_name) == (
        "Entry corrected",
        person,
        "Alix Roy",
    )
    (record,) = entry.records
    assert (record.model, record.label, record.title, record.kind) == (Entry, "entry", "Zoë", "~")
    assert _fields(record) == [("count", "1", "2", "shown")]
    assert entry.more == 0


def test_values_are_written_as_people_read_them(ledger: SimpleNamespace) -> None:
    entry = ledger.entry
    with change(by=SYSTEM, verb="tests.edit"):
        other = Account.objects.create(code="B")
    with change(by=SYSTEM, verb="tests.edit") as done:
        entry.account = other
        entry.colour = "red"
        entry.is_open = True
        entry.amount = decimal.Decimal("1.5")
        entry.day = dt.date(2026, 11, 23)
        entry.moment = dt.datetime(2026, 11, 23, 20, 30, tzinfo=dt.UTC)
        entry.secret = "never shown"
        entry.remark = ""
        entry.save()
    assert _fields(_only(done)) == [
        ("account", "A", "B", "shown"),
        ("remark", "shy", "", "shown"),
        ("secret", "", "modified", "modified"),
        ("colour", "", "Red ink", "shown"),
        ("is_open", "", "yes", "shown"),
        ("amount", "", "1.50", "shown"),
        ("day", "", "2026-11-23", "shown"),
        ("moment", "", "2026-11-23 15:30", "shown"),
    ]
    assert _only(done).fields[0].label == "account"


def test_a_created_record_shows_its_values_and_a_deleted_one_its_last(
    ledger: SimpleNamespace,
) -> None:
    with change(by=SYSTEM, verb="tests.edit") as created:
        account = Account.objects.create(code="B")
    with change(by=SYSTEM, verb="tests.edit") as deleted:
        key = account.pk
        account.delete()
    assert _fields(_only(created)) == [("code", "", "B", "shown")]
    gone = _only(deleted)
    assert (gone.kind, gone.title, _fields(gone)) == ("-", str(key), [("code", "B", "", "shown")])


def test_erased_values_are_said_to_be_erased(ledger: SimpleNamespace) -> None:
    entry = ledger.entry
    with change(by=SYSTEM, verb="tests.edit") as renamed:
        entry.name, entry.count = "Zoé", 2
        entry.save()
    with change(by=SYSTEM, verb="tests.erase") as erased:
        entry.name = entry.remark = None
        entry.save()
        redact(Entry, entry.pk)
    assert _fields(_only(renamed)) == [("count", "1", "2", "shown")]
    assert [(f.name, f.new, f.state) for f in _only(erased).fields] == [
        ("name", "", "erased"),
        ("remark", "", "erased"),
    ]
    assert [f.old for f in _only(erased).fields] == ["(erased)", "(erased)"]


def test_a_case_has_what_is_about_it_and_what_touched_it(ledger: SimpleNamespace) -> None:
    with change(by=SYSTEM, verb="tests.about", case=CASE) as about:
        Account.objects.create(code="B")
    with change(by=SYSTEM, verb="tests.touched") as touched:
        Entry.objects.create(case_id=CASE)
    with change(by=SYSTEM, verb="tests.other"):
        Account.objects.create(code="C")
    assert [each.pk for each in timeline.for_case(CASE)] == [touched.id, about.id]


def test_a_record_has_the_change_sets_that_touched_it(ledger: SimpleNamespace) -> None:
    with change(by=SYSTEM, verb="tests.edit") as done:
        ledger.entry.count = 2
        ledger.entry.save()
    found = timeline.for_record(Entry, ledger.entry.pk)
    assert [each.pk for each in found] == [done.id, ledger.done.id]


def test_a_reader_sees_the_part_of_the_journal_given(ledger: SimpleNamespace) -> None:
    with change(by=SYSTEM, verb="tests.edit") as done:
        Entry.objects.create(case_id=CASE)
        Entry.objects.create(case_id=uuid.UUID(int=78))
    sets = ChangeSet.objects.filter(pk=done.id)
    (entry,) = timeline.entries(sets, rows=ChangedRow.objects.filter(case_id=CASE))
    assert [record.row.case_id for record in entry.records] == [CASE]
    assert entry.more == 0


def test_a_large_change_set_is_cut_and_says_how_much(ledger: SimpleNamespace) -> None:
    with change(by=SYSTEM, verb="tests.import") as done:
        Account.objects.bulk_create([Account(code=f"many {n}") for n in range(60)])
    (entry,) = timeline.entries(ChangeSet.objects.filter(pk=done.id), most=10)
    assert (len(entry.records), entry.more) == (10, 50)
    assert entry.records[0].title == "many 0"


@pytest.mark.parametrize("size", [1, 10, 50])
def test_the_number_of_queries_does_not_grow(
    size: int, ledger: SimpleNamespace, person: User
) -> None:
    for n in range(size):
        with change(by=person, verb="tests.edit"):
            account = Account.objects.create(code=f"c{n}")
            Entry.objects.create(account=account, name=f"n{n}")
            Entry.objects.filter(account=account).update(count=n + 5)
    page = list(ChangeSet.objects.all()[:size])
    with CaptureQueriesContext(connection) as queries:
        found = timeline.entries(page)
    assert len(found) == size
    # people, journal; of two models the versions and the ones before; their names
    assert len(queries) <= 8
    with CaptureQueriesContext(connection) as again:
        assert len(timeline.changes_of(page[0])) == 3
    assert len(again) <= 7


def test_the_system_and_people_who_are_gone_have_a_name(ledger: SimpleNamespace) -> None:
    (entry,) = timeline.entries(ChangeSet.objects.filter(pk=ledger.done.id))
    assert entry.actor is None
    assert entry.actor_name == "the system"
    with change(by=SYSTEM, verb="tests.person"):
        somebody = User.objects.create(email="gone@exemple.qc.ca")
    with change(by=somebody, verb="tests.edit") as done:
        Account.objects.create(code="B")
    with change(by=SYSTEM, verb="tests.leave"):
        somebody.delete()
    (entry,) = timeline.entries(ChangeSet.objects.filter(pk=done.id))
    assert entry.actor_name == "a person whose account is gone"


def test_a_verb_has_one_label(db: None) -> None:
    with pytest.raises(ValueError, match="another label"):
        verbs.register({"tests.edit": "Something else"})
    with pytest.raises(ValueError, match="which app"):
        verbs.register({"edit": "Edit"})
    assert verbs.label("tests.unknown") == "tests.unknown"
    assert "account_login" in verbs.label("foreign.account_login")
    assert "tests.edit" in verbs.registered()
