"""Whatever happens to a placement, exactly what is not done follows its dates.

Random lives of a placement, day after day, held against the schedule written out here as plain weeks.
"""

import contextlib
import datetime as dt

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.models import FollowUp, Placement
from cases.services.cases import move_case
from cases.services.follow_ups import complete_follow_up, update_follow_up
from cases.services.key_date_changes import ask_key_date_change, move_key_date_change
from cases.services.participants import give_consent
from cases.services.placements import move_placement, open_placement
from peph.errors import Conflict, Invalid

# DOMAIN §3.6: weeks from the first day, and weeks from the last one.
FROM_START = {
    "readiness": -3, "welcome": 1, "first-check": 4, "quarter-1": 13, "mid-evaluation": 26,
    "quarter-3": 39,
}  # fmt: skip
FROM_END = {
    "decision": -8, "final-evaluation": -2, "closing": 0, "outcome-13": 13, "outcome-26": 26,
    "outcome-52": 52,
}  # fmt: skip
OPENED = dt.date(2026, 6, 1)
# What can happen from each status. Drawn from what is possible, so that a life of ten steps has several
# suspensions and extensions in it; what ends a placement is one chance among many.
POSSIBLE = {
    "preparation": "start start start start replan replan-start put-off report cancel no-show",
    "active": (
        "suspend suspend suspend suspend extend extend replan correct-start put-off report report"
        " end-early complete"
    ),
    "suspended": "resume resume resume resume-later replan correct-start put-off report end-early",
    "extended": "approve-extension approve-extension refuse-extension put-off report end-early",
    "completed": "report put-off",
    "ended_early": "report put-off",
}


def weeks(number):
    return dt.timedelta(weeks=number)


def days(number):
    return dt.timedelta(days=number)


@pytest.fixture
def opened(cast, world, case_elsewhere):
    """A placement signed and in preparation on the day it was opened."""
    by, day = cast["lead"], OPENED
    with time_machine.travel(dt.datetime.combine(day, dt.time(15), dt.UTC), tick=False):
        person = case_elsewhere.participant
        give_consent(person, by=by, purpose="case_management", text_version="1", given_on=day)
        for name, inputs in (
            ("start-intake", {"first_contact_on": day}),
            ("start-review", {"applied_on": day}),
            ("admit", {"decided_on": day}),
        ):
            move_case(case_elsewhere, name, by=by, **inputs)
        placement = open_placement(
            case_elsewhere, by=by, site=world.site_06, planned_start=dt.date(2026, 7, 6)
        )
        move_placement(placement, "sign", by=by, signed_on=day)
        return move_placement(placement, "prepare", by=by)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
@given(data=st.data())
def test_whatever_happens_exactly_what_is_not_done_follows_the_placement(data, cast, opened):
    point = transaction.savepoint()
    try:
        _live(Life(data.draw, cast, opened.pk))
    finally:
        transaction.savepoint_rollback(point)


class Life:
    """One placement from day to day, and beside it what the test itself knows of that life."""

    def __init__(self, draw, cast, pk):
        self.draw, self.cast, self.pk = draw, cast, pk
        self.day, self.ended = OPENED, None
        # [first day of a suspension, day of the return], what was done, days put off by somebody.
        self.breaks, self.done, self.put_off = [], {}, {}
        # Those days as they stood when the placement ended: what lay beyond the end then fell away.
        self.put_off_at_end = {}

    def about(self, fewest, most):
        return self.draw(st.integers(fewest, most))

    @property
    def placement(self):
        return Placement.objects.get(pk=self.pk)


def _live(life):
    for _each in range(life.about(1, 12)):
        possible = POSSIBLE.get(life.placement.status)
        if possible is None:
            return
        happening = life.draw(st.sampled_from(possible.split()))
        life.day += days(life.about(0, 60))
        with time_machine.travel(dt.datetime.combine(life.day, dt.time(15), dt.UTC), tick=False):
            # What is refused leaves everything as it was.
            with contextlib.suppress(Conflict, Invalid):
                HAPPENINGS[happening](life, life.placement)
            _check(life)


def _move(life, placement, name, by="lead", **inputs):
    return move_placement(placement, name, by=life.cast[by], **inputs)


def _start(life, placement):
    _move(life, placement, "start", started_on=life.day - days(life.about(0, 10)))


def _suspend(life, placement):
    left, back = life.day - days(life.about(0, 10)), life.day + days(life.about(1, 120))
    _move(life, placement, "suspend", suspended_on=left, resume_on=back, reason="Pause")
    life.breaks.append([left, back])


def _resume(life, placement, **inputs):
    back = life.day - days(life.about(0, 10))
    _move(life, placement, "resume", resumed_on=back, **inputs)
    life.breaks[-1][1] = back


def _resume_later(life, placement):
    _resume(life, placement, planned_end=placement.planned_end + days(life.about(1, 90)))


def _extend(life, placement):
    later = placement.planned_end + days(life.about(1, 120))
    _move(life, placement, "extend", extension_end=later, reason="À consolider")


def _replan(life, placement):
    _correct(life, placement, "planned_end", days(life.about(-120, 60)))


def _replan_start(life, placement):
    _correct(life, placement, "planned_start", days(life.about(-30, 60)))


def _correct_start(life, placement):
    _correct(life, placement, "started_on", days(life.about(-30, 30)))


def _correct(life, placement, name, by):
    """A key date, once the agreement is signed: one person asks, another applies."""
    asked = ask_key_date_change(
        placement, by=life.cast["lead"], key_date=name, corrected=getattr(placement, name) + by,
        reason="Erreur de saisie",
    )  # fmt: skip
    move_key_date_change(asked, "apply", by=life.cast["second_lead"])


def _end(life, placement, name, **inputs):
    _move(life, placement, name, ended_on=life.day - days(life.about(0, 10)), **inputs)
    life.ended, life.put_off_at_end = life.day, dict(life.put_off)


def _some_to_do(life, placement):
    rows = list(placement.follow_ups.to_do().select_related("step").order_by("due_on", "pk"))
    if not rows:
        raise Conflict
    return rows[life.about(0, len(rows) - 1)]


def _put_off(life, placement):
    row, more = _some_to_do(life, placement), life.about(-5, 30)
    update_follow_up(row, by=life.cast["lead"], due_on=row.due_on + days(more))
    life.put_off[row.step.code] = life.put_off.get(row.step.code, 0) + more


def _report(life, placement):
    row = _some_to_do(life, placement)
    row = complete_follow_up(
        row, by=life.cast["lead"], done_on=life.day, mode="call", summary=f"Jour {life.day}"
    )
    life.done[row.pk] = (row.step.code, row.due_on, row.done_on, row.summary)


HAPPENINGS = {
    "start": _start,
    "suspend": _suspend,
    "resume": _resume,
    "resume-later": _resume_later,
    "extend": _extend,
    "approve-extension": lambda life, x: _move(life, x, "approve-extension", by="second_lead"),
    "refuse-extension": lambda life, x: _move(life, x, "refuse-extension", reason="Non"),
    "end-early": lambda life, x: _end(life, x, "end-early", ended_by="host", reason="Fin"),
    "complete": lambda life, x: _end(life, x, "complete"),
    "no-show": lambda life, x: _move(life, x, "no-show", expected_on=life.day, reason="Appels"),
    "cancel": lambda life, x: _move(life, x, "cancel", reason="Annulé"),
    "replan": _replan,
    "replan-start": _replan_start,
    "correct-start": _correct_start,
    "put-off": _put_off,
    "report": _report,
}


def test_everything_that_can_happen_is_drawn_from_some_status():
    assert set(HAPPENINGS) == set(" ".join(POSSIBLE.values()).split())


def _check(life):
    placement = life.placement
    rows = list(FollowUp.objects.filter(placement=placement).select_related("step"))
    to_do = {row.step.code: row.due_on for row in rows if row.done_on is None}
    finished = {row.step.code for row in rows if row.done_on is not None}

    assert len(rows) == len(to_do) + len(finished), "none doubled"
    assert {
        row.pk: (row.step.code, row.due_on, row.done_on, row.summary)
        for row in rows
        if row.done_on is not None
    } == life.done, "what is done is not touched"
    owed = _owed(life, placement)
    assert to_do == {code: due for code, due in owed.items() if code not in finished}, (
        "none lost, none too many, each on its day"
    )
    first = placement.started_on or placement.planned_start
    put_earlier = {code for code, by in life.put_off.items() if by < 0}
    assert all(
        due >= first
        for code, due in to_do.items()
        if code != "readiness" and code not in put_earlier
    ), "no task before its placement"


def _owed(life, placement):
    """What is owed and when, written out from the life as the test lived it."""
    if placement.status in ("no_show", "cancelled"):
        return {}
    first = placement.started_on or placement.planned_start
    last = placement.ended_on or placement.planned_end
    owed = {}
    for code, after in FROM_START.items():
        due = first + weeks(after)
        for left, back in life.breaks:
            if due >= left:
                due += back - left
        beyond = life.ended and due + days(life.put_off_at_end.get(code, 0)) > last
        if due <= last and not beyond:
            owed[code] = due + days(life.put_off.get(code, 0))
        else:
            # It fell away, and with it the day somebody had chosen.
            life.put_off.pop(code, None)
    for code, after in FROM_END.items():
        due = last + weeks(after)
        if not life.ended:
            due = max(due, first)
        elif code == "decision":
            continue
        elif code in ("final-evaluation", "closing"):
            # Owed the day the end was written down, not in the past.
            due = max(last, life.ended)
        owed[code] = due + days(life.put_off.get(code, 0))
    return owed


def test_a_day_chosen_by_a_person_keeps_its_distance_to_the_plan(cast, placement):
    with time_machine.travel(dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC), tick=False):
        closing = placement.follow_ups.get(step__code="closing")
        update_follow_up(closing, by=cast["coordinator"], due_on=dt.date(2027, 4, 14))
        move_placement(
            placement, "extend", by=cast["coordinator"], extension_end="2027-04-18", reason="Une"
        )
        move_placement(placement, "approve-extension", by=cast["colleague"])

    # Three days after the end first planned: three days after the new one.
    closing.refresh_from_db()
    assert closing.due_on == dt.date(2027, 4, 21)


def test_a_suspension_keeps_its_dates_and_its_reason(cast, placement):
    by = cast["coordinator"]
    with time_machine.travel(dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC), tick=False):
        move_placement(
            placement, "suspend", by=by, suspended_on="2026-11-16", resume_on="2026-12-14",
            reason="Congé",
        )  # fmt: skip
        move_placement(placement, "resume", by=by, resumed_on="2026-11-20")
        with pytest.raises(Invalid) as refused:
            move_placement(
                placement, "suspend", by=by, suspended_on="2026-11-19", resume_on="2026-12-14",
                reason="Encore",
            )  # fmt: skip

    assert list(refused.value.fields) == ["suspended_on"]
    (kept,) = placement.suspensions.all()
    assert (kept.suspended_on, kept.expected_on, kept.resumed_on, kept.reason) == (
        dt.date(2026, 11, 16), dt.date(2026, 12, 14), dt.date(2026, 11, 20), "Congé",
    )  # fmt: skip


def test_a_check_put_off_beyond_an_early_end_falls_away(cast, placement):
    with time_machine.travel(dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC), tick=False):
        check = placement.follow_ups.get(step__code="mid-evaluation")
        update_follow_up(check, by=cast["coordinator"], due_on=dt.date(2026, 12, 1))
        move_placement(
            placement, "end-early", by=cast["coordinator"], ended_on="2026-11-20", ended_by="host",
            reason="Réorganisation",
        )  # fmt: skip

    assert not FollowUp.objects.filter(pk=check.pk).exists()


# The first check is due 2026-05-11; suspended for two weeks from the day on the left.
@pytest.mark.parametrize(
    ("left", "due"),
    [("2026-05-10", "2026-05-25"), ("2026-05-11", "2026-05-25"), ("2026-05-12", "2026-05-11")],
)
def test_what_is_due_on_the_first_day_of_a_suspension_waits_as_well(left, due, cast, placement):
    with time_machine.travel(dt.datetime(2026, 5, 12, 15, tzinfo=dt.UTC), tick=False):
        back = dt.date.fromisoformat(left) + dt.timedelta(days=14)
        move_placement(
            placement, "suspend", by=cast["lead"], suspended_on=left, resume_on=back, reason="Congé"
        )
    assert placement.follow_ups.get(step__code="first-check").due_on.isoformat() == due
