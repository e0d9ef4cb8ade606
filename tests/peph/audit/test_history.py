"""simple-history's reading side, over rows the triggers wrote."""

from types import SimpleNamespace

from django.utils import timezone

from peph.audit.changes import SYSTEM, change
from tests.ledger.models import Entry


def _edit(entry: Entry, count: int) -> None:
    with change(by=SYSTEM, verb="tests.edit"):
        entry.count = count
        entry.save()


def test_versions_can_be_walked_and_compared(ledger: SimpleNamespace) -> None:
    for count in (2, 3):
        _edit(ledger.entry, count)
    newest = ledger.entry.history.first()
    assert [row.count for row in ledger.entry.history.all()] == [3, 2, 1]
    assert newest.prev_record.count == 2
    assert newest.prev_record.prev_record.prev_record is None
    assert newest.prev_record.next_record == newest
    (difference,) = [
        each for each in newest.diff_against(newest.prev_record).changes if each.field != "version"
    ]
    assert (difference.field, difference.old, difference.new) == ("count", 2, 3)


def test_a_record_is_seen_as_it_was(ledger: SimpleNamespace) -> None:
    then = timezone.now()
    _edit(ledger.entry, 2)
    assert ledger.entry.history.as_of(then).count == 1
    assert ledger.entry.history.as_of(timezone.now()).count == 2
    assert [each.count for each in Entry.history.as_of(then).filter(id=ledger.entry.pk)] == [1]


def test_the_rows_of_one_change_have_rising_dates(ledger: SimpleNamespace) -> None:
    with change(by=SYSTEM, verb="tests.edit"):
        for count in range(2, 30):
            ledger.entry.count = count
            ledger.entry.save()
    dates = [row.history_date for row in ledger.entry.history.order_by("history_id")]
    assert dates == sorted(set(dates))


def test_a_history_row_says_who_and_what(ledger: SimpleNamespace) -> None:
    row = ledger.entry.history.get()
    assert (row.history_user_id, row.history_user, row.history_change_reason) == (
        SYSTEM,
        None,
        "tests.ledger",
    )
    assert (row.change_set_id, row.history_type) == (ledger.done.id, "+")
