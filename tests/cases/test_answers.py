"""How many links are answered, by region and task: counted by hand here."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import TaskLink
from cases.services.answers import answer_rates, rates_by_region, usual_period
from peph.audit.changes import SYSTEM, change
from peph.audit.models import AccessLog
from tests.linking import NOW, TODAY

# (region, task, first sent, answered, sent again, called back): a table to count with the eye.
LINKS = [
    ("03", "report", "2026-11-01", "2026-11-02", None, None),
    ("03", "report", "2026-11-01", "2026-11-05", None, None),
    ("03", "report", "2026-11-01", "2026-11-12", "2026-11-10", None),  # sent again: still one
    ("03", "report", "2026-11-01", None, None, None),
    ("03", "evaluate", "2026-06-01", None, None, "2026-06-09"),  # called back: still counted
    ("06", "report", "2026-02-01", "2026-02-01", None, None),
    ("06", "report", "2025-11-26", "2026-11-20", None, None),  # the first day of twelve months
    ("06", "report", "2025-11-25", "2025-11-26", None, None),  # the day before: not counted
]
# (region, task, sent, answered, percent, median days)
ALL = [
    ("03", "", 5, 3, 60, 4),
    ("03", "report", 4, 3, 75, 4),
    ("03", "evaluate", 1, 0, 0, None),
    ("06", "", 2, 2, 100, 179.5),
    ("06", "report", 2, 2, 100, 179.5),
    ("", "", 7, 5, 71, 4),
    ("", "report", 6, 5, 83, 4),
    ("", "evaluate", 1, 0, 0, None),
]
SEES = {
    "lead": ["03", "06"], "coordinator": ["03"], "coordinator_elsewhere": ["06"],
    "auditor": ["03", "06"], "auditor_region": ["03"], "auditor_elsewhere": ["06"],
    "auditor_host": ["03"], "privacy": ["03", "06"],
}  # fmt: skip
SEES_NONE = ["outsider", "reader", "editor", "representative", "supervisor", "committee", "former"]


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def sent(world, placement):
    """The links of the table; those of region 06 at another ministry."""
    for code, task, first, answered, again, revoked in LINKS:
        moment = dt.datetime.fromisoformat(f"{first}T12:00:00-05:00")
        link = TaskLink.of(
            placement, task=task, recipient_name="X", recipient_email="x@exemple.qc.ca",
            expires_on=TODAY, created_at=moment, answered_on=answered, revoked_on=revoked,
            sent_at=dt.datetime.fromisoformat(f"{again}T12:00:00-05:00") if again else moment,
        )  # fmt: skip
        link.region = world.regions[code]
        if code == "06":
            link.organization = world.saaq
        with change(by=SYSTEM, verb="cases.link.send"):
            link.save()


def counted(user, since=None, until=None):
    first, last = usual_period()
    return [
        (rate.region.code if rate.region else "", rate.task, rate.sent, rate.answered, rate.percent,
         rate.median_days)
        for rate in answer_rates(user, since=since or first, until=until or last)
    ]  # fmt: skip


def test_the_rates_are_those_counted_by_hand(cast, sent):
    assert counted(cast["lead"]) == ALL


def test_a_shorter_period_counts_what_was_first_sent_in_it(cast, sent):
    assert counted(cast["lead"], dt.date(2026, 2, 1), dt.date(2026, 6, 1)) == [
        ("03", "", 1, 0, 0, None),
        ("03", "evaluate", 1, 0, 0, None),
        ("06", "", 1, 1, 100, 0),
        ("06", "report", 1, 1, 100, 0),
        ("", "", 2, 1, 50, 0),
        ("", "report", 1, 1, 100, 0),
        ("", "evaluate", 1, 0, 0, None),
    ]
    assert counted(cast["lead"], dt.date(2020, 1, 1), dt.date(2020, 2, 1)) == []


@pytest.mark.parametrize("who", [*SEES, *SEES_NONE])
def test_each_reads_the_regions_of_the_own_scope(who, cast, sent, client):
    expected = SEES.get(who, [])
    shown = list(dict.fromkeys(row[0] for row in counted(cast[who]) if row[0]))
    assert shown == expected
    client.force_login(cast[who])
    page, api = client.get("/answers/"), client.get("/api/v1/answers/")
    assert (page.status_code, api.status_code) == ((200, 200) if expected else (403, 403))
    if expected:
        found = [each["region"]["code"] for each in api.json()["results"] if each["region"]]
        assert list(dict.fromkeys(found)) == expected


def test_the_api_tells_the_same(cast, sent, client):
    client.force_login(cast["lead"])
    answer = client.get("/api/v1/answers/").json()
    assert (answer["since"], answer["until"]) == ("2025-11-26", "2026-11-25")
    assert [
        (each["region"]["code"] if each["region"] else "", each["task"] or "", each["sent"],
         each["answered"], each["percent"], each["median_days"])
        for each in answer["results"]
    ] == ALL  # fmt: skip


WRONG = ["since=2026-13-01", "since=2026-05-01&until=2026-04-01", "until=9999-12-31", "when=1"]


@pytest.mark.parametrize("query", WRONG)
def test_a_period_that_makes_no_sense_is_refused(query, cast, client):
    client.force_login(cast["lead"])
    assert client.get(f"/api/v1/answers/?{query}").status_code == 400
    page = client.get(f"/answers/?{query}")
    assert page.status_code == (200 if query == "when=1" else 400)


def test_the_page_shows_rates_in_french_and_is_logged(cast, sent, client):
    client.force_login(cast["lead"])
    page = client.get("/answers/").content.decode()
    assert "Réponses aux liens envoyés" in page
    assert "179,5" in page
    assert "71&nbsp;%" in page
    logged = AccessLog.objects.get(model="cases.tasklink", verb="list")
    assert logged.detail == {"part": "answers", "since": "2025-11-26", "until": "2026-11-25"}


def test_the_first_page_of_the_lead_tells_the_regions(cast, sent, client):
    client.force_login(cast["lead"])
    page = client.get("/").content.decode()
    start = page.index('id="answers"')
    block = page[start : page.index("</section>", start)]
    assert "60&nbsp;%" in block
    assert "100&nbsp;%" in block
    found = [(rate.region.code, rate.sent, rate.answered) for rate in rates_by_region(
        cast["lead"], since=dt.date(2025, 11, 26), until=TODAY)]  # fmt: skip
    assert found == [("03", 5, 3), ("06", 2, 2)]


def test_it_costs_the_same_for_one_link_as_for_many(cast, client, placement, world):
    client.force_login(cast["lead"])
    client.get("/answers/")
    costs = []
    for more in (1, 9):
        for number in range(more):
            with change(by=SYSTEM, verb="cases.link.send"):
                TaskLink.of(
                    placement, task="report", recipient_name="X", answered_on=TODAY,
                    recipient_email=f"x{number}@exemple.qc.ca", expires_on=TODAY,
                ).save()  # fmt: skip
        with CaptureQueriesContext(
            connection,
        ) as found:
            client.get("/answers/")
        costs.append(len(found))
    assert costs[0] == costs[1]
