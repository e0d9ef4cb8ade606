"""`change()`: who, why, nesting, refusal, and nothing left behind when it fails."""

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction

from peph.accounts.models import User
from peph.audit import context
from peph.audit.changes import SYSTEM, ChangeError, change
from peph.audit.models import ChangedRow, ChangeSet
from peph.audit.running import running
from tests.ledger.models import Account, Entry

CASE, REGION, ORGANIZATION = (uuid.UUID(int=n) for n in (11, 12, 13))


def write() -> Account:
    return Account.objects.create(code=uuid.uuid4().hex[:20])


def fail_after_writing(verb: str = "tests.fails") -> None:
    with change(by=SYSTEM, verb=verb):
        write()
        raise ZeroDivisionError


def write_the_same_twice() -> None:
    with transaction.atomic():
        Account.objects.create(code="twice")
        Account.objects.create(code="twice")


def test_a_change_leaves_one_set_with_who_why_and_where(person: User) -> None:
    request_id = uuid.uuid4()
    with (
        context.entered(context.Context(channel="api", request_id=request_id)),
        change(
            by=person,
            verb="tests.write",
            reason="asked by phone",
            case=CASE,
            region=str(REGION),
            organization=ORGANIZATION,
        ) as done,
    ):
        write()
    stored = ChangeSet.objects.get(pk=done.id)
    assert stored.actor_id == person.pk
    assert (stored.verb, stored.reason, stored.channel) == ("tests.write", "asked by phone", "api")
    assert (stored.case_id, stored.region_id, stored.organization_id) == (
        CASE,
        REGION,
        ORGANIZATION,
    )
    assert (stored.request_id, stored.rows) == (request_id, 1)
    assert done.receipt == stored.receipt == f"{stored.number}:{bytes(stored.hash).hex()}"


def test_outside_a_request_the_channel_is_command_unless_said(db: None) -> None:
    with change(by=SYSTEM, verb="tests.write") as plain:
        write()
    with change(by=SYSTEM, verb="tests.write", channel="import") as imported:
        write()
    channels = [ChangeSet.objects.get(pk=each.id).channel for each in (plain, imported)]
    assert channels == ["command", "import"]


def test_a_record_given_as_the_case_lends_its_region_and_organization(db: None) -> None:
    entry = Entry(id=CASE)
    entry.region_id = REGION
    with change(by=SYSTEM, verb="tests.write", case=entry) as done:
        write()
    assert (done.case_id, done.region_id, done.organization_id) == (CASE, REGION, None)


def test_numbers_have_no_gap_and_each_set_names_the_one_before(db: None) -> None:
    for _time in range(3):
        with change(by=SYSTEM, verb="tests.write"):
            write()
        with pytest.raises(ZeroDivisionError):
            fail_after_writing()
    last, middle, first = ChangeSet.objects.all()[:3]
    assert [last.number - first.number, middle.number - first.number] == [2, 1]
    assert bytes(last.prev) == bytes(middle.hash)
    assert bytes(middle.prev) == bytes(first.hash)


@pytest.mark.parametrize(
    "by",
    [None, "alix", AnonymousUser(), User(), uuid.UUID(int=7)],
    ids=["none", "text", "anonymous", "a key that is no uuid of a person", "a bare uuid"],
)
def test_a_change_without_an_actor_is_refused(by: Any, db: None) -> None:
    if isinstance(by, User):
        by.pk = None
    with pytest.raises(ChangeError, match="a person or SYSTEM"), change(by=by, verb="tests.write"):
        pytest.fail("the body ran")


def test_a_change_without_a_verb_is_refused(db: None) -> None:
    with pytest.raises(ChangeError, match="verb"), change(by=SYSTEM, verb=""):
        pytest.fail("the body ran")


def test_a_request_that_only_reads_may_not_change_anything(db: None) -> None:
    with (
        context.entered(context.Context(is_safe=True)),
        pytest.raises(ChangeError, match="only reads"),
        change(by=SYSTEM, verb="tests.write"),
    ):
        pytest.fail("the body ran")


def test_a_change_inside_a_transaction_nobody_sealed_is_refused(db: None) -> None:
    with (
        transaction.atomic(),
        pytest.raises(RuntimeError, match="durable"),
        change(by=SYSTEM, verb="tests.write"),
    ):
        pytest.fail("the body ran")
    assert running(connection) is None


def test_a_nested_change_joins_the_outer_one(person: User) -> None:
    with change(by=person, verb="tests.outer") as outer:
        write()
        with change(by=person, verb="tests.inner") as inner:
            write()
        assert inner is outer
        assert inner.receipt is None
    stored = ChangeSet.objects.get(pk=outer.id)
    assert (stored.verb, stored.rows) == ("tests.outer", 2)


def test_a_nested_change_of_another_actor_is_refused(person: User) -> None:
    with (
        change(by=person, verb="tests.outer"),
        pytest.raises(ChangeError, match="another actor"),
        change(by=SYSTEM, verb="tests.inner"),
    ):
        pytest.fail("the body ran")


def test_a_nested_change_that_fails_takes_only_its_own_writes_back(db: None) -> None:
    with change(by=SYSTEM, verb="tests.outer") as done:
        kept = write()
        with pytest.raises(ZeroDivisionError):
            fail_after_writing("tests.inner")
    assert list(
        ChangedRow.objects.filter(change_set_id=done.id).values_list("object_id", flat=True)
    ) == [str(kept.pk)]
    assert done.rows == 1


def test_writes_of_a_savepoint_rolled_back_are_not_in_the_set(db: None) -> None:
    with change(by=SYSTEM, verb="tests.outer") as done:
        write()
        with pytest.raises(IntegrityError):
            write_the_same_twice()
    assert done.rows == 1


def test_a_change_that_wrote_nothing_leaves_nothing(db: None) -> None:
    before = ChangeSet.objects.count()
    with change(by=SYSTEM, verb="tests.nothing") as done:
        pass
    assert (done.receipt, done.number, done.rows) == (None, None, 0)
    assert ChangeSet.objects.count() == before


def test_a_change_that_failed_leaves_nothing_and_the_next_one_works(db: None) -> None:
    before = (ChangeSet.objects.count(), ChangedRow.objects.count(), Account.history.count())
    with pytest.raises(ZeroDivisionError):
        fail_after_writing()
    assert (
        ChangeSet.objects.count(),
        ChangedRow.objects.count(),
        Account.history.count(),
    ) == before
    assert running(connection) is None
    with pytest.raises(IntegrityError), transaction.atomic():
        write()
    with change(by=SYSTEM, verb="tests.works") as done:
        write()
    assert done.receipt


def test_after_the_seal_the_same_transaction_may_write_no_more(db: None) -> None:
    with change(by=SYSTEM, verb="tests.write"):
        write()
    with pytest.raises(IntegrityError, match="outside change"), transaction.atomic():
        write()


def test_the_context_collects_the_receipts(db: None) -> None:
    with context.entered(context.Context()) as request:
        for _time in range(2):
            with change(by=SYSTEM, verb="tests.write"):
                write()
        with change(by=SYSTEM, verb="tests.nothing"):
            pass
    assert [receipt.count(":") for receipt in request.receipts] == [1, 1]


def test_a_reason_is_kept_whole_on_both_engines(db: None) -> None:
    reason = "l’été\n" + "x" * 5000
    with change(by=SYSTEM, verb="tests.write", reason=reason + "\x00") as done:
        write()
    assert ChangeSet.objects.get(pk=done.id).reason == reason


def test_deleting_a_person_leaves_their_name_on_what_they_did(person: User) -> None:
    with change(by=person, verb="tests.write") as done:
        account = write()
    key = person.pk
    with change(by=SYSTEM, verb="tests.leave"):
        person.delete()
    assert account.history.get().history_user_id == key
    assert account.history.get().history_user is None
    assert ChangeSet.objects.get(pk=done.id).actor_id == key


def test_a_journal_row_carries_the_scope_of_its_record(db: None) -> None:
    with change(by=SYSTEM, verb="tests.write"):
        account = write()
        entry = Entry.objects.create(account=account, case_id=CASE)
    of_account, of_entry = (
        ChangedRow.objects.get(object_id=str(record.pk)) for record in (account, entry)
    )
    assert (of_account.region_id, of_account.case_id) == (account.pk, None)
    assert (of_entry.region_id, of_entry.case_id) == (None, CASE)


def test_many_rows_in_one_change_are_sealed_in_blocks(db: None) -> None:
    with change(by=SYSTEM, verb="tests.many") as done:
        Account.objects.bulk_create([Account(code=f"many {n}") for n in range(2500)])
    assert (done.rows, ChangeSet.objects.get(pk=done.id).rows) == (2500, 2500)
