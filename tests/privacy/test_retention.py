"""Who is due and what holds it back; two people for each erasure; what a rule lets go by itself."""

import datetime as dt

import pytest
from django.db import IntegrityError
from django.utils import timezone

from cases.models import Case, Outcome, Participant, Placement
from organizations.models import HostOrganization, HostSite, Region
from peph.audit.changes import SYSTEM, change
from peph.audit.models import AccessLog, ChangeSet
from peph.errors import Conflict, Forbidden, Invalid, Stale
from privacy.models import Erasure, LegalHold, RetentionRule
from privacy.services import anonymisation
from privacy.services.erasures import carry_out_due, move_erasure, propose
from privacy.services.reach import Hanging
from privacy.services.retention import due_cases, due_counts, due_of
from privacy.services.rules import apply_rules, lift_hold, place_hold, update_rule
from privacy.services.terms import last_day_past, months_after
from tests.privacy.persons import LIFE, made

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 1)
CLOSED = {"status": "closed", "closure_reason": "completed", "referred_on": dt.date(2015, 1, 5)}
DECIDED = CLOSED | {"decided_on": dt.date(2015, 2, 2)}
OPEN = {"status": "referred", "referred_on": dt.date(2026, 1, 5)}


def a_case(person=None, *, placed=False, outcome_on=None, **fields):
    """A case of a new person, or of that one, made as it is."""
    pool = {
        model: model._base_manager.order_by("pk").first()
        for model in (Region, HostOrganization, HostSite)
    }
    with change(by=SYSTEM, verb="tests.case"):
        pool[Participant] = person or made(Hanging(Participant, ()), {}, {"last_name": "Roy"})
        case = pool[Case] = made(Hanging(Case, ()), pool, fields)
        if placed:
            life = LIFE["cases.Placement"]
            pool[Placement] = made(Hanging(Placement, ()), pool, life)
        if outcome_on:
            made(Hanging(Outcome, ()), pool, {"checked_on": outcome_on})
    return case


# what, the case, placed, last outcome, due on DAY, due since
LIVES = {
    "closed for five years less a day": (DECIDED | {"closed_on": dt.date(2021, 6, 2)}, False, None, None),
    "closed for five years": (DECIDED | {"closed_on": dt.date(2021, 6, 1)}, False, None, DAY),
    "placed, closed for five years": (DECIDED | {"closed_on": dt.date(2021, 6, 1)}, True, None, DAY),
    "followed since": (DECIDED | {"closed_on": dt.date(2021, 6, 1)}, True, dt.date(2021, 6, 2), None),
    "followed before": (
        DECIDED | {"closed_on": dt.date(2020, 1, 1)}, True, dt.date(2021, 5, 31), dt.date(2026, 5, 31),
    ),
    "not taken further, two years": (CLOSED | {"closed_on": dt.date(2024, 6, 1)}, False, None, DAY),
    "not taken further, less": (CLOSED | {"closed_on": dt.date(2024, 6, 2)}, False, None, None),
    "open": (OPEN, False, None, None),
}  # fmt: skip


@pytest.mark.parametrize("life", LIVES)
def test_a_person_is_due_when_the_term_of_the_case_is_over(life):
    fields, placed, outcome_on, due_on = LIVES[life]
    case = a_case(placed=placed, outcome_on=outcome_on, **fields)
    due = due_of(case.participant_id, DAY)
    assert (due.due_on if due else None) == due_on


def test_one_case_that_is_still_kept_keeps_the_person():
    old = a_case(**DECIDED, closed_on=dt.date(2018, 1, 1))
    assert due_of(old.participant_id, DAY) is not None
    a_case(old.participant, **OPEN)
    assert due_of(old.participant_id, DAY) is None


def test_a_person_with_several_cases_is_on_the_list_once():
    first = a_case(**DECIDED, closed_on=dt.date(2018, 1, 1))
    last = a_case(first.participant, **DECIDED, closed_on=dt.date(2019, 1, 1))
    assert list(due_cases(DAY)) == [last]


def test_the_day_a_rule_is_changed_to_is_the_day_people_are_due(cast):
    case = a_case(**DECIDED, closed_on=dt.date(2023, 6, 1))
    assert due_of(case.participant_id, DAY) is None
    rule = RetentionRule.objects.get(record_class="not_placed")
    update_rule(
        rule, by=cast["privacy"], months=36, reason="Calendrier nº 12", version=rule.version
    )
    assert due_of(case.participant_id, DAY).due_on == DAY
    assert ChangeSet.objects.latest("number").reason == "Calendrier nº 12"
    with pytest.raises(Stale):
        update_rule(rule, by=cast["privacy"], months=24, reason="x", version=rule.version)
    with pytest.raises(Forbidden):
        update_rule(rule, by=cast["lead"], months=24, reason="x")
    with pytest.raises(Invalid):
        update_rule(rule, by=cast["privacy"], months=None, reason="x")


TERMS = [
    (dt.date(2021, 1, 31), 1, dt.date(2021, 2, 28)),
    (dt.date(2020, 2, 29), 12, dt.date(2021, 2, 28)),
    (dt.date(2020, 2, 29), 60, dt.date(2025, 2, 28)),
    (dt.date(2021, 11, 30), 3, dt.date(2022, 2, 28)),
    (dt.date(2021, 6, 1), 60, dt.date(2026, 6, 1)),
]


@pytest.mark.parametrize(("start", "months", "end"), TERMS)
def test_the_list_and_the_date_shown_count_months_alike(start, months, end):
    assert months_after(start, months) == end
    assert start <= last_day_past(end, months)
    assert start > last_day_past(end - dt.timedelta(days=1), months)


# ------------------------------------------------------------------ holds
def test_a_hold_stops_everything_and_is_counted(cast):
    case = a_case(**DECIDED, closed_on=dt.date(2018, 1, 1))
    hold = place_hold(case.participant, by=cast["privacy"], reason="Plainte nº 4")
    assert (due_of(case.participant_id).is_held, due_counts(due_cases()).held) == (True, 1)
    with pytest.raises(Conflict):
        propose(case.participant, by=cast["privacy"])
    lift_hold(hold, by=cast["lead"])
    assert propose(case.participant, by=cast["privacy"]).status == "proposed"
    counts = due_counts(due_cases())
    assert (counts.due, counts.held, counts.waiting) == (1, 0, 1)


def test_a_hold_placed_after_the_approval_keeps_the_person(cast):
    case = a_case(**DECIDED, closed_on=dt.date(2018, 1, 1))
    erasure = propose(case.participant, by=cast["privacy"])
    move_erasure(erasure, "approve", by=cast["lead"])
    place_hold(
        case.participant,
        by=cast["lead"],
        reason="Enquête",
        until=timezone.localdate() + dt.timedelta(days=400),
    )
    done = carry_out_due(now=timezone.now() + dt.timedelta(days=8))
    assert (done.erased, done.held) == (0, 1)
    assert Participant.objects.get(pk=case.participant_id).last_name == "Roy"


def test_a_hold_ends_with_its_last_day():
    today = timezone.localdate()
    assert LegalHold(until=today).is_live
    assert not LegalHold(until=today - dt.timedelta(days=1)).is_live


@pytest.mark.parametrize("who", ["coordinator", "auditor", "representative", "outsider"])
def test_who_may_not_hold_nor_propose(who, cast):
    case = a_case(**DECIDED, closed_on=dt.date(2018, 1, 1))
    with pytest.raises(Forbidden):
        place_hold(case.participant, by=cast[who], reason="x")
    with pytest.raises(Forbidden):
        propose(case.participant, by=cast[who])


# ------------------------------------------------------------------ two people
def test_nobody_approves_what_they_proposed(cast):
    case = a_case(**DECIDED, closed_on=dt.date(2018, 1, 1))
    erasure = propose(case.participant, by=cast["privacy"])
    for name in ("approve", "refuse"):
        with pytest.raises(Forbidden):
            move_erasure(erasure, name, by=cast["privacy"], decision_comment="x")
    with (
        pytest.raises(IntegrityError, match="erasure_second_person"),
        change(by=SYSTEM, verb="tests"),
    ):
        Erasure.objects.filter(pk=erasure.pk).update(
            status="approved", decided_by=cast["privacy"], not_before=timezone.now()
        )


def test_nothing_happens_before_the_days_of_grace_are_over(cast, settings):
    settings.ERASURE_GRACE_DAYS = 7
    case = a_case(**DECIDED, closed_on=dt.date(2018, 1, 1))
    erasure = move_erasure(
        propose(case.participant, by=cast["privacy"]), "approve", by=cast["lead"]
    )
    assert carry_out_due(now=timezone.now() + dt.timedelta(days=6)).erased == 0
    move_erasure(erasure, "call-back", by=cast["privacy"], decision_comment="Nouvelle demande")
    assert carry_out_due(now=timezone.now() + dt.timedelta(days=8)).erased == 0


def test_the_register_of_anonymisation_is_told(cast, monkeypatch):
    told = []
    monkeypatch.setattr(anonymisation, "_listeners", [told.append])
    case = a_case(**DECIDED, closed_on=dt.date(2018, 1, 1))
    move_erasure(propose(case.participant, by=cast["privacy"]), "approve", by=cast["second_lead"])
    carry_out_due(now=timezone.now() + dt.timedelta(days=8))
    (entry,) = told
    assert (entry.number, entry.ground) == (1, "term")
    assert entry.records == {"cases.Case": 1, "cases.Participant": 1, "privacy.Erasure": 1}
    assert due_of(case.participant_id) is None


REFUSED = {
    "an open case": ({}, OPEN, Conflict),
    "a term that is not over": ({}, DECIDED | {"closed_on": dt.date(2026, 5, 1)}, Invalid),
    "a request nobody says anything of": (
        {"ground": "request"}, DECIDED | {"closed_on": dt.date(2026, 5, 1)}, Invalid,
    ),
    "a ground that is the service's own": (
        {"ground": "restored"}, DECIDED | {"closed_on": dt.date(2018, 5, 1)}, Invalid,
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_proposed(what, cast):
    given, fields, error = REFUSED[what]
    with pytest.raises(error):
        propose(a_case(**fields).participant, by=cast["privacy"], **given)


def test_a_request_of_the_person_does_not_wait_for_the_term(cast):
    case = a_case(**DECIDED, closed_on=dt.date(2026, 5, 1))
    erasure = propose(
        case.participant, by=cast["privacy"], ground="request", comment="Lettre du 3 mai"
    )
    assert (erasure.ground, erasure.rule, erasure.preview["blanked"]["cases.Participant"]) == (
        "request", None, 1,
    )  # fmt: skip
    with pytest.raises(Invalid):
        propose(case.participant, by=cast["privacy"], ground="request", comment="Encore")


# ------------------------------------------------------------------ what goes by itself
def test_accesses_go_when_their_term_is_over(cast):
    before = AccessLog.objects.count()
    for at in (dt.datetime(2021, 5, 31, 12), dt.datetime(2021, 6, 2, 12)):
        AccessLog.objects.create(channel="page", verb="open", at=timezone.make_aware(at))
    assert apply_rules(day=DAY) == 1
    assert AccessLog.objects.count() == before + 1
    rule = RetentionRule.objects.get(record_class="access_log")
    assert (rule.applied_on, rule.applied_count) == (DAY, 1)
    assert ChangeSet.objects.latest("number").verb == "privacy.rule.apply"
    assert apply_rules(day=DAY) == 0
