"""The queries behind the checks: each gives the records at fault on a day, with `since`."""

import datetime as dt
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest

from cases.models import Accommodation, Case, Consent, FollowUp, Outcome, Participant, Placement
from cases.workflow import PLACEMENT_ENDED, CaseStatus, PlacementStatus
from organizations.models import FollowUpStep, Program

# Days a thing may be late before it is a problem: DOMAIN §3.6 hands it to the lead after fifteen.
TOLERANCE = 15
REVIEW_DAYS = 60
CLOSING_WEEKS = 60
NEVER_BEGAN = (PlacementStatus.NO_SHOW, PlacementStatus.CANCELLED)
STARTS = Coalesce("started_on", "planned_start")
ENDS = Coalesce("ended_on", "planned_end")


# ------------------------------------------------------------------ the cases
def open_cases(**narrowed: Any) -> QuerySet[Case]:
    return Case.objects.open().filter(**narrowed)


def without_contact(today: dt.date) -> QuerySet[Any]:
    days = Program.objects.values_list("days_without_contact", flat=True).get()
    done = FollowUp.objects.filter(case=OuterRef("pk"), done_on__isnull=False)
    latest = Subquery(done.order_by("-done_on").values("done_on")[:1])
    first = Coalesce("first_contact_on", "referred_on")
    last = Greatest(Coalesce(latest, "referred_on"), first)
    return (
        Case.objects.exclude(status__in=[CaseStatus.CLOSED, CaseStatus.SUSPENDED])
        .annotate(since=last)
        .filter(since__lt=today - dt.timedelta(days=days))
    )


def consent_expired(today: dt.date) -> QuerySet[Any]:
    given = Consent.objects.filter(
        participant=OuterRef("participant"), purpose=Consent.Purpose.CASE_MANAGEMENT
    )
    over = given.filter(withdrawn_on__isnull=True, expires_on__lt=today).order_by("-expires_on")
    return (
        open_cases()
        .annotate(since=Subquery(over.values("expires_on")[:1]))
        .filter(~Exists(given.live(today)), since__isnull=False)
    )


def twice(today: dt.date) -> QuerySet[Any]:
    same_person = Participant.objects.filter(
        birth_date=OuterRef("participant__birth_date"),
        search_key=OuterRef("participant__search_key"),
    ).exclude(pk=OuterRef("participant"))
    return open_cases().annotate(since=F("referred_on")).filter(Exists(same_person))


def placed_nowhere(today: dt.date) -> QuerySet[Any]:
    current = Placement.objects.current().filter(case=OuterRef("pk"))
    placed = Case.objects.filter(status=CaseStatus.IN_PLACEMENT)
    return placed.annotate(since=F("referred_on")).filter(~Exists(current))


def to_close(today: dt.date) -> QuerySet[Any]:
    over = Placement.objects.filter(case=OuterRef("pk"), ended_on__isnull=False)
    last = Subquery(over.order_by("-ended_on").values("ended_on")[:1])
    return (
        Case.objects.filter(status=CaseStatus.POST_PLACEMENT)
        .annotate(since=last)
        .filter(since__lt=today - dt.timedelta(weeks=CLOSING_WEEKS))
    )


# ------------------------------------------------------------------ the placements
def too_long(today: dt.date) -> QuerySet[Any]:
    weeks = Program.objects.values_list("longest_placement_weeks", flat=True).get()
    # A day less and a strict comparison: SQLite holds a sum of dates as a moment, a date as a day.
    longest = STARTS + Value(dt.timedelta(weeks=weeks) - dt.timedelta(days=1))
    running = Placement.objects.current()
    return running.annotate(since=STARTS, longest=longest).filter(planned_end__gt=F("longest"))


def overlapping(today: dt.date) -> QuerySet[Any]:
    begun = Placement.objects.exclude(status__in=NEVER_BEGAN).alias(from_on=STARTS, to_on=ENDS)
    other = (
        begun.filter(participant=OuterRef("participant"))
        .exclude(pk=OuterRef("pk"))
        .filter(from_on__lte=OuterRef("since"), to_on__gte=OuterRef("since"))
    )
    return begun.annotate(since=STARTS).filter(Exists(other))


def without_outcome(today: dt.date) -> QuerySet[Any]:
    found = Outcome.objects.filter(placement=OuterRef("pk"), moment=Outcome.Moment.END)
    return (
        Placement.objects.filter(
            status__in=PLACEMENT_ENDED, ended_on__lt=today - dt.timedelta(days=TOLERANCE)
        )
        .annotate(since=F("ended_on"))
        .filter(~Exists(found))
    )


def evaluation_missing(today: dt.date) -> QuerySet[Any]:
    late = FollowUp.objects.overdue(today - dt.timedelta(days=TOLERANCE))
    return late.filter(step__kind=FollowUpStep.Kind.EVALUATION).annotate(since=F("due_on"))


def accommodation_late(today: dt.date) -> QuerySet[Any]:
    asked = Accommodation.objects.pending().filter(placement__started_on__isnull=False)
    return asked.annotate(since=F("placement__started_on"))


def since(rows: QuerySet[Any], field: str) -> QuerySet[Any]:
    return rows.annotate(since=F(field))
