"""The API of the host side: reference data, host organisations and sites, grants."""

import pytest
from rest_framework.test import APIClient

from peph.audit.models import AccessLog, ChangeSet

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/"


@pytest.fixture
def api(cast):
    """A client of somebody of the cast, answering in English."""

    def signed_in(who):
        client = APIClient(headers={"accept-language": "en"})
        client.force_login(cast[who])
        return client

    return signed_in


LISTED = {
    # who: regions, whether every host organisation, sites
    "coordinator": (17, True, 2),
    "representative": (17, False, 2),
    "supervisor": (17, False, 1),
    "auditor_region": (17, False, 2),
    "outsider": (0, False, 0),
    "superuser": (0, False, 0),
}


@pytest.mark.parametrize("who", LISTED)
def test_who_sees_how_much_of_the_host_side(who, api):
    client = api(who)
    found = {
        noun: client.get(f"{ROOT}{noun}/?page_size=100").json()["results"]
        for noun in ("regions", "host-organizations", "host-sites")
    }
    regions, all_hosts, sites = LISTED[who]
    assert len(found["regions"]) == regions
    assert (len(found["host-organizations"]) > 20) is all_hosts
    assert len(found["host-sites"]) == sites


def test_a_site_is_opened_and_kept_where_one_coordinates(api, world):
    client = api("coordinator")
    body = {"organization": str(world.mtmd.pk), "region": str(world.regions["03"].pk), "name": "Atelier",
            "entrance": "partly"}  # fmt: skip
    opened = client.post(f"{ROOT}host-sites/", body, format="json")
    assert (opened.status_code, opened.json()["entrance"], opened["ETag"]) == (201, "partly", '"1"')
    assert client.post(f"{ROOT}host-sites/", body, format="json").status_code == 400
    elsewhere = body | {"region": str(world.regions["06"].pk)}
    assert client.post(f"{ROOT}host-sites/", elsewhere, format="json").status_code == 403
    one = f"{ROOT}host-sites/{opened.json()['id']}/"
    assert client.patch(one, {"seats": 2}, format="json").status_code == 428
    kept = client.patch(one, {"seats": 2}, format="json", headers={"if-match": '"1"'})
    assert (kept.status_code, kept.json()["seats"], kept["ETag"]) == (200, 2, '"2"')
    assert kept["Change-Set"] == ChangeSet.objects.latest("number").receipt
    assert (
        client.patch(one, {"seats": 3}, format="json", headers={"if-match": '"1"'}).status_code
        == 412
    )


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("lead", 200),
        ("coordinator", 403),
        ("representative", 403),
        ("representative_elsewhere", 404),
    ],
)
def test_a_host_organisation_is_corrected_by_the_lead(who, status, api, world):
    answer = api(who).patch(
        f"{ROOT}host-organizations/{world.mtmd.pk}/", {"source": "Décret"}, format="json",
        headers={"if-match": '"1"'},
    )  # fmt: skip
    assert answer.status_code == status


# ------------------------------------------------------------------ grants
@pytest.mark.parametrize("who", ["coordinator", "auditor", "privacy", "outsider"])
@pytest.mark.parametrize(("method", "tail"), [("get", ""), ("post", ""), ("get", "nothing/")])
def test_grants_are_for_the_leads(who, method, tail, api):
    assert getattr(api(who), method)(f"{ROOT}grants/{tail}").status_code == 403


def test_a_grant_is_given_prolonged_and_ended(api, cast, world):
    client = api("lead")
    body = {"email": "outsider@exemple.qc.ca", "role": "coordinate", "on": "region",
            "object_id": str(world.regions["03"].pk), "reason": "Arrivée"}  # fmt: skip
    given = client.post(f"{ROOT}grants/", body, format="json")
    assert (given.status_code, given["ETag"]) == (201, '"1"')
    assert given.json()["object_name"] == "Capitale-Nationale"
    assert given.json()["granted_by"] == "Camille Lead"
    assert client.post(f"{ROOT}grants/", body, format="json").status_code in (400, 409)
    one = f"{ROOT}grants/{given.json()['id']}/"
    assert client.get(one).json() == given.json()
    later = {"expires_on": "2090-01-01", "reason": "Contrat"}
    assert client.patch(one, later, format="json").status_code == 428
    prolonged = client.patch(one, later, format="json", headers={"if-match": '"1"'})
    assert (prolonged.json()["expires_on"], prolonged["ETag"]) == ("2090-01-01", '"2"')
    assert client.delete(one, {}, format="json", headers={"if-match": '"2"'}).status_code == 400
    assert client.delete(one, {"reason": "Départ"}, format="json").status_code == 428
    ended = client.delete(one, {"reason": "Départ"}, format="json", headers={"if-match": '"2"'})
    assert ended.status_code == 204
    assert ChangeSet.objects.latest("number").reason == "Départ"
    assert client.get(one).status_code == 404


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [
        ({"email": "nobody@exemple.qc.ca"}, 400, "email"),
        ({"email": "inactive@exemple.qc.ca"}, 400, "email"),
        ({"email": "lead@exemple.qc.ca"}, 403, None),
        ({"role": "lead"}, 400, "role"),
        ({"on": "case"}, 400, "on"),
        ({"object_id": "01a20af0-7b64-70eb-9acc-8251c998e482"}, 400, "object_id"),
        ({"expires_on": "2020-01-01"}, 400, "expires_on"),
        ({"reason": " "}, 400, "reason"),
    ],
)
def test_a_grant_that_cannot_be_given_says_why(changed, status, field, api, world):
    body = {"email": "outsider@exemple.qc.ca", "role": "coordinate", "on": "region",
            "object_id": str(world.regions["03"].pk), "reason": "Arrivée"}  # fmt: skip
    answer = api("lead").post(f"{ROOT}grants/", body | changed, format="json")
    assert answer.status_code == status
    assert list(answer.json()["errors"]) == ([field] if field else [])


def test_grants_are_narrowed_and_paged(api):
    client = api("lead")
    first = client.get(f"{ROOT}grants/?page_size=2").json()
    assert len(first["results"]) == 2
    assert len(client.get(first["next"]).json()["results"]) == 2
    region = client.get(f"{ROOT}grants/?role=region.coordinate&page_size=100").json()["results"]
    assert {row["on"] for row in region} == {"region"}
    over = client.get(f"{ROOT}grants/?state=over").json()["results"]
    assert [row["person"] for row in over] == ["Camille Former"]
    for query in ("state=x", "x=1", "cursor=x", "page_size=0"):
        assert client.get(f"{ROOT}grants/?{query}").status_code == 400
    assert AccessLog.objects.filter(verb="list").exists()
