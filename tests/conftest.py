"""The cast: one person for each way of standing towards a case, and the small world they stand in.

Written once for the whole run through the services, as the service itself would; each test is rolled
back to it. `case` is a placement under way in region 03 at the MTMD; everybody is named by standing.
"""

import datetime as dt
import logging
from collections.abc import Iterator
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import override_settings
from django.utils import timezone
from django.utils.translation import trans_real

from cases.models import Case, FollowUp, Note, Placement
from cases.services.cases import move_case, open_case
from cases.services.follow_ups import add_follow_up
from cases.services.grants import share_case
from cases.services.notes import add_note
from cases.services.participants import give_consent
from cases.services.placements import move_placement, open_placement
from organizations.models import HostOrganization, HostSite, Program, Region
from organizations.services.grants import give_grant
from organizations.services.hosts import open_site
from organizations.services.reference import load_reference
from peph.accounts.models import User
from peph.audit.changes import SYSTEM, change
from peph.translations import compile_catalogues
from tests import BASE_DIR

PASSWORD = "mot-de-passe-de-test"

# person → (role, on) pairs; "case" grants come once the case exists.
GRANTS = {
    "lead": [("lead", "program")],
    "second_lead": [("lead", "program")],
    "coordinator": [("coordinate", "03")],
    "colleague": [("coordinate", "03")],
    "coordinator_elsewhere": [("coordinate", "06")],
    "health_coordinator": [("coordinate", "03"), ("view_health", "03")],
    "health_only": [("view_health", "03")],
    "representative": [("represent", "MTMD")],
    "representative_elsewhere": [("represent", "SAAQ")],
    "supervisor": [("supervise", "site_03")],
    "supervisor_elsewhere": [("supervise", "saaq_03")],
    "committee": [("select", "program")],
    "auditor": [("audit", "program")],
    "auditor_region": [("audit", "03")],
    "auditor_elsewhere": [("audit", "06")],
    "auditor_host": [("audit", "MTMD")],
    "privacy": [("protect", "program")],
    "outsider": [],
    "reader": [],
    "editor": [],
    "former": [("coordinate", "03")],
    "inactive": [("coordinate", "03")],
}


def pytest_configure(config: pytest.Config) -> None:
    compile_catalogues(BASE_DIR)
    # Django read the catalogues while it started, before they were compiled.
    trans_real._translations.clear()


@pytest.fixture(scope="session")
def django_db_use_migrations() -> bool:
    """The tables are made from the models: running every migration takes longer than most tests together.

    That the migrations lead to the same is shown by the databases that are migrated: the crash campaign's,
    the demonstration's, those of `tests/peph/audit/test_migrations.py`.
    """
    return False


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        _as_if_migrated()
        _build()


def _as_if_migrated() -> None:
    """What the migrations do besides, and the note of each: a `migrate` finds nothing to do."""
    with override_settings(MIGRATION_MODULES={}):
        known = MigrationLoader(connection, load=False)
        known.load_disk()
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    for app, name in known.disk_migrations or ():
        recorder.record_applied(app, name)
    if connection.vendor == "postgresql":
        search = import_module("cases.migrations.0002_participant_name_search")
        with connection.schema_editor() as editor:
            search.create(None, editor)


def _build() -> None:
    load_reference()
    people = {name: _person(name) for name in GRANTS}
    with change(by=SYSTEM, verb="accounts.create"):
        User(
            email="superuser@exemple.qc.ca",
            first_name="Super",
            last_name="User",
            is_staff=True,
            is_superuser=True,
        ).save()
    places: dict[str, Any] = {"program": Program.objects.get()}
    places |= {region.code: region for region in Region.objects.all()}
    places |= {each.acronym: each for each in HostOrganization.objects.all()}
    for name, roles in GRANTS.items():
        for role, on in roles:
            if on in places:
                _grant(people[name], role, places[on])
    lead = people["lead"]
    for name, acronym, code, unit in (
        ("site_03", "MTMD", "03", "Direction de la Capitale-Nationale"),
        ("site_06", "MTMD", "06", "Direction de Montréal"),
        ("saaq_03", "SAAQ", "03", "Centre de services"),
    ):
        places[name] = open_site(
            places[acronym], by=lead, region=places[code], name=unit, municipality="Québec"
        )
    _grant(people["supervisor"], "supervise", places["site_03"])
    _grant(people["supervisor_elsewhere"], "supervise", places["saaq_03"])
    case = _placed_case(people, places)
    tomorrow = timezone.localdate() + dt.timedelta(days=30)
    for name, role in (("reader", "view_case"), ("editor", "change_case")):
        share_case(
            case, by=lead, user=people[name], role=role, reason="Remplacement", expires_on=tomorrow
        )
    open_case(
        by=people["coordinator_elsewhere"],
        region=places["06"],
        person=_identity("Ladouceur", "Zoé", "1990-02-03"),
        referred_on=dt.date(2026, 5, 4),
    )
    with change(by=SYSTEM, verb="accounts.deactivate"):
        people["inactive"].is_active = False
        people["inactive"].save()
    with change(by=SYSTEM, verb="organizations.grant.extend"):
        grant = people["former"].regiongrants.get()
        grant.expires_on = dt.date(2026, 1, 31)
        grant.save()


def _person(name: str) -> User:
    first, last = "Camille", name.replace("_", " ").title()
    return User.objects.create_user(
        f"{name.replace('_', '-')}@exemple.qc.ca", PASSWORD, first_name=first, last_name=last
    )


def _grant(user: User, role: str, on: Any) -> None:
    give_grant(by=SYSTEM, user=user, role=role, on=on, reason="Distribution des rôles")


def _identity(last: str, first: str, born: str) -> dict[str, Any]:
    return {
        "last_name": last,
        "first_name": first,
        "birth_date": dt.date.fromisoformat(born),
        "email": f"{first.lower()}@exemple.qc.ca".replace("é", "e").replace("ï", "i"),
        "phone": "418 555-0100",
        "address": "12, rue de l’Exemple",
        "postal_code": "G1R 5M1",
        "functional_needs": "Loupe d’écran et consignes écrites",
    }


def _placed_case(people: dict[str, User], places: dict[str, Any]) -> Case:
    by = people["coordinator"]
    case = open_case(
        by=by,
        region=places["03"],
        person=_identity("Côté-Tremblay", "Éloïse", "1988-11-05"),
        referred_on=dt.date(2026, 1, 12),
        referring_agency="Organisme Exemple",
    )
    give_consent(
        case.participant,
        by=by,
        purpose="case_management",
        text_version="2026-01",
        given_on=dt.date(2026, 1, 14),
    )
    move_case(case, "start-intake", by=by, first_contact_on="2026-01-14")
    move_case(case, "start-review", by=by, applied_on="2026-01-20")
    move_case(case, "admit", by=by, decided_on="2026-02-10", reason="Critères remplis")
    move_case(case, "start-matching", by=by)
    placement = open_placement(
        case,
        by=by,
        site=places["site_03"],
        planned_start=dt.date(2026, 4, 13),
        supervisor_name="Dominique Superviseur",
        supervisor_email="dominique@exemple.qc.ca",
    )
    move_placement(placement, "sign", by=by, signed_on="2026-04-01")
    move_placement(placement, "prepare", by=by)
    move_placement(placement, "start", by=by, started_on="2026-04-13")
    add_note(case, by=by, text="Préfère être jointe le matin.")
    add_follow_up(
        case,
        by=by,
        subject="Appel à la superviseure",
        due_on=dt.date(2026, 12, 1),
        placement=placement,
        is_shared=True,
    )
    return case


@pytest.fixture
def cast(db: None) -> dict[str, User]:
    """Everybody, by standing; also `superuser`."""
    return {user.email.split("@")[0].replace("-", "_"): user for user in User.objects.all()}


@pytest.fixture
def world(db: None) -> SimpleNamespace:
    """The places: program, regions by code, organisations by acronym, three sites."""
    sites = {
        (site.organization.acronym, site.region.code): site
        for site in HostSite.objects.select_related("organization", "region")
    }
    organizations = {each.acronym: each for each in HostOrganization.objects.all()}
    return SimpleNamespace(
        program=Program.objects.get(),
        regions={region.code: region for region in Region.objects.all()},
        organizations=organizations,
        mtmd=organizations["MTMD"],
        saaq=organizations["SAAQ"],
        site_03=sites["MTMD", "03"],
        site_06=sites["MTMD", "06"],
        saaq_03=sites["SAAQ", "03"],
    )


@pytest.fixture
def case(db: None) -> Case:
    """The placed case of region 03."""
    return Case.objects.with_people().get(participant__last_name="Côté-Tremblay")


@pytest.fixture
def case_elsewhere(db: None) -> Case:
    """A case just referred in region 06, without placement."""
    return Case.objects.with_people().get(participant__last_name="Ladouceur")


@pytest.fixture
def placement(case: Case) -> Placement:
    """The placement under way of `case`, at the MTMD in region 03."""
    return Placement.objects.with_people().get(case=case)


@pytest.fixture
def follow_up(case: Case) -> FollowUp:
    """The follow-up of `case` shared with its host."""
    return FollowUp.objects.with_people().get(case=case, is_shared=True)


@pytest.fixture
def note(case: Case) -> Note:
    """The internal note of `case`."""
    return Note.objects.get(case=case)


@pytest.fixture
def quiet() -> Iterator[None]:
    """No line of the log for what is refused on purpose, here and in forked processes."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(before)
