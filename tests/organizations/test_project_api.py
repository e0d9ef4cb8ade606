"""The API of calls and projects: bodies, versions, moves, scores, and the same offers as the pages."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from organizations.models import Call, JobClass, Project
from organizations.services.grants import give_grant
from organizations.services.projects import move_project
from peph.accounts.models import User
from peph.audit.changes import SYSTEM, change
from peph.audit.models import AccessLog, ChangeSet
from tests.proposing import draft, scored, scores, under_review

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


@pytest.fixture
def reviewed(cast, world, call):
    """A project of the MTMD under review."""
    return under_review(world.site_03, cast["representative"], call, lead=cast["lead"])


def tag(record):
    return {"if-match": f'"{record.version}"'}


def body(world, taking, **changes):
    return {
        "site": str(world.site_03.pk),
        "call": str(taking.pk),
        "title": "Soutien technique",
        "job_class": str(JobClass.objects.get(code="272-10").pk),
        "tasks": "Répondre aux demandes",
        "objectives": "Connaître le parc",
        "supervision": "Chaque jour",
        "supervisor_name": "Dominique Superviseur",
        "hours_per_week": "35.0",
        "starts_from": "2099-04-01",
        **changes,
    }


CALENDAR = {
    "fiscal_year": 2030, "opens_on": "2029-09-01", "closes_on": "2029-11-15", "committee_on": "2029-12-10",
    "results_on": "2030-01-15", "start_from": "2030-04-01", "start_to": "2030-10-31",
}  # fmt: skip


# ------------------------------------------------------------------ calls
def test_a_call_is_planned_corrected_and_moved(api):
    client = api("lead")
    made = client.post(f"{ROOT}calls/", CALENDAR, format="json")
    assert (made.status_code, made["ETag"]) == (201, '"1"')
    assert (made.json()["status"], made.json()["actions"]) == ("planned", ["open", "edit"])
    one = f"{ROOT}calls/{made.json()['id']}/"
    assert client.patch(one, {"results_on": "2030-01-20"}, format="json").status_code == 428
    kept = client.patch(
        one, {"results_on": "2030-01-20"}, format="json", headers={"if-match": '"1"'}
    )
    assert (kept.status_code, kept.json()["results_on"]) == (200, "2030-01-20")
    opened = client.post(f"{one}open/", {}, format="json", headers={"if-match": '"2"'})
    assert (opened.status_code, opened.json()["status"]) == (200, "open")
    assert opened["Change-Set"] == ChangeSet.objects.latest("number").receipt
    stale = client.post(f"{one}close/", {}, format="json", headers={"if-match": '"2"'})
    assert stale.status_code == 412
    again = client.post(f"{one}open/", {}, format="json", headers={"if-match": '"3"'})
    assert again.status_code == 409
    assert client.post(f"{ROOT}calls/", CALENDAR, format="json").status_code == 400


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("coordinator", 403),
        ("representative", 403),
        ("committee", 403),
        ("auditor", 403),
        ("outsider", 403),
    ],
)
def test_only_the_lead_plans_a_call(who, status, api):
    assert api(who).post(f"{ROOT}calls/", CALENDAR, format="json").status_code == status
    assert not Call.objects.exists()


def test_a_call_tells_how_many_of_its_projects_the_reader_sees(api, call, project):
    one = f"{ROOT}calls/{call.pk}/"
    assert api("lead").get(one).json()["project_counts"] == {"draft": 1}
    assert api("committee").get(one).json()["project_counts"] == {}


def test_results_are_not_published_while_a_project_is_undecided(api, cast, call, reviewed):
    with change(by=SYSTEM, verb="test"):
        Call.objects.filter(pk=call.pk).update(status="selecting")
    call.refresh_from_db()
    url = f"{ROOT}calls/{call.pk}/publish/"
    refused = api("lead").post(url, {}, format="json", headers=tag(call))
    assert refused.status_code == 409
    assert refused.json()["detail"] == "1 project of this call is still to decide."


def test_the_calls_are_narrowed(api, call):
    for query, found in (
        ("status=open", 1),
        ("status=closed", 0),
        ("fiscal_year=2027", 1),
        ("fiscal_year=2028", 0),
    ):
        assert len(api("supervisor").get(f"{ROOT}calls/?{query}").json()["results"]) == found
    assert api("supervisor").get(f"{ROOT}calls/?year=2027").status_code == 400


# ------------------------------------------------------------------ projects
FIELDS = {
    "id", "version", "call", "region", "organization", "site", "title", "status", "job_class", "tasks",
    "objectives", "supervision", "adaptations", "supervisor_name", "supervisor_email", "mentor_name",
    "hours_per_week", "telework", "seats", "starts_from", "hiring", "submitted_on", "is_late",
    "reply_by", "decided_on", "minute", "rejection_reason", "decision_comment", "fill_by", "created_at",
    "updated_at", "actions",
}  # fmt: skip


def test_a_project_goes_from_draft_to_decision(api, world, call):
    host, lead = api("representative"), api("lead")
    made = host.post(f"{ROOT}projects/", body(world, call), format="json")
    assert (made.status_code, made["ETag"]) == (201, '"1"')
    assert set(made.json()) == FIELDS | {"reason_given"}
    assert made.json()["region"]["code"] == "03"
    assert made.json()["call"] == {"id": str(call.pk), "fiscal_year": 2027, "status": "open"}
    one = f"{ROOT}projects/{made.json()['id']}/"

    def done(client, path, given, version):
        answer = client.post(
            f"{one}{path}/", given, format="json", headers={"if-match": f'"{version}"'}
        )
        assert answer.status_code == 200, answer.json()
        return answer.json()

    kept = host.patch(one, {"mentor_name": "Claude"}, format="json", headers={"if-match": '"1"'})
    assert (kept.status_code, kept.json()["mentor_name"]) == (200, "Claude")
    assert done(host, "submit", {}, 2)["is_late"] is False
    back = done(lead, "return", {"reason": "Précisez les tâches", "reply_by": "2098-01-08"}, 3)
    assert (back["status"], back["reply_by"]) == ("returned", "2098-01-08")
    assert host.get(one).json()["reason_given"] == "Précisez les tâches"
    assert done(host, "submit", {}, 4)["reply_by"] is None
    call.refresh_from_db()
    lead.post(f"{ROOT}calls/{call.pk}/close/", {}, format="json", headers=tag(call))
    done(lead, "start-review", {}, 5)
    decided = {"decided_on": timezone.localdate().isoformat(), "minute": "CES-1"}
    chosen = done(lead, "select", {**decided, "reason": "Bon encadrement"}, 6)
    assert (chosen["status"], chosen["decision_comment"]) == ("selected", "Bon encadrement")
    assert host.get(one).json()["decision_comment"] == "Bon encadrement"
    assert done(lead, "open", {"fill_by": "2099-06-01"}, 7)["status"] == "open"
    over = done(host, "cancel", {"reason": "Réorganisation"}, 8)
    assert (over["status"], over["reason_given"], over["actions"]) == (
        "cancelled",
        "Réorganisation",
        [],
    )


WRONG = [
    ({"mentor_name": "dominique superviseur"}, "mentor_name"),
    ({"title": ""}, "title"),
    ({"hours_per_week": "61"}, "hours_per_week"),
    ({"seats": 0}, "seats"),
    ({"hiring": "maybe"}, "hiring"),
    ({"starts_from": "0001-01-01"}, "starts_from"),
    ({"job_class": "x"}, "job_class"),
    ({"site": "01900000-0000-7000-8000-000000000000"}, "site"),
    ({"call": "01900000-0000-7000-8000-000000000000"}, "call"),
    ({"status": "selected"}, "status"),
    ({"is_late": False}, "is_late"),
    ({"tasks": "x" * 4001}, "tasks"),
]


@pytest.mark.parametrize(("changed", "field"), WRONG)
def test_what_cannot_be_is_named(changed, field, api, world, call):
    answer = api("representative").post(
        f"{ROOT}projects/", body(world, call, **changed), format="json"
    )
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    assert not Project.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("lead", 201),
        ("coordinator", 201),
        ("supervisor", 201),
        ("auditor", 403),
        ("committee", 403),
        # A site outside the scope is unknown, like one that does not exist.
        ("representative_elsewhere", 400),
        ("coordinator_elsewhere", 400),
        ("outsider", 400),
    ],
)
def test_who_proposes_a_project_of_the_site(who, status, api, world, call):
    answer = api(who).post(f"{ROOT}projects/", body(world, call), format="json")
    assert answer.status_code == status
    assert Project.objects.exists() is (status == 201)


# Everything each person is offered, page and API alike, by the status of the project.
OFFERED = {
    ("lead", "draft"): ["submit", "withdraw", "edit"],
    ("coordinator", "draft"): ["submit", "withdraw", "edit"],
    ("representative", "draft"): ["submit", "withdraw", "edit"],
    ("supervisor", "draft"): ["edit"],
    ("auditor", "draft"): [],
    ("lead", "submitted"): ["return", "withdraw", "start-review"],
    ("representative", "submitted"): ["withdraw"],
    ("supervisor", "submitted"): [],
    ("committee", "submitted"): [],
    ("supervisor", "returned"): ["edit"],
    ("lead", "under_review"): ["select", "waitlist", "reject"],
    ("representative", "under_review"): [],
    ("committee", "under_review"): ["score"],
    ("auditor", "under_review"): [],
    ("lead", "waitlisted"): ["select", "reject"],
    ("committee", "waitlisted"): [],
    ("lead", "selected"): ["open", "cancel"],
    ("coordinator", "selected"): ["cancel"],
    ("lead", "open"): ["complete", "cancel"],
    ("representative", "open"): ["cancel"],
    ("lead", "filled"): ["complete", "cancel"],
    ("lead", "completed"): ["refill"],
    ("lead", "cancelled"): [],
}


@pytest.mark.parametrize(("who", "status"), OFFERED)
def test_the_page_offers_what_the_api_offers(who, status, api, cast, client, call, reviewed):
    day = timezone.localdate()
    with change(by=SYSTEM, verb="test"):
        Project.objects.filter(pk=reviewed.pk).update(
            status=status, submitted_on=day, decided_on=day
        )
    offered = api(who).get(f"{ROOT}projects/{reviewed.pk}/").json()["actions"]
    assert offered == OFFERED[who, status]
    client.force_login(cast[who])
    page = client.get(f"/projects/{reviewed.pk}/").content.decode()
    found = re.findall(rf'"/projects/{reviewed.pk}/(?:move/)?(?!candidates)([a-z-]+)/"', page)
    assert sorted(found) == sorted(OFFERED[who, status])


LISTED = {
    "": 2,
    "?q=soutien": 1,
    "?q=SOUTIEN technique": 1,
    "?status=draft": 2,
    "?status=open": 0,
    "?late=true": 0,
    "?late=false": 2,
    "?undecided=true": 0,
    "?to_score=true": 0,
    "?status=nonsense": None,
    "?late=yes": None,
    "?unknown=1": None,
    "?region=nonsense": None,
}


@pytest.mark.parametrize("query", LISTED)
def test_the_projects_are_narrowed(query, api, cast, world, call):
    draft(world.site_03, cast["representative"], call, title="Soutien technique")
    draft(world.site_06, cast["representative"], call, title="Accueil")
    answer = api("representative").get(f"{ROOT}projects/{query}")
    if LISTED[query] is None:
        assert answer.status_code == 400
    else:
        assert (answer.status_code, len(answer.json()["results"])) == (200, LISTED[query])


# ------------------------------------------------------------------ scores
def test_a_member_gives_and_reads_the_own_scores(api, cast, reviewed):
    client, url = api("committee"), f"{ROOT}projects/{reviewed.pk}/scores/"
    given = {"tasks": {"level": 4, "comment": "Varié"}, "learning": {"level": 3}}
    assert client.put(url, {"scores": given}, format="json").status_code == 428
    answer = client.put(url, {"scores": given}, format="json", headers=tag(reviewed))
    assert (answer.status_code, answer["ETag"]) == (200, f'"{reviewed.version}"')
    assert answer.json()["others_hidden"] is True
    [own] = answer.json()["members"]
    assert own == {
        "id": str(cast["committee"].pk), "name": "Camille Committee", "is_own": True, "mean": None,
        "scores": [
            {"criterion": "tasks", "level": 4, "comment": "Varié"},
            {"criterion": "learning", "level": 3, "comment": ""},
        ],
    }  # fmt: skip
    answer = client.put(
        url, {"scores": scores(4, 3, 3, 2, 1)}, format="json", headers=tag(reviewed)
    )
    assert (answer.json()["mean"], answer.json()["others_hidden"]) == ("2.92", False)
    assert [(each["code"], each["mean"]) for each in answer.json()["criteria"]][:2] == [
        ("tasks", "4.00"), ("learning", "3.00"),
    ]  # fmt: skip
    assert client.get(url).json() == answer.json()
    assert AccessLog.objects.filter(verb="open", detail={"part": "scores"}).count() == 1


BAD_SCORES = [
    ({}, "scores"),
    ({"scores": {}}, "scores"),
    ({"scores": {"tasks": {}}}, "scores.tasks.level"),
    ({"scores": {"tasks": {"level": 5}}}, "scores.tasks.level"),
    ({"scores": {"tasks": {"level": 3, "member": "x"}}}, "scores.tasks.member"),
    ({"scores": {"salary": {"level": 3}}}, "salary"),
    ({"scores": [1]}, "scores"),
]


@pytest.mark.parametrize(("given", "field"), BAD_SCORES)
def test_scores_that_make_no_sense_are_named(given, field, api, reviewed):
    url = f"{ROOT}projects/{reviewed.pk}/scores/"
    answer = api("committee").put(url, given, format="json", headers=tag(reviewed))
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


# person → (reading the scores, giving the own)
SCORES = {
    "lead": (200, 403),
    "auditor": (200, 403),
    "auditor_region": (200, 403),
    "committee": (200, 200),
    "coordinator": (403, 403),
    "representative": (403, 403),
    "supervisor": (403, 403),
    "auditor_host": (403, 403),
    "privacy": (403, 403),
    "coordinator_elsewhere": (404, 404),
    "outsider": (404, 404),
}


@pytest.mark.parametrize("who", SCORES)
def test_who_reads_and_gives_scores(who, api, reviewed):
    client, url = api(who), f"{ROOT}projects/{reviewed.pk}/scores/"
    read = client.get(url).status_code
    given = client.put(url, {"scores": scores(3)}, format="json", headers=tag(reviewed))
    assert (read, given.status_code) == SCORES[who]


def test_a_member_of_the_own_organisation_is_told_why(api, cast, world, reviewed):
    give_grant(by=SYSTEM, user=cast["committee"], role="supervise", on=world.site_06, reason="X")
    client, url = api("committee"), f"{ROOT}projects/{reviewed.pk}/scores/"
    refused = client.put(url, {"scores": scores(3)}, format="json", headers=tag(reviewed))
    assert (refused.status_code, client.get(url).status_code) == (403, 403)
    assert "others score its projects" in refused.json()["detail"]


def test_nothing_the_committee_reads_names_a_participant(api, cast, call, reviewed, placement):
    with change(by=SYSTEM, verb="test"):
        type(placement).objects.filter(pk=placement.pk).update(project=reviewed)
    client = api("committee")
    paths = [
        "calls/", f"calls/{call.pk}/", "projects/", f"projects/{reviewed.pk}/",
        f"projects/{reviewed.pk}/scores/", "host-organizations/?page_size=100", "host-sites/",
        f"host-sites/{reviewed.site_id}/", "regions/", "job-classes/", "cases/", "placements/",
        "participants/", "follow-ups/", "notes/", "consents/", "change-sets/",
    ]  # fmt: skip
    for path in paths:
        answer = client.get(f"{ROOT}{path}")
        assert answer.status_code == 200, path
        told = json.dumps(answer.json(), ensure_ascii=False)
        for name in ("Éloïse", "Côté-Tremblay", "Zoé", "Ladouceur", "eloise@"):
            assert name not in told, path
    for path in ("cases", "placements", "participants", "follow-ups", "notes", "change-sets"):
        assert client.get(f"{ROOT}{path}/").json()["results"] == []


# ------------------------------------------------------------------ what it costs
def _queries(client, path):
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize("who", ["lead", "coordinator", "representative", "committee"])
def test_the_lists_cost_the_same_for_one_ten_and_fifty_projects(who, api, cast, world, reviewed):
    client = api(who)
    paths = [f"{ROOT}{path}" for path in (
        "projects/?page_size=100", "projects/?to_score=true", f"projects/{reviewed.pk}/",
        f"calls/{reviewed.call_id}/", "calls/",
    )]  # fmt: skip
    found = [[_queries(client, path) for path in paths]]
    for more in (9, 40):
        for number in range(more):
            project = draft(
                world.site_03, cast["representative"], reviewed.call, title=f"P{number}"
            )
            move_project(project, "submit", by=cast["representative"])
            move_project(project, "start-review", by=cast["lead"])
        found.append([_queries(client, path) for path in paths])
    assert found[0] == found[1] == found[2]
    assert len(client.get(paths[0]).json()["results"]) == 50


def test_the_scores_cost_the_same_for_one_and_ten_members(api, cast, world, reviewed):
    client, path = api("lead"), f"{ROOT}projects/{reviewed.pk}/scores/"
    scored(reviewed, cast["committee"], 1, 2, 3, 4, 4)
    first = _queries(client, path)
    for number in range(9):
        member = User.objects.create_user(
            f"m{number}@exemple.qc.ca", first_name="M", last_name=str(number)
        )
        give_grant(by=SYSTEM, user=member, role="select", on=world.program, reason="Comité")
        scored(reviewed, member, 4, 4, 4, 4, 4)
    assert _queries(client, path) == first
    assert len(client.get(path).json()["members"]) == 10
