"""The list of placements and their addresses: filters, paging, and a cost that does not grow."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Case
from cases.services.cases import open_case
from cases.services.placements import open_placement
from organizations.services.grants import give_grant
from organizations.services.hosts import open_site
from peph.audit.changes import SYSTEM, change


def address(placement, rest=""):
    return f"/placements/{placement.pk}/{rest}"


def page(client, user, url):
    client.force_login(user)
    answer = client.get(url)
    assert answer.status_code == 200, answer.content.decode()[:500]
    return answer.content.decode()


@pytest.mark.parametrize("rest", ["", "edit/", "move/suspend/"])
def test_a_stranger_is_asked_to_sign_in(rest, client, placement):
    assert client.get("/placements/").status_code == 302
    assert client.get(address(placement, rest)).status_code == 302


@pytest.mark.parametrize("name", ["fly", "release", "Suspend"])
def test_a_move_nobody_is_offered_has_no_address(name, cast, client, placement):
    client.force_login(cast["lead"])
    assert client.get(address(placement, f"move/{name}/")).status_code == 404


FILTERS = {
    "": True,
    "?q=cote trem": True,
    "?q=lado": False,
    "?status=active": True,
    "?status=to_sign": False,
    "?current=true": True,
    "?ending_within=0": False,
    "?status=nonsense": False,
    "?cursor=nonsense": None,
}


@pytest.mark.parametrize("query", FILTERS)
@time_machine.travel(dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC))
def test_the_list_is_narrowed_by_the_address(query, cast, client, placement):
    client.force_login(cast["coordinator"])
    answer = client.get(f"/placements/{query}")
    if FILTERS[query] is None:
        assert answer.status_code == 400
    else:
        assert answer.status_code == 200
        assert (address(placement) in answer.content.decode()) is FILTERS[query]


def test_the_list_of_a_site_is_the_list_of_its_placements(cast, client, placement, world):
    client.force_login(cast["lead"])
    assert (
        address(placement) in client.get(f"/placements/?site={world.site_03.pk}").content.decode()
    )
    assert (
        address(placement)
        not in client.get(f"/placements/?site={world.site_06.pk}").content.decode()
    )


@pytest.mark.parametrize("who", ["coordinator_elsewhere", "representative_elsewhere", "outsider"])
def test_the_list_holds_nothing_of_others(who, cast, client, placement):
    assert address(placement) not in page(client, cast[who], "/placements/")


def more_placements(cast, world, count):
    """`count` people placed at the site of region 03, straight as agreed."""
    for _number in range(count):
        case = open_case(
            by=cast["coordinator"],
            region=world.regions["03"],
            person={
                "last_name": "Essai",
                "first_name": "Alix",
                "birth_date": dt.date(1990, 1, 1),
            },
            referred_on=dt.date(2026, 1, 5),
        )
        with change(by=SYSTEM, verb="cases.case.update"):
            Case.objects.filter(pk=case.pk).update(status="eligible", decided_on="2026-02-01")
        case.refresh_from_db()
        open_placement(
            case, by=cast["coordinator"], site=world.site_03, planned_start=dt.date(2026, 11, 2)
        )


def queries(client, user, url):
    client.force_login(user)
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("who", ["coordinator", "supervisor"])
def test_the_list_costs_the_same_for_one_ten_and_fifty_rows(who, cast, client, placement, world):
    found = [queries(client, cast[who], "/placements/")]
    for more in (9, 40):
        more_placements(cast, world, more)
        found.append(queries(client, cast[who], "/placements/"))
    assert found[0] == found[1] == found[2]


def test_the_pages_of_the_list_hold_each_placement_once(cast, client, placement, world):
    more_placements(cast, world, 29)
    client.force_login(cast["coordinator"])
    seen, url = [], "/placements/?current=true"
    while url:
        answer = client.get(url)
        listing = answer.context["listing"]
        seen += [row.pk for row in listing.rows]
        assert listing.count_text == "30"
        url = listing.page.next and f"/placements/?current=true&cursor={listing.page.next}"
    assert len(seen) == len(set(seen)) == 30


def test_a_detail_costs_the_same_for_one_ten_and_fifty_grants(cast, client, placement, world):
    user, found = cast["outsider"], []
    give_grant(by=SYSTEM, user=user, role="supervise", on=world.site_03, reason="Essai")
    found.append(queries(client, user, address(placement)))
    for number in range(49):
        site = open_site(
            world.mtmd, by=cast["lead"], region=world.regions["03"], name=f"Unité {number}"
        )
        give_grant(by=SYSTEM, user=user, role="supervise", on=site, reason="Essai")
        if number in (8, 48):
            found.append(queries(client, user, address(placement)))
    assert found[0] == found[1] == found[2]
