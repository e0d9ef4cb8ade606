"""What happens in the demonstration's months: people at every stage, placements in every state.

Dates count back from today, and every write goes through the services, as a coordinator would do it.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from cases.demo.evaluations import evaluate
from cases.demo.plans import keep_plan
from cases.demo.stories import CASES, PLACEMENTS
from cases.models import Case, FollowUp, Participant, Placement
from cases.services.cases import move_case, open_case, update_case
from cases.services.follow_ups import add_follow_up, complete_follow_up
from cases.services.notes import add_note
from cases.services.participants import give_consent, save_health
from cases.services.placements import move_placement, open_placement, update_placement
from organizations.models import HostSite, JobClass, Region

NEEDS = (
    "Loupe d’écran et consignes écrites",
    "Horaire flexible, pauses aux heures fixes",
    "Interprétation en LSQ aux rencontres",
    "Poste assis-debout",
    "Télétravail trois jours par semaine",
)


def live(people: dict[str, Any], site: HostSite) -> Iterator[str]:
    """Write the demonstration's life, step by step; each step is named as it begins and
    left alone where it was done before."""
    officer, lead = people["coordinator-03"], people["lead"]
    region = Region.objects.get(code="03")
    yield "responsables des dossiers"
    _assign(lead, people)
    for number, (last, first, moves) in enumerate(CASES):
        yield f"dossier de {first} {last}"
        if _is_there(last, first):
            continue
        case = _case(officer, region, last, first, number, -220)
        for name, inputs in moves:
            move_case(case, name, by=officer, **_dated(inputs))
    for number, (last, first, start, moves) in enumerate(PLACEMENTS, start=len(CASES)):
        yield f"stage de {first} {last}"
        if _is_there(last, first):
            continue
        case = _case(officer, region, last, first, number, min(start - 120, -150))
        _admit(case, officer, min(start - 60, -100))
        placement = open_placement(
            case,
            by=officer,
            site=site,
            planned_start=_day(start),
            supervisor_name="Simon Verret",
            supervisor_email="supervisor-mtmd-03@exemple.qc.ca",
            job_class=JobClass.objects.order_by("code").first(),
        )
        for name, inputs in moves:
            move_placement(placement, name, by=officer, **_dated(inputs))
        evaluate(placement, host=people["host-mtmd"], officer=officer)
        _follow(placement, officer)
        keep_plan(placement, programme=officer, host=people["host-mtmd"])
    yield "renseignements de santé, avec consentement"
    _health(people)
    yield "mise à jour par l’organisme d’accueil"
    _host_updates(people["host-mtmd"])


def _is_there(last: str, first: str) -> bool:
    return Participant.objects.filter(last_name=last, first_name=first).exists()


def _day(offset: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=offset)


def _dated(inputs: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _day(value) if isinstance(value, int) else value for name, value in inputs.items()
    }


def _assign(lead: Any, people: dict[str, Any]) -> None:
    for short, codes in (("coordinator-03", ["03"]), ("coordinator-01-11", ["01", "11"])):
        for case in Case.objects.open().filter(region__code__in=codes, coordinator=lead):
            update_case(case, by=lead, coordinator=people[short])


def _case(by: Any, region: Region, last: str, first: str, number: int, referred: int) -> Case:
    case = open_case(
        by=by,
        region=region,
        person={
            "last_name": last,
            "first_name": first,
            "birth_date": dt.date(1970 + number * 3 % 36, 1 + number % 12, 1 + number),
            "email": f"participant.{number}@exemple.qc.ca",
            "phone": f"418 555-{2000 + number}",
            "postal_code": "G1R 5M1",
            "municipality": "Québec",
            "functional_needs": NEEDS[number % len(NEEDS)],
        },
        referred_on=_day(referred),
        referring_agency="Organisme Exemple",
    )
    for purpose in ("case_management", "share_profile", "share_needs"):
        give_consent(
            case.participant,
            by=by,
            purpose=purpose,
            text_version="2026-01",
            given_on=_day(referred),
        )
    return case


def _admit(case: Case, by: Any, decided: int) -> None:
    move_case(case, "start-intake", by=by, first_contact_on=case.referred_on)
    move_case(case, "start-review", by=by, applied_on=case.referred_on)
    move_case(case, "admit", by=by, decided_on=_day(decided))
    move_case(case, "start-matching", by=by)


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
            due_on=_day(3),
            placement=placement,
            is_shared=True,
        )
        add_note(placement.case, by=by, text="Préfère être joint le matin, par courriel.")


def _health(people: dict[str, Any]) -> None:
    by = people["coordinator-03"]
    case = Case.objects.get(participant__last_name="Nadeau", participant__first_name="Delphine")
    if case.participant.consents.filter(purpose="health").exists():
        return
    give_consent(
        case.participant, by=by, purpose="health", text_version="2026-01", given_on=_day(-130)
    )
    save_health(
        case,
        by=by,
        declared_on=_day(-130),
        attestation_kind="Attestation de l’organisme référent",
        attestation_issuer="Organisme Exemple",
        attested_on=_day(-140),
        attestation_expires_on=_day(220),
    )


def _host_updates(host: Any) -> None:
    for placement in Placement.objects.current().filter(
        participant__last_name__in=["Nadeau", "Ostiguy"],
        hours_per_week__isnull=True,
        mentor_name="",
    ):
        update_placement(placement, by=host, hours_per_week=35, mentor_name="Mireille Cantin")
