"""Writing rows that were judged good: in batches, inside the import's change."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.imports.records import NOT_PLACED, ParsedRow
from cases.models import Case, FollowUp, Note, Participant, Placement
from cases.numbers import new_number
from cases.services import schedule
from cases.services.cases import is_coordinator
from cases.workflow import CaseStatus, ClosureReason, PlacementStatus
from organizations.models import FollowUpStep, HostSite
from peph.audit.changes import SYSTEM
from peph.fiscal import fiscal_year_of


class Writer:
    """Turns rows into participants, cases, placements, follow-ups and notes."""

    def __init__(self, by: Any) -> None:
        self.by = by
        self.author = None if by is SYSTEM else by
        self.today = timezone.localdate()
        self.now = timezone.now()
        self.written = 0
        self._steps = list(FollowUpStep.objects.all())
        self._coordinators: dict[Any, Any] = {}
        self._sites: dict[tuple[Any, Any, str], HostSite] = {}
        self._new_sites: set[Any] = set()
        self._seats: Counter[Any] = Counter()

    def write(self, rows: Sequence[ParsedRow]) -> None:
        """Write one batch."""
        if not rows:
            return
        numbers = self._numbers(rows)
        people, cases, placements, follow_ups, notes = [], [], [], [], []
        for row, number in zip(rows, numbers, strict=True):
            person = self._participant(row)
            case = self._case(row, person, number)
            people.append(person)
            cases.append(case)
            placement = self._placement(row, case)
            if placement is not None:
                placements.append(placement)
                if placement.is_current:
                    self._seats[placement.site_id] += 1
            follow_ups += self._follow_ups(row, case, placement)
            if row.remarks:
                notes.append(Note(case=case, author=self.author, text=row.remarks))
        Participant.objects.bulk_create(people, batch_size=500)
        Case.objects.bulk_create(cases, batch_size=500)
        Placement.objects.bulk_create(placements, batch_size=500)
        FollowUp.objects.bulk_create(follow_ups, batch_size=500)
        Note.objects.bulk_create(notes, batch_size=500)
        self.written += len(rows)

    def finish(self) -> None:
        """A unit the spreadsheet created has as many seats as it hosts people."""
        for site in self._sites.values():
            if site.pk in self._new_sites and self._seats[site.pk] > site.seats:
                site.seats = self._seats[site.pk]
                site.save()

    def _numbers(self, rows: Sequence[ParsedRow]) -> list[str]:
        # A batch's numbers are tried against the table at once: at 100,000 rows some do collide.
        numbers = [new_number(fiscal_year_of(row.referred_on)) for row in rows]
        while True:
            taken = set(Case.objects.filter(number__in=numbers).values_list("number", flat=True))
            seen: set[str] = set()
            clashes = []
            for index, number in enumerate(numbers):
                if number in taken or number in seen:
                    clashes.append(index)
                seen.add(number)
            if not clashes:
                return numbers
            for index in clashes:
                numbers[index] = new_number(fiscal_year_of(rows[index].referred_on))

    def _participant(self, row: ParsedRow) -> Participant:
        person = Participant(
            last_name=row.last_name,
            first_name=row.first_name,
            birth_date=row.birth_date,
            email=row.email,
            phone=row.phone,
            postal_code=row.postal_code,
            municipality=row.municipality,
            language=row.language,
            functional_needs=row.functional_needs,
        )
        person.search_key = person.key_for_search()
        return person

    def _case(self, row: ParsedRow, person: Participant, number: str) -> Case:
        status = row.status or CaseStatus.REFERRED
        site = self._site(row) if status not in NOT_PLACED else None
        case = Case(
            number=number,
            legacy_number=row.legacy_number,
            is_imported=True,
            participant=person,
            region=row.region,
            coordinator=self._coordinator(row.region.pk),
            fiscal_year=fiscal_year_of(row.referred_on),
            status=status,
            job_class=row.job_class,
            referring_agency=row.referring_agency,
            referred_on=row.referred_on,
            site=site,
            organization=site.organization if site else None,
            updated_at=self.now,
        )
        if status == CaseStatus.CLOSED:
            # The spreadsheet has no closing date: the last date it knows stands for it.
            last = min(row.ends_on or row.referred_on, self.today)
            case.closed_on = max(last, row.referred_on)
            case.closure_reason = ClosureReason.NOT_RECORDED
        if status == CaseStatus.SUSPENDED:
            case.resume_on = row.next_follow_up_on
            case.resumes_as = CaseStatus.IN_PLACEMENT if site else CaseStatus.ELIGIBLE
        return case

    def _placement(self, row: ParsedRow, case: Case) -> Placement | None:
        if case.site is None or row.starts_on is None or row.ends_on is None:
            return None
        placement = Placement(
            case=case,
            participant=case.participant,
            region=case.region,
            organization=case.site.organization,
            site=case.site,
            is_imported=True,
            job_class=row.job_class,
            supervisor_name=row.supervisor_name,
            planned_start=row.starts_on,
            planned_end=row.ends_on,
            initial_end=row.ends_on,
            updated_at=self.now,
        )
        has_begun = row.starts_on <= self.today
        if case.status in (CaseStatus.POST_PLACEMENT, CaseStatus.CLOSED):
            placement.status = PlacementStatus.COMPLETED if has_begun else PlacementStatus.CANCELLED
        elif has_begun:
            placement.status = PlacementStatus.ACTIVE
        if placement.status in (PlacementStatus.ACTIVE, PlacementStatus.COMPLETED):
            placement.started_on = row.starts_on
        if placement.status == PlacementStatus.COMPLETED:
            placement.ended_on = min(row.ends_on, self.today)
        return placement

    def _follow_ups(
        self, row: ParsedRow, case: Case, placement: Placement | None
    ) -> list[FollowUp]:
        if case.status == CaseStatus.CLOSED:
            return []
        made = []
        if placement is not None and placement.status != PlacementStatus.CANCELLED:
            made += schedule.pending(placement, self._steps, not_before=self.today)
        if row.next_follow_up_on is not None:
            made.append(
                FollowUp(
                    case=case,
                    placement=placement,
                    region=case.region,
                    subject=_("Follow-up brought over from the spreadsheet"),
                    due_on=row.next_follow_up_on,
                    responsible=case.coordinator,
                )
            )
        return made

    def _site(self, row: ParsedRow) -> HostSite | None:
        if row.organization is None:
            return None
        name = row.site_name or _("Main unit")
        key = (row.organization.pk, row.region.pk, name)
        if key not in self._sites:
            site, created = HostSite.objects.get_or_create(
                organization=row.organization, region=row.region, name=name
            )
            self._sites[key] = site
            if created:
                self._new_sites.add(site.pk)
        return self._sites[key]

    def _coordinator(self, region_id: Any) -> Any:
        if region_id not in self._coordinators:
            own = self.author is not None and is_coordinator(self.author, region_id)
            self._coordinators[region_id] = self.author if own else None
        return self._coordinators[region_id]
