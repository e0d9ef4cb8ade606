"""A whole programme year through the API alone, as the people who live it, from the call to the last outcome.

Each step is taken on its own day by whoever takes it in life; nobody is given a record of somebody else's.
At the end the history is proven and the timeline reads in French.
"""

import datetime as dt
import json
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from organizations.models import JobClass

pytestmark = pytest.mark.django_db

CRITERIA = ("tasks", "learning", "supervision", "accessibility", "prospects")
COMPETENCIES = ("quality", "methods", "autonomy", "learning", "teamwork", "service")
PROJECT = {
    "title": "Soutien à la gestion documentaire",
    "tasks": "Classer, numériser et indexer les dossiers.",
    "objectives": "Indexer un dossier seul\nAccueillir une demande",
    "supervision": "Rencontre chaque semaine, mentorat.",
    "supervisor_name": "Dominique Superviseur",
    "supervisor_email": "dominique@exemple.qc.ca",
    "mentor_name": "Mireille Cantin",
    "hours_per_week": "35.0",
    "seats": 1,
    "starts_from": "2041-04-01",
}
PERSON = {
    "last_name": "Beauregard",
    "first_name": "Maëlle",
    "birth_date": "2015-06-03",
    "email": "maelle@exemple.qc.ca",
    "functional_needs": "Loupe d’écran",
}
SIGNATORIES = (
    ("coordinator", "participant", "Maëlle Beauregard"),
    ("supervisor", "supervisor", "Dominique Superviseur"),
    ("representative", "host_coordinator", "Camille Representative"),
    ("lead", "program", "Camille Lead"),
)


class Year:
    """Seven people at the API; every one signs in on the day of what they do."""

    def __init__(self, cast: dict[str, Any]) -> None:
        self.cast, self.day = cast, dt.date(2040, 9, 3)
        self.people: set[str] = set()
        self.case = ""

    def on(self, day: str) -> "Year":
        """It is noon on that day."""
        self.day = dt.date.fromisoformat(day)
        return self

    def get(self, who: str, path: str) -> Any:
        with self._at_noon():
            answer = self._client(who).get(f"/api/v1{path}")
        assert answer.status_code == 200, (path, answer.content.decode())
        return answer.json()

    def post(self, who: str, path: str, expect: int = 0, **body: Any) -> Any:
        return self._write("post", who, path, expect, body)

    def put(self, who: str, path: str, **body: Any) -> Any:
        return self._write("put", who, path, 0, body)

    def patch(self, who: str, path: str, **body: Any) -> Any:
        return self._write("patch", who, path, 0, body)

    def _write(self, method: str, who: str, path: str, expect: int, body: Any) -> Any:
        with self._at_noon():
            client = self._client(who)
            headers = {"Accept-Language": "fr"}
            parts = path.strip("/").split("/")
            if len(parts) > 1:
                # A write names the version it was made from, as a program would.
                at = path if parts[-1] == "work-profile" else f"/{parts[0]}/{parts[1]}/"
                headers["If-Match"] = client.get(f"/api/v1{at}").headers["ETag"]
            answer = getattr(client, method)(
                f"/api/v1{path}",
                json.dumps(body),
                content_type="application/json",
                headers=headers,
            )
        good = (expect,) if expect else (200, 201, 204)
        assert answer.status_code in good, (who, path, answer.content.decode())
        return answer.json() if answer.content else None

    def _at_noon(self) -> Any:
        # 17:00 in UTC is noon or one o'clock in Québec.
        return time_machine.travel(dt.datetime.combine(self.day, dt.time(17), dt.UTC), tick=False)

    def _client(self, who: str) -> Client:
        self.people.add(who)
        client = Client()
        client.force_login(self.cast[who])
        return client


@pytest.fixture
def year(cast: dict[str, Any]) -> Year:
    return Year(cast)


def test_a_whole_year_through_the_api(year: Year, world: Any) -> None:
    project = the_call(year, str(world.site_03.pk))
    case, match = the_matching(year, str(world.regions["03"].pk), project)
    placement = the_agreement(year, case, match)
    the_placement(year, placement)
    the_end(year, case, placement, project)

    assert len(year.people) == 7
    verified = StringIO()
    call_command("verify_history", "--json", stdout=verified)
    assert json.loads(verified.getvalue())["first_problem"] is None
    assert timeline(year, case) == EXPECTED


# ------------------------------------------------------------------ the call and the project
def the_call(year: Year, site: str) -> str:
    call = year.on("2040-09-03").post(
        "lead", "/calls/",
        fiscal_year=2041, opens_on="2040-09-03", closes_on="2040-11-15", committee_on="2040-12-05",
        results_on="2041-01-15", start_from="2041-04-01", start_to="2041-10-31",
    )["id"]  # fmt: skip
    year.post("lead", f"/calls/{call}/open/")
    job_class = str(JobClass.objects.order_by("code").first().pk)
    project = year.on("2040-10-10").post(
        "representative", "/projects/", call=call, site=site, job_class=job_class, **PROJECT
    )["id"]
    year.post("representative", f"/projects/{project}/submit/")
    year.on("2040-10-20").post(
        "lead", f"/projects/{project}/return/", reason="Préciser la supervision"
    )
    year.on("2040-10-28").patch(
        "representative", f"/projects/{project}/", supervision="Deux rencontres par semaine."
    )
    again = year.post("representative", f"/projects/{project}/submit/")
    assert (again["status"], again["is_late"]) == ("submitted", False)
    year.on("2040-11-16").post("lead", f"/calls/{call}/close/")
    year.on("2040-12-01").post("lead", f"/calls/{call}/start-selection/")
    year.post("lead", f"/projects/{project}/start-review/")
    # The results cannot be published while the committee owes a decision.
    year.post("lead", f"/calls/{call}/publish/", expect=409)
    scores = {code: {"level": 3, "comment": "Bien décrit"} for code in CRITERIA}
    year.on("2040-12-05").put("committee", f"/projects/{project}/scores/", scores=scores)
    year.on("2041-01-10").post(
        "lead", f"/projects/{project}/select/", decided_on="2040-12-05", minute="2040-12-05-07"
    )
    year.post("lead", f"/projects/{project}/open/", fill_by="2041-06-30")
    year.on("2041-01-15").post("lead", f"/calls/{call}/publish/")
    return project


# ------------------------------------------------------------------ the case and the match
def the_matching(year: Year, region: str, project: str) -> tuple[str, str]:
    job_class = str(JobClass.objects.order_by("code").first().pk)
    opened = year.on("2041-01-20").post(
        "coordinator", "/cases/",
        region=region, person=PERSON, referred_on="2041-01-20", job_class=job_class,
    )  # fmt: skip
    case, person = opened["id"], opened["participant"]["id"]
    year.case = case
    year.on("2041-01-22").post(
        "coordinator", f"/cases/{case}/start-intake/", first_contact_on="2041-01-22"
    )
    give(year, person, "case_management")
    year.post("coordinator", f"/cases/{case}/start-review/", applied_on="2041-01-22")
    year.on("2041-02-10").post("coordinator", f"/cases/{case}/admit/", decided_on="2041-02-10")
    year.put(
        "coordinator", f"/cases/{case}/work-profile/",
        hours_least="28.0", hours_most="35.0", available_from="2041-03-01", wants_mentor=True,
        experience="Cinq ans de bénévolat aux archives.",
    )  # fmt: skip
    year.post("coordinator", f"/cases/{case}/start-matching/")
    [best, *_others] = year.get("coordinator", f"/cases/{case}/suggestions/")["results"]
    assert best["project"]["id"] == project
    assert {each["code"]: each["fit"] for each in best["criteria"]}["job_class"] == "met"
    match = year.on("2041-02-12").post("coordinator", "/matches/", case=case, project=project)["id"]
    # No profile leaves without the person's word, and the host knows of nobody until then.
    year.post("coordinator", f"/matches/{match}/send/", expect=409, sent_on="2041-02-12")
    assert year.get("representative", "/matches/")["results"] == []
    give(year, person, "share_profile")
    give(year, person, "share_needs")
    year.post("coordinator", f"/matches/{match}/send/", sent_on="2041-02-12")
    year.on("2041-02-14").post(
        "supervisor", f"/matches/{match}/plan-interview/", interview_on="2041-02-20"
    )
    year.on("2041-02-20").post(
        "supervisor", f"/matches/{match}/hold-interview/", interviewed_on="2041-02-20"
    )
    year.on("2041-02-25").post(
        "representative", f"/matches/{match}/choose/", decided_on="2041-02-25"
    )
    year.on("2041-02-26").post(
        "coordinator", f"/matches/{match}/offer/", offered_on="2041-02-26", answer_by="2041-03-05"
    )
    return case, match


def give(year: Year, person: str, purpose: str) -> None:
    year.post(
        "coordinator", "/consents/",
        participant=person, purpose=purpose, text_version="2026-01", given_on=year.day.isoformat(),
    )  # fmt: skip


# ------------------------------------------------------------------ before day one
def the_agreement(year: Year, case: str, match: str) -> str:
    accepted = year.on("2041-03-01").post(
        "coordinator",
        f"/matches/{match}/accept/",
        answered_on="2041-03-01",
        planned_start="2041-04-08",
    )
    placement = accepted["placement"]
    year.on("2041-03-10")
    for who, role, name in SIGNATORIES:
        signed = year.post(
            who,
            f"/placements/{placement}/signatures/",
            role=role,
            name=name,
            signed_on="2041-03-10",
        )
    assert (signed["status"], signed["signed_on"]) == ("signed", "2041-03-10")
    year.post("coordinator", f"/placements/{placement}/prepare/")
    measure = year.post(
        "coordinator", "/accommodations/",
        case=case, placement=placement, kind="software", barrier="Lire de petits caractères à l’écran",
        measure="Logiciel de grossissement", requested_on="2041-03-10", cost_estimated="400.00",
    )["id"]  # fmt: skip
    year.on("2041-03-15").post(
        "coordinator", f"/accommodations/{measure}/accept/",
        decided_on="2041-03-15", planned_on="2041-04-01",
    )  # fmt: skip
    assert year.get("coordinator", f"/placements/{placement}/")["readiness"]["state"] == "waiting"
    year.on("2041-04-01").post(
        "supervisor", f"/accommodations/{measure}/put-in-place/", in_place_on="2041-04-01"
    )
    assert year.get("coordinator", f"/placements/{placement}/")["readiness"]["state"] == "ready"
    year.on("2041-05-02").post(
        "supervisor", f"/accommodations/{measure}/verify/", verified_on="2041-05-02"
    )
    return placement


# ------------------------------------------------------------------ the twelve months
def the_placement(year: Year, placement: str) -> None:
    year.on("2041-05-02")
    year.post("supervisor", f"/placements/{placement}/start/", started_on="2041-04-08")
    objectives = year.get("supervisor", f"/objectives/?placement={placement}")["results"]
    assert [each["text"] for each in objectives] == [
        "Indexer un dossier seul",
        "Accueillir une demande",
    ]
    year.on("2041-06-30").post(
        "supervisor", "/reports/",
        placement=placement, from_on="2041-04-08", to_on="2041-06-28", hours_worked="400.0",
        hours_absent="20.0", progress="Les dossiers simples sont indexés sans aide.",
        author_name="Dominique Superviseur",
        objectives={objectives[0]["id"]: {"state": "reached", "progress": "Depuis juin"}},
    )  # fmt: skip
    assert year.get("coordinator", f"/placements/{placement}/presence/")["hours_absent"] == "20.0"
    follow_everything(year, placement, "2041-06-30")
    before = due_days(year, placement)
    year.on("2041-07-01").post(
        "coordinator", f"/placements/{placement}/suspend/",
        suspended_on="2041-07-01", resume_on="2041-07-29", reason="Congé demandé par la personne",
    )  # fmt: skip
    year.on("2041-07-29").post(
        "coordinator", f"/placements/{placement}/resume/", resumed_on="2041-07-29"
    )
    # Four weeks away: what counts weeks of presence waits, what counts from the end does not.
    after = due_days(year, placement)
    assert moved(before, after) == {"quarter-1": 28, "mid-evaluation": 28, "quarter-3": 28}
    evaluate(year, placement, "mid_term", "2041-11-04", "continue")
    year.on("2041-12-02").post(
        "coordinator", f"/placements/{placement}/extend/",
        extension_end="2042-05-03", reason="Objectifs à consolider",
    )  # fmt: skip
    year.post("coordinator", f"/placements/{placement}/approve-extension/", expect=403)
    year.post("lead", f"/placements/{placement}/approve-extension/")
    evaluate(year, placement, "final", "2042-04-20", "hire")
    year.on("2042-05-03").post(
        "coordinator", f"/placements/{placement}/complete/", ended_on="2042-05-03"
    )


def evaluate(year: Year, placement: str, kind: str, day: str, recommendation: str) -> None:
    evaluation = year.on(day).post("supervisor", "/evaluations/", placement=placement, kind=kind)[
        "id"
    ]
    scores = {code: {"level": 3, "comment": "En progrès"} for code in COMPETENCIES}
    year.post(
        "supervisor", f"/evaluations/{evaluation}/sign/",
        scores=scores, recommendation=recommendation, author_name="Dominique Superviseur", signed_on=day,
    )  # fmt: skip
    year.post(
        "supervisor", f"/evaluations/{evaluation}/sign/", expect=409, author_name="X", signed_on=day
    )
    year.post("coordinator", f"/evaluations/{evaluation}/answer/", answer="agrees", answered_on=day)


def due_days(year: Year, placement: str) -> dict[str, dt.date]:
    found = year.get("coordinator", f"/follow-ups/?case={year.case}&page_size=100")["results"]
    return {
        each["step"]: dt.date.fromisoformat(each["due_on"])
        for each in found
        if each["step"] and not each["done_on"]
    }


def moved(before: dict[str, dt.date], after: dict[str, dt.date]) -> dict[str, int]:
    return {code: days for code, day in after.items() if (days := (day - before[code]).days)}


def follow_everything(year: Year, placement: str, until: str) -> None:
    """The coordinator does what is due by that day."""
    found = year.get("coordinator", f"/follow-ups/?case={year.case}&page_size=100")["results"]
    for each in found:
        if each["done_on"] is None and each["due_on"] <= until:
            year.post(
                "coordinator", f"/follow-ups/{each['id']}/done/",
                done_on=year.day.isoformat(), mode="call", summary="Tout va bien.",
            )  # fmt: skip


# ------------------------------------------------------------------ the end, and a year later
def the_end(year: Year, case: str, placement: str, project: str) -> None:
    assert year.get("lead", f"/projects/{project}/")["status"] == "filled"
    [measure] = year.get("coordinator", f"/accommodations/?case={case}")["results"]
    year.on("2042-05-05").post(
        "supervisor", f"/accommodations/{measure['id']}/give-back/", returned_on="2042-05-05"
    )
    found = {"source": "participant", "started_on": "2042-05-04", "is_linked": True}
    year.post("coordinator", "/outcomes/", placement=placement, moment="week_13", expect=409,
              situation="regular_same", checked_on="2042-05-05", **found)  # fmt: skip
    for day, moment in (
        ("2042-05-05", "end"),
        ("2042-08-04", "week_13"),
        ("2042-11-03", "week_26"),
        ("2043-05-04", "week_52"),
    ):  # fmt: skip
        kept = {} if moment == "end" else {"is_retained": True}
        # A colleague takes over before the last one.
        who = "colleague" if moment == "week_52" else "coordinator"
        year.on(day).post(
            who, "/outcomes/",
            placement=placement, moment=moment, situation="regular_same", checked_on=day, **found, **kept,
        )  # fmt: skip
    assert (
        year.get("auditor", f"/outcomes/?placement={placement}")["results"][0]["situation"]
        == "regular_same"
    )
    year.on("2043-05-06").post(
        "colleague", f"/cases/{case}/close/",
        closed_on="2043-05-06", closure_reason="hired_same", reason="En poste depuis un an",
    )  # fmt: skip


def timeline(year: Year, case: str) -> list[str]:
    """What the auditor reads of the case, oldest first."""
    lines: list[str] = []
    path = f"/cases/{case}/timeline/?page_size=100"
    while path:
        page = year.get("auditor", path)
        lines += [each["label"] for each in page["results"]]
        path = page["next"] and page["next"].split("/api/v1")[1]
    return lines[::-1]


# The life of one person in the programme, as the auditor reads it.
EXPECTED = [
    "Dossier ouvert",
    "Accueil commencé",
    "Consentement consigné",
    "Analyse d’admissibilité commencée",
    "Admissibilité reconnue",
    "Profil de travail mis à jour",
    "Jumelage commencé",
    "Jumelage proposé",
    "Consentement consigné",
    "Consentement consigné",
    "Profil transmis à l’organisme d’accueil",
    "Entrevue prévue",
    "Entrevue tenue",
    "Personne retenue par l’organisme d’accueil",
    "Offre faite",
    "Offre acceptée",
    "Entente signée par une des parties",
    "Entente signée par une des parties",
    "Entente signée par une des parties",
    "Entente signée par une des parties",
    "Accueil en préparation",
    "Mesure d’adaptation demandée",
    "Mesure d’adaptation acceptée",
    "Mesure d’adaptation en place",
    "Utilité de la mesure d’adaptation vérifiée",
    "Stage commencé",
    "Rapport d’étape consigné",
    "Suivi fait",
    "Suivi fait",
    "Suivi fait",
    "Stage suspendu",
    "Stage repris",
    "Évaluation commencée",
    "Évaluation signée",
    "Réponse à l’évaluation consignée",
    "Prolongation demandée",
    "Prolongation approuvée",
    "Évaluation commencée",
    "Évaluation signée",
    "Réponse à l’évaluation consignée",
    "Stage terminé",
    "Matériel rendu",
    "Situation après le stage notée",
    "Situation après le stage notée",
    "Situation après le stage notée",
    "Situation après le stage notée",
    "Dossier clos",
]
