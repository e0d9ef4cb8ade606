"""The API asks the database as often for fifty rows or fifty grants as for one."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from cases.models import (
    Case,
    Consent,
    Document,
    FollowUp,
    Note,
    Outcome,
    Participant,
    Placement,
    ReminderPause,
)
from organizations.models import HostSite, HostSiteGrant
from organizations.services.grants import permission_for
from peph.accounts.models import User
from peph.audit import index
from peph.audit.changes import SYSTEM, change

pytestmark = pytest.mark.django_db
LISTS = [
    "cases",
    "participants",
    "consents",
    "placements",
    "follow-ups",
    "notes",
    "host-sites",
    "host-organizations",
    "change-sets",
    "documents",
    "outcomes",
    "consent-texts",
    "reminder-pauses",
]


def _queries(client, path):
    # What the list of changes still has to index is no part of what it asks.
    index.catch_up()
    with CaptureQueriesContext(
        connection,
    ) as found:
        answer = client.get(path)
    assert answer.status_code == 200
    return len(found), answer.json()


def _client(user):
    client = APIClient()
    client.force_login(user)
    client.get("/api/v1/regions/")
    return client


@pytest.fixture
def crowd(cast, world, case):
    """Adds so many placed cases in region 03, each with a consent, a follow-up and a note."""
    by = cast["coordinator"]
    day = dt.date(2026, 5, 4)

    def add(count):
        for _each in range(count):
            with change(by=SYSTEM, verb="cases.case.open", region=world.regions["03"]):
                person = Participant(
                    last_name="Test", first_name="Une", birth_date=dt.date(1990, 1, 1)
                )
                person.save()
                one = Case(
                    participant=person, region=world.regions["03"], coordinator=by, referred_on=day,
                    decided_on=day, decided_by=by, status="in_placement", site=world.site_03,
                    organization=world.mtmd,
                )  # fmt: skip
                one.save()
                placed = Placement(
                    case=one, participant=person, region=one.region, organization=world.mtmd,
                    site=world.site_03, planned_start=day, planned_end=dt.date(2027, 5, 3),
                )  # fmt: skip
                placed.save()
                Consent(participant=person, purpose="health", text_version="1", given_on=day).save()
                FollowUp(case=one, placement=placed, region=one.region, subject="x", due_on=day,
                         responsible=by, is_shared=True).save()  # fmt: skip
                Note(case=one, author=by, text="x").save()
                Document(case=one, placement=placed, region=one.region, organization=world.mtmd,
                         site=world.site_03, kind="resume", title="x", audience="host", size=1,
                         filename="x.pdf", media_type="application/pdf", sha256="0" * 64,
                         uploaded_by=by).save()  # fmt: skip
                Outcome.of(placed, moment="end", situation="studies", source="host", checked_on=day,
                           recorded_by=by).save()  # fmt: skip
                ReminderPause.of(placed, reason="x", until=day, paused_by=by).save()
                site = HostSite(organization=world.mtmd, region=one.region, name=str(uuid.uuid4()))
                site.save()

    return add


@pytest.mark.parametrize("who", ["coordinator", "lead", "auditor"])
def test_a_list_asks_as_often_for_fifty_rows_as_for_one(who, cast, crowd):
    client = _client(cast[who])
    crowd(1)
    counts: dict[str, set[int]] = {name: set() for name in LISTS}
    shown = dict.fromkeys(LISTS, 0)
    for added in (0, 9, 40):
        crowd(added)
        for name in LISTS:
            count, answer = _queries(client, f"/api/v1/{name}/?page_size=100")
            counts[name].add(count)
            shown[name] = len(answer["results"])
    assert {name: len(each) for name, each in counts.items()} == dict.fromkeys(LISTS, 1)
    assert shown["cases"] >= 50
    assert shown["notes"] >= 50
    assert shown["documents"] >= 50
    assert shown["outcomes"] >= 50


def test_one_case_asks_as_often_with_a_long_history_as_with_a_short_one(cast, case, crowd):
    client = _client(cast["coordinator"])
    paths = [f"/api/v1/cases/{case.pk}/{tail}" for tail in ("", "timeline/", "history/", "grants/")]
    before = [_queries(client, path)[0] for path in paths]
    version = case.version
    for turn in range(10):
        tag = {"if-match": f'"{version + turn}"'}
        body = {"referring_agency": f"Organisme {turn}"}
        client.patch(f"/api/v1/cases/{case.pk}/", body, format="json", headers=tag)
    assert [_queries(client, path)[0] for path in paths] == before


def test_a_list_asks_as_often_with_fifty_grants_as_with_one(cast, world):
    counts: dict[str, set[int]] = {name: set() for name in LISTS}
    lead, day = cast["lead"], dt.date(2026, 5, 4)
    for grants in (1, 10, 50):
        with change(by=SYSTEM, verb="accounts.create"):
            user = User(email=f"hote-{grants}@exemple.qc.ca", first_name="Hôte", last_name="X")
            user.save()
            for each in range(grants):
                site = HostSite(
                    organization=world.saaq, region=world.regions["06"], name=f"{grants}-{each}"
                )
                site.save()
                person = Participant(
                    last_name="Test", first_name="Une", birth_date=dt.date(1990, 1, 1)
                )
                person.save()
                one = Case(
                    participant=person, region=site.region, coordinator=lead, referred_on=day,
                    decided_on=day, status="in_placement", site=site, organization=world.saaq,
                )  # fmt: skip
                one.save()
                placed = Placement(case=one, participant=person, region=site.region, site=site,
                                   organization=world.saaq, planned_start=day,
                                   planned_end=dt.date(2027, 5, 3))  # fmt: skip
                placed.save()
                FollowUp(case=one, placement=placed, region=site.region, subject="x", due_on=day,
                         is_shared=True).save()  # fmt: skip
                HostSiteGrant(user=user, permission=permission_for(site, "supervise"), content_object=site,
                              reason="x").save()  # fmt: skip
        client = _client(user)
        for name in LISTS:
            count, answer = _queries(client, f"/api/v1/{name}/?page_size=100")
            counts[name].add(count)
            if name in ("cases", "placements", "participants", "follow-ups", "host-sites"):
                assert len(answer["results"]) == grants, name
    assert {name: len(each) for name, each in counts.items()} == dict.fromkeys(LISTS, 1)
