"""The demonstration's accounts, one for each role, and where each role holds."""

from typing import Any

from organizations.models import HostOrganization, HostSite, Program, Region
from organizations.services.grants import give_grant
from peph.accounts.models import User
from peph.audit.changes import SYSTEM

DOMAIN = "exemple.qc.ca"
PASSWORD = "demo-peph-2026"  # noqa: S105 - printed for everybody
UNIT = "Direction de la Capitale-Nationale"

# short name, first name, last name, what it is for, (role, on) pairs
ACCOUNTS: tuple[tuple[str, str, str, str, tuple[tuple[str, str], ...]], ...] = (
    ("lead", "Line", "Deschamps", "responsable du programme", (("lead", "program"),)),
    (
        "coordinator-03",
        "Carl",
        "Ouellet",
        "responsable régional, Capitale-Nationale (03), renseignements de santé compris",
        (("coordinate", "03"), ("view_health", "03")),
    ),
    (
        "coordinator-01-11",
        "Colette",
        "Roy",
        "responsable régionale, Bas-Saint-Laurent (01) et Gaspésie–Îles-de-la-Madeleine (11)",
        (("coordinate", "01"), ("coordinate", "11")),
    ),
    ("host-mtmd", "Hélène", "Marchand", "représente le MTMD", (("represent", "MTMD"),)),
    (
        "supervisor-mtmd-03",
        "Simon",
        "Verret",
        "supervise une unité du MTMD à Québec",
        (("supervise", "site"),),
    ),
    (
        "committee",
        "Chantal",
        "Morissette",
        "comité de sélection des projets",
        (("select", "program"),),
    ),
    ("auditor", "Aline", "Vérificateur", "audite tout le programme", (("audit", "program"),)),
    ("auditor-06", "André", "Lafond", "audite la région de Montréal (06)", (("audit", "06"),)),
    (
        "privacy",
        "Patrice",
        "Gravel",
        "protection des renseignements personnels",
        (("protect", "program"),),
    ),
    ("outsider", "Olivier", "Tessier", "compte actif sans aucun accès", ()),
)


def create_accounts() -> dict[str, User]:
    """The accounts by short name, created with their grants where they are missing."""
    site = HostSite.objects.get(organization__acronym="MTMD", region__code="03", name=UNIT)
    places: dict[str, Any] = {"program": Program.objects.get(), "site": site}
    places |= {region.code: region for region in Region.objects.all()}
    places |= {each.acronym: each for each in HostOrganization.objects.filter(acronym="MTMD")}
    people = {}
    for short, first, last, _what, grants in ACCOUNTS:
        email = f"{short}@{DOMAIN}"
        user = User.objects.filter(email=email).first()
        if user is None:
            user = User.objects.create_user(email, PASSWORD, first_name=first, last_name=last)
            for role, on in grants:
                give_grant(
                    by=SYSTEM, user=user, role=role, on=places[on], reason="Compte de démonstration"
                )
        people[short] = user
    return people
