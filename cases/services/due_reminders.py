"""Who is to be reminded of which follow-up on a day. Reads only; `reminders` writes and posts.

DOMAIN §3.6: ten and three days before a follow-up is due and the day after, whoever is responsible is
told; five days late it goes to the regional officer as well, fifteen days late to the lead.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef

from cases.models import FollowUp, Reminder, ReminderPause
from cases.models.followups import FollowUpQuerySet
from cases.workflow import CaseStatus, PlacementStatus
from organizations.models import ProgramGrant, RegionGrant

RESPONSIBLE, OFFICER, LEAD = "responsible", "officer", "lead"
# Days after the due day → who is told then.
RUNGS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (-10, (RESPONSIBLE,)),
    (-3, (RESPONSIBLE,)),
    (1, (RESPONSIBLE,)),
    (5, (RESPONSIBLE, OFFICER)),
    (15, (LEAD,)),
)
EARLIEST = min(days for days, _told in RUNGS)
# From here on others than the responsible are told.
PASSED_ON = min(days for days, told in RUNGS if told != (RESPONSIBLE,))


@dataclass(frozen=True, slots=True)
class Wanted:
    """One reminder to send: of this follow-up as due on this day, for the rung at `days`."""

    follow_up_id: uuid.UUID
    due_on: dt.date
    days: int


def to_remind(day: dt.date) -> FollowUpQuerySet:
    """The follow-ups that anybody may be reminded of on `day`: those of a case and a placement at work,
    not done, near enough, and whose reminders are not paused."""
    paused = ReminderPause.objects.live(day).filter(placement=OuterRef("placement_id"))
    return (
        FollowUp.objects.to_do()
        .filter(due_on__lte=day - dt.timedelta(days=EARLIEST))
        .exclude(case__status__in=[CaseStatus.CLOSED, CaseStatus.SUSPENDED])
        # A follow-up without placement is about the case alone.
        .exclude(placement__isnull=False, placement__status=PlacementStatus.SUSPENDED)
        .exclude(Exists(paused))
    )


def wanted(day: dt.date) -> dict[uuid.UUID, list[Wanted]]:
    """Person → what to remind them of on `day`: the latest rung reached, once, and none it overtook."""
    rows = list(
        to_remind(day)
        .order_by("due_on", "id")
        .values_list("pk", "due_on", "region_id", "responsible_id", "case__coordinator_id")
    )
    circle = _Circle(day, rows)
    sent = set(
        Reminder.objects.filter(follow_up__in=to_remind(day)).values_list(
            "follow_up_id", "due_on", "days", "recipient_id"
        )
    )
    found: dict[uuid.UUID, list[Wanted]] = defaultdict(list)
    for row in rows:
        for person, days in _latest_rungs(row, day, circle).items():
            if (row[0], row[1], days, person) not in sent:
                found[person].append(Wanted(row[0], row[1], days))
    return dict(found)


# One row: follow-up, due day, region, responsible, coordinator of the case.
Row = tuple[uuid.UUID, dt.date, uuid.UUID, uuid.UUID | None, uuid.UUID | None]


def _latest_rungs(row: Row, day: dt.date, circle: "_Circle") -> dict[uuid.UUID, int]:
    """Person → the latest rung that reached them. A run after a week of silence sends one reminder."""
    _pk, due_on, *_rest = row
    latest: dict[uuid.UUID, int] = {}
    for days, told in RUNGS:
        if (day - due_on).days >= days:
            for person in circle.told(row, told):
                latest[person] = days
    return latest


@dataclass
class _Circle:
    """Who may be told: active accounts that see the follow-up, found in two queries a person at most."""

    day: dt.date
    rows: Iterable[Row]
    officers: dict[uuid.UUID, list[uuid.UUID]] = field(default_factory=dict)
    leads: list[uuid.UUID] = field(default_factory=list)
    people: dict[uuid.UUID, Any] = field(default_factory=dict)
    seen: dict[uuid.UUID, frozenset[uuid.UUID]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        coordinating: Any = RegionGrant.objects.live().filter(permission__codename="coordinate")
        leading = ProgramGrant.objects.live().filter(permission__codename="lead")
        officers: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
        for region, person in coordinating.order_by("user_id").values_list(
            "content_object_id", "user_id"
        ):
            officers[region].append(person)
        self.officers = dict(officers)
        self.leads = list(leading.order_by("user_id").values_list("user_id", flat=True))
        named = {person for row in self.rows for person in row[3:] if person}
        known = named.union(self.leads, *self.officers.values())
        self.people = get_user_model()._default_manager.filter(is_active=True).in_bulk(known)

    def told(self, row: Row, roles: Iterable[str]) -> list[uuid.UUID]:
        """The people a rung tells. Where nobody is left in a role, the next one up is told: a follow-up
        that nobody answers for must not go unsaid."""
        _pk, _due_on, region, responsible, coordinator = row
        officers = self._able(row, self.officers.get(region, ()))
        leads = self._able(row, self.leads)
        own = self._able(row, (responsible, coordinator))[:1] or officers or leads
        above = (
            [each for each in self._able(row, (coordinator,)) if each not in own]
            or [each for each in officers if each not in own]
            or leads
        )
        found = {RESPONSIBLE: own, OFFICER: above, LEAD: leads}
        return [person for role in roles for person in found[role]]

    def _able(self, row: Row, people: Iterable[uuid.UUID | None]) -> list[uuid.UUID]:
        return [each for each in people if each in self.people and row[0] in self._sees(each)]

    def _sees(self, person: uuid.UUID) -> frozenset[uuid.UUID]:
        if person not in self.seen:
            visible = to_remind(self.day).visible_to(self.people[person])
            self.seen[person] = frozenset(visible.values_list("pk", flat=True))
        return self.seen[person]
