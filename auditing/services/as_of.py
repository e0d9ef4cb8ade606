"""A case with everything under it, or one record, as it was: which moment, whose, in what order."""

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from auditing.policy import CHANGED_ROW_POLICY
from cases.models import Case, Consent, DisabilityRecord, Participant
from cases.policy import CASE_POLICY, Action
from peph.audit import snapshots
from peph.audit.history import declaration
from peph.audit.models import ChangedRow, ChangeSet
from peph.audit.snapshots import Key, RecordPair
from peph.errors import Invalid

TODAY, CHANGE = "today", re.compile(r"change-(\d{1,18})", re.ASCII)
# What comes first; other kinds follow by name.
FIRST_KINDS = (
    "cases.case", "cases.participant", "cases.disabilityrecord", "cases.consent",
    "cases.placement", "cases.signature", "cases.suspension",
)  # fmt: skip
# They belong to the person: no case stands in their journal.
OF_PERSON = (Participant, Consent, DisabilityRecord)
HOW_TO_WRITE = gettext_lazy(
    "Write a moment as 2026-04-01T12:00, a day as 2026-04-01, a change as change-123, or today."
)


@dataclass(frozen=True)
class Side:
    """One side of a comparison: after change set `number` (None: today), asked for as `text`.

    `at` is the moment asked for, or that of the change set; None for today.
    """

    text: str
    number: int | None
    at: dt.datetime | None = None
    is_exact: bool = False

    @property
    def label(self) -> str:
        """The side as the head of a column."""
        if self.number is None:
            return _("Today")
        moment = self.at and timezone.localtime(self.at).strftime("%Y-%m-%d %H:%M")
        if not self.is_exact:
            return str(moment)
        if not moment:
            return _("Before the first change")
        return _("After change %(number)s (%(moment)s)") % {
            "number": self.number, "moment": moment,
        }  # fmt: skip


@dataclass(frozen=True)
class Group:
    """The records of one kind, those that differ counted."""

    label: str
    kind: str
    records: Sequence[RecordPair]

    @property
    def anchor(self) -> str:
        return self.label.replace(".", "-")

    @property
    def changed(self) -> int:
        return sum(record.state != "same" for record in self.records)


def side_of(text: str) -> Side:
    """The side written in an address: today, change-123, a moment, or a day (its end). Raises Invalid."""
    given = text.strip()
    if given in ("", TODAY):
        return Side(TODAY, None)
    if match := CHANGE.fullmatch(given):
        number = int(match[1])
        at = ChangeSet.objects.filter(number=number).values_list("at", flat=True).first()
        if number and at is None:
            raise Invalid(_("There is no change %(number)s.") % {"number": number})
        return Side(given, number, at, is_exact=True)
    moment = _moment(given)
    return Side(given, snapshots.number_at(moment), moment)


def _moment(text: str) -> dt.datetime:
    try:
        moment, day = parse_datetime(text), parse_date(text)
    except ValueError:
        moment = day = None
    if day is not None:
        moment = dt.datetime.combine(day, dt.time.max)
    if moment is None or not 1900 <= moment.year <= 2100:
        raise Invalid(HOW_TO_WRITE)
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment


# ------------------------------------------------------------------ a case with everything under it
def rows_of_case(case: Case) -> QuerySet[ChangedRow]:
    """The journal of a case, of its person, and of what the person agreed to and declared."""
    person = case.participant_id
    ids = [str(person)]
    for model in (Consent, DisabilityRecord):
        keys = model._default_manager.filter(participant_id=person).values_list("pk", flat=True)
        ids += [str(key) for key in keys]
    return ChangedRow.objects.filter(Q(case_id=case.pk) | Q(object_id__in=ids))


def case_beside(case: Case, then: Side, now: Side) -> list[Group]:
    """A case and everything under it on both sides, by kind."""
    return grouped(snapshots.compare(rows_of_case(case), then.number, now.number))


def grouped(pairs: Iterable[RecordPair]) -> list[Group]:
    """By kind of record: the case, the person, the placement first."""
    by_label: dict[str, list[RecordPair]] = {}
    for pair in pairs:
        by_label.setdefault(pair.label, []).append(pair)
    groups = [
        Group(label, str(found[0].model._meta.verbose_name_plural), _in_order(found))
        for label, found in by_label.items()
    ]
    return sorted(groups, key=_place)


def only_differing(groups: Iterable[Group]) -> list[Group]:
    """The same without the records in which both sides agree."""
    kept = (
        Group(each.label, each.kind, [pair for pair in each.records if pair.state != "same"])
        for each in groups
    )
    return [group for group in kept if group.records]


def _in_order(found: list[RecordPair]) -> list[RecordPair]:
    # Keys are UUIDs of version 7: their order is that in which the records were made.
    return sorted(found, key=lambda pair: pair.key)


def _place(group: Group) -> tuple[int, str]:
    known = group.label in FIRST_KINDS
    return (FIRST_KINDS.index(group.label) if known else len(FIRST_KINDS), group.kind)


# ------------------------------------------------------------------ one record
def rows_of_record(label: str, key: str) -> QuerySet[ChangedRow]:
    """The journal of one record."""
    return ChangedRow.objects.filter(model=label, object_id=key)


def readable(user: Any, keys: Iterable[Key]) -> set[Key]:
    """Those of these records whose whole history `user` may read, in as many queries for ten as for one.

    What belongs to a person is read by whoever may audit a case of theirs; anything else by whoever may
    read the last that was recorded of it: what left a region is no longer read from it.
    """
    wanted = set(keys)
    people = _people_of(wanted)
    audited = Case.objects.filter(
        CASE_POLICY.q(user, Action.AUDIT), participant_id__in=set(people.values())
    )
    mine = set(audited.values_list("participant_id", flat=True)) if people else set()
    found = {key for key, person in people.items() if person in mine}
    labels = {declaration(model).label for model in OF_PERSON}
    others = [key for label, key in wanted if label not in labels]
    if others:
        last = (
            ChangedRow.objects.filter(object_id__in=others)
            .order_by()
            .values("model", "object_id")
            .annotate(last=Max("pk"))
            .values("last")
        )
        seen = ChangedRow.objects.filter(CHANGED_ROW_POLICY.q(user, Action.VIEW), pk__in=last)
        found |= wanted & {
            (label, key)
            for label, key in seen.values_list("model", "object_id")
            if label not in labels
        }
    return found


def _people_of(keys: set[Key]) -> dict[Key, uuid.UUID]:
    """Record of a person → the person; what is gone belongs to nobody any more."""
    found: dict[Key, uuid.UUID] = {}
    for model in OF_PERSON:
        label = declaration(model).label
        ids = [uuid.UUID(key) for each, key in keys if each == label and _is_uuid(key)]
        if ids:
            person = "pk" if model is Participant else "participant_id"
            pairs = model._default_manager.filter(pk__in=ids).values_list("pk", person)
            found |= {(label, str(pk)): owner for pk, owner in pairs}
    return found


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
