"""Nine cases, one for each way of standing towards a region and a ministry, with every record under each.

The rows are written as they are, not through the services: each free text is a canary, and what cannot be
reached through one path is there by another.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone

from auditing.models import (
    ChecklistQuestion,
    Finding,
    ItemAnswer,
    Sample,
    SampleItem,
    SampleQuestion,
)
from cases.models import (
    Accommodation,
    Case,
    Consent,
    DisabilityRecord,
    Document,
    DocumentContent,
    Evaluation,
    EvaluationScore,
    FollowUp,
    ImportUpload,
    KeyDateChange,
    Match,
    Note,
    Objective,
    Outcome,
    Participant,
    Placement,
    ReminderPause,
    Report,
    Signature,
    Suspension,
    TaskLink,
    WorkProfile,
)
from organizations.models import (
    Call,
    EvaluationCriterion,
    FollowUpStep,
    HostOrganization,
    HostSite,
    JobClass,
    Program,
    Project,
    ProjectCriterion,
    ProjectScore,
    Region,
)
from peph.accounts.models import User
from peph.audit.changes import SYSTEM, change
from peph.audit.proof import take_checkpoint
from tests.access.canaries import Aviary
from tests.cases import files

DAY = dt.date(2026, 5, 4)
# name → region, ministry, site; the two last have no placement yet.
CASES = {
    "MTMD 03": ("03", "MTMD", "MTMD 03"),
    "MTMD 03 b": ("03", "MTMD", "MTMD 03 b"),
    "SAAQ 03": ("03", "SAAQ", "SAAQ 03"),
    "MTMD 06": ("06", "MTMD", "MTMD 06"),
    "SAAQ 06": ("06", "SAAQ", "SAAQ 06"),
    "unplaced 03": ("03", "MTMD", ""),
    "unplaced 06": ("06", "SAAQ", ""),
    "earlier 06": ("06", "MTMD", ""),
    "closed 03": ("03", "SAAQ", ""),
}
# Closed so long ago that whoever has no other case is due; the first is an earlier case of somebody.
CLOSED = {"earlier 06", "closed 03"}
EARLIER = {"earlier 06": "MTMD 03"}
LONG_AGO = dt.date(1990, 5, 4)
# Whose participant agreed that the host learns their needs.
NEEDS_SHARED = {"MTMD 03", "SAAQ 03"}
PROFILE_SHARED = {"MTMD 03", "unplaced 03", "SAAQ 06"}
HOST_PAYS = {"MTMD 03", "MTMD 06"}


@dataclass
class World:
    """The objects a grant can be on, and the canaries."""

    objects: dict[tuple[str, str], Any] = field(default_factory=dict)
    canaries: Aviary = field(default_factory=Aviary)
    authors: dict[str, Any] = field(default_factory=dict)
    call: Any = None


def build(names: Iterable[str] = tuple(CASES)) -> World:
    """The world, on top of the reference data and the cast; all of it, or these cases alone."""
    world = World()
    world.authors = {
        user.email.split("@")[0].replace("-", "_"): user
        for user in User.objects.filter(email__in=[f"{n}@exemple.qc.ca" for n in _AUTHORS])
    }
    world.call = _call()
    add(world, names)
    with change(by=SYSTEM, verb="auditing.sample.draw", reason="Tirage"):
        for mandate in ("program", "03", "MTMD"):
            draw(world, mandate, "MTMD 03")
    return world


def add(world: World, names: Iterable[str]) -> None:
    """These cases, with the sites they are at."""
    wanted = [name for name in CASES if name in set(names)]
    _places(world, wanted)
    for name in wanted:
        _case(world, name, world.call, [*CASES].index(name))


def settle(owners: list[Any]) -> None:
    """What belongs to people and to the programme: a spreadsheet waiting for its import, a checkpoint."""
    for owner in owners:
        ImportUpload(uploaded_by=owner, name="x.csv", content=b"Nom\n").save()
    take_checkpoint()


_AUTHORS = ("lead", "coordinator", "colleague", "auditor")


def put(world: World, record: models.Model) -> Any:
    """Save a record with a canary in each of its free fields."""
    world.canaries.fill(record)
    record.save()
    return record


def _places(world: World, names: list[str]) -> None:
    found = world.objects
    found["program", ""] = Program.objects.get()
    for region in Region.objects.filter(code__in=("03", "06")):
        found["region", region.code] = region
    for each in HostOrganization.objects.filter(acronym__in=("MTMD", "SAAQ")):
        found["organization", each.acronym] = each
    with change(by=SYSTEM, verb="organizations.site.open"):
        for region, ministry, site in (CASES[name] for name in names):
            if site:
                made = HostSite(
                    organization=found["organization", ministry],
                    region=found["region", region],
                    postal_code="G1R 5M1",
                )
                found["site", site] = put(world, made)


def _call() -> Call:
    with change(by=SYSTEM, verb="organizations.call.create"):
        call = Call(
            fiscal_year=2031, status="published",
            opens_on=dt.date(2030, 10, 1), closes_on=dt.date(2030, 12, 1),
            committee_on=dt.date(2031, 1, 15), results_on=dt.date(2031, 2, 1),
            start_from=dt.date(2031, 4, 1), start_to=dt.date(2032, 3, 31),
        )  # fmt: skip
        call.save()
    return call


def _case(world: World, name: str, call: Call, place: int) -> None:
    region_code, ministry, site_name = CASES[name]
    region = world.objects["region", region_code]
    host = world.objects["organization", ministry]
    site = world.objects["site", site_name or f"{ministry} {region_code}"]
    placed = bool(site_name)
    person = _person(world, name, place)
    day = LONG_AGO if name in CLOSED else DAY
    case = Case(
        participant=person,
        region=region,
        coordinator=world.authors["coordinator"] if region_code == "03" else None,
        status="closed" if name in CLOSED else "in_placement" if placed else "matching",
        referred_on=day,
        applied_on=day,
        decided_on=day,
        decided_by=world.authors["coordinator"],
        closed_on=day if name in CLOSED else None,
        closure_reason="other" if name in CLOSED else "",
        organization=host if placed else None,
        site=site if placed else None,
        job_class=JobClass.objects.order_by("code").first(),
    )
    reason = world.canaries.hatch("audit.changeset", "reason", case.pk)
    of = {"region": region, "organization": host if placed else None, "case": case.pk}
    if name in CLOSED:
        with change(by=world.authors["coordinator"], verb="cases.case.open", reason=reason, **of):
            world.objects["case", name] = put(world, case)
            put(world, Note(case=case, author=world.authors["coordinator"]))
            _document(world, case, None, "program")
        return
    project = _project(world, name, call, site)
    with change(by=world.authors["coordinator"], verb="cases.case.open", reason=reason, **of):
        world.objects["case", name] = put(world, case)
        placement = _placement(world, case, site, project) if placed else None
        _parts(world, name, case, placement, project)


def _person(world: World, name: str, place: int) -> Participant:
    if name in EARLIER:
        return world.objects["case", EARLIER[name]].participant
    with change(by=SYSTEM, verb="cases.participant.create"):
        person = put(
            world,
            Participant(birth_date=dt.date(1931, 1, 1) + dt.timedelta(days=place * 41)),
        )
        put(world, DisabilityRecord(participant=person, declared_on=DAY))
        purposes = {"case_management", "health"}
        purposes |= {"share_needs"} if name in NEEDS_SHARED else set()
        purposes |= {"share_profile"} if name in PROFILE_SHARED else set()
        for purpose in sorted(purposes):
            Consent(
                participant=person, purpose=purpose, text_version="2026-01", given_on=DAY
            ).save()
    return person


def _project(world: World, name: str, call: Call, site: HostSite) -> Project:
    submitted = DAY if name != "MTMD 03 b" else None
    project = Project(
        call=call, site=site, job_class=JobClass.objects.order_by("code").first(),
        hours_per_week=Decimal(35), starts_from=DAY, submitted_on=submitted,
        status="open" if submitted else "draft", decided_on=DAY if submitted else None,
    )  # fmt: skip
    with change(by=SYSTEM, verb="organizations.project.propose",
                organization=site.organization_id, region=site.region_id):  # fmt: skip
        put(world, project)
    if submitted:
        criterion = ProjectCriterion.objects.order_by("rank").first()
        member = world.authors["lead"]
        with change(by=SYSTEM, verb="organizations.project.score"):
            put(world, ProjectScore(project=project, criterion=criterion, member=member, level=3))
    world.objects["project", name] = project
    return project


def _placement(world: World, case: Case, site: HostSite, project: Project) -> Placement:
    return put(
        world,
        Placement(
            case=case, participant=case.participant, region=case.region,
            organization=site.organization, site=site, project=project, status="active",
            planned_start=DAY, planned_end=DAY + dt.timedelta(days=364), signed_on=DAY,
            started_on=DAY, hours_per_week=Decimal(35),
        ),
    )  # fmt: skip


def _parts(
    world: World, name: str, case: Case, placement: Placement | None, project: Project
) -> None:
    officer, colleague = world.authors["coordinator"], world.authors["colleague"]
    put(world, Note(case=case, author=officer))
    put(world, WorkProfile(case=case, region=case.region))
    later = timezone.localdate() + dt.timedelta(days=20)
    for shared in (False, True):
        follow_up = FollowUp(
            case=case, region=case.region, placement=placement, due_on=later, is_shared=shared
        )
        world.objects["follow_up", f"{name} {shared}"] = put(world, follow_up)
    put(
        world,
        Match(
            case=case, project=project, region=case.region, organization=project.organization,
            site=project.site, proposed_by=officer,
            status="sent" if name in PROFILE_SHARED else "proposed",
            sent_on=DAY if name in PROFILE_SHARED else None,
        ),
    )  # fmt: skip
    for audience in ("program", "host", "health"):
        if placement is not None or audience != "host":
            _document(world, case, placement, audience)
    if placement is not None:
        # No longer in force: the host does not read it any more.
        _document(world, case, placement, "host", withdrawn_on=DAY)
    for funding in ("program", "host" if name in HOST_PAYS else "program"):
        measure = Accommodation(
            case=case, region=case.region, placement=placement, kind="software",
            organization=placement and placement.organization, site=placement and placement.site,
            requested_on=DAY, requested_by=officer, funding=funding,
            cost_estimated=Decimal(100),
        )  # fmt: skip
        put(world, measure)
    if placement is None:
        return
    of: Any = {
        "case": case, "placement": placement, "region": case.region,
        "organization": placement.organization, "site": placement.site,
    }  # fmt: skip
    for part in (
        Outcome(**of, moment="end", situation="studies", source="participant", checked_on=DAY),
        Objective(**of),
        Report(**of, from_on=DAY, to_on=DAY + dt.timedelta(days=20), hours_worked=Decimal(70)),
        ReminderPause(**of, until=later, paused_by=officer),
        Signature(**of, role="supervisor", signed_on=DAY, means="paper"),
        Suspension(**of, suspended_on=DAY, expected_on=DAY, resumed_on=DAY),
        TaskLink(**of, task="report", language="fr", created_by=officer, expires_on=later),
        KeyDateChange(
            case=case, placement=placement, region=case.region,
            organization=placement.organization, key_date="started_on", former=DAY,
            corrected=DAY + dt.timedelta(days=1), asked_by=colleague,
        ),
    ):  # fmt: skip
        put(world, part)
    step = FollowUpStep.objects.get(code="mid-evaluation")
    due = FollowUp(case=case, region=case.region, placement=placement, due_on=later, step=step)
    due.save()
    criterion = EvaluationCriterion.objects.order_by("rank").first()
    for kind, signed in (("mid_term", True), ("final", False), ("self", False)):
        evaluation = Evaluation(
            **of, kind=kind, signed_on=DAY if signed else None,
            recommendation="continue" if signed else "", recorded_by=officer,
        )  # fmt: skip
        put(world, evaluation)
        score = EvaluationScore(
            evaluation=evaluation, case=case, region=case.region, criterion=criterion, level=3
        )
        put(world, score)


def _document(
    world: World, case: Case, placement: Placement | None, audience: str, **fields: Any
) -> None:
    of = placement if audience == "host" else None
    document = Document(
        case=case, region=case.region, placement=of, organization=of and of.organization,
        site=of and of.site, kind="other", audience=audience, media_type="application/pdf",
        uploaded_by=world.authors["coordinator"], **fields,
    )  # fmt: skip
    text = world.canaries.hatch("cases.document", "content", document.pk)
    content = files.pdf(b" /Title (" + text.encode() + b")")
    document.size, document.sha256 = len(content), hashlib.sha256(content).hexdigest()
    DocumentContent(sha256=document.sha256, content=content).save()
    put(world, document)


def draw(world: World, mandate: str, name: str) -> None:
    """A sample of one case under that mandate, with a finding about it and one about no case."""
    region = world.objects.get(("region", mandate))
    host = world.objects.get(("organization", mandate))
    auditor = world.authors["auditor"]
    case = world.objects["case", name]
    sample = Sample(
        number=f"E-2026-{mandate[:6]}", population="cases", size=1, head_number=1,
        population_size=1, population_digest="0" * 64, seed="graine", drawn_by=auditor,
        mandate_region=region, mandate_organization=host,
    )  # fmt: skip
    put(world, sample)
    question = ChecklistQuestion.objects.filter(population="cases").first()
    SampleQuestion(sample=sample, question=question, position=1).save()
    item = SampleItem(
        sample=sample, position=1, object_key=str(case.pk), label=case.number, subject_case=case
    )
    item.save()
    put(world, ItemAnswer(item=item, question=question, value="no"))
    for number, about in enumerate((case, None), start=1):
        finding = Finding(
            sample=sample, number=number, item=item if about else None, case=about, severity="major",
            noted_by=auditor,
        )  # fmt: skip
        put(world, finding)
