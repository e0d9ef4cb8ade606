"""Filling the scratch database: cases in batches, each status reached in a change of its own.

Everything is written in bulk and inside `change()`, so the history and its chain are those of the service:
a case has one history row for its opening and one for each status it went through.
"""

import datetime as dt
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from django.db import connection, models
from django.utils import timezone

from cases.benchmark.lives import DELAYS, REGIONS, Chance, Life, falling
from cases.benchmark.people import Officers
from cases.models import Case, FollowUp, Participant, Placement
from cases.services import schedule
from cases.workflow import CASE_WORKFLOW, CaseStatus, ClosureReason, PlacementStatus
from organizations.models import FollowUpStep, HostOrganization, HostSite, JobClass, Region
from peph.audit.changes import SYSTEM, change
from peph.fiscal import fiscal_year_of
from peph.records import Record

BATCH = 2000
CASES_A_SITE = 200
FEWEST_SITES, MOST_SITES = 60, 2000
OPENED = "cases.case.open"
# Status → the transition that leads there. Where several do, any will name the change.
VERBS = {
    row.target: CASE_WORKFLOW.verb(row.name)
    for row in reversed(CASE_WORKFLOW.table)
    if row.target in CaseStatus.values
}

Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Drawn:
    """One case not yet written, with its life and where the person will be placed."""

    case: Case
    life: Life
    site: HostSite
    placement: Placement | None = None


class Filler:
    """Draws and writes cases; what it needs of the reference data is read once."""

    def __init__(self, people: Officers, *, cases: int, seed: int) -> None:
        self.people = people
        self.today = timezone.localdate()
        self.chance = Chance(seed, self.today)
        self._regions = list(Region.objects.all())
        self._shares = list(accumulate(REGIONS[region.code] for region in self._regions))
        self._job_classes = list(JobClass.objects.all())
        steps = list(FollowUpStep.objects.all())
        self._steps = [_step(steps, "start", 4), _step(steps, "end", -2)]
        self._sites = _open_sites(self._regions, cases, self.chance.random)
        self._busiest_first = {key: falling(len(sites)) for key, sites in self._sites.items()}

    def fill(self, cases: int, progress: Progress) -> None:
        """Write that many cases with all that hangs on them."""
        for written in range(0, cases, BATCH):
            progress("cases", written, cases)
            self._live([self.draw() for _each in range(min(BATCH, cases - written))])
        progress("cases", cases, cases)

    def draw(self) -> Drawn:
        """One case as it is opened, its participant with it; nothing is written."""
        life = self.chance.life()
        region = self.chance.one(self._regions, self._shares)
        person = Participant(**self.chance.person())
        person.search_key = person.key_for_search()
        year = fiscal_year_of(life.referred_on)
        case = Case(
            number=self.chance.number(year),
            participant=person,
            region=region,
            coordinator=self.people.coordinators[region.pk],
            fiscal_year=year,
            job_class=self.chance.one(self._job_classes),
            referring_agency="Service d’emploi spécialisé",
            referred_on=life.referred_on,
            updated_at=life.last,
        )
        site = self.chance.one(self._sites[region.pk], self._busiest_first[region.pk])
        return Drawn(case, life, site)

    def _live(self, drawn: Sequence[Drawn]) -> None:
        with change(by=self.people.lead, verb=OPENED):
            Participant.objects.bulk_create([each.case.participant for each in drawn], BATCH // 4)
            Case.objects.bulk_create([each.case for each in drawn], BATCH // 4)
        for status in DELAYS:
            reached = [each for each in drawn if status in each.life.steps]
            if not reached:
                continue
            with change(by=self.people.lead, verb=VERBS[status]):
                self._reach(CaseStatus(status), reached)
        done = [each for each in drawn if each.placement is not None]
        with change(by=self.people.lead, verb="cases.follow-up.done"):
            self._follow_up(done)

    def _reach(self, status: CaseStatus, reached: Sequence[Drawn]) -> None:
        names = ("status", *_COLUMNS.get(status, ()))
        rows = []
        for each in reached:
            for name, value in zip(names, (status, *self._values(status, each)), strict=True):
                setattr(each.case, name, value)
            rows.append(each.case)
        write_columns(Case, names, rows)
        if status == CaseStatus.IN_PLACEMENT:
            opened = [self._placement(each) for each in reached]
            for each, placement in zip(reached, opened, strict=True):
                each.placement = placement
            Placement.objects.bulk_create(opened, BATCH // 4)
        if status == CaseStatus.POST_PLACEMENT:
            over = []
            for each in reached:
                if each.placement is not None:
                    each.placement.status = PlacementStatus.COMPLETED
                    each.placement.ended_on = each.life.steps[status]
                    over.append(each.placement)
            write_columns(Placement, ("status", "ended_on"), over)

    def _values(self, status: CaseStatus, each: Drawn) -> tuple[Any, ...]:
        day, random_ = each.life.steps[status], self.chance.random
        if status in (CaseStatus.INTAKE, CaseStatus.ELIGIBILITY_REVIEW):
            return (day,)
        if status in (CaseStatus.ELIGIBLE, CaseStatus.INELIGIBLE):
            return (day, self.people.lead.pk)
        if status == CaseStatus.IN_PLACEMENT:
            return (each.site.pk, each.site.organization_id)
        if status == CaseStatus.SUSPENDED:
            back = self.today + dt.timedelta(days=random_.randint(-10, 60))
            return (each.case.status, back)
        if status == CaseStatus.CLOSED:
            hired = random_.random() < 0.6
            placed, other = ClosureReason.HIRED_SAME, ClosureReason.WITHDREW
            return (day, placed if hired and each.placement else other)
        return ()

    def _placement(self, each: Drawn) -> Placement:
        start = each.life.steps[CaseStatus.IN_PLACEMENT]
        end = start + dt.timedelta(days=364)
        return Placement(
            case=each.case,
            participant=each.case.participant,
            region=each.case.region,
            organization_id=each.site.organization_id,
            site=each.site,
            status=PlacementStatus.ACTIVE,
            job_class=each.case.job_class,
            supervisor_name="Claude Beaumont",
            planned_start=start,
            planned_end=end,
            initial_end=end,
            signed_on=start,
            started_on=start,
            updated_at=each.life.last,
        )

    def _follow_up(self, placed: Sequence[Drawn]) -> None:
        """Two follow-ups a placement; of those that are due in open cases one in ten is late."""
        made, done = [], []
        for each in placed:
            if each.placement is None:
                continue
            for follow_up in schedule.pending(each.placement, self._steps):
                made.append(follow_up)
                forgotten = each.case.is_open and self.chance.random.random() < 0.1
                if follow_up.due_on < self.today and not forgotten:
                    done.append(follow_up)
        FollowUp.objects.bulk_create(made, BATCH // 4)
        for follow_up in done:
            follow_up.done_on, follow_up.done_by_id = follow_up.due_on, follow_up.responsible_id
            follow_up.mode, follow_up.summary = FollowUp.Mode.CALL, "Tout se passe comme prévu."
        write_columns(FollowUp, ("done_on", "done_by", "mode", "summary"), done)


_COLUMNS: dict[str, tuple[str, ...]] = {
    CaseStatus.INTAKE: ("first_contact_on",),
    CaseStatus.ELIGIBILITY_REVIEW: ("applied_on",),
    CaseStatus.ELIGIBLE: ("decided_on", "decided_by_id"),
    CaseStatus.INELIGIBLE: ("decided_on", "decided_by_id"),
    CaseStatus.IN_PLACEMENT: ("site_id", "organization_id"),
    CaseStatus.SUSPENDED: ("resumes_as", "resume_on"),
    CaseStatus.CLOSED: ("closed_on", "closure_reason"),
}


def write_columns(model: type[Record], names: Iterable[str], rows: Sequence[Any]) -> None:
    """Update these columns of each row to what the instances hold, a statement a row sent together.

    Not `bulk_update`, which builds a CASE of hundreds of branches for each column.
    """
    fields: list[Any] = [model._meta.get_field(name) for name in (*names, "version")]
    for row in rows:
        row.version += 1
    settings = ", ".join(f'"{field.column}" = %s' for field in fields)
    pk: models.Field = model._meta.pk
    with connection.cursor() as cursor:
        cursor.executemany(
            f'UPDATE "{model._meta.db_table}" SET {settings} WHERE "{pk.column}" = %s',  # noqa: S608
            [
                [
                    field.get_db_prep_save(getattr(row, field.attname), connection)
                    for field in (*fields, pk)
                ]
                for row in rows
            ],
        )


def _step(steps: Sequence[FollowUpStep], anchor: str, weeks: int) -> FollowUpStep:
    """The step of the schedule nearest to what is asked: a lead may have changed the schedule."""
    return min(steps, key=lambda step: (step.anchor != anchor, abs(step.weeks - weeks)))


def _open_sites(
    regions: Sequence[Region], cases: int, chance: random.Random
) -> dict[Any, list[HostSite]]:
    """Sites by region, the busiest first, more of them where more people are placed."""
    wanted = min(MOST_SITES, max(FEWEST_SITES, cases // CASES_A_SITE))
    hosts = list(HostOrganization.objects.active(timezone.localdate()))
    weights = falling(len(hosts))
    sites: dict[Any, list[HostSite]] = {}
    for region in regions:
        count = max(1, round(wanted * REGIONS[region.code] / 1000))
        sites[region.pk] = [
            HostSite(
                organization=chance.choices(hosts, cum_weights=weights)[0],
                region=region,
                name=f"Unité {number}",
                seats=CASES_A_SITE,
            )
            for number in range(1, count + 1)
        ]
    with change(by=SYSTEM, verb="organizations.site.open"):
        HostSite.objects.bulk_create([site for each in sites.values() for site in each])
    return sites
