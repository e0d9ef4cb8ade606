"""Who is due: whose every case has been closed for longer than its kind is kept, and what holds it back."""

import csv
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models import Case as Choice
from django.utils import timezone

from cases.models import Case, Outcome, Placement
from cases.workflow import CaseStatus
from privacy.models import OF_CASE, Erasure, LegalHold, RecordClass, RetentionRule
from privacy.services.terms import last_day_past, months_after
from privacy.workflow import ERASURE_OPEN, ErasureStatus

REFERENCE = Path(__file__).resolve().parent.parent / "reference" / "retention.csv"


@dataclass(frozen=True, slots=True)
class Due:
    """Why a person is due: the rule, the day the term ran from, the day it was over."""

    case: Case
    rule_id: Any
    record_class: str
    from_on: dt.date
    due_on: dt.date
    is_held: bool
    erasure_id: Any


def load_retention() -> int:
    """Add the rules of the reference file that are missing; how many. Inside a change."""
    known = set(RetentionRule.objects.values_list("record_class", flat=True))
    with REFERENCE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["record_class"] not in known]
    added = [
        RetentionRule(**{**row, "months": row["months"] or None}, position=10 * (place + 1))
        for place, row in enumerate(rows)
    ]
    return len(RetentionRule.objects.bulk_create(added))


def rules_of_cases() -> dict[str, RetentionRule]:
    """The rules by which a person falls due, by kind of case."""
    found = RetentionRule.objects.filter(record_class__in=OF_CASE)
    return {rule.record_class: rule for rule in found}


# ------------------------------------------------------------------ the list
def due_cases(
    day: dt.date | None = None, rules: Mapping[str, RetentionRule] | None = None
) -> QuerySet[Case]:
    """The last case of each person who is due on that day, with why (`due`) and what holds it back."""
    today = day or timezone.localdate()
    rules = rules_of_cases() if rules is None else rules
    past = _past(today, rules)
    same = Case.objects.filter(participant=OuterRef("participant"))
    later = Q(closed_on__gt=OuterRef("closed_on")) | Q(
        closed_on=OuterRef("closed_on"), pk__gt=OuterRef("pk")
    )
    done = Erasure.objects.filter(participant=OuterRef("participant"), status=ErasureStatus.DONE)
    found = Case.objects.filter(past, status=CaseStatus.CLOSED)
    # Compared by keys: the negation of a condition with a date that may be missing loses rows.
    kept = same.exclude(pk__in=Case.objects.filter(past, status=CaseStatus.CLOSED).values("pk"))
    found = found.exclude(Exists(kept)).exclude(Exists(same.filter(later))).exclude(Exists(done))
    return found.annotate(**_told(today))


def _told(today: dt.date) -> dict[str, Any]:
    holds = LegalHold.objects.live(today).filter(participant=OuterRef("participant"))
    waiting = Erasure.objects.filter(
        participant=OuterRef("participant"), status__in=sorted(ERASURE_OPEN)
    )
    last = (
        Outcome.objects.filter(case=OuterRef("pk"))
        .order_by()
        .values("case")
        .annotate(last=Max("checked_on"))
        .values("last")
    )
    return {
        "kept_as": Choice(
            When(_placed(), then=Value(RecordClass.PLACED.value)),
            When(decided_on__isnull=True, then=Value(RecordClass.NOT_TAKEN.value)),
            default=Value(RecordClass.NOT_PLACED.value),
        ),
        "last_outcome_on": Subquery(last),
        "is_held": Choice(
            When(Exists(holds), then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        ),
        "erasure_id": Subquery(waiting.values("pk")[:1]),
    }


def _placed() -> Exists:
    return Exists(Placement.objects.filter(case=OuterRef("pk"), started_on__isnull=False))


def _past(today: dt.date, rules: Mapping[str, RetentionRule]) -> Q:
    """The cases whose term is over; a kind without a rule is kept."""
    found = Q(pk__in=())
    for record_class, rule in rules.items():
        if rule.months is None:
            continue
        limit = last_day_past(today, rule.months)
        is_over = Q(closed_on__lte=limit)
        if record_class == RecordClass.PLACED:
            followed = Outcome.objects.filter(case=OuterRef("pk"), checked_on__gt=limit)
            found |= is_over & Q(_placed()) & ~Q(Exists(followed))
        elif record_class == RecordClass.NOT_TAKEN:
            found |= is_over & ~Q(_placed()) & Q(decided_on__isnull=True)
        else:
            found |= is_over & ~Q(_placed()) & Q(decided_on__isnull=False)
    return found


def explain(case: Any, rules: Mapping[str, RetentionRule]) -> Due:
    """Why the person of this row of the list is due; asks nothing of the database."""
    rule = rules[case.kept_as]
    days = [case.closed_on]
    if case.kept_as == RecordClass.PLACED and case.last_outcome_on:
        days.append(case.last_outcome_on)
    return Due(
        case=case,
        rule_id=rule.pk,
        record_class=case.kept_as,
        from_on=max(days),
        due_on=months_after(max(days), rule.months or 0),
        is_held=case.is_held,
        erasure_id=case.erasure_id,
    )


def due_of(participant: Any, day: dt.date | None = None) -> Due | None:
    """Why this person is due; None while something is still to be kept."""
    rules = rules_of_cases()
    case = due_cases(day, rules).filter(participant=participant).first()
    return explain(case, rules) if case else None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people are due, and how many of them are held or wait for an erasure."""

    due: int
    held: int
    waiting: int


def due_counts(day: dt.date | None = None, among: Q | None = None) -> Counts:
    """The figures at the head of the list, in one query; `among` narrows to the cases of a reader."""
    found = (
        due_cases(day)
        .filter(among or Q())
        .aggregate(
            due=Count("pk"),
            held=Count("pk", filter=Q(is_held=True)),
            waiting=Count("erasure_id"),
        )
    )
    return Counts(**found)
