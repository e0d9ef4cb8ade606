"""The texts of the consents: loaded once, shown in the person's language, chosen and never typed."""

import csv
import datetime as dt

import pytest
import time_machine
from django.core.management import call_command
from rest_framework.test import APIClient

from cases.models import Consent, ConsentText
from cases.services.consent_texts import FILE, load_consent_texts, texts_for
from cases.services.participants import update_participant
from organizations.services.reference import load_reference
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangeSet
from peph.typography import typography_problems
from tests.browsing import address, get, post, text

pytestmark = pytest.mark.django_db
PURPOSES = {"case_management", "health", "share_profile", "share_needs", "referring_agency"}


@pytest.fixture
def newer(db):
    """A second text of one purpose, in force from 1 July 2026."""
    with change(by=SYSTEM, verb="organizations.reference.load"):
        new = ConsentText(
            purpose="share_needs", text_version="2026-07", in_force_from=dt.date(2026, 7, 1),
            text_fr="Nouveau texte", text_en="New text", refusal_fr="Sans conséquence",
            refusal_en="No consequence",
        )  # fmt: skip
        new.save()
    return new


# ------------------------------------------------------------------ reference data
def test_every_purpose_has_a_text_in_both_languages_with_what_refusing_entails():
    texts = ConsentText.objects.filter(text_version="2026-01")
    assert set(texts.values_list("purpose", flat=True)) == PURPOSES
    for each in texts:
        for language in ("fr", "en"):
            assert len(each.text(language)) > 200
            assert len(each.refusal(language)) > 80
        assert "retirer votre accord" in each.text_fr or "retirer votre accord en" in each.text_fr
        assert "take your agreement back" in each.text_en
        assert "libre de refuser" in each.refusal_fr
        assert "free to refuse" in each.refusal_en


def test_the_french_of_the_texts_is_set_as_the_rest():
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for name in ("text_fr", "refusal_fr"):
                assert list(typography_problems(row[name])) == [], (row["purpose"], name)


def test_loading_again_adds_nothing_and_overwrites_no_correction(capsys):
    before = ChangeSet.objects.count()
    with change(by=SYSTEM, verb="organizations.reference.load"):
        ConsentText.objects.filter(purpose="health").update(text_fr="Corrigé")
    assert load_reference()["consent_texts"] == 0
    assert ConsentText.objects.get(purpose="health").text_fr == "Corrigé"
    assert ChangeSet.objects.count() == before + 1
    call_command("load_reference")
    assert "consent_texts: 0 added" in capsys.readouterr().out


def test_a_missing_text_is_added_with_the_reference_data():
    with change(by=SYSTEM, verb="organizations.reference.load"):
        ConsentText.objects.filter(purpose="health").delete()
    assert load_reference()["consent_texts"] == 1
    with change(by=SYSTEM, verb="organizations.reference.load"):
        assert load_consent_texts() == 0


# ------------------------------------------------------------------ the page
def test_the_first_step_offers_what_is_not_agreed_to(client, cast, case):
    page = text(client, cast["coordinator"], address("consent_new", case.participant))
    offered = {purpose for purpose in PURPOSES if f'value="{purpose}"' in page}
    assert offered == PURPOSES - {"case_management"}


@pytest.mark.parametrize(
    ("language", "seen", "unseen"),
    [("fr", "jamais d’un diagnostic", "never of a diagnosis"),
     ("en", "never of a diagnosis", "jamais d’un diagnostic")],
)  # fmt: skip
def test_the_text_is_shown_in_the_language_of_the_person(
    language, seen, unseen, client, cast, case
):
    update_participant(case.participant, by=cast["coordinator"], language=language)
    url = address("consent_new", case.participant)
    page = text(client, cast["coordinator"], f"{url}?purpose=share_needs")
    assert seen in page
    assert unseen not in page
    assert f'<p lang="{language}">' in page
    assert "Si la personne refuse" in page
    told = "Vous êtes libre de refuser" if language == "fr" else "You are free to refuse"
    assert told in page


@time_machine.travel(dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC))
def test_the_latest_text_is_proposed_and_an_earlier_one_can_be_chosen(client, cast, case, newer):
    by, url = cast["coordinator"], address("consent_new", case.participant)
    page = text(client, by, f"{url}?purpose=share_needs")
    assert '<option value="2026-07" selected>' in page
    assert '<option value="2026-01">' in page
    assert page.index("Nouveau texte") < page.index("jamais d’un diagnostic")
    typed = {"purpose": "share_needs", "given_on": "2026-04-01", "means": "written"}
    refused = post(client, by, url, **typed, text_version="2026-07")
    assert refused.status_code == 400
    assert "2026-07-01" in refused.content.decode()
    assert post(client, by, url, **typed, text_version="2026-01").status_code == 302
    assert Consent.objects.get(purpose="share_needs").text_version == "2026-01"


@time_machine.travel(dt.datetime(2026, 6, 30, 15, tzinfo=dt.UTC))
def test_a_text_to_come_is_not_offered(newer):
    assert [each.text_version for each in texts_for("share_needs")] == ["2026-01"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"text_version": "2019-05"}, "text_version"), ({"purpose": "everything"}, "purpose"),
     ({"purpose": "case_management"}, "purpose")],
)  # fmt: skip
def test_a_version_that_nobody_wrote_or_a_wrong_purpose_is_refused(
    changed, field, client, cast, case
):
    typed = {"purpose": "share_needs", "text_version": "2026-01", "given_on": "2026-04-01",
             "means": "oral"} | changed  # fmt: skip
    answer = post(client, cast["coordinator"], address("consent_new", case.participant), **typed)
    assert answer.status_code == 400
    assert f"id_{field}_error" in answer.content.decode()
    assert Consent.objects.count() == 1


def test_without_a_text_nobody_is_asked(client, cast, case):
    with change(by=SYSTEM, verb="organizations.reference.load"):
        ConsentText.objects.filter(purpose="health").delete()
    url = f"{address('consent_new', case.participant)}?purpose=health"
    assert "Aucun texte n’est en vigueur" in text(client, cast["coordinator"], url)


def test_consents_to_versions_from_elsewhere_stay_valid(client, cast, case):
    with change(by=SYSTEM, verb="cases.consent.give"):
        Consent(participant=case.participant, purpose="health", text_version="papier-2024",
                given_on=dt.date(2024, 5, 6)).save()  # fmt: skip
    assert "papier-2024" in text(client, cast["coordinator"], case.get_absolute_url())


# ------------------------------------------------------------------ API
def test_the_api_gives_the_texts_to_whoever_holds_an_access(cast, newer):
    client = APIClient()
    client.force_login(cast["supervisor"])
    rows = client.get("/api/v1/consent-texts/?purpose=share_needs").json()["results"]
    assert [row["text_version"] for row in rows] == ["2026-07", "2026-01"]
    assert rows[0]["refusal_en"] == "No consequence"
    client.force_login(cast["outsider"])
    assert client.get("/api/v1/consent-texts/").json()["results"] == []


def test_the_pages_of_the_consents_stay_those_of_the_programme(client, cast, case):
    url = f"{address('consent_new', case.participant)}?purpose=health"
    assert get(client, cast["supervisor"], url).status_code == 403
    assert get(client, cast["coordinator_elsewhere"], url).status_code == 404
