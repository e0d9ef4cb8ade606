"""The access pages: who holds what where, given, extended and ended by a lead."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from organizations.models import HostSiteGrant, RegionGrant
from organizations.services.grants import give_grant
from organizations.services.hosts import open_site
from peph.accounts.models import User
from peph.audit.changes import SYSTEM, change
from peph.audit.models import AccessLog, ChangeSet
from peph.scopes import scope_of

OTHERS = [
    "coordinator",
    "representative",
    "committee",
    "auditor",
    "privacy",
    "outsider",
    "superuser",
]


@pytest.mark.parametrize("who", OTHERS)
def test_only_a_lead_opens_the_access_pages(who, cast, client, db):
    grant = RegionGrant.objects.filter(user=cast["coordinator"]).get()
    client.force_login(cast[who])
    for url in (
        "/grants/",
        "/grants/new/",
        f"/grants/region/{grant.pk}/extend/",
        f"/grants/region/{grant.pk}/end/",
    ):
        assert client.get(url).status_code == 403
        assert client.post(url, {"version": 1, "reason": "x"}).status_code in {403, 405}
    assert RegionGrant.objects.filter(pk=grant.pk, version=1).exists()


def queries(client, user, url):
    client.force_login(user)
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def shown_people(client, user, query=""):
    client.force_login(user)
    answer = client.get(f"/grants/{query}")
    assert answer.status_code == 200
    return [row.email.split("@")[0] for row in answer.context["page"].rows]


@pytest.mark.parametrize(
    ("query", "people"),
    [
        ("?role=program.select", ["committee"]),
        ("?role=program.audit", ["auditor"]),
        ("?role=case.view_case", ["reader"]),
        ("?person=health-only", ["health-only"]),
        ("?name=MTMD&role=hostorganization.audit", []),
        ("?name=Transports&role=hostorganization.audit", ["auditor-host"]),
        ("?state=over", ["former"]),
        ("?role=nonsense.role", None),
    ],
)
def test_grants_are_found_by_person_role_object_and_state(query, people, cast, client):
    found = shown_people(client, cast["lead"], query)
    if people is None:
        assert len(found) > 20  # a role that does not exist counts as not given
    else:
        assert found == people


@pytest.mark.parametrize(
    ("state", "seen", "given", "expires", "found"),
    [
        ("ending", 1, 1, 30, True),
        ("ending", 1, 1, 31, False),
        ("ending", 1, 1, None, False),
        ("endless", 1, 1, None, True),
        ("endless", 1, 1, 30, False),
        ("dormant", 90, 200, None, True),
        ("dormant", 89, 200, None, False),
        # Never signed in: after 90 days only.
        ("dormant", None, 90, 5, True),
        ("dormant", None, 89, 5, False),
    ],
)
def test_what_a_lead_looks_at_again(state, seen, given, expires, found, cast, client, world):
    """`seen` and `given` days ago, ending in `expires` days."""
    today, now = timezone.localdate(), timezone.now()
    user = cast["outsider"]
    grant = give_grant(by=SYSTEM, user=user, role="supervise", on=world.site_06, reason="Essai")
    with change(by=SYSTEM, verb="test"):
        HostSiteGrant.objects.filter(pk=grant.pk).update(
            granted_at=now - dt.timedelta(days=given),
            expires_on=None if expires is None else today + dt.timedelta(days=expires),
        )
    last = None if seen is None else now - dt.timedelta(days=seen)
    User.objects.filter(pk=user.pk).update(last_login=last)

    shown = shown_people(client, cast["lead"], f"?state={state}&person=outsider")

    assert shown == (["outsider"] if found else [])


def test_grants_that_end_first_come_first(cast, client, world):
    give_grant(
        by=SYSTEM,
        user=cast["outsider"],
        role="supervise",
        on=world.site_06,
        reason="Essai",
        expires_on=timezone.localdate() + dt.timedelta(days=2),
    )
    first, *next_two = shown_people(client, cast["lead"])[:3]
    assert (first, set(next_two)) == ("outsider", {"editor", "reader"})


def test_the_pages_of_the_grants_hold_each_once_forward_and_back(cast, client, world):
    for number in range(40):
        site = open_site(
            world.saaq, by=cast["lead"], region=world.regions["05"], name=f"Unité {number}"
        )
        give_grant(by=SYSTEM, user=cast["outsider"], role="supervise", on=site, reason="Essai")
    client.force_login(cast["lead"])
    forward, page_ = [], client.get("/grants/").context["page"]
    while True:
        forward += [row.pk for row in page_.rows]
        if page_.next is None:
            break
        page_ = client.get(f"/grants/?cursor={page_.next}").context["page"]
    back = [row.pk for row in page_.rows]
    while page_.previous:
        page_ = client.get(f"/grants/?cursor={page_.previous}").context["page"]
        back = [row.pk for row in page_.rows] + back
    assert len(forward) == len(set(forward)) > 60
    assert back == forward


@pytest.mark.parametrize("cursor", ["x", "after_2026-02-31_x", "after_2026-02-01_1", "_", "\x00"])
def test_an_address_that_is_not_ours_is_refused(cursor, cast, client):
    client.force_login(cast["lead"])
    assert client.get("/grants/", {"cursor": cursor}).status_code == 400


def grant_fields(world, **changes):
    return {
        "email": "outsider@exemple.qc.ca",
        "role": "region.coordinate",
        "on": f"region:{world.regions['12'].pk}",
        "reason": "Remplacement",
        "expires_on": "",
        **changes,
    }


def test_a_lead_gives_access(cast, client, world):
    client.force_login(cast["lead"])
    last = timezone.localdate() + dt.timedelta(days=90)
    answer = client.post("/grants/new/", grant_fields(world, expires_on=last.isoformat()))
    assert (answer.status_code, answer["Location"]) == (302, "/grants/")
    grant = RegionGrant.objects.get(user=cast["outsider"])
    assert (grant.role_label != "", grant.expires_on, grant.reason, grant.granted_by) == (
        True,
        last,
        "Remplacement",
        cast["lead"],
    )
    held = scope_of(cast["outsider"]).ids("coordinate", "organizations.Region")
    assert held == {world.regions["12"].pk}
    assert ChangeSet.objects.latest("number").verb == "organizations.grant.give"


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"email": "personne@exemple.qc.ca"}, 400, "id_email_error"),
        ({"email": "inactive@exemple.qc.ca"}, 400, "id_email_error"),
        ({"role": "program.lead"}, 400, "id_on_error"),
        ({"role": "region.supervise"}, 400, "id_role_error"),
        ({"on": ""}, 400, "id_on_error"),
        ({"reason": "  "}, 400, "id_reason_error"),
        ({"expires_on": "2026-01-01"}, 400, "id_expires_on_error"),
        ({"email": "lead@exemple.qc.ca"}, 403, "error-summary"),
    ],
)
def test_a_refused_access_keeps_what_was_typed(changes, status, field, cast, client, world):
    client.force_login(cast["lead"])
    before = ChangeSet.objects.count()
    body = grant_fields(world, **changes)
    answer = client.post("/grants/new/", body)
    assert answer.status_code == status
    shown = answer.content.decode()
    assert field in shown
    assert body["email"] in shown
    assert ChangeSet.objects.count() == before


def test_a_last_day_is_changed_with_its_reason(cast, client):
    grant = RegionGrant.objects.get(user=cast["coordinator"])
    client.force_login(cast["lead"])
    url = f"/grants/region/{grant.pk}/extend/"
    assert "Camille Coordinator" in client.get(url).content.decode()
    last = timezone.localdate() + dt.timedelta(days=10)
    body = {"version": grant.version, "expires_on": last.isoformat(), "reason": "Fin de contrat"}
    assert client.post(url, body).status_code == 302
    assert client.post(url, {**body, "reason": "Encore"}).status_code == 412
    grant.refresh_from_db()
    assert (grant.expires_on, grant.reason) == (last, "Fin de contrat")


def test_an_exception_on_a_case_keeps_a_last_day(cast, client, case):
    grant = case.grants.get(user=cast["reader"])
    client.force_login(cast["lead"])
    answer = client.post(
        f"/grants/case/{grant.pk}/extend/",
        {"version": grant.version, "expires_on": "", "reason": "Sans fin"},
    )
    assert answer.status_code == 400
    assert "id_expires_on_error" in answer.content.decode()


def test_an_ended_access_is_gone_from_the_next_page_on(cast, client, world):
    grant = RegionGrant.objects.get(user=cast["coordinator"])
    client.force_login(cast["lead"])
    url = f"/grants/region/{grant.pk}/end/"
    assert "alert-warning" in client.get(url).content.decode()
    assert client.post(url, {"version": grant.version, "reason": ""}).status_code == 400
    assert RegionGrant.objects.filter(pk=grant.pk).exists()
    answer = client.post(url, {"version": grant.version, "reason": "Départ"})
    assert answer.status_code == 302
    assert not RegionGrant.objects.filter(pk=grant.pk).exists()
    assert ChangeSet.objects.latest("number").reason == "Départ"
    client.force_login(cast["coordinator"])
    assert client.get(f"/host-sites/{world.site_03.pk}/").status_code == 404


@pytest.mark.parametrize("table", ["region", "hostsite", "nonsense"])
def test_a_grant_that_does_not_exist_is_not_found(table, cast, client):
    client.force_login(cast["lead"])
    url = f"/grants/{table}/01900000-0000-7000-8000-000000000000/end/"
    assert client.get(url).status_code == 404


def test_the_list_of_grants_is_logged_and_costs_the_same_for_few_and_many(cast, client, world):
    found = [queries(client, cast["lead"], "/grants/?person=outsider")]
    for first, last in ((0, 9), (9, 50)):
        for number in range(first, last):
            site = open_site(
                world.saaq, by=cast["lead"], region=world.regions["05"], name=f"Unité {number}"
            )
            give_grant(by=SYSTEM, user=cast["outsider"], role="supervise", on=site, reason="Essai")
        found.append(queries(client, cast["lead"], "/grants/?person=outsider"))
    assert found[0] == found[1] == found[2]
    assert AccessLog.objects.filter(verb="list", model="organizations.grant").exists()
