"""The inventory: no model undeclared, no way to a person that is not walked, readers as the policy says."""

import csv
import io

import pytest
from django.apps import apps

from cases.models import Participant
from peph.audit.history import declarations
from privacy.inventory import service
from privacy.inventory.data_map import refreshed
from privacy.inventory.reading import FILES, about_participants, lines_of, readers_of, undeclared
from privacy.management.commands.data_map import DOCUMENT
from privacy.services.telling import told_fields
from tests.engines import once

pytestmark = once
HELD = [held for file in FILES for held in file.models]
LEAD, COORDINATOR = "Responsable du programme", "Responsable de région"
PRIVACY, AUDITOR = (
    "Responsable de la protection des renseignements personnels",
    "Responsable de l’audit",
)
EXCEPTION, HOST, SUPERVISOR = (
    "Exception sur un dossier",
    "Personne représentant l’organisme d’accueil",
    "Supervision des stages",
)

PROGRAMME = {LEAD, COORDINATOR, PRIVACY, AUDITOR, EXCEPTION}


def held_of(label):
    return next(held for held in HELD if held.label == label)


def test_every_model_is_declared_once_or_said_to_hold_nothing_about_anybody():
    assert undeclared() == []
    labels = [held.model._meta.label for held in HELD]
    assert len(labels) == len(set(labels))
    assert set(labels) & service.IMPERSONAL == set()


def test_what_the_history_calls_personal_is_declared():
    personal = {each.model._meta.label for each in declarations() if each.personal}
    personal = {label for label in personal if not label.startswith(("ledger.", "evolving"))}
    assert personal - {held.model._meta.label for held in HELD} == set()


def leads_to_a_participant(model):
    """Whether a chain of foreign keys leads from the model to a participant."""
    seen, waiting = {model}, [model]
    while waiting:
        for column in waiting.pop()._meta.concrete_fields:
            other = column.related_model if column.is_relation else None
            if other is Participant:
                return True
            if other is not None and other not in seen:
                seen.add(other)
                waiting.append(other)
    return model is Participant


def test_whatever_leads_to_a_participant_is_in_their_data():
    told = {held.model for _file, held in about_participants()}
    leading = {
        each.model
        for each in declarations()
        if leads_to_a_participant(each.model) and each.model._meta.app_label in APPS
    }
    assert {model.__name__ for model in leading - told} == set()
    for held in HELD:
        if held.path:
            *way, last = held.path.split("__")
            model = held.model
            for name in way:
                model = model._meta.get_field(name).related_model
            assert model._meta.get_field(last).related_model is Participant


APPS = {"cases", "organizations", "auditing", "privacy"}


def test_a_tier_is_given_for_fields_there_are():
    for held in HELD:
        names = {each.name for each in told_fields(held.model)}
        # Computed in the API, a column nowhere.
        assert held.tiers.keys() - names <= {"readiness"}


@pytest.mark.parametrize(
    ("label", "field", "readers"),
    [
        ("cases.Participant", "last_name", {*PROGRAMME, HOST, SUPERVISOR}),
        ("cases.Participant", "birth_date", PROGRAMME),
        ("cases.Note", "text", PROGRAMME),
        ("privacy.Incident", "circumstances", {LEAD, PRIVACY, AUDITOR}),
    ],
)  # fmt: skip
def test_readers_are_those_of_the_policy(label, field, readers):
    assert set(readers_of(held_of(label), field)) == readers


def test_health_takes_a_right_of_its_own():
    found = readers_of(held_of("cases.DisabilityRecord"), "nature")
    assert len(found) == 3
    assert all(" + droit de lire les renseignements de santé" in each for each in found)
    assert all(PRIVACY not in each and AUDITOR not in each for each in found)


def test_what_is_encrypted_and_what_leaves_the_history_is_said():
    lines = {(line.held.label, line.field.name): line for file in FILES for line in lines_of(file)}
    assert lines["cases.DisabilityRecord", "nature"].is_encrypted
    assert lines["cases.Participant", "last_name"].is_redactable
    assert not lines["cases.Participant", "language"].is_redactable
    assert not lines["cases.Participant", "last_name"].is_encrypted
    assert len(lines) > 600


def test_the_data_map_of_the_documentation_is_fresh():
    kept = DOCUMENT.read_text(encoding="utf-8")
    assert refreshed(kept) == kept, "run make data-map"
    with pytest.raises(ValueError, match="no place"):
        refreshed("Rien")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("privacy", 200),
        ("lead", 200),
        ("auditor", 200),
        ("coordinator", 403),
        ("representative", 403),
    ],
)
def test_the_page_and_its_file_are_for_whoever_answers_for_them(who, status, client, cast):
    client.force_login(cast[who])
    page = client.get("/inventory/")
    answer = client.get("/inventory/export/csv/")
    assert (page.status_code, answer.status_code) == (status, status)
    if status == 200:
        assert "Renseignements de santé" in page.content.decode()
        rows = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig")), delimiter=";"))
        assert len(rows) == 1 + sum(len(told_fields(held.model)) for held in HELD)
        assert {len(row) for row in rows} == {12}


def test_no_model_is_forgotten_by_its_app():
    named = {held.model._meta.app_label for held in HELD}
    assert named >= APPS
    assert all(apps.get_model(label) for label in service.IMPERSONAL if "_" not in label)
