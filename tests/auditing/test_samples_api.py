"""Samples and findings through the API: the same services, strict bodies, versions."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from auditing.models import Finding, Sample
from tests.auditing.sampling import drawn, noted, worked_through

pytestmark = pytest.mark.django_db
ASKED = {"population": "cases", "title": "Essai", "size": 10}


@pytest.fixture
def api(cast):
    def client(who):
        made = APIClient()
        made.force_login(cast[who])
        return made

    return client


def put(client, path, body, version):
    return client.put(path, body, format="json", headers={"If-Match": f'"{version}"'})


def post(client, path, body, version=None):
    headers = {"If-Match": f'"{version}"'} if version else {}
    return client.post(path, body, format="json", headers=headers)


def test_a_sample_is_drawn_worked_through_and_signed(api, cast, case, case_elsewhere):
    client = api("auditor")
    answer = post(client, "/api/v1/samples/", ASKED | {"filter": {"status": "in_placement"}})
    made = answer.json()
    assert answer.status_code == 201
    assert (made["size"], made["filter_query"], made["filter_text"]) == (
        1, "status=in_placement", "Statut\u00a0: En stage",
    )  # fmt: skip
    assert answer.headers["Change-Set"] == made["receipts"][0]["receipt"]
    path = f"/api/v1/samples/{made['id']}/"
    answers = {question["code"]: {"value": "yes"} for question in made["questions"]}
    saved = put(client, f"{path}items/1/", {"answers": answers, "done": True}, 1)
    assert (saved.status_code, saved.json()["done_by"]["name"]) == (200, "Camille Auditor")
    signing = {"conclusion": "Bien", "confirmation": made["number"]}
    assert post(client, f"{path}sign/", signing).status_code == 428
    assert post(client, f"{path}sign/", signing, 99).status_code == 412
    ended = post(client, f"{path}sign/", signing, made["version"])
    assert (ended.status_code, ended.json()["status"], ended.json()["actions"]) == (
        200,
        "signed",
        [],
    )
    assert put(client, f"{path}items/1/", {"answers": {}}, 2).status_code == 409
    again = client.get(f"{path}redraw/").json()
    assert (again["same_population"], again["same_sample"]) == (True, True)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"population": "people"}, "population"),
        ({"size": 501}, "size"),
        ({"filter": {"colour": "red"}}, "filter.colour"),
        ({"filter": {"status": "nonsense"}}, "status"),
        ({"mandate": "program"}, "mandate"),
    ],
)
def test_a_body_that_makes_no_sense_is_refused_by_name(body, field, api, case):
    answer = post(api("auditor"), "/api/v1/samples/", ASKED | body)
    assert answer.status_code == 400
    assert field in answer.json()["errors"]


def test_nobody_draws_under_a_mandate_of_somebody_else(api, case, world):
    region = {"region": str(world.regions["06"].pk)}
    assert post(api("auditor_region"), "/api/v1/samples/", ASKED | region).status_code == 403
    assert post(api("coordinator"), "/api/v1/samples/", ASKED).status_code == 403
    assert not Sample.objects.exists()


def test_a_sample_is_abandoned_with_a_reason(api, cast, case):
    sample = drawn(cast["auditor"])
    client, path = api("auditor"), f"/api/v1/samples/{sample.pk}/abandon/"
    assert post(client, path, {}, sample.version).status_code == 400
    assert post(client, path, {"reason": "Erreur"}, sample.version).json()["status"] == "abandoned"


def test_a_finding_is_noted_answered_and_closed(api, cast, case):
    sample = drawn(cast["auditor"])
    position = sample.items.get(subject_case=case).position
    client = api("auditor")
    body = {"sample": str(sample.pk), "item": position, "question": "closing-reason",
            "severity": "major", "text": "Motif absent"}  # fmt: skip
    made = post(client, "/api/v1/findings/", body).json()
    path = f"/api/v1/findings/{made['id']}/"
    assert (made["case"]["number"], made["actions"]) == (case.number, ["withdraw"])
    changed = client.patch(path, {"severity": "minor"}, format="json", headers={"If-Match": '"1"'})
    assert changed.json()["severity"] == "minor"
    officer = api("coordinator")
    assert [each["id"] for each in officer.get("/api/v1/findings/").json()["results"]] == [
        made["id"]
    ]
    assert officer.get(path).json()["actions"] == ["answer"]
    refused = officer.patch(path, {"severity": "minor"}, format="json", headers={"If-Match": '"2"'})
    assert refused.status_code == 403
    answered = post(officer, f"{path}answer/", {"answer": "Corrigé"}, 2)
    assert answered.json()["state"] == "answered"
    assert post(client, f"{path}close/", {}, 3).json()["state"] == "closed"


def test_a_record_or_a_question_outside_the_sample_is_unknown(api, cast, case):
    sample = drawn(cast["auditor"])
    body = {"sample": str(sample.pk), "item": 400, "question": "agreement-before-start",
            "severity": "major", "text": "x"}  # fmt: skip
    answer = post(api("auditor"), "/api/v1/findings/", body)
    assert answer.json()["errors"].keys() == {"item", "question"}
    assert not Finding.objects.exists()


def test_a_coordinator_does_not_find_the_sample_of_a_finding(api, cast, case):
    sample = worked_through(drawn(cast["auditor"]), cast["auditor"])
    noted(sample, cast["auditor"], case)
    assert api("coordinator").get(f"/api/v1/samples/{sample.pk}/").status_code == 404
    assert api("coordinator").get("/api/v1/samples/").json()["results"] == []


def _queries(client, path):
    with CaptureQueriesContext(connection) as found:
        answer = client.get(path)
    return len(found), len(answer.json()["results"])


def test_a_list_asks_as_often_for_many_rows_as_for_one(api, cast, case):
    client = api("auditor")
    seen = []
    for _each in range(2):
        noted(drawn(cast["auditor"]), cast["auditor"], case)
        seen.append([_queries(client, f"/api/v1/{noun}/") for noun in ("samples", "findings")])
    assert [rows for _number, rows in seen[0]] == [1, 1]
    assert [rows for _number, rows in seen[1]] == [2, 2]
    assert [number for number, _rows in seen[0]] == [number for number, _rows in seen[1]]
