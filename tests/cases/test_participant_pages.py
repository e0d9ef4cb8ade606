"""Pages of the person: identity by tier, consents, and the health information apart."""

import datetime as dt

import pytest

from cases.models import Consent, DisabilityRecord, Participant
from cases.services.participants import give_consent, save_health, withdraw_consent
from peph.audit.models import AccessLog
from tests.browsing import address, get, post, queries, text

pytestmark = pytest.mark.django_db
NATURE = "Basse vision"


# person → page of the person, correcting it, recording a consent
STATUS = {
    "coordinator": (200, 200, 200),
    "lead": (200, 200, 200),
    "editor": (200, 200, 200),
    "reader": (200, 403, 403),
    "auditor": (200, 403, 403),
    "privacy": (200, 403, 403),
    "representative": (200, 403, 403),
    "supervisor": (200, 403, 403),
    "representative_elsewhere": (404, 404, 404),
    "coordinator_elsewhere": (404, 404, 404),
    "committee": (404, 404, 404),
    "superuser": (404, 404, 404),
}


@pytest.mark.parametrize("who", STATUS)
def test_each_page_answers_each_person_as_their_standing_says(who, client, cast, case):
    names = ("participant_detail", "participant_edit", "consent_new")
    found = [get(client, cast[who], address(name, case.participant)).status_code for name in names]
    assert found == list(STATUS[who])


@pytest.mark.parametrize("secret", ["1988-11-05", "12, rue de l’Exemple", "Loupe", 'id="consents"'])
def test_a_host_reads_a_name_and_how_to_reach_the_person(secret, client, cast, case):
    url = case.participant.get_absolute_url()
    assert secret in text(client, cast["coordinator"], url)
    page = text(client, cast["supervisor"], url)
    assert "Éloïse Côté-Tremblay" in page
    assert "418 555-0100" in page
    assert secret not in page


def test_opening_a_person_is_logged(client, cast, case):
    text(client, cast["supervisor"], case.participant.get_absolute_url())
    entry = AccessLog.objects.latest("id")
    assert (entry.verb, entry.object_id) == ("open", str(case.participant_id))


def correction(person, **changed):
    names = (
        "last_name", "first_name", "email", "phone", "address", "postal_code", "language",
        "contact_mode", "functional_needs",
    )  # fmt: skip
    typed = {name: getattr(person, name) for name in names}
    return typed | {"version": person.version, "birth_date": "1988-11-05"} | changed


def test_a_correction_is_saved(client, cast, case):
    person = case.participant
    url = address("participant_edit", person)
    data = correction(person, preferred_name="Élo", postal_code="g1r 5m2")
    answer = post(client, cast["coordinator"], url, **data)
    assert answer["Location"] == person.get_absolute_url()
    person.refresh_from_db()
    assert (person.full_name, person.postal_code) == ("Élo Côté-Tremblay", "G1R 5M2")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("birth_date", "2999-01-01"),
        ("birth_date", "le 5 novembre"),
        ("postal_code", "G1R"),
        ("email", "pas une adresse"),
        ("last_name", ""),
    ],
)
def test_a_wrong_correction_comes_back_as_it_was_typed(field, typed, client, cast, case):
    person = case.participant
    url = address("participant_edit", person)
    answer = post(client, cast["coordinator"], url, **correction(person, **{field: typed}))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert f"id_{field}_error" in page
    assert not typed or f'value="{typed}"' in page
    assert Participant.objects.get(pk=person.pk).version == person.version


def test_a_stale_correction_shows_both_versions(client, cast, case):
    person = case.participant
    url = address("participant_edit", person)
    post(client, cast["lead"], url, **correction(person, phone="418 555-0111"))
    answer = post(client, cast["coordinator"], url, **correction(person, phone="418 555-0122"))
    page = answer.content.decode()
    assert answer.status_code == 412
    assert "<td>418 555-0111</td>" in page
    assert "<td>418 555-0122</td>" in page
    assert 'name="phone" value="418 555-0122"' in page


# ------------------------------------------------------------------ consents
def test_a_consent_is_recorded_and_its_purpose_not_offered_twice(client, cast, case):
    url, by = address("consent_new", case.participant), cast["coordinator"]
    assert 'value="case_management"' not in text(client, by, url)
    data = {"purpose": "share_needs", "text_version": "2026-01", "given_on": "2026-04-01",
            "means": "oral"}  # fmt: skip
    assert post(client, by, url, **data).status_code == 302
    assert Consent.objects.filter(participant=case.participant, purpose="share_needs").exists()
    assert post(client, by, url, **data).status_code == 400


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"given_on": "2999-01-01"}, "given_on"),
        ({"text_version": ""}, "text_version"),
        ({"purpose": ""}, "purpose"),
    ],
)
def test_an_incomplete_consent_is_not_recorded(changed, field, client, cast, case):
    data = {"purpose": "share_needs", "text_version": "2026-01", "given_on": "2026-04-01",
            "means": "oral"} | changed  # fmt: skip
    answer = post(client, cast["coordinator"], address("consent_new", case.participant), **data)
    assert answer.status_code == 400
    assert f"id_{field}_error" in answer.content.decode()
    assert Consent.objects.count() == 1


def test_a_consent_that_expires_before_it_is_given_is_refused(client, cast, case):
    data = {"purpose": "share_needs", "text_version": "2026-01", "given_on": "2026-04-01",
            "means": "oral", "expires_on": "2026-03-01"}  # fmt: skip
    answer = post(client, cast["coordinator"], address("consent_new", case.participant), **data)
    assert answer.status_code == 400


def test_a_consent_is_withdrawn_and_the_host_stops_reading(client, cast, case):
    by = cast["coordinator"]
    consent = give_consent(
        case.participant, by=by, purpose="share_needs", text_version="1",
        given_on=dt.date(2026, 4, 1),
    )  # fmt: skip
    assert "Loupe" in text(client, cast["supervisor"], case.participant.get_absolute_url())
    url = address("consent_withdraw", consent)
    assert get(client, cast["auditor"], url).status_code == 403
    assert get(client, cast["supervisor"], url).status_code == 404
    answer = post(client, by, url, version=consent.version, withdrawn_on="2026-10-01")
    assert answer.status_code == 302
    assert "Loupe" not in text(client, cast["supervisor"], case.participant.get_absolute_url())
    assert get(client, by, url).status_code == 409


def test_a_withdrawal_before_the_consent_keeps_the_form(client, cast, case):
    consent = Consent.objects.get(participant=case.participant)
    url = address("consent_withdraw", consent)
    answer = post(client, cast["coordinator"], url, version=consent.version,
                  withdrawn_on="2020-01-01", reason="Mon motif")  # fmt: skip
    assert answer.status_code == 400
    assert 'value="Mon motif"' in answer.content.decode()


# ------------------------------------------------------------------ health
@pytest.fixture
def declared(cast, case):
    """Health information that the person agreed to give."""
    by = cast["health_coordinator"]
    give_consent(
        case.participant, by=by, purpose="health", text_version="1", given_on=dt.date(2026, 1, 14)
    )
    return save_health(
        case, by=by, version=0, nature=NATURE, attested_on=dt.date(2026, 1, 10),
        attestation_issuer="Clinique Exemple",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("health_coordinator", 200),
        ("coordinator", 403),
        ("lead", 403),
        ("auditor", 403),
        ("privacy", 403),
        ("representative", 403),
        ("reader", 403),
        ("health_only", 404),
        ("coordinator_elsewhere", 404),
    ],
)
def test_health_is_for_who_holds_both_rights(who, status, client, cast, case, declared):
    answer = get(client, cast[who], address("health", case))
    assert answer.status_code == status
    assert (NATURE in answer.content.decode()) is (status == 200)


def test_each_read_of_health_is_logged_and_no_refusal_counts_as_one(client, cast, case, declared):
    before = AccessLog.objects.filter(verb="health").count()
    url = address("health", case)
    answer = get(client, cast["health_coordinator"], url)
    assert "no-store" in answer["Cache-Control"]
    get(client, cast["coordinator"], url)
    reads = AccessLog.objects.filter(verb="health")
    assert reads.count() == before + 1
    assert reads.latest("id").case_id == case.pk


def test_health_is_nowhere_on_the_other_pages(client, cast, case, declared):
    urls = [case.get_absolute_url(), address("case_timeline", case)]
    urls.append(case.participant.get_absolute_url())
    for who in ("health_coordinator", "auditor", "lead"):
        for url in urls:
            page = text(client, cast[who], url)
            assert NATURE not in page
            assert "Clinique Exemple" not in page


def test_health_is_written_once_the_person_agreed(client, cast, case):
    url, by = address("health", case), cast["health_coordinator"]
    refused = post(client, by, url, version=0, nature=NATURE)
    assert refused.status_code == 409
    assert NATURE in refused.content.decode()
    give_consent(
        case.participant, by=by, purpose="health", text_version="1", given_on=dt.date(2026, 1, 14)
    )
    assert post(client, by, url, version=0, nature=NATURE).status_code == 302
    assert DisabilityRecord.objects.get().nature == NATURE


def test_a_stale_health_form_shows_both(client, cast, case, declared):
    url, by = address("health", case), cast["health_coordinator"]
    first = {"version": declared.version, "nature": "Première"}
    assert post(client, by, url, **first).status_code == 302
    answer = post(client, by, url, **(first | {"nature": "Seconde"}))
    page = answer.content.decode()
    assert answer.status_code == 412
    assert "<td>Première</td>" in page
    assert "<td>Seconde</td>" in page


# ------------------------------------------------------------------ cost
def test_the_page_of_a_person_costs_the_same_with_more_consents(client, cast, case):
    by, url = cast["coordinator"], case.participant.get_absolute_url()
    found = []
    for wanted in (1, 10):
        for _number in range(wanted):
            consent = give_consent(
                case.participant, by=by, purpose="share_profile", text_version="1",
                given_on=dt.date(2026, 4, 1),
            )  # fmt: skip
            withdraw_consent(consent, by=by, withdrawn_on=dt.date(2026, 4, 2))
        found.append((queries(client, by, url), text(client, by, url).count("badge-warning")))
    assert found == [(found[0][0], 1), (found[0][0], 11)]
