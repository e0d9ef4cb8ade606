"""Matching through the API: proposing, moving, reading by tier, the profile and the suggestions."""

import datetime as dt

import pytest
from rest_framework.test import APIClient

from cases.models import Match, WorkProfile
from cases.services.participants import withdraw_consent
from organizations.models import Project
from tests.cases.matching.conftest import a_project, a_seeker, agree, put

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(cast):
    def signed_in(who):
        client = APIClient()
        client.force_login(cast[who])
        return client

    return signed_in


def send(client, method, path, body, version=None):
    tag = {} if version is None else {"headers": {"if-match": f'"{version}"'}}
    return getattr(client, method)(f"/api/v1/{path}", body, format="json", **tag)


def test_a_match_goes_its_way_between_the_programme_and_the_host(api, seeker, project):
    officer, host = api("coordinator"), api("supervisor")
    made = send(officer, "post", "matches/", {"case": str(seeker.pk), "project": str(project.pk)})
    assert made.status_code == 201
    match, here = made.json(), f"matches/{made.json()['id']}/"
    assert (match["status"], match["actions"]) == ("proposed", ["send", "withdraw"])
    assert host.get(f"/api/v1/{here}").status_code == 404

    way = [
        (officer, "send", {"sent_on": "2026-06-02"}, "sent"),
        (host, "plan-interview", {"interview_on": "2026-06-08"}, "interview_planned"),
        (host, "hold-interview", {"interviewed_on": "2026-06-08"}, "interviewed"),
        (host, "choose", {"decided_on": "2026-06-15"}, "selected"),
        (officer, "offer", {"offered_on": "2026-06-16", "answer_by": "2099-01-01"}, "offered"),
        (
            officer,
            "accept",
            {"answered_on": "2026-06-20", "planned_start": "2026-10-05"},
            "accepted",
        ),
    ]
    version = match["version"]
    for client, name, body, status in way:
        answer = send(client, "post", f"{here}{name}/", body, version)
        assert (answer.status_code, answer.json().get("status")) == (200, status), answer.json()
        version = answer.json()["version"]
    assert answer.json()["decide_by"] == "2026-06-22"
    placement = officer.get(f"/api/v1/placements/{answer.json()['placement']}/").json()
    assert placement["site"]["id"] == str(project.site_id)
    assert Project.objects.get(pk=project.pk).status == "filled"
    verbs = [each["verb"] for each in officer.get(f"/api/v1/{here}history/").json()["results"]]
    assert verbs[0] == "cases.match.accept"
    assert verbs[-1] == "cases.match.propose"


def test_what_each_reader_reads_of_a_match(api, stage):
    put(stage.match, "sent")
    url = f"/api/v1/matches/{stage.match.pk}/"
    officer, host = api("coordinator").get(url).json(), api("supervisor").get(url).json()
    assert set(officer) - set(host) == {"case", "proposed_by"}
    assert host["participant"]["name"] == "Noé Gagnon"
    assert set(host["profile"]) == {
        "job_class", "hours_least", "hours_most", "telework", "available_from", "experience",
    }  # fmt: skip
    assert officer["profile"]["needs"] == ["entrance"]

    agree(stage.seeker, stage.cast["coordinator"], "share_needs")
    assert api("supervisor").get(url).json()["profile"]["needs"] == ["entrance"]
    assert str(stage.seeker.pk) not in api("supervisor").get("/api/v1/matches/").content.decode()

    consent = stage.seeker.participant.consents.get(purpose="share_profile")
    withdraw_consent(consent, by=stage.cast["coordinator"], withdrawn_on=dt.date(2026, 6, 20))
    assert api("supervisor").get(url).status_code == 404
    assert api("supervisor").get("/api/v1/matches/").json()["results"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"decided_on": "2026-06-15", "refusal_reason": "malade"}, "refusal_reason"),
        ({"decided_on": "2026-06-15", "refusal_reason": "skills", "reason": "Malade"}, "reason"),
        ({"decided_on": "2026-06-15", "refusal_reason": "skills", "comment": "x"}, "comment"),
        ({"decided_on": "2026-06-15"}, "refusal_reason"),
        ({"decided_on": "2099-06-15", "refusal_reason": "skills"}, "decided_on"),
    ],
)
def test_a_refusal_with_a_word_of_its_own_is_refused(body, field, api, stage):
    put(stage.match, "sent")
    answer = send(
        api("supervisor"), "post", f"matches/{stage.match.pk}/turn-down/", body,
        stage.match.version,
    )  # fmt: skip
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert Match.objects.get(pk=stage.match.pk).status == "sent"


def test_a_write_names_its_version(api, stage):
    path, body = f"matches/{stage.match.pk}/withdraw/", {"refusal_reason": "other"}
    assert send(api("coordinator"), "post", path, body).status_code == 428
    assert send(api("coordinator"), "post", path, body, 99).status_code == 412
    assert send(api("reader"), "post", path, body, stage.match.version).status_code == 403
    assert send(api("outsider"), "post", path, body, stage.match.version).status_code == 404


def test_a_move_of_another_status_or_without_consent_is_a_conflict(api, stage):
    officer, here = api("coordinator"), f"matches/{stage.match.pk}/"
    early = {"offered_on": "2026-06-16", "answer_by": "2099-01-01"}
    assert send(officer, "post", f"{here}offer/", early, 1).status_code == 409
    consent = stage.seeker.participant.consents.get(purpose="share_profile")
    withdraw_consent(consent, by=stage.cast["coordinator"], withdrawn_on=dt.date(2026, 6, 20))
    answer = send(officer, "post", f"{here}send/", {"sent_on": "2026-06-21"}, 1)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_proposing_asks_for_a_known_case_and_a_known_project(api, seeker, project, world, call):
    away = a_project(call, world.site_06)
    officer = api("coordinator")
    for body, fields in (
        ({}, ["case", "project"]),
        ({"case": str(seeker.pk), "project": str(away.pk)}, ["project"]),
        ({"case": str(project.pk), "project": str(project.pk)}, ["case"]),
    ):
        answer = send(officer, "post", "matches/", body)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, fields)
    body = {"case": str(seeker.pk), "project": str(project.pk)}
    assert send(api("editor"), "post", "matches/", body).status_code == 400
    assert send(officer, "post", "matches/", body).status_code == 201
    assert send(officer, "post", "matches/", body).status_code == 400


# ------------------------------------------------------------------ the work profile
WHOLE = {
    "hours_least": "14.0", "hours_most": "28.0", "telework": "needed", "other_regions": ["12", "05"],
    "available_from": "2026-10-01", "wants_mentor": True, "experience": "Accueil", "needs_lift": True,
}  # fmt: skip


def test_a_work_profile_is_read_and_written_whole(api, cast, world):
    case = a_seeker(cast, world)
    officer, path = api("coordinator"), f"cases/{case.pk}/work-profile/"
    empty = officer.get(f"/api/v1/{path}")
    assert (empty.json()["version"], empty["ETag"]) == (0, '"0"')
    assert send(officer, "put", path, WHOLE).status_code == 428
    written = send(officer, "put", path, WHOLE, 0)
    assert (written.status_code, written["ETag"]) == (200, '"1"')
    assert written.json() == {
        **WHOLE, "version": 1, "other_regions": ["05", "12"],
        **{f"needs_{name}": name == "lift" for name in WorkProfile.NEEDS},
    }  # fmt: skip
    assert send(officer, "put", path, WHOLE, 0).status_code == 412
    emptied = send(officer, "put", path, {"telework": "welcome"}, 1).json()
    assert (emptied["hours_most"], emptied["other_regions"], emptied["needs_lift"]) == (
        None, [], False,
    )  # fmt: skip
    answer = send(officer, "put", path, {"other_regions": ["99"], "diagnosis": "x"}, 2)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["diagnosis"])
    answer = send(officer, "put", path, {"other_regions": ["99"]}, 2)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["other_regions"])


@pytest.mark.parametrize(
    ("who", "read", "write"),
    [
        ("lead", 200, 200),
        ("coordinator", 200, 200),
        ("editor", 200, 200),
        ("reader", 200, 403),
        ("auditor", 200, 403),
        ("supervisor", 404, 404),
        ("coordinator_elsewhere", 404, 404),
    ],
)
def test_who_reads_and_writes_a_work_profile(who, read, write, api, stage):
    put(stage.match, "sent")
    path = f"cases/{stage.seeker.pk}/work-profile/"
    assert api(who).get(f"/api/v1/{path}").status_code == read
    assert send(api(who), "put", path, WHOLE, 1).status_code == write


def test_the_host_of_a_placed_person_does_not_read_the_work_profile(api, case):
    path = f"/api/v1/cases/{case.pk}/work-profile/"
    assert api("supervisor").get(path).status_code == 403


# ------------------------------------------------------------------ suggestions
def test_suggestions_say_each_criterion(api, stage):
    found = api("coordinator").get(f"/api/v1/cases/{stage.seeker.pk}/suggestions/").json()
    assert (found["weighed"], found["is_partial"]) == (1, False)
    (row,) = found["results"]
    assert row["project"]["id"] == str(stage.project.pk)
    assert (row["match"], row["is_proposed"]) == (str(stage.match.pk), True)
    assert {each["code"]: each["fit"] for each in row["criteria"]} == {
        "job_class": "met", "region": "met", "hours": "met", "availability": "met",
        "entrance": "unknown",
    }  # fmt: skip

    found = api("coordinator").get(f"/api/v1/projects/{stage.project.pk}/suggestions/").json()
    (row,) = found["results"]
    assert row["case"] == {
        "id": str(stage.seeker.pk), "number": stage.seeker.number, "name": "Noé Gagnon",
        "status": "matching",
    }  # fmt: skip
    assert [each["code"] for each in row["criteria"]][-1] == "entrance"


@pytest.mark.parametrize(
    ("who", "of_case", "of_project"),
    [
        ("lead", 200, 200),
        ("coordinator", 200, 200),
        ("editor", 403, 404),
        ("reader", 403, 404),
        ("auditor", 403, 403),
        ("supervisor", 404, 403),
        ("committee", 404, 403),
        ("outsider", 404, 404),
    ],
)
def test_who_is_given_suggestions(who, of_case, of_project, api, stage):
    client = api(who)
    assert client.get(f"/api/v1/cases/{stage.seeker.pk}/suggestions/").status_code == of_case
    assert client.get(f"/api/v1/projects/{stage.project.pk}/suggestions/").status_code == of_project
