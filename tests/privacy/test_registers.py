"""Registers and access requests: who keeps them, what the law asks of an entry, and the life of each."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError

from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangeSet
from peph.errors import Conflict, Forbidden, Invalid, Stale
from privacy.models import AccessRequest, Anonymisation, Disclosure, Incident
from privacy.models.clocks import deadline, incident_kept_until, review_deadline
from privacy.services.registers import correct_entry, move_entry
from tests.conftest import GRANTS
from tests.privacy.entering import DAY, entered

pytestmark = pytest.mark.django_db
MODELS = [AccessRequest, Disclosure, Incident, Anonymisation]
# Everybody else sees nothing of any register.
EXPECTED = dict.fromkeys([*GRANTS, "superuser"], set()) | {
    "privacy": {"view", "edit"},
    "lead": {"view"},
    "second_lead": {"view"},
    "auditor": {"view"},
}
REFUSAL = {
    "answered_on": DAY,
    "refusal_article": "Loi sur l’accès, art. 88",
    "refusal_reason": "Renseignements sur d’autres personnes",
    "recourse_told_on": DAY,
}


@pytest.fixture
def by(cast):
    return cast["privacy"]


# ------------------------------------------------------------------ who
@pytest.mark.parametrize("model", MODELS)
def test_each_person_may_do_as_written(model, cast, by):
    entry = entered(model, by)
    assert cast.keys() == EXPECTED.keys()
    found = {
        who: set(model.objects.with_abilities(person).get(pk=entry.pk).abilities)
        for who, person in cast.items()
    }
    assert found == EXPECTED
    for who, person in cast.items():
        seen = model.objects.visible_to(person).exists()
        assert seen == ("view" in EXPECTED[who])


@pytest.mark.parametrize("who", ["lead", "auditor", "coordinator", "inactive", "superuser"])
@pytest.mark.parametrize("model", MODELS)
def test_only_the_privacy_officer_writes(who, model, cast, by):
    with pytest.raises(Forbidden):
        entered(model, cast[who])
    entry = entered(model, by)
    with pytest.raises(Forbidden):
        correct_entry(entry, by=cast[who], reason="x", **{})
    assert model.objects.get().version == 1


# ------------------------------------------------------------------ any entry
@pytest.mark.parametrize(
    ("model", "number"),
    [
        (AccessRequest, "DEM-2026-00001"),
        (Disclosure, "COM-2026-00001"),
        (Incident, "INC-2026-00001"),
        (Anonymisation, "ANO-2026-00001"),
    ],
)
def test_entries_are_numbered_by_register_and_year(model, number, by):
    with time_machine.travel("2026-06-01 12:00", tick=False):
        first, second = entered(model, by), entered(model, by)
    assert (first.number, second.number) == (number, f"{number[:-1]}2")
    with time_machine.travel("2027-01-04 12:00", tick=False):
        assert entered(model, by).number == number.replace("2026", "2027")


@pytest.mark.parametrize("model", MODELS)
def test_a_correction_says_why_and_the_history_keeps_what_was_said(model, by):
    entry = entered(model, by)
    text = {AccessRequest: "wanted"}.get(model, "information")
    with pytest.raises(Invalid):
        correct_entry(entry, by=by, reason="  ", **{text: "Autre chose"})
    correct_entry(entry, by=by, reason="Coquille", version=1, **{text: "Autre chose"})
    with pytest.raises(Stale):
        correct_entry(entry, by=by, reason="Encore", version=1, **{text: "x"})
    last = ChangeSet.objects.latest("number")
    assert (last.verb, last.reason) == (f"privacy.{model._meta.model_name}.correct", "Coquille")
    told = [getattr(row, text) for row in entry.history.order_by("history_id")]
    assert told[-1] == "Autre chose"
    assert len(told) == 2


@pytest.mark.parametrize("model", MODELS)
def test_an_entry_is_not_deleted(model, by):
    entry = entered(model, by)
    with pytest.raises(Conflict):
        entry.delete()


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Disclosure, {"disclosed_on": dt.date(2100, 1, 1)}),
        (Disclosure, {"recipient": ""}),
        (Disclosure, {"basis": ""}),
        (Disclosure, {"basis": "s1"}),
        (Disclosure, {"justification": " "}),
        (Disclosure, {"measures": ""}),
        (Disclosure, {"persons": 0}),
        (Incident, {"information": ""}),
        (Incident, {"circumstances": ""}),
        (Incident, {"known_on": dt.date(2100, 1, 1)}),
        (Incident, {"known_on": dt.date(2026, 4, 30)}),
        (Anonymisation, {"inference": ""}),
        (Anonymisation, {"supervised_by": ""}),
        (Anonymisation, {"analysis_updated_on": dt.date(2026, 5, 3)}),
        (AccessRequest, {"received_on": dt.date(2100, 1, 1)}),
        (AccessRequest, {"requester_name": ""}),
        (AccessRequest, {"identity_checked_on": dt.date(2026, 5, 3)}),
    ],
)
def test_what_the_law_asks_for_is_there(model, fields, by):
    with pytest.raises(Invalid) as refused:
        entered(model, by, **fields)
    assert refused.value.fields.keys() == fields.keys()


def test_an_incident_ends_after_it_begins(by):
    with pytest.raises(Invalid):
        entered(Incident, by, occurred_to=dt.date(2026, 4, 30))


# ------------------------------------------------------------------ incidents
def assessed(by, risk):
    return move_entry(
        entered(Incident, by), "assess", by=by, serious_risk=risk, risk_assessment="Sensibles"
    )


def test_an_incident_without_a_serious_risk_is_assessed_then_closed(by):
    incident = assessed(by, "no")
    with pytest.raises(Conflict):
        move_entry(incident, "notify", by=by, cai_notified_on=DAY)
    with time_machine.travel("2026-06-01 12:00", tick=False):
        closed = move_entry(incident, "close", by=by, measures="Consigne rappelée")
    assert (closed.state, closed.closed_on) == ("closed", dt.date(2026, 6, 1))
    assert move_entry(closed, "reopen", by=by, reason="Autre liste").closed_on is None


def test_a_serious_risk_is_not_closed_before_the_notices(by):
    incident = assessed(by, "yes")
    assert incident.is_late
    with pytest.raises(Conflict):
        move_entry(incident, "close", by=by, measures="x")
    told = move_entry(incident, "notify", by=by, cai_notified_on=DAY, persons_notified_on=DAY)
    assert (told.state, told.is_late) == ("notified", False)
    assert move_entry(told, "close", by=by, measures="x").state == "closed"


@pytest.mark.parametrize(
    ("given", "at_fault"),
    [
        ({}, {"cai_notified_on"}),
        ({"cai_notified_on": DAY}, {"persons_notified_on"}),
        ({"cai_notified_on": "2026-05-03", "notice_note": "x"}, {"cai_notified_on"}),
        ({"cai_notified_on": "2100-01-01", "notice_note": "x"}, {"cai_notified_on"}),
    ],
)
def test_notices_have_their_dates_or_the_reason_why_not(given, at_fault, by):
    with pytest.raises(Invalid) as refused:
        move_entry(assessed(by, "yes"), "notify", by=by, **given)
    assert refused.value.fields.keys() == at_fault


def test_a_public_notice_stands_for_those_to_the_persons(by):
    incident = assessed(by, "yes")
    told = move_entry(incident, "notify", by=by, cai_notified_on=DAY, notice_note="Avis public")
    assert (told.persons_notified_on, told.notice_note) == (None, "Avis public")


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "closed", "closed_on": DAY, "measures": "x", "serious_risk": "yes",
         "risk_assessment": "x"},
        {"state": "closed", "closed_on": DAY, "serious_risk": "no", "risk_assessment": "x"},
        {"state": "assessed"},
        {"occurred_to": dt.date(2026, 4, 30)},
    ],
)  # fmt: skip
def test_the_database_refuses_an_incident_that_says_too_little(fields, by):
    incident = entered(Incident, by)
    with pytest.raises(IntegrityError), change(by=SYSTEM, verb="test"):
        Incident.objects.filter(pk=incident.pk).update(**fields)


def test_an_incident_is_kept_five_years_after_it_was_known():
    assert incident_kept_until(dt.date(2026, 5, 4)) == dt.date(2031, 5, 4)
    assert incident_kept_until(dt.date(2024, 2, 29)) == dt.date(2029, 3, 1)


# ------------------------------------------------------------------ the clock of a request
@pytest.mark.parametrize(
    ("received", "extended", "last"),
    [
        ("2026-05-04", False, "2026-05-24"),  # a Sunday: calendar days, not moved
        ("2026-05-04", True, "2026-06-03"),
        ("2026-12-20", False, "2027-01-09"),
        ("2028-02-15", False, "2028-03-06"),  # over a leap day
        ("2028-02-15", True, "2028-03-16"),
    ],
)
def test_the_last_day_is_counted_in_calendar_days(received, extended, last):
    found = deadline(dt.date.fromisoformat(received), extended=extended)
    assert found == dt.date.fromisoformat(last)


def test_a_review_is_asked_for_within_thirty_days():
    assert review_deadline(dt.date(2026, 5, 4)) == dt.date(2026, 6, 3)


@pytest.mark.parametrize(
    ("today", "late", "left"),
    [("2026-05-24", False, 0), ("2026-05-25", True, -1), ("2026-05-10", False, 14)],
)
def test_a_request_is_late_after_its_last_day(today, late, left, by):
    request = entered(AccessRequest, by)
    with time_machine.travel(f"{today} 12:00", tick=False):
        assert (request.is_late, request.days_left) == (late, left)
        assert AccessRequest.objects.late().exists() == late
        assert request.review_until == (dt.date(2026, 6, 23) if late else None)


@pytest.mark.parametrize(
    ("told", "at_fault"),
    [("2026-05-24", ""), ("2026-05-25", "extended_on"), ("2026-05-03", "extended_on")],
)
def test_an_extension_is_told_within_the_first_twenty_days(told, at_fault, by):
    request = entered(AccessRequest, by)
    with time_machine.travel("2026-06-01 12:00", tick=False):
        if at_fault:
            with pytest.raises(Invalid) as refused:
                move_entry(request, "extend", by=by, extended_on=told, extension_reason="Absence")
            assert refused.value.fields.keys() == {at_fault}
            return
        longer = move_entry(request, "extend", by=by, extended_on=told, extension_reason="Absence")
        assert (longer.state, longer.due_on) == ("open", dt.date(2026, 6, 3))
        with pytest.raises(Conflict):
            move_entry(longer, "extend", by=by, extended_on=told, extension_reason="Encore")


def test_the_clock_follows_a_corrected_day_of_receipt(by):
    request = entered(AccessRequest, by)
    assert request.due_on == dt.date(2026, 5, 24)
    corrected = correct_entry(
        request, by=by, reason="Cachet de la poste", received_on=dt.date(2026, 5, 1)
    )
    assert corrected.due_on == dt.date(2026, 5, 21)


# ------------------------------------------------------------------ the answer
def test_a_request_is_granted(by):
    given = move_entry(
        entered(AccessRequest, by), "grant", by=by, answered_on=DAY, answer="Copie remise"
    )
    assert (given.state, given.days_left, given.review_until) == ("granted", None, None)


@pytest.mark.parametrize("missing", REFUSAL)
def test_a_refusal_has_its_provision_reasons_and_recourse(missing, by):
    request = entered(AccessRequest, by)
    given = {name: value for name, value in REFUSAL.items() if name != missing}
    with pytest.raises(Invalid) as refused:
        move_entry(request, "refuse", by=by, **given)
    assert refused.value.fields.keys() == {missing}


def test_a_refusal_says_until_when_a_review_may_be_asked_for(by):
    refused = move_entry(entered(AccessRequest, by), "refuse", by=by, **REFUSAL)
    assert (refused.state, refused.review_until) == ("refused", dt.date(2026, 6, 3))
    again = move_entry(refused, "reopen", by=by, reason="Décision de la Commission")
    assert (again.state, again.answered_on, again.refusal_article) == ("open", None, "")


def test_a_request_granted_in_part_says_both(by):
    request = entered(AccessRequest, by)
    with pytest.raises(Invalid):
        move_entry(request, "grant-in-part", by=by, **REFUSAL)
    given = move_entry(request, "grant-in-part", by=by, answer="Le reste", **REFUSAL)
    assert (given.state, given.answer) == ("partly", "Le reste")


def test_a_request_taken_back_needs_no_answer(by):
    request = move_entry(entered(AccessRequest, by), "withdraw", by=by, reason="Courriel reçu")
    assert (request.state, request.is_late) == ("withdrawn", False)
    with pytest.raises(Conflict):
        move_entry(request, "grant", by=by, answered_on=DAY, answer="x")


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "granted", "answer": "x"},
        {"state": "granted", "answered_on": DAY},
        {"state": "refused", "answered_on": DAY},
        {"extended_on": DAY},
        {"answered_on": DAY},
    ],
)
def test_the_database_refuses_an_answer_that_says_too_little(fields, by):
    request = entered(AccessRequest, by)
    with pytest.raises(IntegrityError), change(by=SYSTEM, verb="test"):
        AccessRequest.objects.filter(pk=request.pk).update(**fields)


def test_what_is_entered_is_in_no_region_of_the_history(cast, by, case):
    entered(AccessRequest, by, participant=case.participant)
    last = ChangeSet.objects.latest("number")
    assert (last.case_id, last.region_id, last.organization_id) == (None, None, None)
