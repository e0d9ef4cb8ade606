"""Opening, correcting, transferring and sharing a case on its pages."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from cases.models import Case, CaseGrant, Participant
from cases.services.cases import move_case
from cases.services.grants import share_case
from tests.browsing import address, get, new_case, post, text

pytestmark = pytest.mark.django_db
TODAY = "2026-11-02"


@pytest.fixture
def referred(cast, world):
    """A case just referred in region 03."""
    return new_case(cast["coordinator"], world, "Gagnon", "Maé")


# ------------------------------------------------------------------ opening
PERSON = {
    "last_name": "Bélanger",
    "first_name": "Noa",
    "birth_date": "1999-01-02",
    "language": "fr",
    "contact_mode": "email",
    "postal_code": "g1r5m1",
    "referred_on": "2026-10-01",
}


def opening(world, **more):
    return {**PERSON, "region": world.regions["03"].pk, **more}


def test_a_case_is_opened_with_its_person(client, cast, world):
    by = cast["coordinator"]
    answer = post(client, by, reverse("cases:case_new"), **opening(world))
    case = Case.objects.get(participant__last_name="Bélanger")
    assert answer["Location"] == case.get_absolute_url()
    assert (case.region.code, case.coordinator, case.status) == ("03", by, "referred")
    assert case.participant.postal_code == "G1R 5M1"


def test_another_region_is_not_offered_and_not_taken(client, cast, world):
    by, url = cast["coordinator"], reverse("cases:case_new")
    assert str(world.regions["06"].pk) not in text(client, by, url)
    answer = post(client, by, url, **opening(world, region=world.regions["06"].pk))
    assert answer.status_code == 400
    assert 'value="Bélanger"' in answer.content.decode()
    assert not Participant.objects.filter(last_name="Bélanger").exists()


def test_a_date_in_the_future_comes_back_with_what_was_typed(client, cast, world):
    url = reverse("cases:case_new")
    answer = post(client, cast["coordinator"], url, **opening(world, referred_on="2999-01-01"))
    assert answer.status_code == 400
    assert "id_referred_on_error" in answer.content.decode()
    assert not Participant.objects.filter(last_name="Bélanger").exists()


LIKE = {"last_name": "COTE TREMBLAY", "first_name": "eloise", "birth_date": "1988-11-05"}


def test_somebody_probably_known_is_shown_before_anything_is_written(client, cast, world, case):
    url, by = reverse("cases:case_new"), cast["coordinator"]
    answer = post(client, by, url, **opening(world, **LIKE))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert f'href="{case.participant.get_absolute_url()}"' in page
    assert re.search(r'<input type="checkbox" name="somebody_else"', page)
    assert Participant.objects.filter(birth_date="1988-11-05").count() == 1
    answer = post(client, by, url, **opening(world, **LIKE, somebody_else="on"))
    assert answer.status_code == 302
    assert Participant.objects.filter(birth_date="1988-11-05").count() == 2


@pytest.mark.parametrize(
    "other", [{"birth_date": "1988-11-06"}, {"first_name": "Élodie"}], ids=["birth", "name"]
)
def test_somebody_else_is_no_duplicate(other, client, cast, world, case):
    data = opening(world, **(LIKE | other))
    assert post(client, cast["coordinator"], reverse("cases:case_new"), **data).status_code == 302


def test_a_person_one_may_not_see_is_not_told_of(client, cast, world, case):
    data = opening(world, **LIKE, region=world.regions["06"].pk)
    answer = post(client, cast["coordinator_elsewhere"], reverse("cases:case_new"), **data)
    assert answer.status_code == 302


def test_a_known_person_gets_a_new_case_without_being_typed_again(client, cast, world, referred):
    by = cast["coordinator"]
    move_case(referred, "close", by=by, closed_on=TODAY, closure_reason="withdrew", reason="Départ")
    url = f"{reverse('cases:case_new')}?participant={referred.participant_id}"
    assert f'href="{url}"' in text(client, by, referred.participant.get_absolute_url())
    assert 'name="last_name"' not in text(client, by, url)
    answer = post(client, by, url, region=world.regions["03"].pk, referred_on="2026-11-03")
    assert answer.status_code == 302
    assert referred.participant.cases.open().count() == 1
    again = post(client, by, url, region=world.regions["03"].pk, referred_on="2026-11-03")
    assert again.status_code == 400
    assert referred.participant.cases.open().count() == 1


@pytest.mark.parametrize(
    ("who", "key", "status"),
    [("coordinator", "nonsense", 400), ("coordinator_elsewhere", None, 404), ("lead", None, 200)],
)
def test_a_known_person_is_named_by_who_may_edit_them(who, key, status, client, cast, case):
    url = f"{reverse('cases:case_new')}?participant={key or case.participant_id}"
    assert get(client, cast[who], url).status_code == status


# ------------------------------------------------------------------ correcting, transferring
def test_a_stale_correction_shows_both_versions_and_loses_nothing(client, cast, case):
    url, by = address("case_edit", case), cast["coordinator"]
    data = {"version": case.version, "coordinator": by.pk}
    first = post(client, cast["lead"], url, **data, referring_agency="Première")
    assert first.status_code == 302
    second = post(client, by, url, **data, referring_agency="Seconde")
    page = second.content.decode()
    assert second.status_code == 412
    assert "<td>Première</td>" in page
    assert "<td>Seconde</td>" in page
    assert 'name="referring_agency" value="Seconde"' in page
    assert Case.objects.get(pk=case.pk).referring_agency == "Première"


def test_only_who_may_answer_for_the_case_is_offered_as_its_coordinator(client, cast, case):
    page = text(client, cast["coordinator"], address("case_edit", case))
    offered = set(re.findall(r'<option value="([0-9a-f-]{36})"', page.partition("job_class")[0]))
    able = ("coordinator", "colleague", "health_coordinator", "lead", "second_lead")
    assert offered == {str(cast[who].pk) for who in able}


def test_a_case_is_handed_to_a_region_where_one_may_take_people_in(client, cast, world, case):
    url = address("case_transfer", case)
    data = {"version": case.version, "region": world.regions["06"].pk, "reason": "Déménagement"}
    assert post(client, cast["coordinator"], url, **data).status_code == 400
    assert post(client, cast["lead"], url, **data).status_code == 302
    assert Case.objects.get(pk=case.pk).region.code == "06"


# ------------------------------------------------------------------ access to one case
def test_an_exception_is_given_and_ended_on_the_page_of_the_case(client, cast, case):
    by, url = cast["coordinator"], address("case_access", case)
    data = {"email": "Outsider@exemple.qc.ca", "role": "view_case", "reason": "Relève",
            "expires_on": "2999-01-01"}  # fmt: skip
    assert post(client, by, url, **data).status_code == 302
    grant = CaseGrant.objects.get(user=cast["outsider"])
    page = text(client, by, url)
    assert "Relève" in page
    assert get(client, cast["outsider"], case.get_absolute_url()).status_code == 200
    end = f"{url}?end={grant.pk}"
    assert f'href="?end={grant.pk}"' in page
    assert post(client, by, end, version=grant.version, reason="").status_code == 400
    assert post(client, by, end, version=grant.version, reason="Retour").status_code == 302
    assert get(client, cast["outsider"], case.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"email": "nobody@exemple.qc.ca"}, 400),
        ({"email": "inactive@exemple.qc.ca"}, 400),
        ({"email": "coordinator@exemple.qc.ca"}, 403),
        ({"expires_on": ""}, 400),
        ({"expires_on": "2020-01-01"}, 400),
        ({"role": "lead"}, 400),
    ],
)
def test_an_exception_that_cannot_be_given_keeps_the_form(changed, status, client, cast, case):
    data = {"email": "outsider@exemple.qc.ca", "role": "view_case", "reason": "Ma raison",
            "expires_on": "2999-01-01"}  # fmt: skip
    before = CaseGrant.objects.count()
    url = address("case_access", case)
    answer = post(client, cast["coordinator"], url, **(data | changed))
    assert answer.status_code == status
    assert 'value="Ma raison"' in answer.content.decode()
    assert CaseGrant.objects.count() == before


def test_a_grant_on_another_case_is_not_ended_here(client, cast, case, case_elsewhere):
    share_case(
        case_elsewhere, by=cast["lead"], user=cast["outsider"], role="view_case", reason="R",
        expires_on=dt.date(2999, 1, 1),
    )  # fmt: skip
    grant = CaseGrant.objects.get(user=cast["outsider"])
    for key in (grant.pk, "nonsense"):
        url = f"{address('case_access', case)}?end={key}"
        assert get(client, cast["lead"], url).status_code == 404
