"""What does not hold together, on purpose: somebody for each check of the data, to be mended by the reader.

Most come about through the services, with past dates. What no service lets through is written directly
under the verb of the import, as an old file would bring it in.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from cases.demo.people import admit, arrive, dated, day, is_there
from cases.models import Case, FollowUp, Placement
from cases.services.accommodations import request_accommodation
from cases.services.cases import move_case, update_case
from cases.services.follow_ups import complete_follow_up
from cases.services.participants import give_consent
from cases.services.placements import move_placement, open_placement
from organizations.models import HostOrganization, HostSite, JobClass, Region
from organizations.services.hosts import open_site
from peph.audit.changes import SYSTEM, change


class Scene:
    """Where a problem is staged: the coordinator, the unit, and the person it happens to."""

    def __init__(
        self, people: dict[str, Any], site: HostSite, last: str, first: str, number: int
    ) -> None:
        self.people, self.site = people, site
        self.officer, self.region = people["coordinator-03"], Region.objects.get(code="03")
        self.person = (last, first, number)

    def case(self, referred: int = -150, **how: Any) -> Case:
        """The case of the person, just referred."""
        return arrive(self.officer, self.region, *self.person, referred, **how)

    def placed(self, start: int, *moves: tuple[str, dict[str, Any]]) -> Placement:
        """A placement of the person, signed and started on its day, then these moves."""
        case = self.case(min(start - 120, -150))
        admit(case, self.officer, min(start - 60, -100))
        return self.place(case, start, ("start", {"started_on": start}), *moves)

    def place(
        self, case: Case, start: int, *moves: tuple[str, dict[str, Any]], before: int = 10
    ) -> Placement:
        """A placement of this case, signed some days before and in preparation, then these moves."""
        placement = open_placement(
            case,
            by=self.officer,
            site=self.site,
            planned_start=day(start),
            supervisor_name="Simon Verret",
            supervisor_email="supervisor-mtmd-03@exemple.qc.ca",
            job_class=JobClass.objects.order_by("code").first(),
        )
        for name, inputs in (("sign", {"signed_on": start - before}), ("prepare", {}), *moves):
            placement = move_placement(placement, name, by=self.officer, **dated(inputs))
        return placement


def _write(row: Any, **values: Any) -> None:
    """What an old file brings in: nobody checked it when it was typed."""
    with change(
        by=SYSTEM,
        verb="cases.import",
        reason="Repris de l’ancien tableur",
        case=row.pk if isinstance(row, Case) else row.case_id,
        region=row.region_id,
    ):
        type(row).objects.filter(pk=row.pk).update(**values)


# ------------------------------------------------------------------ placements
def _past_end(at: Scene) -> None:
    at.placed(-380)


def _start_unconfirmed(at: Scene) -> None:
    case = at.case()
    admit(case, at.officer, -100)
    at.place(case, -9)


def _placement_return_passed(at: Scene) -> None:
    leave = {"suspended_on": -50, "resume_on": 1, "reason": "Congé demandé par la personne"}
    placement = at.placed(-140, ("suspend", leave))
    # An old file: a return is planned for a day to come, always.
    _write(placement, resume_on=day(-6))


def _too_long(at: Scene) -> None:
    # An old file: the length is checked wherever an end is given.
    _write(at.placed(-110), planned_end=day(-110) + dt.timedelta(weeks=110))


def _overlap(at: Scene) -> None:
    over = {"ended_on": -70, "ended_by": "host", "reason": "Unité fermée"}
    case = at.placed(-300, ("end-early", over)).case
    closing = {"closed_on": -69, "closure_reason": "other", "reason": "Nouvelle demande"}
    move_case(case, "close", by=at.officer, **dated(closing))
    move_case(case, "reopen-eligible", by=at.officer, reason="Nouveau stage convenu")
    placement = at.place(case, -60, ("start", {"started_on": -60}), before=5)
    # An old file: nobody starts before the former placement is over.
    _write(placement, planned_start=day(-90), started_on=day(-90))


def _host_gone(at: Scene) -> None:
    gone = HostOrganization.objects.get(acronym="CSPQ")
    found = HostSite.objects.filter(organization=gone, region=at.region).first()
    at.site = found or open_site(
        gone, by=at.people["lead"], region=at.region, name="Direction des services partagés",
        municipality="Québec",
    )  # fmt: skip
    at.placed(-130)


def _evaluation_missing(at: Scene) -> None:
    at.placed(-240)


def _outcome_missing(at: Scene) -> None:
    over = {"ended_on": -40, "ended_by": "participant", "reason": "Déménagement"}
    at.placed(-200, ("end-early", over))


def _accommodation_late(at: Scene) -> None:
    case = at.case()
    admit(case, at.officer, -100)
    request_accommodation(
        case, by=at.officer, kind="software", barrier="Lire longtemps à l’écran",
        measure="Logiciel de synthèse vocale", requested_on=day(-45), cost_estimated=700,
    )  # fmt: skip
    at.place(case, -14, ("start", {"started_on": -14}))


# ------------------------------------------------------------------ cases
def _no_contact(at: Scene) -> None:
    move_case(at.case(-140), "start-intake", by=at.officer, first_contact_on=day(-130))


def _no_coordinator(at: Scene) -> None:
    update_case(at.case(-12), by=at.people["lead"], coordinator=None)


def _review_late(at: Scene) -> None:
    case = at.case(-85)
    move_case(case, "start-intake", by=at.officer, first_contact_on=day(-80))
    move_case(case, "start-review", by=at.officer, applied_on=day(-75))


def _consent_expired(at: Scene) -> None:
    case = at.case(-60, agreed=())
    give_consent(
        case.participant, by=at.officer, purpose="case_management", text_version="2026-01",
        given_on=day(-60), expires_on=day(-12),
    )  # fmt: skip


def _duplicate_person(at: Scene) -> None:
    at.case(-50)
    at.case(-8)


def _placed_nowhere(at: Scene) -> None:
    case = at.case(-120)
    admit(case, at.officer, -70)
    # An old file: a case is in placement through its placement only.
    _write(case, status="in_placement", site=at.site, organization=at.site.organization)


def _case_return_passed(at: Scene) -> None:
    case = at.case(-160)
    admit(case, at.officer, -110)
    move_case(case, "stop-matching", by=at.officer, reason="Demande de la personne")
    case = move_case(
        case, "suspend", by=at.officer, resume_on=day(1), reason="Demande de la personne"
    )
    # An old file: a return is planned for a day to come, always.
    _write(case, resume_on=day(-9))


def _to_close(at: Scene) -> None:
    at.placed(-830, ("complete", {"ended_on": -467}))


# Last name, first name, what happens to them; in the order of the checks.
PROBLEMS: tuple[tuple[str, str, Callable[[Scene], None]], ...] = (
    ("Abran", "Hugo", _past_end),
    ("Beaupré", "Livia", _start_unconfirmed),
    ("Cloutier", "Maxence", _placement_return_passed),
    ("Drapeau", "Élodie", _too_long),
    ("Éthier", "Nicolas", _overlap),
    ("Frigon", "Sabrina", _host_gone),
    ("Grondin", "Philippe", _evaluation_missing),
    ("Huot", "Mireille", _outcome_missing),
    ("Isabelle", "Xavier", _accommodation_late),
    ("Jutras", "Corinne", _no_contact),
    ("Labbé", "Tristan", _no_coordinator),
    ("Massicotte", "Ève", _review_late),
    ("Normandin", "Yannick", _consent_expired),
    ("Ouimet", "Maude", _duplicate_person),
    ("Proulx", "Ludovic", _placed_nowhere),
    ("Riopel", "Ariane", _case_return_passed),
    ("Séguin", "Marcel", _to_close),
)


def bring_problems(people: dict[str, Any], site: HostSite) -> None:
    """Stage each problem once, for the person it happens to."""
    for number, (last, first, bring) in enumerate(PROBLEMS, start=60):
        if not is_there(last, first):
            bring(Scene(people, site, last, first, number))
            if bring is not _evaluation_missing:
                _keep_up(last, people["coordinator-03"])


def _keep_up(last: str, by: Any) -> None:
    """What was due was done on its day: each person has the one problem, not a year of late follow-ups."""
    mine = FollowUp.objects.overdue().filter(
        case__is_imported=False, case__participant__last_name=last
    )
    for follow_up in mine.select_related("case", "step", "responsible"):
        complete_follow_up(
            follow_up,
            by=by,
            done_on=follow_up.due_on,
            mode=FollowUp.Mode.CALL,
            summary="Tout se passe comme prévu.",
        )
