"""Each consent opens what it says: absent, expired or withdrawn, the very next request opens nothing."""

import datetime as dt
from contextlib import contextmanager

import pytest
import time_machine

from cases.models import Accommodation, Consent, Match
from cases.services.accommodations import request_accommodation
from cases.services.cases import move_case, open_case
from cases.services.documents import add_document
from cases.services.matches import move_match, propose_match, save_work_profile
from cases.services.participants import give_consent, save_health, withdraw_consent
from peph.errors import Conflict
from privacy.services.consent_gates import GATES
from tests.cases import files
from tests.cases.matching.conftest import PROFILE, a_call, a_project, a_seeker

pytestmark = pytest.mark.django_db
GIVEN, LAST, AFTER = dt.date(2026, 5, 4), dt.date(2026, 9, 30), dt.date(2026, 10, 1)
MISSING = ("absent", "expired", "withdrawn")


def test_every_purpose_says_what_it_opens():
    assert [gate.purpose.value for gate in GATES] == Consent.Purpose.values


@pytest.fixture
def today():
    """The day after the last day of a consent that expires."""
    with time_machine.travel(dt.datetime(2026, 10, 1, 16, tzinfo=dt.UTC), tick=False):
        yield


def give(case, by, purpose, how="live"):
    """A consent that is live, or one of the three ways in which there is none."""
    if how == "absent":
        return None
    consent = give_consent(
        case.participant,
        by=by,
        purpose=purpose,
        text_version="2026-01",
        given_on=GIVEN,
        expires_on=LAST if how == "expired" else AFTER,
    )
    if how == "withdrawn":
        withdraw_consent(consent, by=by, withdrawn_on=AFTER)
    return consent


@contextmanager
def ended(consent, how, by):
    """The consent taken back, or the day after its last one."""
    if how == "withdrawn":
        withdraw_consent(consent, by=by, withdrawn_on=AFTER)
        yield
    else:
        with time_machine.travel(dt.datetime(2026, 10, 2, 16, tzinfo=dt.UTC), tick=False):
            yield


# ------------------------------------------------------------------ case management
@pytest.mark.parametrize("how", [*MISSING, "live"])
def test_no_review_without_consent_to_the_file(how, cast, world, today):
    by = cast["coordinator"]
    case = open_case(
        by=by, region=world.regions["03"], referred_on=GIVEN,
        person={"last_name": "Roy", "first_name": "Ève", "birth_date": dt.date(1990, 1, 1)},
    )  # fmt: skip
    give(case, by, "case_management", how)
    move_case(case, "start-intake", by=by, first_contact_on=GIVEN)
    if how == "live":
        assert (
            move_case(case, "start-review", by=by, applied_on=GIVEN).status == "eligibility_review"
        )
        return
    with pytest.raises(Conflict):
        move_case(case, "start-review", by=by, applied_on=GIVEN)


# ------------------------------------------------------------------ health
@pytest.mark.parametrize("how", [*MISSING, "live"])
def test_nothing_about_health_is_taken_down_without_consent(how, cast, case, today):
    by = cast["health_coordinator"]
    give(case, by, "health", how)
    acts = (
        lambda: save_health(case, by=by, nature="x"),
        lambda: add_document(
            case, by=by, file=files.named(files.pdf(), "x.pdf"), kind="resume", audience="health"
        ),
    )
    for act in acts:
        if how == "live":
            assert act().pk
        else:
            with pytest.raises(Conflict):
                act()


# ------------------------------------------------------------------ the profile
@pytest.fixture
def seeker(cast, world, today):
    case = a_seeker(cast, world)
    save_work_profile(case, by=cast["coordinator"], **PROFILE)
    return case


@pytest.fixture
def match(seeker, cast, world):
    return propose_match(seeker, a_project(a_call(), world.site_03), by=cast["coordinator"])


@pytest.mark.parametrize("how", MISSING)
def test_no_profile_is_sent_without_consent(how, cast, seeker, match):
    by = cast["coordinator"]
    give(seeker, by, "share_profile", how)
    with pytest.raises(Conflict):
        move_match(match, "send", by=by, sent_on=AFTER)
    assert Match.objects.get(pk=match.pk).status == "proposed"


@pytest.mark.parametrize("how", ["expired", "withdrawn"])
def test_a_profile_already_sent_is_hidden_from_the_next_request(how, cast, seeker, match, client):
    by = cast["coordinator"]
    consent = give(seeker, by, "share_profile")
    move_match(match, "send", by=by, sent_on=AFTER)
    urls = (match.get_absolute_url(), f"/api/v1/matches/{match.pk}/")
    client.force_login(cast["supervisor"])
    assert [client.get(url).status_code for url in urls] == [200, 200]
    with ended(consent, how, by):
        # A day later the session itself would have ended.
        client.force_login(cast["supervisor"])
        assert [client.get(url).status_code for url in urls] == [404, 404]
        assert client.get("/api/v1/matches/").json()["results"] == []


# ------------------------------------------------------------------ the needs
@pytest.mark.parametrize("how", [*MISSING, "live"])
def test_the_host_reads_needs_and_measures_with_consent_only(
    how, cast, case, placement, client, today
):
    by = cast["coordinator"]
    measure = request_accommodation(
        case, by=by, placement=placement, kind="software", barrier="Petits caractères", measure="Loupe"
    )  # fmt: skip
    give(case, by, "share_needs", how)
    client.force_login(cast["supervisor"])
    person = client.get(f"/api/v1/participants/{case.participant_id}/").json()
    page = client.get(case.participant.get_absolute_url()).content.decode()
    seen = "functional_needs" in person, "Loupe d’écran" in page
    assert seen == (how == "live", how == "live")
    assert client.get(measure.get_absolute_url()).status_code == (200 if how == "live" else 404)
    listed = client.get("/api/v1/accommodations/").json()["results"]
    assert bool(listed) == (how == "live")


def test_needs_are_hidden_from_the_very_next_request(cast, case, placement, client, today):
    by = cast["coordinator"]
    consent = give(case, by, "share_needs")
    client.force_login(cast["supervisor"])
    url = f"/api/v1/participants/{case.participant_id}/"
    assert "functional_needs" in client.get(url).json()
    withdraw_consent(consent, by=by, withdrawn_on=AFTER)
    assert "functional_needs" not in client.get(url).json()
    assert not Accommodation.objects.visible_to(cast["supervisor"]).exists()
