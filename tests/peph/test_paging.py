"""Pages by key: every row once, in order, both ways, whatever the number of scopes merged."""

import datetime as dt

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from cases.models import Case, Participant
from cases.numbers import new_number
from organizations.models import Region
from peph.access import EVERYTHING
from peph.audit.changes import SYSTEM, change
from peph.errors import Invalid
from peph.paging import NEWEST_FIRST, Order, count_up_to, page

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
CODES = ("05", "07", "09")


@pytest.fixture
def cases(world):
    """21 cases over three regions; three of them at each instant, so that ties are the rule."""
    people = [
        Participant(last_name=f"Nom{n:02}", first_name="A", birth_date=dt.date(1990, 1, 1))
        for n in range(21)
    ]
    rows = [
        Case(
            participant=person,
            region=world.regions[CODES[n % 3]],
            number=new_number(2026),
            fiscal_year=2026,
            referred_on=dt.date(2026, 5, 1),
            updated_at=NOON + dt.timedelta(hours=n // 3),
        )
        for n, person in enumerate(people)
    ]
    with change(by=SYSTEM, verb="test"):
        Participant.objects.bulk_create(people)
        Case.objects.bulk_create(rows)
    return rows


def branches(*codes):
    regions = {region.code: region.pk for region in Region.objects.all()}
    return [Q(region_id=regions[code]) for code in codes]


def walk(**options):
    """All pages forwards, then back to the first; the rows of each way."""
    forwards, cursor, last = [], "", None
    while cursor is not None:
        last = page(Case.objects.all(), cursor=cursor, **options)
        forwards.append([row.pk for row in last.rows])
        cursor = last.next
    backwards = [forwards[-1]]
    while last.previous is not None:
        last = page(Case.objects.all(), cursor=last.previous, **options)
        backwards.insert(0, [row.pk for row in last.rows])
    return forwards, backwards


@pytest.mark.parametrize("codes", [("05",), ("05", "07"), ("05", "07", "09")])
@pytest.mark.parametrize("size", [1, 4, 5, 20, 100])
@pytest.mark.parametrize("order", [NEWEST_FIRST, Order("updated_at", descending=False)])
def test_each_row_comes_once_in_order_both_ways(codes, size, order, cases):
    wanted = [row for row in cases if row.region.code in codes]
    wanted.sort(key=lambda row: (row.updated_at, row.pk), reverse=order.descending)

    forwards, backwards = walk(order=order, size=size, branches=branches(*codes))

    assert sum(forwards, []) == [row.pk for row in wanted]
    assert backwards == forwards


def test_a_row_reached_through_two_scopes_comes_once(cases):
    both = [*branches("05"), Q(fiscal_year=2026, region__code="05")]
    found = page(Case.objects.all(), size=50, branches=both)
    assert len(found.rows) == 7


def test_no_scope_is_an_empty_page(cases):
    found = page(Case.objects.all(), branches=[])
    assert (found.rows, found.next, found.previous) == ([], None, None)


def test_one_scan_a_scope_is_merged_in_one_query(cases):
    three = branches("05", "07", "09")
    with CaptureQueriesContext(connection) as queries:
        page(Case.objects.all(), size=5, branches=three)
    assert len(queries) == 1
    assert queries[0]["sql"].count("LIMIT 6") == 4


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%%%",
        "bm9uc2Vuc2U",
        "WzAsIngiLCJ5Il0",
        "WzAsbnVsbCxudWxsXQ",
        "é",
        "WzAsIngiLCIwMTkzYjlmMi0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDAiXQ",
    ],
)
def test_a_cursor_that_is_not_ours_is_refused(cursor, cases):
    with pytest.raises(Invalid):
        page(Case.objects.all(), cursor=cursor)


def test_counting_stops_where_it_is_told(cases):
    region = branches("05")[0]
    assert count_up_to(Case.objects.filter(region), 5) == 6
    assert count_up_to(Case.objects.filter(region), 100) == 7
    assert page(Case.objects.all(), size=3, branches=[EVERYTHING]).next is not None
