"""Places by host organisation, region and year: every figure by hand, who counts what, and the page."""

import datetime as dt
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from cases.models import Case, Participant, Placement
from organizations.models import Project
from peph.audit.changes import SYSTEM, change
from tests.cases.matching.conftest import a_call, a_project

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC)
NAMES = ("offered", "retained", "filled", "completed", "free", "freeing")


def placed(project, status="active", end=dt.date(2027, 6, 1)):
    """Somebody on a seat of the project."""
    day = dt.date(2026, 5, 4)
    started = status in ("active", "completed", "ended_early")
    with change(by=SYSTEM, verb="test"):
        person = Participant(last_name="Essai", first_name="Alix", birth_date=day)
        person.save()
        case = Case(
            participant=person, region=project.region, referred_on=day, decided_on=day,
            status="in_placement", site=project.site, organization=project.organization,
        )  # fmt: skip
        case.save()
        Placement(
            case=case, participant=person, region=project.region, site=project.site,
            organization=project.organization, project=project, status=status,
            planned_start=day, planned_end=end, signed_on=day,
            started_on=day if started else None,
            ended_on=end if status in ("completed", "ended_early") else None,
        ).save()  # fmt: skip


@pytest.fixture
def places(world, call):
    """Projects of two years, two ministries and two regions, in every status that counts differently."""
    last_year = a_call(2025)
    here = {
        status: a_project(call, world.site_03, title=status, status=status, seats=2, **more)
        for status, more in {
            "draft": {"submitted_on": None, "decided_on": None},
            "submitted": {},
            "withdrawn": {},
            "not_selected": {"rejection_reason": "places"},
            "waitlisted": {},
            "selected": {},
            "open": {},
            "filled": {},
            "completed": {},
            "cancelled": {},
        }.items()
    }
    placed(here["open"])
    placed(here["open"], "ended_early", dt.date(2026, 9, 1))
    placed(here["filled"], end=dt.date(2027, 1, 22))  # the sixtieth day
    placed(here["filled"], end=dt.date(2027, 1, 23))
    placed(here["completed"], "completed", dt.date(2026, 10, 1))
    placed(a_project(call, world.site_06, title="Montréal"), "to_sign", dt.date(2026, 12, 1))
    a_project(last_year, world.site_03, title="L’an dernier", status="completed", seats=3)
    a_project(call, world.saaq_03, title="SAAQ", seats=5)


# (organisation, region, year) → the figures, counted by hand.
EXPECTED = {
    # offered: submitted, not selected, waiting list, selected, open, filled, completed × 2
    ("MTMD", "03", 2026): (14, 8, 3, 1, 3, 1),
    ("MTMD", "06", 2026): (1, 1, 1, 0, 0, 1),
    ("SAAQ", "03", 2026): (5, 5, 0, 0, 5, 0),
    ("MTMD", "03", 2025): (3, 3, 0, 0, 0, 0),
}
TOTALS = (23, 17, 4, 1, 8, 2)
ALL = list(EXPECTED)
SEEN = {
    "lead": ALL,
    "auditor": ALL,
    "coordinator": [ALL[0], ALL[2], ALL[3]],
    "auditor_region": [ALL[0], ALL[2], ALL[3]],
    "coordinator_elsewhere": [ALL[1]],
    "auditor_elsewhere": [ALL[1]],
    "representative": [ALL[0], ALL[1], ALL[3]],
    "auditor_host": [ALL[0], ALL[1], ALL[3]],
    "representative_elsewhere": [ALL[2]],
    "supervisor": 403,
    "committee": 403,
    "privacy": 403,
    "reader": 403,
    "outsider": 403,
}


def read(who, cast, query=""):
    client = APIClient()
    client.force_login(cast[who])
    return client.get(f"/api/v1/capacity/{query}")


def figures(answer):
    body = answer.json()
    rows = {
        (row["organization"]["acronym"], row["region"]["code"], row["fiscal_year"]): tuple(
            row["places"][name] for name in NAMES
        )
        for row in body["rows"]
    }
    return rows, tuple(body["totals"][name] for name in NAMES)


@time_machine.travel(NOW)
def test_the_figures_are_those_counted_by_hand(cast, places):
    rows, totals = figures(read("lead", cast))
    assert (rows, totals) == (EXPECTED, TOTALS)
    # In the order of the table: the latest year first, then organisation and region.
    assert list(rows) == ALL[:3] + ALL[3:]


@pytest.mark.parametrize("who", SEEN)
@time_machine.travel(NOW)
def test_each_person_counts_the_own_scope_only(who, cast, client, places):
    answer = read(who, cast)
    client.force_login(cast[who])
    page = client.get("/capacity/")
    if SEEN[who] == 403:
        assert (answer.status_code, page.status_code) == (403, 403)
        return
    rows, totals = figures(answer)
    assert rows == {key: EXPECTED[key] for key in SEEN[who]}
    assert totals == tuple(sum(each) for each in zip(*rows.values(), strict=True))
    text = page.content.decode()
    body = text[text.index("<tbody>") : text.index("</tbody>")]
    assert [tuple(map(int, row)) for row in _rows(body)] == list(rows.values())
    assert [tuple(map(int, row)) for row in _rows(text[text.index("<tfoot>") :])] == [totals]


def _rows(text):
    return [
        re.findall(r'<td class="number">(\d+)</td>', row)
        for row in text.split("<tr>")
        if '<td class="number">' in row
    ]


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("?fiscal_year=2025", [ALL[3]]),
        ("?region={montreal}", [ALL[1]]),
        ("?organization={saaq}", [ALL[2]]),
        ("?fiscal_year=2026&organization={mtmd}", [ALL[0], ALL[1]]),
        ("?fiscal_year=2024", []),
    ],
)
@time_machine.travel(NOW)
def test_the_figures_are_narrowed_by_the_address(query, kept, cast, world, client, places):
    ids = {"montreal": world.regions["06"].pk, "saaq": world.saaq.pk, "mtmd": world.mtmd.pk}
    rows, _totals = figures(read("lead", cast, query.format(**ids)))
    assert list(rows) == kept
    client.force_login(cast["lead"])
    found = client.get(f"/capacity/{query.format(**ids)}").context["capacity"]
    assert len(found.rows) == len(kept)


def test_a_filter_that_makes_no_sense_is_refused_or_shows_nothing(cast, client, places):
    assert read("lead", cast, "?fiscal_year=x").status_code == 400
    assert read("lead", cast, "?colour=x").status_code == 400
    client.force_login(cast["lead"])
    assert client.get("/capacity/?fiscal_year=x").context["capacity"].rows == []


def test_a_placement_under_way_is_counted_though_its_project_was_taken_back(cast, world, call):
    project = a_project(call, world.site_03)
    placed(project)
    with change(by=SYSTEM, verb="test"):
        Project.objects.filter(pk=project.pk).update(status="cancelled")
    rows, _totals = figures(read("lead", cast))
    assert rows == {("MTMD", "03", 2026): (0, 0, 1, 0, 0, 0)}


def test_the_figures_cost_the_same_for_many_rows(cast, world, call):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            assert read("lead", cast).status_code == 200
        return len(captured)

    placed(a_project(call, world.site_03))
    before = asked()
    for site in (world.site_03, world.site_06, world.saaq_03):
        for _each in range(4):
            placed(a_project(call, site, seats=3))
    assert asked() == before


def test_the_menu_leads_there_whoever_may_count(cast, client):
    for who, there in (("lead", True), ("representative", True), ("supervisor", False)):
        client.force_login(cast[who])
        assert ('href="/capacity/"' in client.get("/").content.decode()) is there
