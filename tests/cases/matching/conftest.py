"""A call, a project open for candidates at the MTMD in region 03, and somebody in matching there."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest

from cases.models import Case, Match
from cases.services.cases import move_case, open_case
from cases.services.grants import share_case
from cases.services.matches import propose_match, save_work_profile
from cases.services.participants import give_consent
from organizations.models import Call, JobClass, Project
from peph.audit.changes import SYSTEM, change

DAY = dt.date(2026, 6, 1)
PROFILE = {
    "hours_least": Decimal(21),
    "hours_most": Decimal(35),
    "telework": "welcome",
    "available_from": dt.date(2026, 9, 1),
    "experience": "Six ans de classement de dossiers.",
    "needs_entrance": True,
}


def a_call(year=2026):
    """The call of a fiscal year, its results published."""
    with change(by=SYSTEM, verb="test"):
        call = Call(
            fiscal_year=year,
            status="published",
            opens_on=dt.date(year - 1, 10, 1),
            closes_on=dt.date(year - 1, 12, 1),
            committee_on=dt.date(year, 1, 15),
            results_on=dt.date(year, 2, 1),
            start_from=dt.date(year, 4, 1),
            start_to=dt.date(year + 1, 3, 31),
        )
        call.save()
    return call


def a_project(call, site, **fields):
    """A project of that call at that site, open for candidates unless told otherwise."""
    with change(by=SYSTEM, verb="test"):
        project = Project(
            **{
                "call": call,
                "site": site,
                "title": "Soutien à la gestion documentaire",
                "job_class": JobClass.objects.order_by("code").first(),
                "tasks": "Classer",
                "objectives": "Apprendre",
                "supervision": "Chaque semaine",
                "supervisor_name": "Dominique Superviseur",
                "supervisor_email": "dominique@exemple.qc.ca",
                "mentor_name": "Andrée Mentore",
                "hours_per_week": Decimal(35),
                "starts_from": dt.date(2026, 10, 5),
                "status": "open",
                "submitted_on": dt.date(2025, 11, 3),
                "decided_on": dt.date(2026, 1, 15),
                **fields,
            }
        )
        project.save()
    return project


def a_seeker(cast, world, last="Gagnon", first="Noé", region="03", by="coordinator"):
    """A case of that region brought to matching through its own moves."""
    officer = cast[by]
    case = open_case(
        by=officer,
        region=world.regions[region],
        person={
            "last_name": last,
            "first_name": first,
            "birth_date": dt.date(1991, 3, 4),
            "email": "noe@exemple.qc.ca",
            "address": "77, avenue Secrète",
            "postal_code": "G1R 5M1",
            "functional_needs": "Consignes écrites",
        },
        referred_on=dt.date(2026, 5, 4),
        referring_agency="Organisme Discret",
        job_class=JobClass.objects.order_by("code").first(),
    )
    agree(case, officer, "case_management")
    move_case(case, "start-intake", by=officer, first_contact_on=DAY)
    move_case(case, "start-review", by=officer, applied_on=DAY)
    move_case(case, "admit", by=officer, decided_on=DAY)
    return move_case(case, "start-matching", by=officer)


def agree(case, by, purpose):
    """The person's consent for one purpose."""
    return give_consent(
        case.participant, by=by, purpose=purpose, text_version="2026-01", given_on=DAY
    )


@pytest.fixture
def call(db):
    return a_call()


@pytest.fixture
def project(call, world):
    """One seat at the MTMD in region 03."""
    return Project.objects.with_places().get(pk=a_project(call, world.site_03).pk)


@pytest.fixture
def seeker(cast, world):
    """In matching in region 03, with a profile and the consent to send it; a reader and an editor besides."""
    case = a_seeker(cast, world)
    save_work_profile(case, by=cast["coordinator"], **PROFILE)
    agree(case, cast["coordinator"], "share_profile")
    for name, role in (("reader", "view_case"), ("editor", "change_case")):
        share_case(
            case, by=cast["lead"], user=cast[name], role=role, reason="Remplacement",
            expires_on=dt.date(2099, 1, 1),
        )  # fmt: skip
    return Case.objects.with_people().get(pk=case.pk)


@pytest.fixture
def match(seeker, project, cast):
    """The seeker proposed for the project."""
    made = propose_match(seeker, project, by=cast["coordinator"])
    return Match.objects.with_people().get(pk=made.pk)


STEPS = {
    "sent_on": dt.date(2026, 6, 2),
    "interview_on": dt.date(2026, 6, 8),
    "interviewed_on": dt.date(2026, 6, 8),
    "decide_by": dt.date(2026, 6, 22),
    "decided_on": dt.date(2026, 6, 15),
    "offered_on": dt.date(2026, 6, 16),
    "answer_by": dt.date(2026, 6, 26),
}
# How far each status has come, by the number of dates there are; refusals have theirs besides.
FAR = {
    "proposed": 0, "sent": 1, "interview_planned": 2, "interviewed": 4, "selected": 5,
    "not_selected": 5, "withdrawn": 1, "offered": 7, "accepted": 7, "declined": 7,
}  # fmt: skip


def put(match, status, placement=None):
    """Bring a match to a status, with the dates it would have, past the moves."""
    dates = dict(list(STEPS.items())[: FAR[status]])
    refused = status in ("not_selected", "withdrawn", "declined")
    with change(by=SYSTEM, verb="test"):
        Match.objects.filter(pk=match.pk).update(
            status=status,
            refusal_reason="skills" if refused else "",
            placement=placement if status == "accepted" else None,
            answered_on=None,
            planned_start=None,
            **(dict.fromkeys(STEPS) | dates),
        )
    match.refresh_from_db()
    return match


@pytest.fixture
def stage(cast, world, project, seeker, match):
    return SimpleNamespace(cast=cast, world=world, project=project, seeker=seeker, match=match)
