"""What happens in the demonstration's months: people at every stage, placements in every state.

Dates count back from today, and every write goes through the services, as a coordinator would do it.
"""

from collections.abc import Callable, Iterator
from typing import Any

from cases.demo import later
from cases.demo.evaluations import evaluate
from cases.demo.key_dates import correct_dates
from cases.demo.matches import match_people
from cases.demo.measures import adapt
from cases.demo.papers import ask, file_papers, record_outcomes
from cases.demo.people import admit, arrive, dated, day, is_there
from cases.demo.plans import keep_plan
from cases.demo.problems import bring_problems
from cases.demo.projects import call_projects
from cases.demo.stories import CASES, PLACEMENTS
from cases.models import Case, Consent, FollowUp, Placement
from cases.services.cases import move_case, update_case
from cases.services.follow_ups import add_follow_up, complete_follow_up
from cases.services.notes import add_note
from cases.services.participants import (
    give_consent,
    read_health,
    save_health,
    withdraw_consent,
)
from cases.services.placements import move_placement, open_placement, update_placement
from organizations.models import HostSite, JobClass, Region


def live(people: dict[str, Any], site: HostSite) -> Iterator[str]:
    """Write the demonstration's life, step by step; each step is named as it begins and
    left alone where it was done before."""
    officer, lead = people["coordinator-03"], people["lead"]
    region = Region.objects.get(code="03")
    yield "responsables des dossiers"
    _assign(lead, people)
    for number, (last, first, moves) in enumerate(CASES):
        yield f"dossier de {first} {last}"
        if is_there(last, first):
            continue
        case = arrive(officer, region, last, first, number, -220)
        for name, inputs in moves:
            move_case(case, name, by=officer, **dated(inputs))
    for number, (last, first, start, moves) in enumerate(PLACEMENTS, start=len(CASES)):
        yield f"stage de {first} {last}"
        if is_there(last, first):
            continue
        case = arrive(officer, region, last, first, number, min(start - 120, -150))
        admit(case, officer, min(start - 60, -100))
        placement = open_placement(
            case,
            by=officer,
            site=site,
            planned_start=day(start),
            supervisor_name="Simon Verret",
            supervisor_email="supervisor-mtmd-03@exemple.qc.ca",
            job_class=JobClass.objects.order_by("code").first(),
        )
        adapt(placement, people)
        for name, inputs in moves:
            move_placement(placement, name, by=officer, **dated(inputs))
        evaluate(placement, host=people["host-mtmd"], officer=officer)
        _follow(placement, officer)
        keep_plan(placement, programme=officer, host=people["host-mtmd"])
    for name, write in [*LATER, *later.steps()]:
        yield name
        write(people, site)


def _assign(lead: Any, people: dict[str, Any]) -> None:
    for short, codes in (("coordinator-03", ["03"]), ("coordinator-01-11", ["01", "11"])):
        for case in Case.objects.open().filter(region__code__in=codes, coordinator=lead):
            update_case(case, by=lead, coordinator=people[short])


def _follow(placement: Placement, by: Any) -> None:
    """All but the last of what was due is done: some is late, most is not."""
    due = list(placement.follow_ups.overdue().select_related("case", "step", "responsible"))
    for rank, follow_up in enumerate(due[:-1]):
        complete_follow_up(
            follow_up,
            by=by,
            done_on=follow_up.due_on,
            mode=FollowUp.Mode.VISIT if rank % 3 == 1 else FollowUp.Mode.CALL,
            summary="Tout se passe comme prévu.",
            concern=FollowUp.Concern.WATCH if rank == 2 else FollowUp.Concern.NONE,
            is_shared=rank % 2 == 0,
        )
    if placement.is_current:
        add_follow_up(
            placement.case,
            by=by,
            subject="Appel de suivi",
            due_on=day(3),
            placement=placement,
            is_shared=True,
        )
        add_note(placement.case, by=by, text="Préfère être joint le matin, par courriel.")


def _health(people: dict[str, Any], site: HostSite) -> None:
    by = people["coordinator-03"]
    case = Case.objects.get(participant__last_name="Nadeau", participant__first_name="Delphine")
    if case.participant.consents.filter(purpose="health").exists():
        return
    give_consent(
        case.participant, by=by, purpose="health", text_version="2026-01", given_on=day(-130)
    )
    save_health(
        case,
        by=by,
        declared_on=day(-130),
        attestation_kind="Attestation de l’organisme référent",
        attestation_issuer="Organisme Exemple",
        attested_on=day(-140),
        attestation_expires_on=day(220),
    )
    # For whoever protects personal information: somebody read it, and somebody took a consent back.
    read_health(case, by=by)
    taken_back = Consent.objects.get(
        participant__cases__is_imported=False,
        participant__last_name="Imbeault",
        participant__first_name="Jade",
        purpose="share_needs",
    )
    withdraw_consent(
        taken_back, by=by, withdrawn_on=day(-4), reason="Préfère en parler elle-même à l’unité"
    )


def _host_updates(people: dict[str, Any], site: HostSite) -> None:
    for placement in Placement.objects.current().filter(
        participant__last_name__in=["Nadeau", "Ostiguy"],
        hours_per_week__isnull=True,
        mentor_name="",
    ):
        update_placement(
            placement, by=people["host-mtmd"], hours_per_week=35, mentor_name="Mireille Cantin"
        )


# Once everybody is there.
LATER: tuple[tuple[str, Callable[[dict[str, Any], HostSite], None]], ...] = (
    ("renseignements de santé, avec consentement", _health),
    ("mise à jour par l’organisme d’accueil", _host_updates),
    ("appels de projets et projets d’emploi", call_projects),
    ("profils de travail et jumelages", match_people),
    ("documents", file_papers),
    ("situations après le stage", record_outcomes),
    ("corrections de dates clés", correct_dates),
    ("liens envoyés et rappels suspendus", ask),
    ("ce qui ne concorde pas", bring_problems),
)
STEPS = 1 + len(CASES) + len(PLACEMENTS) + len(LATER) + later.count()
