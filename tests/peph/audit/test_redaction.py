"""Forgetting: personal values leave the history for good, and the chain still verifies."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection

from peph.audit.changes import SYSTEM, ChangeError, change
from peph.audit.models import ChangeSet
from peph.audit.redaction import forget_reasons, redact
from peph.audit.verify import verify
from tests.ledger.models import Account, Entry, Scratchpad


@pytest.fixture
def erased(ledger: SimpleNamespace) -> Entry:
    """An entry with three versions, its record erased and its history redacted in one change."""
    entry = ledger.entry
    with change(by=SYSTEM, verb="tests.rename"):
        entry.name = "Zoé"
        entry.save()
    with change(by=SYSTEM, verb="tests.erase"):
        entry.name = entry.remark = None
        entry.save()
        assert redact(Entry, entry.pk) == 3
    return entry


def test_no_personal_value_and_no_salt_is_left(erased: Entry) -> None:
    rows = list(erased.history.order_by("history_id"))
    assert [(row.name, row.remark, row.salt) for row in rows] == [(None, None, None)] * 3
    assert [sorted(row.redacted) for row in rows] == [["name", "remark"], ["name", "remark"], []]
    assert [row.count for row in rows] == [1, 1, 1]


def test_the_history_still_verifies(erased: Entry) -> None:
    assert verify().problems == []


def test_a_record_redacted_but_not_erased_is_no_forgery(ledger: SimpleNamespace) -> None:
    with change(by=SYSTEM, verb="tests.erase"):
        Account.objects.create(code="B")
        redact(Entry, ledger.entry.pk)
    assert verify().problems == []


def test_a_value_put_back_into_an_erased_record_is_seen(
    erased: Entry, guards_down: Callable[[], AbstractContextManager[None]]
) -> None:
    with guards_down(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_entry SET name = 'Zoë'")
    (problem,) = verify().problems
    assert (problem.kind, problem.object_id) == ("live", str(erased.pk))


def test_a_second_redaction_has_nothing_to_do(erased: Entry) -> None:
    with change(by=SYSTEM, verb="tests.erase"):
        assert redact(Entry, erased.pk) == 0


def test_a_model_without_personal_fields_has_nothing_to_redact(ledger: SimpleNamespace) -> None:
    with change(by=SYSTEM, verb="tests.erase"):
        assert redact(Account, ledger.account.pk) == 0


def test_what_is_not_tracked_cannot_be_redacted(db: None) -> None:
    with change(by=SYSTEM, verb="tests.erase"), pytest.raises(LookupError):
        redact(Scratchpad, 1)


def test_redaction_happens_inside_a_change(ledger: SimpleNamespace) -> None:
    with pytest.raises(ChangeError):
        redact(Entry, ledger.entry.pk)


REFUSED = {
    "only some personal fields": "name = NULL, salt = NULL, redacted = '{}'",
    "keeping the salt": "name = NULL, remark = NULL, redacted = '{}'",
    "without commitments": "name = NULL, remark = NULL, salt = NULL",
    "with another column": "name = NULL, remark = NULL, salt = NULL, redacted = '{}', count = 9",
    "with the actor": (
        "name = NULL, remark = NULL, salt = NULL, redacted = '{}',"
        " history_user_id = '11111111111111111111111111111111'"
    ),
}
GOOD = "name = NULL, remark = NULL, salt = NULL, redacted = '{}'"


def _update(assignments: str, entry: Entry) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE ledger_historicalentry SET {assignments} WHERE history_id = %s",
            [entry.history.first().history_id],
        )


@pytest.mark.parametrize("how", REFUSED)
def test_any_other_change_of_a_history_row_is_refused(how: str, ledger: SimpleNamespace) -> None:
    with pytest.raises(IntegrityError, match="append-only"), change(by=SYSTEM, verb="tests.tamper"):
        _update(REFUSED[how], ledger.entry)


def test_a_redaction_outside_a_change_is_refused_by_the_database(ledger: SimpleNamespace) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        _update(GOOD, ledger.entry)


@pytest.mark.parametrize("how", ["name = 'Zoë', redacted = NULL", GOOD])
def test_a_redacted_row_is_final(how: str, erased: Entry) -> None:
    with pytest.raises(IntegrityError, match="append-only"), change(by=SYSTEM, verb="tests.tamper"):
        _update(how, erased)


def test_the_commitment_of_a_guess_needs_the_salt(ledger: SimpleNamespace) -> None:
    """The same name twice gives two commitments: nobody can look one up in a table of names."""
    with change(by=SYSTEM, verb="tests.twins"):
        twins = [Entry.objects.create(name="Zoë") for _time in range(2)]
        for twin in twins:
            redact(Entry, twin.pk)
    one, other = (twin.history.get().redacted["name"] for twin in twins)
    assert one != other


# ------------------------------------------------------------------ the reason of a change
@pytest.fixture
def reasoned(ledger: SimpleNamespace) -> ChangeSet:
    """A change whose reason names somebody."""
    with change(by=SYSTEM, verb="tests.rename", reason="Zoé a changé de nom"):
        ledger.entry.name = "Zoé"
        ledger.entry.save()
    return ChangeSet.objects.latest("number")


def test_a_reason_is_forgotten_and_the_chain_still_verifies(reasoned: ChangeSet) -> None:
    with change(by=SYSTEM, verb="tests.erase"):
        assert forget_reasons([reasoned.number, reasoned.number]) == 1
    left = ChangeSet.objects.get(pk=reasoned.pk)
    assert (left.reason, left.reason_salt) == ("", None)
    assert bytes(left.hash) == bytes(reasoned.hash)
    assert verify().problems == []


def test_a_reason_is_forgotten_inside_a_change_only(reasoned: ChangeSet) -> None:
    with pytest.raises(ChangeError):
        forget_reasons([reasoned.number])


REASON_REFUSED = {
    "another reason": "reason = 'Zoë', reason_salt = NULL",
    "the reason without its salt": "reason = ''",
    "the salt without the reason": "reason_salt = NULL",
    "with another column": "reason = '', reason_salt = NULL, verb = 'other'",
}


@pytest.mark.parametrize("how", REASON_REFUSED)
def test_any_other_change_of_a_change_set_is_refused(how: str, reasoned: ChangeSet) -> None:
    with (
        pytest.raises(IntegrityError, match="append-only"),
        change(by=SYSTEM, verb="tests.tamper"),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f"UPDATE audit_changeset SET {REASON_REFUSED[how]} WHERE number = %s", [reasoned.number]
        )


@pytest.mark.parametrize(
    "how", ["reason = 'Zoë'", "reason_salt = NULL", "reason = 'x', reason_salt = NULL"]
)
def test_a_reason_that_is_not_the_one_given_is_seen(
    how: str, reasoned: ChangeSet, guards_down: Callable[[], AbstractContextManager[None]]
) -> None:
    with guards_down(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE audit_changeset SET {how} WHERE number = %s", [reasoned.number])
    (problem,) = verify().problems
    assert (problem.kind, problem.change_set) == ("chain", reasoned.number)
