"""Moving a case on its pages: where it stands, what is offered, why the rest is not, what a form keeps."""

import datetime as dt
import re

import pytest

from cases.models import Case
from cases.services.cases import move_case
from cases.services.participants import give_consent
from cases.services.placements import move_placement
from peph.audit.models import ChangeSet
from tests.browsing import address, get, new_case, post, text

pytestmark = pytest.mark.django_db
TODAY = "2026-11-02"


@pytest.fixture
def referred(cast, world):
    """A case just referred in region 03."""
    return new_case(cast["coordinator"], world, "Gagnon", "Maé")


# ------------------------------------------------------------------ where it stands, what can be done
def test_the_page_says_where_the_case_stands(client, cast, referred):
    page = text(client, cast["coordinator"], referred.get_absolute_url())
    stages = re.findall(r'class="stage stage-(\w+)"', page)
    assert stages == ["current", *["ahead"] * 7]
    by = cast["coordinator"]
    move_case(referred, "start-intake", by=by, first_contact_on=TODAY)
    page = text(client, by, referred.get_absolute_url())
    assert re.findall(r'class="stage stage-(\w+)"', page) == ["past", "current", *["ahead"] * 6]


def moves_on(page):
    return re.findall(r'/move/([a-z-]+)/"', page.partition("<details>")[0])


def test_the_page_offers_the_moves_open_now(client, cast, referred):
    page = text(client, cast["coordinator"], referred.get_absolute_url())
    assert moves_on(page) == ["start-intake", "close"]


def test_a_move_kept_closed_says_why(client, cast, referred):
    by = cast["coordinator"]
    move_case(referred, "start-intake", by=by, first_contact_on=TODAY)
    page = text(client, by, referred.get_absolute_url())
    assert moves_on(page) == ["close"]
    answer = get(client, by, address("case_move", referred, "start-review"))
    assert answer.status_code == 409
    give_consent(
        referred.participant, by=by, purpose="case_management", text_version="1",
        given_on=dt.date(2026, 9, 2),
    )  # fmt: skip
    page = text(client, by, referred.get_absolute_url())
    assert moves_on(page) == ["start-review", "close"]


def test_an_auditor_and_a_host_are_offered_no_move(client, cast, case):
    for who in ("auditor", "representative"):
        page = text(client, cast[who], case.get_absolute_url())
        assert "case-moves" not in page
        assert "/move/" not in page


def test_a_waiting_case_offers_to_open_a_placement(client, cast, case, placement, referred):
    by = cast["coordinator"]
    assert "/placements/new/" not in text(client, by, referred.get_absolute_url())
    move_case(referred, "start-intake", by=by, first_contact_on=TODAY)
    give_consent(
        referred.participant, by=by, purpose="case_management", text_version="1",
        given_on=dt.date(2026, 9, 2),
    )  # fmt: skip
    move_case(referred, "start-review", by=by, applied_on=TODAY)
    move_case(referred, "admit", by=by, decided_on=TODAY)
    assert address("placement_new", referred) in text(client, by, referred.get_absolute_url())


# ------------------------------------------------------------------ moving
def test_a_move_asks_what_its_row_says_and_goes_back_to_the_case(client, cast, referred):
    by, url = cast["coordinator"], address("case_move", referred, "start-intake")
    assert 'name="first_contact_on"' in text(client, by, url)
    answer = post(client, by, url, version=referred.version, first_contact_on=TODAY)
    assert (answer.status_code, answer["Location"]) == (302, referred.get_absolute_url())
    assert Case.objects.get(pk=referred.pk).status == "intake"
    assert answer["Change-Set"].startswith(f"{ChangeSet.objects.latest('number').number}:")


def test_a_move_that_ends_says_so_first(client, cast, referred):
    page = text(client, cast["coordinator"], address("case_move", referred, "close"))
    assert "alert-warning" in page
    assert "button-danger" in page


@pytest.mark.parametrize(
    ("given", "status", "kept"),
    [
        ({}, 400, "id_first_contact_on_error"),
        ({"first_contact_on": "2999-01-01"}, 400, 'value="2999-01-01"'),
        ({"first_contact_on": "demain"}, 400, 'value="demain"'),
    ],
)
def test_a_move_with_a_wrong_input_keeps_what_was_typed(
    given, status, kept, client, cast, referred
):
    url = address("case_move", referred, "start-intake")
    answer = post(client, cast["coordinator"], url, version=referred.version, **given)
    assert answer.status_code == status
    assert kept in answer.content.decode()
    assert Case.objects.get(pk=referred.pk).status == "referred"


def test_a_move_that_is_not_open_any_more_is_a_conflict(client, cast, referred):
    by, url = cast["coordinator"], address("case_move", referred, "start-intake")
    move_case(referred, "start-intake", by=by, first_contact_on=TODAY)
    answer = post(client, by, url, version=referred.version, first_contact_on=TODAY)
    assert answer.status_code == 409


def test_a_move_from_a_stale_page_is_refused_once_and_can_then_be_made(client, cast, referred):
    by, url = cast["coordinator"], address("case_move", referred, "start-intake")
    old = referred.version
    edit = address("case_edit", referred)
    post(client, by, edit, version=old, coordinator=by.pk, referring_agency="Autre")
    answer = post(client, by, url, version=old, first_contact_on=TODAY)
    assert answer.status_code == 412
    page = answer.content.decode()
    assert f'value="{TODAY}"' in page
    version = re.search(r'name="version" value="(\d+)"', page).group(1)
    assert post(client, by, url, version=version, first_contact_on=TODAY).status_code == 302


def test_a_button_without_inputs_moves_by_itself(client, cast, case, placement):
    move_placement(placement, "complete", by=cast["coordinator"], ended_on="2026-11-01")
    case.refresh_from_db()
    url = address("case_move", case, "close")
    answer = post(client, cast["coordinator"], url, version=case.version, closed_on=TODAY,
                  closure_reason="studies", reason="Retour aux études")  # fmt: skip
    assert answer.status_code == 302
    assert Case.objects.get(pk=case.pk).closure_reason == "studies"
