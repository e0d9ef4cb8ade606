"""The API of the health information, and of the way back in time: timeline, history, change sets."""

import pytest
from rest_framework.test import APIClient

from cases.services.participants import give_consent
from peph.audit.models import AccessLog, ChangeSet

pytestmark = pytest.mark.django_db
URL = "/api/v1/cases/"


@pytest.fixture
def api(cast):
    """A client of somebody of the cast, answering in English."""

    def signed_in(who):
        client = APIClient(headers={"accept-language": "en"})
        client.force_login(cast[who])
        return client

    return signed_in


def _tag(record):
    record.refresh_from_db()
    return {"if-match": f'"{record.version}"'}


# ------------------------------------------------------------------ health
HEALTH = {
    "coordinator": 403, "health_coordinator": 200, "auditor": 403, "supervisor": 403,
    "privacy": 403, "reader": 403, "outsider": 404, "health_only": 404,
}  # fmt: skip


@pytest.mark.parametrize("who", HEALTH)
def test_the_health_tier_opens_to_its_readers_only_and_each_read_is_logged(who, api, case):
    answer = api(who).get(f"{URL}{case.pk}/health/")
    assert answer.status_code == HEALTH[who]
    assert AccessLog.objects.filter(verb="health", case_id=case.pk).count() == (HEALTH[who] == 200)


def test_health_is_written_from_the_version_read_once_the_person_consented(api, cast, case):
    client, url = api("health_coordinator"), f"{URL}{case.pk}/health/"
    body = {"nature": "Basse vision", "declared_on": "2026-01-15"}
    assert client.get(url)["ETag"] == '"0"'
    assert client.put(url, body, format="json").status_code == 428
    nothing = {"if-match": '"0"'}
    assert client.put(url, body, format="json", headers=nothing).status_code == 409
    give_consent(case.participant, by=cast["coordinator"], purpose="health", text_version="1",
                 given_on=case.referred_on)  # fmt: skip
    assert client.put(url, body, format="json", headers={"if-match": '"7"'}).status_code == 412
    written = client.put(url, body, format="json", headers=nothing)
    assert (written.status_code, written["ETag"]) == (200, '"1"')
    assert written.json()["nature"] == "Basse vision"
    assert client.put(url, body, format="json", headers=nothing).status_code == 412
    timeline = client.get(f"{URL}{case.pk}/timeline/").content.decode()
    assert "Health information updated" in timeline
    assert "Basse vision" not in timeline


# ------------------------------------------------------------------ back in time
BACK = {
    # who: timeline, history, as-of
    "coordinator": (200, 200, 200),
    "auditor": (200, 200, 200),
    "privacy": (200, 200, 200),
    "editor": (200, 403, 403),
    "reader": (403, 403, 403),
    "supervisor": (403, 403, 403),
    "outsider": (404, 404, 404),
}


@pytest.mark.parametrize("who", BACK)
def test_who_reads_the_timeline_the_history_and_the_case_as_it_was(who, api, case):
    client = api(who)
    found = tuple(
        client.get(f"{URL}{case.pk}/{tail}").status_code
        for tail in ("timeline/", "history/", "as-of/2090-01-01/")
    )
    assert found == BACK[who]


def test_the_case_as_it_was_and_the_moments_that_are_none(api, case):
    client = api("auditor")
    before = case.created_at.replace(microsecond=0).isoformat()
    now = client.get(f"{URL}{case.pk}/as-of/2090-01-01/").json()
    assert now["values"]["status"] == "in_placement"
    assert client.get(f"{URL}{case.pk}/as-of/2020-01-01/").status_code == 404
    assert client.get(f"{URL}{case.pk}/as-of/{before}/").status_code in (200, 404)
    for nonsense in ("yesterday", "2026-13-01", "0001-01-01T00:00:00+23:59", "9999-12-31", "%00"):
        assert client.get(f"{URL}{case.pk}/as-of/{nonsense}/").status_code == 400


def test_the_history_says_each_field_from_what_to_what(api, case):
    api("coordinator").patch(
        f"{URL}{case.pk}/", {"referring_agency": "Autre"}, format="json", headers=_tag(case)
    )
    newest = api("auditor").get(f"{URL}{case.pk}/history/").json()["results"][0]
    assert (newest["verb"], newest["label"]) == ("cases.case.update", "Case updated")
    assert newest["actor"]["name"] == "Camille Coordinator"
    fields = {each["name"]: (each["old"], each["new"]) for each in newest["records"][0]["fields"]}
    assert fields["referring_agency"] == ("Organisme Exemple", "Autre")


CHANGE_SETS = {"auditor": True, "coordinator": True, "auditor_region": True,
               "auditor_elsewhere": False, "supervisor": False, "outsider": False}  # fmt: skip


@pytest.mark.parametrize("who", CHANGE_SETS)
def test_change_sets_are_read_inside_the_own_scope(who, api, case):
    number = ChangeSet.objects.filter(case_id=case.pk).latest("number").number
    client = api(who)
    listed = [
        row["number"] for row in client.get("/api/v1/change-sets/?page_size=100").json()["results"]
    ]
    assert (number in listed) is CHANGE_SETS[who]
    one = client.get(f"/api/v1/change-sets/{number}/")
    assert one.status_code == (200 if CHANGE_SETS[who] else 404)
    absent = client.get("/api/v1/change-sets/999999/")
    if not CHANGE_SETS[who]:
        assert one.content == absent.content
    for nonsense in ("x", "01", "99999999999999999999999", "-1"):
        assert client.get(f"/api/v1/change-sets/{nonsense}/").content == absent.content
