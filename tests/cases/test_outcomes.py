"""Outcomes: when each can be recorded, by whom, what must hold, and the follow-up done with it."""

import datetime as dt

import pytest
import time_machine

from cases.models import FollowUp, Outcome
from cases.policy import OUTCOME_POLICY
from cases.services import outcomes as services
from cases.services.cases import move_case
from cases.services.documents import add_document, withdraw_document
from cases.services.follow_ups import complete_follow_up
from cases.services.outcomes import awaiting, moments_of, record_outcome, update_outcome
from cases.services.participants import give_consent
from cases.services.placements import move_placement
from organizations.models import JobClass
from peph.audit.models import ChangedRow, ChangeSet
from peph.errors import Conflict, Forbidden, Invalid, Stale
from tests.cases import files
from tests.cases.files import named
from tests.cases.test_documents import put

pytestmark = pytest.mark.django_db
ENDED = dt.date(2026, 11, 20)
# Thirteen, twenty-six and fifty-two weeks after, and two weeks before each.
OPENS = {
    "end": dt.date(2026, 11, 20),
    "week_13": dt.date(2027, 2, 5),
    "week_26": dt.date(2027, 5, 7),
    "week_52": dt.date(2027, 11, 5),
}
DUE = {
    "end": dt.date(2026, 11, 20),
    "week_13": dt.date(2027, 2, 19),
    "week_26": dt.date(2027, 5, 21),
    "week_52": dt.date(2027, 11, 19),
}
STEP = {
    "end": "closing",
    "week_13": "outcome-13",
    "week_26": "outcome-26",
    "week_52": "outcome-52",
}
FOUND = {"situation": "casual_same", "source": "participant"}


def noon(day):
    return time_machine.travel(dt.datetime.combine(day, dt.time(17), tzinfo=dt.UTC), tick=False)


def completed(placement, by):
    """The placement, completed on 20 November 2026."""
    with noon(dt.date(2026, 11, 23)):
        return move_placement(placement, "complete", by=by, ended_on=ENDED)


@pytest.fixture
def over(cast, placement):
    """The placement of the cast, over."""
    return completed(placement, cast["coordinator"])


def record(over, by, moment="end", *, today=None, **fields):
    day = today or max(OPENS[moment], ENDED)
    with noon(day):
        return record_outcome(over, by=by, moment=moment, **(FOUND | {"checked_on": day} | fields))


# ------------------------------------------------------------------ who
OFFICER, READER, NOBODY = "view edit", "view", ""
MATRIX = {
    "lead": OFFICER,
    "second_lead": OFFICER,
    "coordinator": OFFICER,
    "colleague": OFFICER,
    "coordinator_elsewhere": NOBODY,
    "health_coordinator": OFFICER,
    "health_only": NOBODY,
    "representative": NOBODY,
    "representative_elsewhere": NOBODY,
    "supervisor": NOBODY,
    "supervisor_elsewhere": NOBODY,
    "committee": NOBODY,
    "auditor": READER,
    "auditor_region": READER,
    "auditor_elsewhere": NOBODY,
    "auditor_host": READER,
    "privacy": READER,
    "outsider": NOBODY,
    "reader": READER,
    "editor": OFFICER,
    "former": NOBODY,
    "inactive": NOBODY,
    "superuser": NOBODY,
}
WRITES = {
    "record_outcome": lambda by, over, outcome: record(over, by, "week_13"),
    "update_outcome": lambda by, over, outcome: update_outcome(outcome, by=by, situation="studies"),
}


def test_every_person_of_the_cast_has_a_line_and_every_write_too(cast):
    assert set(MATRIX) == set(cast)
    public = {
        name
        for name, thing in vars(services).items()
        if getattr(thing, "__module__", "") == services.__name__
        and "_outcome" in name
        and not name.startswith("_")
    }
    assert public == set(WRITES)


@pytest.mark.parametrize("who", MATRIX)
def test_what_each_person_may_do_with_an_outcome(who, cast, over):
    outcome, wanted = record(over, cast["coordinator"]), set(MATRIX[who].split())
    found = {
        action
        for action in OUTCOME_POLICY.rules
        if OUTCOME_POLICY.allows(cast[who], action, outcome)
    }
    assert found == wanted
    assert Outcome.objects.visible_to(cast[who]).exists() == ("view" in wanted)


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("who", [who for who, may in MATRIX.items() if "edit" not in may])
def test_nobody_writes_without_the_right_and_nothing_is_left(write, who, cast, over):
    outcome = record(over, cast["coordinator"])
    before = (ChangeSet.objects.count(), ChangedRow.objects.count())
    with pytest.raises(Forbidden):
        WRITES[write](cast[who], over, outcome)
    assert (ChangeSet.objects.count(), ChangedRow.objects.count()) == before


# ------------------------------------------------------------------ when
@pytest.mark.parametrize("moment", OPENS)
def test_a_placement_that_is_not_over_has_no_outcome(moment, cast, placement):
    with pytest.raises(Conflict) as refused:
        record(placement, cast["coordinator"], moment)
    assert "over" in str(refused.value) or "terminé" in str(refused.value)


@pytest.mark.parametrize("moment", ["week_13", "week_26", "week_52"])
def test_each_check_opens_two_weeks_before_its_day_and_says_so(moment, cast, over):
    with pytest.raises(Conflict, match=OPENS[moment].isoformat()):
        record(over, cast["coordinator"], moment, today=OPENS[moment] - dt.timedelta(days=1))
    assert not Outcome.objects.exists()
    assert record(over, cast["coordinator"], moment).moment == moment


def test_an_early_end_counts_from_its_own_last_day(cast, placement):
    by = cast["coordinator"]
    with noon(dt.date(2026, 11, 23)):
        over = move_placement(placement, "end-early", by=by, ended_on=dt.date(2026, 6, 30),
                              ended_by="host", reason="Fin du mandat")  # fmt: skip
        assert record_outcome(
            over, by=by, moment="week_13", checked_on=dt.date(2026, 9, 29), **FOUND
        )
        with pytest.raises(Conflict, match="2026-12-15"):
            record_outcome(over, by=by, moment="week_26", checked_on=dt.date(2026, 11, 23), **FOUND)


@pytest.mark.parametrize("moment", STEP)
def test_the_follow_up_of_the_schedule_is_done_in_the_same_change(moment, cast, over):
    by = cast["coordinator"]
    outcome = record(over, by, moment, mode="email")
    follow_up = FollowUp.objects.get(placement=over, step__code=STEP[moment])
    assert outcome.follow_up == follow_up
    assert (follow_up.done_on, follow_up.done_by, follow_up.mode, follow_up.summary) == (
        outcome.checked_on, by, "email", "",
    )  # fmt: skip
    told = ChangeSet.objects.latest("number")
    assert told.verb == "cases.outcome.record"
    touched = told.changed_rows.values_list("model", flat=True)
    assert sorted(touched) == ["cases.followup", "cases.outcome"]
    others = set(STEP.values()) - {STEP[moment]}
    left = FollowUp.objects.filter(placement=over, step__code__in=others).to_do()
    assert set(left.values_list("step__code", flat=True)) == others


def test_a_follow_up_done_before_keeps_what_was_said_of_it(cast, over):
    by = cast["coordinator"]
    follow_up = FollowUp.objects.get(placement=over, step__code="closing")
    with noon(dt.date(2026, 11, 23)):
        from_hand = complete_follow_up(
            follow_up, by=by, done_on=dt.date(2026, 11, 21), mode="visit"
        )
    outcome = record(over, by, today=dt.date(2026, 11, 24))
    from_hand.refresh_from_db()
    assert (from_hand.done_on, from_hand.mode) == (dt.date(2026, 11, 21), "visit")
    assert outcome.follow_up == from_hand


def test_a_closed_case_still_learns_what_became_of_the_person(cast, over, case):
    by = cast["coordinator"]
    with noon(dt.date(2026, 12, 1)):
        move_case(case, "close", by=by, closed_on="2026-12-01", closure_reason="hired_same",
                  reason="Embauche")  # fmt: skip
    outcome = record(over, by, "week_52")
    assert (outcome.follow_up, outcome.situation) == (None, "casual_same")
    case.refresh_from_db()
    assert case.status == "closed"


def test_a_moment_is_recorded_once(cast, over):
    record(over, cast["coordinator"])
    with pytest.raises(Conflict):
        record(over, cast["coordinator"])
    with pytest.raises(Invalid) as refused:
        record_outcome(over, by=cast["coordinator"], moment="week_99", checked_on=ENDED, **FOUND)
    assert list(refused.value.fields) == ["moment"]
    assert Outcome.objects.count() == 1


def test_the_four_moments_say_where_they_stand(cast, over):
    outcome = record(over, cast["coordinator"])
    with noon(dt.date(2027, 3, 1)):
        states = moments_of(over, [outcome])
        assert [(s.moment, s.opens_on, s.due_on) for s in states] == [
            (moment, OPENS[moment], DUE[moment]) for moment in OPENS
        ]
        assert [s.outcome for s in states] == [outcome, None, None, None]
        assert [s.is_open for s in states] == [False, True, False, False]
        assert [s.is_late for s in states] == [False, True, False, False]


# ------------------------------------------------------------------ what must hold
WRONG = {
    "checked tomorrow": ({"checked_on": dt.date(2027, 2, 6)}, ["checked_on"]),
    "checked before the window": ({"checked_on": dt.date(2027, 2, 4)}, ["checked_on"]),
    "since after the check": ({"started_on": dt.date(2027, 2, 6)}, ["started_on"]),
    "no such situation": ({"situation": "rich"}, ["situation"]),
    "no such source": ({"source": "rumour"}, ["source"]),
    "no such way": ({"mode": "dream"}, ["mode"]),
    "linked to nothing": ({"situation": "searching", "is_linked": True}, ["is_linked"]),
    "kept a job never found": ({"is_retained": True}, ["is_retained"]),
    "lost a job never found": ({"is_retained": False}, ["is_retained"]),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_does_not_hold_names_its_field_and_leaves_nothing(what, cast, over):
    changed, fields = WRONG[what]
    before = ChangeSet.objects.count()
    with pytest.raises(Invalid) as refused:
        record(over, cast["coordinator"], "week_13", **changed)
    assert list(refused.value.fields) == fields
    assert ChangeSet.objects.count() == before
    assert FollowUp.objects.get(placement=over, step__code="outcome-13").done_on is None


@pytest.mark.parametrize("situation", ["studies", "searching", "inactive", "unknown"])
def test_a_job_class_goes_with_a_job(situation, cast, over):
    job = JobClass.objects.order_by("code").first()
    with pytest.raises(Invalid) as refused:
        record(over, cast["coordinator"], situation=situation, job_class=job)
    assert list(refused.value.fields) == ["job_class"]
    assert record(over, cast["coordinator"], situation="private", job_class=job).job_class == job


# situation found first, then (situation, kept) at the next moment → whether that holds
KEPT = [
    ("casual_same", "casual_same", True, True),
    ("casual_same", "private", False, True),
    ("casual_same", "casual_same", None, True),
    ("casual_same", "searching", False, True),
    ("casual_same", "searching", True, False),
    ("regular_same", "unknown", None, True),
    ("studies", "private", True, False),
    ("studies", "private", None, True),
    ("searching", "private", False, False),
]


@pytest.mark.parametrize(("first", "then", "kept", "holds"), KEPT)
def test_whether_a_job_lasted_is_asked_where_one_was_found_before(
    first, then, kept, holds, cast, over
):
    record(over, cast["coordinator"], situation=first)
    if holds:
        outcome = record(over, cast["coordinator"], "week_26", situation=then, is_retained=kept)
        assert outcome.is_retained is kept
    else:
        with pytest.raises(Invalid) as refused:
            record(over, cast["coordinator"], "week_26", situation=then, is_retained=kept)
        assert list(refused.value.fields) == ["is_retained"]


def test_a_later_job_says_nothing_of_an_earlier_moment(cast, over):
    record(over, cast["coordinator"], "week_26")
    with pytest.raises(Invalid):
        record(over, cast["coordinator"], "week_13", today=dt.date(2027, 6, 1), is_retained=True)


def test_evidence_is_a_document_of_the_case_in_force_and_not_of_the_health_tier(
    cast, over, case, case_elsewhere
):
    by = cast["health_coordinator"]
    give_consent(case.participant, by=by, purpose="health", text_version="1",
                 given_on=dt.date(2026, 1, 14))  # fmt: skip
    good = put(case, by, kind="evidence")
    old = put(case, by, content=files.png(), name="a.png")
    put(case, by, content=files.jpeg(), name="b.jpg", replaces=old)
    gone = put(case, by, content=files.docx(), name="c.docx")
    withdraw_document(gone, by=by, reason="Erreur")
    bad = [
        old,
        gone,
        put(case, by, content=files.odt(), name="d.odt", audience="health"),
        add_document(
            case_elsewhere, by=cast["lead"], file=named(files.pdf(), "e.pdf"), kind="other"
        ),
    ]
    for document in bad:
        with pytest.raises(Invalid) as refused:
            record(over, by, evidence=document)
        assert list(refused.value.fields) == ["evidence"]
    outcome = record(over, by, evidence=good)
    # Withdrawn since, it stays named; another wrong one is not taken.
    withdraw_document(good, by=by, reason="Remplacée")
    assert update_outcome(outcome, by=by, comment="Vu", evidence=good).evidence == good
    with pytest.raises(Invalid):
        update_outcome(outcome, by=by, evidence=gone)


def test_a_correction_is_one_change_and_nothing_is_none(cast, over):
    by = cast["coordinator"]
    outcome = record(over, by)
    before = ChangeSet.objects.count()
    update_outcome(outcome, by=by, situation="casual_same")
    assert ChangeSet.objects.count() == before
    outcome = update_outcome(outcome, by=by, version=outcome.version, situation="studies")
    assert (outcome.situation, ChangeSet.objects.latest("number").verb) == (
        "studies", "cases.outcome.update",
    )  # fmt: skip
    with pytest.raises(Stale):
        update_outcome(outcome, by=by, version=1, situation="private")
    with pytest.raises(Invalid):
        update_outcome(outcome, by=by, situation="searching", is_linked=True)
    outcome.refresh_from_db()
    assert outcome.situation == "studies"


# ------------------------------------------------------------------ what waits
WAITS = {
    dt.date(2026, 11, 21): ["closing"],
    dt.date(2027, 2, 4): ["closing"],
    dt.date(2027, 2, 5): ["closing", "outcome-13"],
    dt.date(2027, 5, 7): ["closing", "outcome-13", "outcome-26"],
    dt.date(2027, 11, 5): ["closing", "outcome-13", "outcome-26", "outcome-52"],
}


@pytest.mark.parametrize("today", WAITS)
def test_what_waits_to_be_recorded(today, over):
    found = awaiting(today).order_by("due_on").values_list("step__code", flat=True)
    assert list(found) == WAITS[today]


def test_nothing_waits_of_a_placement_under_way_nor_once_recorded(cast, placement):
    with noon(dt.date(2026, 11, 23)):
        assert not awaiting(dt.date(2028, 1, 1)).exists()
        over = move_placement(placement, "complete", by=cast["coordinator"], ended_on=ENDED)
    record(over, cast["coordinator"])
    assert not awaiting(dt.date(2026, 11, 30)).exists()
