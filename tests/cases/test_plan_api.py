"""Objectives, reports and presence for programs: created, kept, listed, read back, and refused."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from cases.models import FollowUp, Objective, Report
from cases.services.placements import update_placement
from cases.services.plans import add_objective
from cases.services.reports import add_report

pytestmark = pytest.mark.django_db
MAY = {"from_on": "2026-05-01", "to_on": "2026-05-31", "hours_worked": "133.5",
       "hours_absent": "6.5", "author_name": "Dominique Superviseur"}  # fmt: skip


def client_of(user):
    client = APIClient()
    client.force_login(user)
    return client


def send(client, method, path, body, version=None):
    headers = {} if version is None else {"if-match": f'"{version}"'}
    return getattr(client, method)(f"/api/v1/{path}/", body, format="json", headers=headers)


@pytest.mark.parametrize("who", ["coordinator", "supervisor", "representative", "editor"])
def test_an_objective_is_added_kept_and_told_in_its_history(who, cast, placement):
    client = client_of(cast[who])
    body = {"placement": str(placement.pk), "text": "Classer", "due_on": "2026-12-01"}
    answer = send(client, "post", "objectives", body)
    made = answer.json()
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    assert (made["state"], made["placement"], made["actions"]) == (
        "planned", str(placement.pk), ["edit"],
    )  # fmt: skip
    path = f"objectives/{made['id']}"
    assert send(client, "patch", path, {"state": "reached"}).status_code == 428
    answer = send(client, "patch", path, {"state": "reached", "progress": "Seule"}, version=1)
    assert (answer.status_code, answer.json()["state"], answer.headers["ETag"]) == (
        200, "reached", '"2"',
    )  # fmt: skip
    assert send(client, "patch", path, {"state": "planned"}, version=1).status_code == 412

    told = client_of(cast["coordinator"]).get(f"/api/v1/{path}/history/").json()["results"]
    assert [entry["verb"] for entry in told] == [
        "cases.objective.update", "cases.objective.add",
    ]  # fmt: skip


def test_a_report_is_written_with_objectives_and_followed_up(cast, placement):
    objective = add_objective(placement, by=cast["coordinator"], text="Classer")
    client = client_of(cast["supervisor"])
    told = {str(objective.pk): {"state": "under_way", "progress": "La moitié", "version": 1}}
    body = MAY | {
        "placement": str(placement.pk), "concern": "urgent", "progress": "Conflit",
        "objectives": told,
    }  # fmt: skip
    answer = send(client, "post", "reports", body)
    made = answer.json()
    assert (answer.status_code, made["is_on_behalf"], made["actions"]) == (201, False, [])
    assert (made["hours_worked"], made["hours_absent"]) == ("133.5", "6.5")
    objective.refresh_from_db()
    assert (objective.state, objective.progress) == ("under_way", "La moitié")
    assert FollowUp.objects.filter(subject__contains="2026-05-31").count() == 1
    # The host reads the report and not what the programme plans about it.
    seen = client.get("/api/v1/follow-ups/?page_size=100").json()["results"]
    assert [row["title"] for row in seen] == ["Appel à la superviseure"]


def test_the_programme_writes_and_corrects_for_the_host(cast, placement):
    client = client_of(cast["coordinator"])
    made = send(client, "post", "reports", MAY | {"placement": str(placement.pk)}).json()
    assert (made["is_on_behalf"], made["recorded_by"]["name"], made["actions"]) == (
        True, "Camille Coordinator", ["edit"],
    )  # fmt: skip
    path = f"reports/{made['id']}"
    assert send(client, "patch", path, {"hours_worked": "120"}, version=1).status_code == 400
    body = {"hours_worked": "120", "reason": "Erreur de saisie"}
    assert send(client, "patch", path, body, version=1).json()["hours_worked"] == "120.0"
    told = client.get(f"/api/v1/{path}/history/").json()["results"]
    assert [entry["reason"] for entry in told] == ["Erreur de saisie", ""]
    host = client_of(cast["supervisor"])
    assert send(host, "patch", path, body, version=2).status_code == 403


# body → the field at fault
REFUSED = [
    ("reports", {"hours_worked": "-1"}, "hours_worked"),
    ("reports", {"hours_worked": "NaN"}, "hours_worked"),
    ("reports", {"hours_worked": "1.25"}, "hours_worked"),
    ("reports", {"to_on": "2026-04-30"}, "to_on"),
    ("reports", {"from_on": "2026-04-01"}, "from_on"),
    ("reports", {"concern": "watch"}, "progress"),
    ("reports", {"is_on_behalf": False}, "is_on_behalf"),
    ("reports", {"absence_reason": "…"}, "absence_reason"),
    ("reports", {"objectives": {"x": {"state": "reached"}}}, "objectives"),
    ("reports", {"objectives": {"x": {"state": "maybe"}}}, "objectives.x.state"),
    ("reports", {"objectives": []}, "objectives"),
    ("objectives", {"state": "done"}, "state"),
    ("objectives", {"due_on": "2028-01-01"}, "due_on"),
    ("objectives", {"text": ""}, "text"),
    ("objectives", {"placement": "x"}, "placement"),
]


@pytest.mark.parametrize(("noun", "more", "field"), REFUSED)
def test_what_makes_no_sense_is_refused_by_field(noun, more, field, cast, placement):
    whole = MAY if noun == "reports" else {"text": "Classer"}
    body = whole | {"placement": str(placement.pk)} | more
    answer = send(client_of(cast["supervisor"]), "post", noun, body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert not Report.objects.exists()
    assert not Objective.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("outsider", 400), ("supervisor_elsewhere", 400), ("coordinator_elsewhere", 400),
        ("reader", 403), ("auditor", 403), ("privacy", 403),
    ],
)  # fmt: skip
@pytest.mark.parametrize("noun", ["objectives", "reports"])
def test_who_may_not_add_is_told_no_more_than_they_may_know(noun, who, status, cast, placement):
    body = (MAY if noun == "reports" else {"text": "X"}) | {"placement": str(placement.pk)}
    assert send(client_of(cast[who]), "post", noun, body).status_code == status


@pytest.fixture
def ten(cast, placement):
    """Adds objectives and one-day reports, numbered from `first`."""

    def add(first, last):
        for number in range(first, last):
            add_objective(placement, by=cast["coordinator"], text=f"Objectif {number}")
            day = dt.date(2026, 5, 1) + dt.timedelta(days=number)
            add_report(
                placement, by=cast["coordinator"], from_on=day, to_on=day, hours_worked=7,
                concern="watch" if number == 0 else "none", progress="x", author_name="D. S.",
            )  # fmt: skip

    return add


FILTERS = {
    "objectives": {
        "": 10, "?placement={placement}": 10, "?placement={case}": 0, "?case={case}": 10,
        "?state=planned": 10, "?state=reached": 0,
    },
    "reports": {
        "": 10, "?placement={placement}": 10, "?case={placement}": 0, "?concern=watch": 1,
        "?concern=urgent": 0,
    },
}  # fmt: skip


@pytest.mark.parametrize("noun", FILTERS)
def test_lists_are_narrowed_in_order_and_closed_to_strangers(noun, cast, placement, ten):
    ten(0, 10)
    client = client_of(cast["supervisor"])
    for query, count in FILTERS[noun].items():
        asked = query.format(placement=placement.pk, case=placement.case_id)
        assert len(client.get(f"/api/v1/{noun}/{asked}").json()["results"]) == count, query
    assert client.get(f"/api/v1/{noun}/?state=x&concern=x").status_code == 400
    shown = client.get(f"/api/v1/{noun}/").json()["results"]
    if noun == "objectives":
        assert [row["text"] for row in shown] == [f"Objectif {number}" for number in range(10)]
    else:
        assert [row["to_on"][-2:] for row in shown] == [f"{day:02}" for day in range(10, 0, -1)]
    stranger = client_of(cast["supervisor_elsewhere"])
    assert stranger.get(f"/api/v1/{noun}/").json()["results"] == []


@pytest.mark.parametrize("who", ["coordinator", "lead", "supervisor"])
def test_lists_and_presence_ask_as_often_for_ten_rows_as_for_one(who, cast, placement, ten):
    client, counts = client_of(cast[who]), set()
    client.get("/api/v1/regions/")
    for first, last in ((0, 1), (1, 10)):
        ten(first, last)
        for path in ("objectives", "reports", f"placements/{placement.pk}/presence"):
            with CaptureQueriesContext(connection) as found:
                assert client.get(f"/api/v1/{path}/").status_code == 200
            counts.add((path, len(found)))
    assert len(counts) == 3


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("coordinator", 200), ("supervisor", 200), ("auditor", 200), ("reader", 200),
        ("outsider", 404), ("coordinator_elsewhere", 404), ("representative_elsewhere", 404),
    ],
)  # fmt: skip
def test_presence_is_read_by_whoever_reads_the_placement(who, status, cast, placement, ten):
    ten(0, 2)
    update_placement(placement, by=cast["coordinator"], hours_per_week=35)
    answer = client_of(cast[who]).get(f"/api/v1/placements/{placement.pk}/presence/")
    assert answer.status_code == status
    if status == 200:
        told = answer.json()
        assert (told["hours_worked"], told["hours_absent"], told["rate"], told["reported_until"]) == (
            "14.0", "0.0", "100.0", "2026-05-02",
        )  # fmt: skip
        assert set(told) == {
            "hours_worked", "hours_absent", "rate", "weeks", "hours_expected", "hours_untold",
            "reported_until", "hours_missed",
        }  # fmt: skip
