"""What is due is told once, to whom it concerns, in one message a person and day, in their language."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Case, FollowUp, Reminder
from cases.services.cases import move_case
from cases.services.due_reminders import wanted
from cases.services.follow_ups import add_follow_up, complete_follow_up, update_follow_up
from cases.services.pauses import end_pause, pause_reminders
from cases.services.placements import move_placement
from cases.services.reminders import remind, send_reminders
from organizations.models import FollowUpStep
from organizations.services.grants import end_grant
from peph.accounts.services import deactivate, set_language
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangedRow, ChangeSet
from peph.outbox.models import Message
from peph.outbox.services import deliver

pytestmark = pytest.mark.django_db
DUE = dt.date(2026, 12, 1)
NOON = dt.datetime(2026, 12, 1, 17, tzinfo=dt.UTC)
LEADS = {"lead", "second_lead"}


def day(days):
    """The day so many days after the due day."""
    return DUE + dt.timedelta(days=days)


@pytest.fixture
def alone(cast, follow_up):
    """The follow-up of the cast's case, due on DUE and the only one; a colleague is responsible."""
    with change(by=SYSTEM, verb="tests.alone"):
        FollowUp.objects.exclude(pk=follow_up.pk).delete()
        follow_up.responsible, follow_up.due_on = cast["colleague"], DUE
        follow_up.save()
    return follow_up


@pytest.fixture
def told(cast):
    """Who was reminded at which rung, by name."""
    names = {user.pk: name for name, user in cast.items()}

    def rows():
        found = Reminder.objects.order_by("created_at", "id").values_list("recipient_id", "days")
        return {(names[person], days) for person, days in found}

    return rows


# ------------------------------------------------------------------ rungs × days × who
RUNGS = [
    (-30, set()),
    (-11, set()),
    (-10, {("colleague", -10)}),
    (-4, {("colleague", -10)}),
    (-3, {("colleague", -3)}),
    (0, {("colleague", -3)}),
    (1, {("colleague", 1)}),
    (4, {("colleague", 1)}),
    (5, {("colleague", 5), ("coordinator", 5)}),
    (14, {("colleague", 5), ("coordinator", 5)}),
    (15, {("colleague", 5), ("coordinator", 5), ("lead", 15), ("second_lead", 15)}),
    (90, {("colleague", 5), ("coordinator", 5), ("lead", 15), ("second_lead", 15)}),
]


@pytest.mark.parametrize(("days", "expected"), RUNGS)
def test_after_a_silence_the_latest_rung_is_told_and_none_it_overtook(days, expected, alone, told):
    sent = send_reminders(day(days))
    assert told() == expected
    assert (sent.reminders, sent.messages) == (len(expected), len(expected))


def test_run_every_day_each_rung_is_told_once(alone, told):
    found = []
    for days in range(-12, 20):
        before = told()
        send_reminders(day(days))
        send_reminders(day(days))
        found += [(days, *new) for new in sorted(told() - before)]
    assert found == [
        (-10, "colleague", -10),
        (-3, "colleague", -3),
        (1, "colleague", 1),
        (5, "colleague", 5),
        (5, "coordinator", 5),
        (15, "lead", 15),
        (15, "second_lead", 15),
    ]
    assert Message.objects.count() == Reminder.objects.count() == 7


# Responsible and coordinator of the case → who is told ten days before, five days late, fifteen days late.
OFFICERS = {"coordinator", "colleague", "health_coordinator"}
WHO = [
    ("colleague", "coordinator", {"colleague"}, {"colleague", "coordinator"}),
    ("coordinator", "coordinator", {"coordinator"}, OFFICERS),
    (None, "coordinator", {"coordinator"}, OFFICERS),
    (None, None, OFFICERS, OFFICERS | LEADS),
    ("lead", "coordinator", {"lead"}, {"lead", "coordinator"}),
    # The account is closed, the grant has ended, the region is another: the next one in line.
    ("inactive", "coordinator", {"coordinator"}, OFFICERS),
    ("former", "coordinator", {"coordinator"}, OFFICERS),
    ("coordinator_elsewhere", "coordinator", {"coordinator"}, OFFICERS),
    ("inactive", "former", OFFICERS, OFFICERS | LEADS),
    ("reader", "coordinator", {"coordinator"}, OFFICERS),
    ("editor", "coordinator", {"editor"}, {"editor", "coordinator"}),
]


@pytest.mark.parametrize(("responsible", "coordinator", "before", "late"), WHO)
def test_who_is_told_when(responsible, coordinator, before, late, alone, cast):
    with change(by=SYSTEM, verb="tests.people"):
        Case.objects.filter(pk=alone.case_id).update(coordinator=cast.get(coordinator))
        FollowUp.objects.update(responsible=cast.get(responsible))
    names = {user.pk: name for name, user in cast.items()}
    for days, expected in ((-10, before), (5, late), (15, late | LEADS)):
        assert {names[person] for person in wanted(day(days))} == expected, days


# ------------------------------------------------------------------ what silences a reminder
def test_a_follow_up_that_is_done_is_not_reminded_of(cast, alone):
    with time_machine.travel(NOON):
        complete_follow_up(alone, by=cast["coordinator"], done_on=DUE, mode="call")
    assert send_reminders(day(5)).reminders == 0


def test_a_follow_up_moved_to_another_day_is_reminded_of_anew(cast, alone, told):
    send_reminders(day(1))
    update_follow_up(alone, by=cast["coordinator"], due_on=day(20))
    send_reminders(day(2))
    assert told() == {("colleague", 1)}
    send_reminders(day(21))
    assert Reminder.objects.filter(days=1).count() == 2


def test_nobody_is_reminded_of_a_closed_or_interrupted_case(cast, alone, placement):
    by = cast["coordinator"]
    with time_machine.travel(NOON):
        move_case(alone.case, "suspend", by=by, resume_on="2027-03-01", reason="Maladie")
        assert send_reminders(day(5)).reminders == 0
        move_case(alone.case, "resume", by=by)
        placement.refresh_from_db()
        move_placement(
            placement, "end-early", by=by, ended_on="2026-11-30", ended_by="host", reason="R"
        )
        case = Case.objects.get(pk=alone.case_id)
        move_case(
            case, "close", by=by, closed_on="2026-12-01", closure_reason="withdrew", reason="R"
        )
    assert send_reminders(day(40)).reminders == 0


def test_nobody_is_reminded_of_a_suspended_placement(cast, alone, placement):
    by = cast["coordinator"]
    with time_machine.travel(NOON):
        move_placement(
            placement, "suspend", by=by, suspended_on="2026-11-30", resume_on="2027-03-01",
            reason="R",
        )  # fmt: skip
    assert send_reminders(day(5)).reminders == 0


@pytest.mark.parametrize(("days", "reminded"), [(0, False), (9, False), (10, True)])
def test_a_pause_holds_through_its_last_day(days, reminded, cast, alone, placement):
    with time_machine.travel(NOON):
        pause_reminders(placement, by=cast["coordinator"], reason="Réglé", until=day(9))
    assert bool(send_reminders(day(days)).reminders) is reminded


def test_a_pause_that_is_ended_holds_no_more(cast, alone, placement):
    with time_machine.travel(NOON):
        pause = pause_reminders(placement, by=cast["coordinator"], reason="Réglé", until=day(30))
        end_pause(pause, by=cast["colleague"])
    assert send_reminders(day(1)).reminders == 1


def test_a_follow_up_without_placement_knows_no_pause(cast, alone, placement):
    with time_machine.travel(NOON):
        pause_reminders(placement, by=cast["coordinator"], reason="Réglé", until=day(30))
        add_follow_up(placement.case, by=cast["coordinator"], subject="Appel", due_on=DUE)
    send_reminders(day(1))
    assert [each.follow_up.subject for each in Reminder.objects.all()] == ["Appel"]


def test_what_changed_since_it_was_found_is_left_out(cast, alone):
    """Between the look and the write: done, moved, access lost, account closed."""
    found = wanted(day(1))
    person = cast["colleague"].pk
    update_follow_up(alone, by=cast["coordinator"], due_on=day(-1))
    assert remind(person, found[person], day=day(1)) == 0
    update_follow_up(alone, by=cast["coordinator"], due_on=DUE)
    grant = cast["colleague"].regiongrants.get()
    end_grant(grant, by=cast["lead"], reason="Départ")
    assert remind(person, found[person], day=day(1)) == 0
    deactivate(cast["colleague"], by=SYSTEM, reason="Départ")
    assert remind(person, found[person], day=day(1)) == 0
    assert not Message.objects.exists()
    assert not Reminder.objects.exists()


# ------------------------------------------------------------------ one message a person and day
def test_what_two_runs_found_alike_is_written_once(alone, cast):
    person = cast["colleague"].pk
    first, second = wanted(day(1)), wanted(day(1))
    assert remind(person, first[person], day=day(1)) == 1
    assert remind(person, second[person], day=day(1)) == 0
    assert remind(person, second[person], day=day(2)) == 0
    assert (Reminder.objects.count(), Message.objects.count()) == (1, 1)


def test_what_comes_up_after_the_message_of_the_day_waits_for_the_next_day(cast, alone, told):
    send_reminders(day(1))
    other = add_follow_up(
        alone.case, by=cast["coordinator"], subject="Deux", due_on=DUE,
        responsible=cast["colleague"],
    )  # fmt: skip
    before = ChangeSet.objects.count()
    assert send_reminders(day(1)).reminders == 0
    assert ChangeSet.objects.count() == before
    assert send_reminders(day(2)).reminders == 1
    assert Reminder.objects.latest("created_at").follow_up == other
    assert Message.objects.count() == 2


def test_a_change_names_the_system_and_each_reminder_its_case(alone):
    send_reminders(day(1))
    done = ChangeSet.objects.latest("number")
    assert (done.verb, done.channel) == ("cases.reminder.send", "command")
    assert done.actor_id == SYSTEM
    rows = ChangedRow.objects.filter(change_set_id=done.id)
    assert [(row.model, row.case_id) for row in rows] == [("cases.reminder", alone.case_id)]


def test_an_address_that_is_none_holds_nobody_else_up(cast, alone):
    with change(by=SYSTEM, verb="tests.people"):
        type(cast["colleague"]).objects.filter(pk=cast["colleague"].pk).update(email="nobody")
    sent = send_reminders(day(5))
    assert (sent.reminders, len(sent.problems)) == (1, 1)
    assert str(cast["colleague"].pk) in sent.problems[0]


FRENCH = """Bonjour Camille,

En retard
- {number} – Évaluation de mi-parcours – échéance le 2026-11-26 (5 jours de retard)
  http://localhost:8000/cases/{case}/#follow-up-{late}

À faire bientôt
- {number} – Suivi – échéance le 2026-12-01 (aujourd’hui)
  http://localhost:8000/cases/{case}/#follow-up-{soon}
"""
ENGLISH = """Hello Camille,

Late
- {number} – Mid-term evaluation – due on 2026-11-26 (5 days late)
  http://localhost:8000/cases/{case}/#follow-up-{late}

To do soon
- {number} – Follow-up – due on 2026-12-01 (today)
  http://localhost:8000/cases/{case}/#follow-up-{soon}
"""


@pytest.mark.parametrize(
    ("language", "text", "subject"),
    [("fr", FRENCH, "peph\u00a0: 2 suivis à faire"), ("en", ENGLISH, "peph: 2 follow-ups to do")],
    ids=["fr", "en"],
)
def test_a_person_gets_one_message_in_their_language(language, text, subject, cast, case, alone):
    set_language(cast["colleague"], language, by=SYSTEM)
    with change(by=SYSTEM, verb="tests.step"):
        late = FollowUp.objects.create(
            case=case, placement=alone.placement, region=case.region, due_on=day(-5),
            responsible=cast["colleague"], step=FollowUpStep.objects.get(code="mid-evaluation"),
        )  # fmt: skip
    send_reminders(DUE)
    deliver()
    (sent,) = [each for each in mail.outbox if each.to == ["colleague@exemple.qc.ca"]]
    known = {"number": case.number, "case": case.pk, "late": late.pk, "soon": alone.pk}
    assert sent.subject == subject
    assert sent.body.startswith(text.format(**known))
    # E-mail is no safe channel: neither the person's name nor what somebody typed.
    for private in ("Côté", "Tremblay", "Éloïse", "Appel à la superviseure"):
        assert private not in sent.body


def test_what_is_passed_on_names_who_answers_for_it(cast, alone):
    send_reminders(day(5))
    body = Message.objects.get(to="coordinator@exemple.qc.ca").body
    assert "En retard, transmis à vous" in body
    assert "responsable\u00a0: Camille Colleague" in body
    assert "transmis" not in Message.objects.get(to="colleague@exemple.qc.ca").body


def test_a_long_message_shows_the_most_urgent_and_tells_of_the_rest(cast, case, alone):
    with change(by=SYSTEM, verb="tests.many"):
        for number in range(44):
            FollowUp.objects.create(
                case=case, region=case.region, subject=f"S{number}", due_on=day(-number),
                responsible=cast["colleague"],
            )  # fmt: skip
    assert send_reminders(DUE).reminders >= 45
    body = Message.objects.get(to="colleague@exemple.qc.ca").body
    assert body.count("#follow-up-") == 40
    assert "et 5 autres" in body
    assert "http://localhost:8000/follow-ups/" in body


# ------------------------------------------------------------------ cost
def test_a_run_asks_as_often_for_many_follow_ups_as_for_one(cast, world, alone):
    def cost(on):
        with CaptureQueriesContext(connection) as found:
            assert send_reminders(on).messages == 1
        return len(found)

    one = cost(day(-10))
    with change(by=SYSTEM, verb="tests.many"):
        for number in range(20):
            FollowUp.objects.create(
                case=alone.case, placement=alone.placement, region=alone.region,
                subject=f"S{number}", due_on=DUE, responsible=cast["colleague"],
            )  # fmt: skip
    many = cost(day(-3))
    # The rows of the history grow with what is written; on SQLite their leaves are read in one query.
    assert many == one
    assert Reminder.objects.count() == 22
