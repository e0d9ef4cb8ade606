"""A whole programme year through the pages, as seven people, from the call to the outcome a year later.

The service keeps the real time: what is past is dated by weeks before today. Where a page takes nothing but a
day to come (the expected return of a suspension, the end of an extension) it gets tomorrow, and the day that
happened is told by the step that follows.
"""

import datetime as dt
import json
import re
from typing import Any

from django.utils import timezone

from tests.browser.walking import FIRST, Walker

PATIENCE = 60_000  # milliseconds; a machine under load is slow, not broken
YEAR = 2033  # no call of the demonstration is of this one
UNIT = "Direction de la Capitale-Nationale"
TITLE = "Soutien à la gestion documentaire"
CRITERIA = ("tasks", "learning", "supervision", "accessibility", "prospects")
COMPETENCIES = ("quality", "methods", "autonomy", "learning", "teamwork", "service")
SIGNATORIES = (
    ("coordinator-03", "Participante ou participant", "Maëlle Beauregard"),
    ("supervisor-mtmd-03", "Supervision", "Simon Verret"),
    ("host-mtmd", "Coordonnateur ou coordonnatrice du MO", "Hélène Marchand"),
    ("lead", "Programme", "Line Deschamps"),
)


def weeks_ago(weeks: int) -> str:
    return (timezone.localdate() - dt.timedelta(weeks=weeks)).isoformat()


def in_days(days: int) -> str:
    return (timezone.localdate() + dt.timedelta(days=days)).isoformat()


class Year:
    """Those who take part, each at a browser of their own, signed in when they are first needed."""

    def __init__(self, person: Any) -> None:
        self.person, self.people = person, dict[str, Any]()

    def __getitem__(self, name: str) -> "Walker":
        if name not in self.people:
            somebody = self.person(name)
            somebody.page.set_default_timeout(PATIENCE)
            somebody.page.set_default_navigation_timeout(PATIENCE)
            self.people[name] = Walker(somebody)
        return self.people[name]


def test_a_whole_year_through_the_pages(person: Any, service: Any) -> None:
    year = Year(person)
    project = the_call(year)
    case = the_case(year)
    match = the_matching(year, case, project)
    placement, measure = the_agreement(year, match)
    the_placement(year, placement)
    the_end(year, case, placement, measure)

    assert timeline(year["auditor"], case) == EXPECTED
    # Whoever protects personal information reads of the same case, and changes nothing of it.
    assert not year["privacy"].go(case).offers("Rouvrir")
    assert len(year.people) == 7
    verified = json.loads(service.manage("verify_history", "--json"))
    assert (verified["ok"], verified["first_problem"]) == (True, None)


# ------------------------------------------------------------------ the call and the project
def the_call(year: Year) -> str:
    lead, host, committee = year["lead"], year["host-mtmd"], year["committee"]
    lead.go("/calls/").press("Planifier un appel").fill(
        fiscal_year=str(YEAR), opens_on=weeks_ago(1), closes_on=in_days(1), committee_on=in_days(2),
        results_on=in_days(3), start_from=weeks_ago(110), start_to=in_days(300),
    ).submit()  # fmt: skip
    call = lead.here
    lead.does("Ouvrir l’appel")

    host.go("/host-sites/").press(UNIT).press("Proposer un projet").fill(
        call=call.split("/")[2], title=TITLE, job_class=FIRST,
        tasks="Classer, numériser et indexer les dossiers.",
        objectives="Indexer un dossier seul\nAccueillir une demande",
        supervision="Rencontre chaque semaine, mentorat.",
        supervisor_name="Simon Verret", supervisor_email="supervisor-mtmd-03@exemple.qc.ca",
        mentor_name="Mireille Cantin", hours_per_week="35", seats="1", starts_from=weeks_ago(104),
    ).submit()  # fmt: skip
    project = host.here
    host.does("Déposer le projet")
    lead.go(project).does("Retourner pour complément", reason="Préciser la supervision")
    host.go(project)
    assert "Préciser la supervision" in host.text
    host.does("Compléter", supervision="Deux rencontres par semaine.")
    host.does("Déposer le projet")

    lead.go(call).does("Clore l’appel").does("Commencer la sélection")
    lead.go(project).does("Remettre au comité")
    # The results cannot be published while the committee owes a decision.
    assert not lead.go(call).offers("Diffuser les résultats")
    scores = dict.fromkeys(CRITERIA, "3")
    comments = {f"{code}__comment": "Bien décrit" for code in CRITERIA}
    committee.go(project).does("Donner un pointage", **scores, **comments)
    lead.go(project).does("Retenir le projet", decided_on=in_days(0), minute=f"{YEAR}-07")
    lead.does("Ouvert aux candidatures", fill_by=in_days(90))
    lead.go(call).does("Diffuser les résultats")
    return project


# ------------------------------------------------------------------ the case and the match
def the_case(year: Year) -> str:
    coordinator = year["coordinator-03"]
    coordinator.go("/cases/").press("Ouvrir un dossier").fill(
        last_name="Beauregard", first_name="Maëlle", birth_date="1997-06-03",
        email="maelle@exemple.qc.ca", functional_needs="Loupe d’écran",
        referred_on=weeks_ago(112), job_class=FIRST,
    ).submit()  # fmt: skip
    case = coordinator.here
    coordinator.does("Commencer l’accueil", first_contact_on=weeks_ago(111))
    consent(coordinator, case, "case_management")
    coordinator.go(case).does("Commencer l’analyse d’admissibilité", applied_on=weeks_ago(111))
    coordinator.does("Reconnaître l’admissibilité", decided_on=weeks_ago(110))
    coordinator.does(
        "Tenir le profil de travail à jour", hours_least="28", hours_most="35", telework="welcome",
        available_from=weeks_ago(109), wants_mentor="on", experience="Cinq ans de bénévolat aux archives.",
    )  # fmt: skip
    coordinator.go(case).press("Commencer le jumelage")
    return case


def consent(coordinator: Walker, case: str, purpose: str) -> None:
    coordinator.go(case).press("Consigner un consentement").fill(purpose=purpose)
    coordinator.submit().submit()


def the_matching(year: Year, case: str, project: str) -> str:
    coordinator, host = year["coordinator-03"], year["supervisor-mtmd-03"]
    coordinator.go(case).press("Projets d’emploi classés")
    row = coordinator.page.locator("main tbody tr", has_text=TITLE).first
    assert row.get_by_role("link", name=TITLE).first.get_attribute("href") == project
    with coordinator.page.expect_navigation():
        row.get_by_role("button", name=re.compile("^Proposer")).click()
    match = coordinator.here
    # No profile leaves without the person's word.
    send = "Transmettre le profil à l’organisme d’accueil"
    assert not coordinator.offers(send)
    consent(coordinator, case, "share_profile")
    consent(coordinator, case, "share_needs")
    coordinator.go(match).does(send, sent_on=weeks_ago(109))
    host.go(match).does("Prévoir l’entrevue", interview_on=weeks_ago(108))
    host.does("Entrevue tenue", interviewed_on=weeks_ago(108))
    year["host-mtmd"].go(match).does("Retenir cette personne", decided_on=weeks_ago(107))
    coordinator.go(match).does("Faire l’offre", offered_on=weeks_ago(107), answer_by=in_days(1))
    coordinator.does("Offre acceptée", answered_on=weeks_ago(106), planned_start=weeks_ago(103))
    return match


# ------------------------------------------------------------------ before day one
def the_agreement(year: Year, match: str) -> tuple[str, str]:
    coordinator, supervisor = year["coordinator-03"], year["supervisor-mtmd-03"]
    placement = coordinator.page.locator('main a[href^="/placements/"]').first.get_attribute("href")
    for who, role, name in SIGNATORIES:
        year[who].go(placement).does(
            f"Consigner la signature ({role}", name=name, signed_on=weeks_ago(105)
        )
    coordinator.go(placement).does("Préparer l’accueil")
    coordinator.does(
        "Demander une mesure d’adaptation", kind="software", requested_on=weeks_ago(105),
        barrier="Lire de petits caractères à l’écran", measure="Logiciel de grossissement",
        cost_estimated="400",
    )  # fmt: skip
    measure = coordinator.here
    coordinator.does("Accepter la mesure", decided_on=weeks_ago(105), planned_on=weeks_ago(104))
    supervisor.go(measure).does("Confirmer la mise en place", in_place_on=weeks_ago(104))
    supervisor.does("Vérifier que la mesure aide", verified_on=weeks_ago(102))
    return placement, measure


# ------------------------------------------------------------------ the twelve months
def the_placement(year: Year, placement: str) -> None:
    coordinator, supervisor = year["coordinator-03"], year["supervisor-mtmd-03"]
    supervisor.go(placement).does("Confirmer le début du stage", started_on=weeks_ago(103))
    assert "Indexer un dossier seul" in supervisor.text
    supervisor.does("Ajouter un objectif", text="Tenir le calendrier de conservation")
    supervisor.go(placement).does(
        "Rédiger un rapport d’étape", from_on=weeks_ago(103), to_on=weeks_ago(91), concern="none",
        hours_worked="400", hours_absent="20", author_name="Simon Verret",
        progress="Les dossiers simples sont indexés sans aide.",
    )  # fmt: skip
    follow_up = coordinator.go(placement).page.locator(
        'main a[href^="/follow-ups/"][href$="/done/"]'
    )
    with coordinator.page.expect_navigation():
        follow_up.first.click()
    coordinator.fill(done_on=weeks_ago(102), mode="call", summary="Tout va bien.").submit()
    coordinator.go(placement).does(
        "Suspendre le stage", suspended_on=weeks_ago(90), resume_on=in_days(1),
        reason="Congé demandé par la personne",
    )  # fmt: skip
    coordinator.does("Reprendre le stage", resumed_on=weeks_ago(86))
    evaluate(year, placement, "mi-parcours", "continue", weeks_ago(75))
    coordinator.go(placement).does(
        "Demander une prolongation", extension_end=in_days(1), reason="Objectifs à consolider"
    )
    # Whoever asks does not approve.
    assert not coordinator.offers("Approuver la prolongation")
    year["lead"].go(placement).does("Approuver la prolongation")
    evaluate(year, placement, "finale", "hire", weeks_ago(54))
    coordinator.go(placement).does("Terminer le stage", ended_on=weeks_ago(53))


def evaluate(year: Year, placement: str, kind: str, recommendation: str, day: str) -> None:
    supervisor, coordinator = year["supervisor-mtmd-03"], year["coordinator-03"]
    row = re.compile(f"^Évaluation.*{kind}")
    write = (
        supervisor.go(placement)
        .page.locator("#evaluations tbody tr")
        .filter(has=supervisor.page.get_by_role("rowheader", name=row))
    )
    with supervisor.page.expect_navigation():
        write.get_by_role("link", name=re.compile("^Rédiger")).click()
    for code in COMPETENCIES:
        supervisor.fill(**{f"scores__{code}__level": "3", f"scores__{code}__comment": "En progrès"})
    supervisor.fill(recommendation=recommendation, author_name="Simon Verret", signed_on=day)
    supervisor.submit("Enregistrer le brouillon").press("Continuer le brouillon").fill(
        signed_on=day
    )
    supervisor.submit("Signer et verrouiller")
    coordinator.go(supervisor.here).does(
        "Consigner la réponse de la personne", answer="agrees", answered_on=day
    )


# ------------------------------------------------------------------ the end, and a year later
def the_end(year: Year, case: str, placement: str, measure: str) -> None:
    coordinator = year["coordinator-03"]
    year["supervisor-mtmd-03"].go(measure).does("Rendre le matériel", returned_on=weeks_ago(53))
    for moment, day in (
        ("end", weeks_ago(52)),
        ("week_13", weeks_ago(40)),
        ("week_26", weeks_ago(27)),
        ("week_52", weeks_ago(1)),
    ):
        kept = {} if moment == "end" else {"is_retained": "true"}
        with coordinator.go(placement).page.expect_navigation():
            coordinator.page.locator(f'main a[href$="/outcomes/{moment}/"]').first.click()
        coordinator.fill(
            situation="regular_same", started_on=weeks_ago(53), is_linked="on", source="participant",
            checked_on=day, mode="call", **kept,
        ).submit()  # fmt: skip
    coordinator.go(case).does(
        "Clore le dossier", closed_on=in_days(0), closure_reason="hired_same",
        reason="En poste depuis un an",
    )  # fmt: skip


def timeline(auditor: Walker, case: str) -> list[str]:
    """What the auditor reads of the case, oldest first."""
    auditor.go(case).press("Toute la chronologie")
    lines = []
    while True:
        lines += auditor.page.locator("main ol.timeline > li > p > strong").all_inner_texts()
        if not auditor.offers("Page suivante"):
            return lines[::-1]
        auditor.press("Page suivante")


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
    "Objectif ajouté au plan",
    "Rapport d’étape consigné",
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
