"""The history as lines of a file: one for each changed field, with the receipt of its change set."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from auditing.lists.change_set_rows import ChangeSetRow, change_set_rows
from auditing.lists.searching import Search
from auditing.policy import CHANGED_ROW_POLICY
from cases.policy import Action
from peph.audit import timeline
from peph.audit.models import ChangedRow, ChangeSet
from peph.audit.timeline import RecordChange
from peph.exports import Column

COLUMNS = (
    Column("number", _("Change")),
    Column("at", _("When")),
    Column("actor", _("By")),
    Column("role", _("Role at the time")),
    Column("channel", _("Channel")),
    Column("action", _("Action")),
    Column("reason", _("Reason")),
    Column("case", _("File number")),
    Column("region", _("Region")),
    Column("organization", _("Host organisation")),
    Column("type", _("Kind of change")),
    Column("kind", _("Kind of record")),
    Column("record", _("Record")),
    Column("field", _("Field")),
    Column("old", _("Before")),
    Column("new", _("After")),
    Column("receipt", _("Receipt")),
)
# Records described at once: a set with more is read in several steps.
MOST_ROWS = 1000

Line = tuple[Any, ...]


def lines(search: Search, user: Any) -> Iterator[Line]:
    """One line a changed field, in the order of the list; a set shows at least one."""
    seen = CHANGED_ROW_POLICY.q(user, Action.VIEW)
    visible = ChangedRow.objects.filter(seen)
    for batch in search.batches():
        rows = {row.change_set.pk: row for row in change_set_rows(batch, user)}
        for some in _together(batch):
            for change_set, records in _records(visible, some):
                yield from _lines_of(rows[change_set.pk], records)


def _together(batch: Sequence[ChangeSet]) -> Iterator[list[ChangeSet]]:
    """Neighbours that have few records altogether; a large set by itself."""
    some: list[ChangeSet] = []
    total = 0
    for each in batch:
        if some and total + each.rows > MOST_ROWS:
            yield some
            some, total = [], 0
        some.append(each)
        total += each.rows
    yield some


def _records(
    visible: QuerySet[ChangedRow], change_sets: list[ChangeSet]
) -> Iterator[tuple[ChangeSet, list[RecordChange]]]:
    """Each set with its records, a large one several times with a part of them."""
    if len(change_sets) > 1:
        journal = list(visible.filter(change_set__in=change_sets).order_by("id"))
        described = timeline.described(journal)
        for each in change_sets:
            rows = [row for row in journal if row.change_set_id == each.pk]
            yield each, [described[row.id] for row in rows if row.id in described]
        return
    (alone,) = change_sets
    last, is_first = 0, True
    while True:
        part = visible.filter(change_set=alone, pk__gt=last).order_by("id")
        journal = list(part[:MOST_ROWS])
        if journal or is_first:
            yield alone, timeline.changes_of(alone, journal)
        if len(journal) < MOST_ROWS:
            return
        last, is_first = journal[-1].pk, False


def _lines_of(row: ChangeSetRow, records: list[RecordChange]) -> Iterator[Line]:
    change_set = row.change_set
    head = (
        change_set.number,
        change_set.at,
        row.actor,
        change_set.role_label,
        change_set.get_channel_display(),
        change_set.label,
        change_set.reason,
        row.case.number if row.case else "",
        str(row.region or ""),
        str(row.organization or ""),
    )
    receipt = (change_set.receipt,)
    if not records:
        yield head + ("",) * 6 + receipt
    for record in records:
        told = (record.row.get_type_display(), record.label, record.title)
        if not record.fields:
            yield head + told + ("",) * 3 + receipt
        for each in record.fields:
            yield head + told + (each.label, each.old, each.new) + receipt
