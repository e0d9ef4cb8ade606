"""The API of evaluations: who gets what answer, the whole life of one, its history, and the cost of lists."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from cases.models import Case, Evaluation, FollowUp, Participant, Placement
from cases.services.evaluations import save_evaluation, sign_evaluation
from organizations.models import FollowUpStep, HostSiteGrant
from organizations.services.grants import permission_for
from peph.accounts.models import User
from peph.audit.changes import SYSTEM, change
from tests.cases.evaluating import CODES, CONTENT, SCORES, answered, draft, signed

pytestmark = pytest.mark.django_db
URL = "/api/v1/evaluations/"
IN_NOVEMBER = dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC)
SIGNING = {"author_name": "Dominique Exemple", "signed_on": "2026-10-14"}
ANSWER = {"answer": "agrees", "answered_on": "2026-10-20"}


def client_of(user):
    client = APIClient()
    client.force_login(user)
    return client


def send(client, method, url, body=None, version=1):
    headers = {"if-match": f'"{version}"'}
    return getattr(client, method)(url, body or {}, format="json", headers=headers)


def one(evaluation, tail=""):
    return f"{URL}{evaluation.pk}/{tail}"


# ------------------------------------------------------------------ kind × person × action
KEEPER = (201, 200, 200, 200, 204, 200, 200)
READER = (403, 200, 403, 403, 403, 200, 403)
STRANGER = (400, 404, 404, 404, 404, 404, 404)
HOST = (201, 200, 200, 200, 204, 200, 403)
# begin, read a draft, fill it in, sign it, discard it, read a signed one, answer it
BY_HOST = {
    "lead": KEEPER,
    "second_lead": KEEPER,
    "coordinator": KEEPER,
    "colleague": KEEPER,
    "coordinator_elsewhere": STRANGER,
    "health_coordinator": KEEPER,
    "health_only": STRANGER,
    "representative": HOST,
    "representative_elsewhere": STRANGER,
    "supervisor": HOST,
    "supervisor_elsewhere": STRANGER,
    "committee": STRANGER,
    "auditor": READER,
    "auditor_region": READER,
    "auditor_elsewhere": STRANGER,
    "auditor_host": READER,
    "privacy": READER,
    "outsider": STRANGER,
    "reader": READER,
    "editor": KEEPER,
    "former": STRANGER,
    "superuser": STRANGER,
}
# Nobody answers the participant's own word: 409 to whoever might record it.
BY_PARTICIPANT = {
    who: {KEEPER: (*KEEPER[:6], 409), HOST: (403, 404, 404, 404, 404, 200, 403)}.get(line, line)
    for who, line in BY_HOST.items()
}
TABLES = {"mid_term": BY_HOST, "final": BY_HOST, "self": BY_PARTICIPANT}


def test_every_person_of_the_cast_has_a_line(cast):
    assert set(BY_HOST) | {"inactive"} == set(cast)


@pytest.mark.parametrize(("kind", "who"), [(k, who) for k, rows in TABLES.items() for who in rows])
def test_each_person_gets_the_answer_of_the_kind(kind, who, cast, placement):
    client, by = client_of(cast[who]), cast["coordinator"]
    begun = send(client, "post", URL, {"placement": str(placement.pk), "kind": kind})
    with change(by=SYSTEM, verb="cases.evaluation.discard"):
        Evaluation.objects.all().delete()
    locked = signed(placement, by, kind)
    open_one = draft(placement, by, kind)
    found = [
        begun.status_code,
        client.get(one(open_one)).status_code,
        send(client, "patch", one(open_one), {"objectives": "Tous."}).status_code,
    ]
    version = Evaluation.objects.get(pk=open_one.pk).version
    found.append(send(client, "post", one(open_one, "sign/"), SIGNING, version).status_code)
    with change(by=SYSTEM, verb="cases.evaluation.save"):
        Evaluation.objects.filter(pk=open_one.pk).update(signed_on=None, answer="")
    version = Evaluation.objects.get(pk=open_one.pk).version
    found.append(send(client, "delete", one(open_one), version=version).status_code)
    found.append(client.get(one(locked)).status_code)
    found.append(send(client, "post", one(locked, "answer/"), ANSWER, locked.version).status_code)
    assert tuple(found) == TABLES[kind][who]


# ------------------------------------------------------------------ the life of one
def test_an_evaluation_lives_through_the_api_alone(cast, placement):
    host, officer = client_of(cast["supervisor"]), client_of(cast["coordinator"])
    begun = host.post(URL, {"placement": str(placement.pk), "kind": "mid_term"}, format="json")
    assert (begun.status_code, begun["ETag"]) == (201, '"1"')
    shown = begun.json()
    assert {name: shown[name] for name in ("kind", "state", "due_on", "scores", "actions")} == {
        "kind": "mid_term", "state": "draft", "due_on": "2026-10-12", "scores": [],
        "actions": ["edit", "sign", "discard"],
    }  # fmt: skip
    url = f"{URL}{shown['id']}/"

    assert host.patch(url, {}, format="json").status_code == 428
    filled = send(host, "patch", url, {"scores": {"quality": {"level": 4, "comment": "Net"}}})
    assert (filled.status_code, filled["ETag"]) == (200, '"2"')
    assert filled.json()["scores"] == [
        {
            "criterion": "quality", "label": "Qualité du travail", "level": 4, "is_observed": True,
            "comment": "Net",
        }
    ]  # fmt: skip
    assert send(host, "patch", url, {"objectives": "x"}, 1).status_code == 412

    early = send(host, "post", f"{url}sign/", SIGNING, 2)
    assert early.status_code == 400
    assert set(early.json()["errors"]) == {
        *(f"scores.{code}.level" for code in CODES if code != "quality"), "recommendation",
    }  # fmt: skip
    done = send(
        host, "post", f"{url}sign/", {**SIGNING, "scores": SCORES, "recommendation": "extend"}, 2
    )
    assert done.status_code == 200, done.json()
    told = done.json()
    assert (told["state"], told["is_on_behalf"], told["actions"]) == ("signed", False, [])
    assert send(host, "patch", url, {"objectives": "x"}, 3).status_code == 409
    assert send(host, "delete", url, version=3).status_code == 409

    assert officer.get(url).json()["actions"] == ["answer"]
    refused = send(officer, "post", f"{url}answer/", {**ANSWER, "answer": "disagrees"}, 3)
    assert refused.json()["errors"] == {
        "comment": ["Notez ce avec quoi la personne en stage n’est pas d’accord."]
    }
    said = send(
        officer, "post", f"{url}answer/", {**ANSWER, "answer": "disagrees", "comment": "Non."}, 3
    )
    assert (said.json()["state"], said.json()["answer_comment"]) == ("disagreed", "Non.")
    assert send(officer, "post", f"{url}answer/", ANSWER, 4).status_code == 409


WRONG = {
    "unknown name": ({"score": {}}, "score"),
    "unknown name of a score": ({"scores": {"quality": {"note": 3}}}, "scores.quality.note"),
    "unknown criterion": ({"scores": {"charm": {"level": 3}}}, "scores.charm"),
    "level": ({"scores": {"quality": {"level": 5}}}, "scores.quality.level"),
    "level as text": ({"scores": {"quality": {"level": "bon"}}}, "scores.quality.level"),
    "long comment": ({"scores": {"quality": {"comment": "x" * 2001}}}, "scores.quality.comment"),
    "scores as a list": ({"scores": [3]}, "scores"),
    "signed_on": ({"signed_on": "2026-10-14"}, "signed_on"),
    "answer": ({"answer": "agrees"}, "answer"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_body_is_read_strictly(wrong, cast, placement):
    body, named = WRONG[wrong]
    answer = send(
        client_of(cast["coordinator"]), "patch", one(draft(placement, cast["coordinator"])), body
    )
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [named])


def test_begun_and_signed_at_once(cast, placement):
    body = {"placement": str(placement.pk), "kind": "self", "scores": SCORES, **SIGNING}
    answer = client_of(cast["coordinator"]).post(URL, body, format="json")
    told = answer.json()
    assert (answer.status_code, told["state"], told["is_on_behalf"]) == (201, "signed", True)
    assert told["actions"] == []


# ------------------------------------------------------------------ read back in time
def test_the_scores_belong_to_the_history_of_an_evaluation(cast, placement):
    evaluation = draft(placement, cast["supervisor"])
    save_evaluation(
        evaluation, by=cast["supervisor"], scores={"service": {"level": None, "comment": "N."}}
    )
    client = client_of(cast["coordinator"])
    newest, first = client.get(one(evaluation, "history/")).json()["results"]
    assert (newest["verb"], first["verb"]) == ("cases.evaluation.save", "cases.evaluation.start")
    assert [(each["model"], each["title"]) for each in newest["records"]] == [
        ("cases.evaluation", "Évaluation de mi-parcours"),
        ("cases.evaluationscore", "Sens du service public"),
    ]
    assert len(first["records"]) == 7

    # By the moments of the two change sets: a row is dated by the database's own clock.
    then, now = (
        client.get(one(evaluation, f"as-of/{each['at']}/")).json()["values"]
        for each in (first, newest)
    )
    assert then["objectives"] == CONTENT["objectives"]
    assert then["scores"]["service"] == {"level": 3, "is_observed": True, "comment": ""}
    assert now["scores"]["service"] == {"level": None, "is_observed": False, "comment": "N."}
    assert client.get(one(evaluation, "as-of/2020-01-01/")).status_code == 404


def test_a_host_reads_no_history(cast, placement):
    evaluation = draft(placement, cast["supervisor"])
    assert client_of(cast["supervisor"]).get(one(evaluation, "history/")).status_code == 403


# ------------------------------------------------------------------ lists
@pytest.fixture
def three(cast, placement):
    by = cast["coordinator"]
    return {
        "disputed": answered(placement, by),
        "signed": signed(placement, by, "final"),
        "draft": draft(placement, by, "self"),
    }


EVERYTHING = {"disputed", "signed", "draft"}
FILTERS = {
    "": EVERYTHING,
    "?kind=mid_term": {"disputed"},
    "?kind=self": {"draft"},
    "?state=draft": {"draft"},
    "?state=signed": {"signed"},
    "?state=agreed": set(),
    "?state=disagreed": {"disputed"},
    "?state=unsettled": {"disputed"},
    "?recommendation=continue": {"disputed", "signed"},
    "?recommendation=hire": set(),
}


@pytest.mark.parametrize("query", FILTERS)
def test_the_list_is_narrowed_by_the_address(query, cast, three):
    listed = client_of(cast["coordinator"]).get(URL + query).json()["results"]
    assert {row["id"] for row in listed} == {str(three[name].pk) for name in FILTERS[query]}


def test_a_place_narrows_the_list(cast, three, world, placement):
    client = client_of(cast["lead"])
    for query, count in (
        (f"region={world.regions['03'].pk}", 3),
        (f"region={world.regions['06'].pk}", 0),
        (f"organization={world.mtmd.pk}", 3),
        (f"organization={world.saaq.pk}", 0),
        (f"placement={placement.pk}&kind=final", 1),
        (f"case={placement.case_id}", 3),
    ):
        assert len(client.get(f"{URL}?{query}").json()["results"]) == count, query
    assert client.get(f"{URL}?state=due").status_code == 400


SEES = {
    "coordinator": EVERYTHING,
    "auditor_host": EVERYTHING,
    "reader": EVERYTHING,
    "supervisor": {"disputed", "signed"},
    "representative": {"disputed", "signed"},
    "supervisor_elsewhere": set(),
    "coordinator_elsewhere": set(),
}


@pytest.mark.parametrize("who", SEES)
def test_who_lists_which(who, cast, three):
    listed = client_of(cast[who]).get(URL).json()["results"]
    assert {row["id"] for row in listed} == {str(three[name].pk) for name in SEES[who]}


# person → (sees what is still to write, may write it)
AWAITS = {
    "coordinator": (True, True),
    "editor": (True, True),
    "supervisor": (True, True),
    "representative": (True, True),
    "reader": (True, False),
    "auditor": (True, False),
    "auditor_host": (True, False),
    "supervisor_elsewhere": (False, False),
    "coordinator_elsewhere": (False, False),
    "committee": (False, False),
    "outsider": (False, False),
}


@pytest.mark.parametrize("who", AWAITS)
@time_machine.travel(IN_NOVEMBER, tick=False)
def test_what_is_still_to_write_is_told_to_whoever_sees_the_placement(who, cast, placement):
    sees, writes = AWAITS[who]
    listed = client_of(cast[who]).get("/api/v1/awaited-evaluations/").json()["results"]
    told = [(row["kind"], row["due_on"], row["is_overdue"], row["actions"]) for row in listed]
    actions = ["write"] if writes else []
    both = [
        ("mid_term", "2026-10-12", True, actions),
        ("final", "2027-03-28", False, actions),
    ]
    assert told == (both if sees else [])


@time_machine.travel(IN_NOVEMBER, tick=False)
def test_what_is_still_to_write_is_narrowed_and_ends_with_the_signature(cast, placement):
    client, host = client_of(cast["coordinator"]), cast["supervisor"]

    def kinds(query=""):
        rows = client.get(f"/api/v1/awaited-evaluations/{query}").json()["results"]
        return [(row["kind"], row["has_draft"]) for row in rows]

    assert kinds("?when=late") == kinds("?when=soon") == [("mid_term", False)]
    assert kinds("?kind=final") == [("final", False)]
    begun = draft(placement, host)
    assert kinds() == [("mid_term", True), ("final", False)]
    sign_evaluation(begun, by=host, author_name="D. S.", signed_on=dt.date(2026, 10, 14))
    assert kinds() == [("final", False)]


# ------------------------------------------------------------------ cost
@pytest.fixture
def crowd(cast, world):
    """Adds so many placements of region 03 with an evaluation and one still to write."""
    day, step = dt.date(2026, 5, 4), FollowUpStep.objects.get(code="final-evaluation")

    def add(count, site=None):
        site = site or world.site_03
        for _each in range(count):
            with change(by=SYSTEM, verb="cases.case.open", region=site.region):
                person = Participant(
                    last_name="Test", first_name="Une", birth_date=dt.date(1990, 1, 1)
                )
                person.save()
                case = Case(
                    participant=person, region=site.region, coordinator=cast["lead"],
                    referred_on=day, decided_on=day, status="in_placement", site=site,
                    organization=site.organization,
                )  # fmt: skip
                case.save()
                placed = Placement(
                    case=case, participant=person, region=site.region, site=site, status="active",
                    organization=site.organization, planned_start=day, started_on=day,
                    planned_end=dt.date(2027, 5, 3),
                )  # fmt: skip
                placed.save()
                due = FollowUp(
                    case=case, placement=placed, region=site.region, step=step, due_on=day
                )
                due.save()
            draft(placed, cast["lead"])

    return add


LISTS = [URL, "/api/v1/awaited-evaluations/"]


def cost(client, url):
    with CaptureQueriesContext(connection) as found:
        answer = client.get(f"{url}?page_size=100")
    assert answer.status_code == 200
    return len(found), len(answer.json()["results"])


@pytest.mark.parametrize("who", ["coordinator", "supervisor", "auditor"])
def test_a_list_asks_as_often_for_eleven_rows_as_for_one(who, cast, crowd):
    client = client_of(cast[who])
    client.get("/api/v1/regions/")
    crowd(1)
    few = [cost(client, url) for url in LISTS]
    crowd(10)
    many = [cost(client, url) for url in LISTS]
    assert [queries for queries, _rows in few] == [queries for queries, _rows in many]
    assert [rows for _queries, rows in many] == [rows + 10 for _queries, rows in few]


def test_a_list_asks_as_often_with_ten_grants_as_with_one(cast, crowd, world):
    found = []
    for grants in (1, 10):
        with change(by=SYSTEM, verb="accounts.create"):
            user = User(email=f"hote-{grants}@exemple.qc.ca", first_name="Hôte", last_name="X")
            user.save()
            sites = [
                type(world.saaq_03)(
                    organization=world.saaq, region=world.regions["06"], name=f"{grants}-{each}"
                )
                for each in range(grants)
            ]
            for site in sites:
                site.save()
                HostSiteGrant(
                    user=user, permission=permission_for(site, "supervise"), content_object=site,
                    reason="x",
                ).save()  # fmt: skip
        for site in sites:
            crowd(1, site)
        client = client_of(user)
        client.get("/api/v1/regions/")
        counted = [cost(client, url) for url in LISTS]
        assert [rows for _queries, rows in counted] == [grants, grants]
        found.append([queries for queries, _rows in counted])
    assert found[0] == found[1]


def test_one_evaluation_costs_the_same_with_one_score_as_with_six(cast, placement):
    client, by = client_of(cast["coordinator"]), cast["coordinator"]
    client.get("/api/v1/regions/")
    evaluation = draft(placement, by)
    with change(by=SYSTEM, verb="cases.evaluation.save"):
        evaluation.scores.exclude(criterion__code="quality").delete()
    few = cost_of_one(client, evaluation)
    save_evaluation(evaluation, by=by, scores=SCORES)
    assert cost_of_one(client, evaluation) == few


def cost_of_one(client, evaluation):
    with CaptureQueriesContext(connection) as found:
        assert client.get(one(evaluation)).status_code == 200
    return len(found)
