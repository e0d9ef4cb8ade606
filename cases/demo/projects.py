"""The demonstration's calls and projects: last year's, whose results are out, and the one that is running."""

import datetime as dt
from typing import Any

from django.utils import timezone

from cases.demo.people import day
from organizations.models import (
    Call,
    HostOrganization,
    HostSite,
    JobClass,
    Project,
    ProjectCriterion,
    Region,
)
from organizations.services.calls import create_call, move_call, update_call
from organizations.services.hosts import open_site
from organizations.services.projects import move_project, propose_project, score_project
from peph.audit.changes import SYSTEM, change
from peph.fiscal import fiscal_year_of

# Key → ministry, region, name, municipality. The unit of Québec is there already.
SITES = {
    "mtmd-01": ("MTMD", "01", "Direction du Bas-Saint-Laurent", "Rimouski"),
    "mtmd-06": ("MTMD", "06", "Direction de Montréal", "Montréal"),
    "shq-03": ("SHQ", "03", "Direction de l’habitation sociale", "Québec"),
    "msp-06": ("MSP", "06", "Direction de la prévention", "Montréal"),
}
# Title, site, seats, hours a week, telework, and how far it goes.
LAST: tuple[tuple[str, str, int, int, bool, str], ...] = (
    ("Accueil et renseignements au comptoir", "mtmd-03", 3, 35, False, "open"),
    ("Soutien à la gestion documentaire", "mtmd-03", 2, 28, True, "open"),
    ("Suivi des demandes de logement", "shq-03", 2, 35, True, "open"),
    ("Numérisation des plans anciens", "mtmd-03", 1, 35, False, "open"),
    ("Suivi des permis spéciaux de circulation", "mtmd-01", 1, 28, False, "open"),
    ("Recherche en prévention", "msp-06", 1, 35, True, "open"),
    ("Mise à jour de l’intranet", "mtmd-06", 1, 35, True, "selected"),
    ("Archives photographiques", "mtmd-01", 1, 21, False, "completed"),
    ("Veille des médias", "shq-03", 1, 35, True, "cancelled"),
    ("Inventaire du mobilier", "mtmd-03", 1, 28, False, "waitlisted"),
    ("Saisie des comptages routiers", "mtmd-06", 2, 35, False, "not_selected"),
    ("Préparation des salles", "mtmd-03", 1, 14, False, "withdrawn"),
)
LATE = ("Tri du courrier", "msp-06", 1, 28, False, "late")
PRESENT: tuple[tuple[str, str, int, int, bool, str], ...] = (
    ("Soutien aux ressources humaines", "mtmd-03", 1, 35, True, "draft"),
    ("Aide à la tenue des inventaires", "mtmd-06", 1, 28, False, "draft"),
    ("Réponse aux demandes de la population", "mtmd-01", 2, 35, False, "submitted"),
    ("Vérification des dossiers de subvention", "shq-03", 1, 35, True, "submitted"),
    ("Cartographie des sentiers cyclables", "mtmd-03", 1, 35, True, "returned"),
    ("Essai de l’accessibilité des pages Web", "mtmd-03", 1, 28, True, "under_review"),
    ("Révision linguistique des guides", "shq-03", 1, 35, True, "under_review"),
    ("Statistiques sur la sécurité civile", "msp-06", 1, 35, True, "under_review"),
    ("Suivi des chantiers", "mtmd-01", 1, 35, False, "under_review"),
)
# What the committee gave so far: whole, whole, two criteria; the last project is still to read.
SCORES = {
    "Essai de l’accessibilité des pages Web": (4, 4, 3, 4, 3),
    "Révision linguistique des guides": (3, 2, 3, 2, 2),
    "Statistiques sur la sécurité civile": (3, 3),
}
DECISION: dict[str, Any] = {"minute": "CS-04", "reason": "Décision unanime du comité."}


def call_projects(people: dict[str, Any], site: HostSite) -> None:
    """Write both calls with their projects, unless they are there."""
    sites = {"mtmd-03": site} | {key: _site(people["lead"], *row) for key, row in SITES.items()}
    year = fiscal_year_of(timezone.localdate())
    if not Call.objects.filter(fiscal_year=year).exists():
        _last(people, sites, year)
    if not Call.objects.filter(fiscal_year=year + 1).exists():
        _present(people, sites, year + 1)


def _site(by: Any, acronym: str, region: str, name: str, municipality: str) -> HostSite:
    organization = HostOrganization.objects.get(acronym=acronym)
    found = HostSite.objects.filter(
        organization=organization, region__code=region, name=name
    ).first()
    return found or open_site(
        organization,
        by=by,
        region=Region.objects.get(code=region),
        name=name,
        municipality=municipality,
        address="2, rue de l’Exemple",
        seats=4,
        entrance="yes",
        lift="partly",
        washroom="yes",
        paratransit="yes",
    )


# ------------------------------------------------------------------ last year's
def _last(people: dict[str, Any], sites: dict[str, HostSite], year: int) -> None:
    lead = people["lead"]
    window = {"start_from": dt.date(year, 4, 1), "start_to": dt.date(year + 1, 3, 31)}
    soon = {name: day(1) for name in ("closes_on", "committee_on", "results_on")}
    call = create_call(by=lead, fiscal_year=year, opens_on=day(-330), **soon, **window)
    call = move_call(call, "open", by=lead)
    found = [(_submitted(people, sites, call, row), row[-1]) for row in LAST]
    # Everything came in before the deadline: it is given its day once they are there.
    call = update_call(
        call, by=lead, closes_on=day(-280), committee_on=day(-250), results_on=day(-220)
    )
    call = move_call(call, "close", by=lead)
    found.append((_submitted(people, sites, call, LATE), "late"))
    call = move_call(call, "start-selection", by=lead)
    for project, target in found:
        _decide(people, project, target)
    move_call(call, "publish", by=lead)
    for project, target in found:
        _begin(people, project, target)
    # What an old file brings in: the days of a year that went by before there was a service to ask.
    with change(by=SYSTEM, verb="cases.import", reason="Registre des projets de l’an dernier"):
        mine = Project.objects.filter(call=call)
        mine.filter(is_late=False).update(submitted_on=day(-290))
        mine.filter(is_late=True).update(submitted_on=day(-270))
        mine.filter(decided_on__isnull=False).update(decided_on=day(-245))


def _decide(people: dict[str, Any], project: Project, target: str) -> None:
    lead = people["lead"]
    if target == "withdrawn":
        move_project(
            project, "withdraw", by=people["host-mtmd"], reason="Salles confiées à un fournisseur"
        )
        return
    project = move_project(project, "start-review", by=lead)
    decision = DECISION | {"decided_on": timezone.localdate()}
    if target == "waitlisted":
        move_project(project, "waitlist", by=lead, **decision)
    elif target == "not_selected":
        decision |= {"reason": "Une seule rencontre par mois avec la personne est prévue."}
        move_project(project, "reject", by=lead, rejection_reason="supervision", **decision)
    elif target == "late":
        decision |= {"reason": "Reçu dix jours après la date limite."}
        move_project(project, "reject", by=lead, rejection_reason="late", **decision)
    else:
        move_project(project, "select", by=lead, **decision)


def _begin(people: dict[str, Any], project: Project, target: str) -> None:
    lead = people["lead"]
    if target in ("open", "completed"):
        project = move_project(project, "open", by=lead, fill_by=day(75))
    if target == "completed":
        move_project(project, "complete", by=lead, reason="Le fonds est traité.")
    if target == "cancelled":
        move_project(project, "cancel", by=lead, reason="Poste supprimé à la réorganisation")


# ------------------------------------------------------------------ the running one
def _present(people: dict[str, Any], sites: dict[str, HostSite], year: int) -> None:
    lead = people["lead"]
    call = create_call(
        by=lead,
        fiscal_year=year,
        opens_on=day(-60),
        closes_on=day(1),
        committee_on=day(35),
        results_on=day(65),
        start_from=dt.date(year, 4, 1),
        start_to=dt.date(year, 10, 31),
    )
    call = move_call(call, "open", by=lead)
    found = [
        (_proposed if row[-1] == "draft" else _submitted)(people, sites, call, row)
        for row in PRESENT
    ]
    call = move_call(call, "close", by=lead)
    for project, row in zip(found, PRESENT, strict=True):
        if row[-1] == "under_review":
            move_project(project, "start-review", by=lead)
        elif row[-1] == "returned":
            move_project(project, "return", by=lead, reason="Préciser qui accompagne, et quand.")
    # The committee began to read; the portal had been down on the last day.
    move_call(call, "reopen", by=lead, closes_on=day(20), reason="Panne de réseau à la date limite")
    codes = list(ProjectCriterion.objects.filter(is_active=True).values_list("code", flat=True))
    for project in found:
        levels = zip(codes, SCORES.get(project.title, ()), strict=False)
        if given := {code: {"level": level, "comment": ""} for code, level in levels}:
            given[codes[0]]["comment"] = "Tâches concrètes, bien décrites."
            score_project(project, by=people["committee"], scores=given)


# ------------------------------------------------------------------ one project
def _proposed(
    people: dict[str, Any], sites: dict[str, HostSite], call: Call, row: tuple[Any, ...]
) -> Project:
    title, key, seats, hours, telework, _target = row
    return propose_project(
        sites[key],
        by=_host(people, key),
        call=call,
        title=title,
        seats=seats,
        hours_per_week=hours,
        telework=telework,
        job_class=JobClass.objects.order_by("code")[len(title) % 4],
        tasks="Préparer et classer les dossiers\nRépondre aux demandes courantes",
        objectives="Connaître les outils de l’unité\nTraiter une demande sans aide",
        supervision="Rencontre chaque semaine; formation de deux jours à l’arrivée.",
        adaptations="Poste réglable en hauteur",
        supervisor_name="Simon Verret" if key == "mtmd-03" else "Josée Lambert",
        supervisor_email="supervisor-mtmd-03@exemple.qc.ca"
        if key == "mtmd-03"
        else f"supervision-{key}@exemple.qc.ca",
        mentor_name="Mireille Cantin",
        starts_from=max(call.start_from, day(10)),
        hiring="to_see",
    )


def _submitted(
    people: dict[str, Any], sites: dict[str, HostSite], call: Call, row: tuple[Any, ...]
) -> Project:
    project = _proposed(people, sites, call, row)
    return move_project(project, "submit", by=_host(people, row[1]))


def _host(people: dict[str, Any], key: str) -> Any:
    return people["host-mtmd" if key.startswith("mtmd") else "lead"]
