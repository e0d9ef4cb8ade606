"""Whatever happens to a placement, exactly what is not done follows its dates.

Random lives of a placement, day after day, held against the schedule written out here as plain weeks.
"""

import datetime as dt

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.models import FollowUp, Placement
from cases.services.cases import move_case
from cases.services.follow_ups import complete_follow_up, update_follow_up
from cases.services.participants import give_consent
from cases.services.placements import move_placement, open_placement, update_placement
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
# What can happen on a day, with how many days it is about; what is not possible then is refused.
HAPPENINGS = (
    "start", "start", "start", "suspend", "resume", "extend", "approve-extension", "refuse-extension",
    "end-early", "complete", "no-show", "cancel", "replan", "report",
)  # fmt: skip
LIVES = st.lists(
    st.tuples(st.sampled_from(HAPPENINGS), st.integers(0, 90), st.integers(1, 120)),
    min_size=1,
    max_size=12,
)


def weeks(number):
    return dt.timedelta(weeks=number)


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
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    database=None,
)
@given(life=LIVES)
def test_whatever_happens_exactly_what_is_not_done_follows_the_placement(life, cast, opened):
    point = transaction.savepoint()
    try:
        _live(life, cast, opened.pk)
    finally:
        transaction.savepoint_rollback(point)


def _live(life, cast, pk):
    day, breaks, done = OPENED, [], {}
    for happening, passed, length in life:
        day += dt.timedelta(days=passed)
        with time_machine.travel(dt.datetime.combine(day, dt.time(15), dt.UTC), tick=False):
            placement = Placement.objects.get(pk=pk)
            try:
                _happen(happening, placement, cast, day, length)
            except (Conflict, Invalid):
                continue
            _remember(happening, breaks, day, length)
            placement = Placement.objects.get(pk=pk)
            for row in FollowUp.objects.filter(placement=placement, done_on=day):
                done.setdefault(row.pk, (row.due_on, row.done_on, row.summary))
            _check(placement, breaks, done, day)


def _happen(happening, placement, cast, day, length):
    by, later = cast["lead"], day + dt.timedelta(days=length)
    if happening == "replan":
        update_placement(
            placement, by=by, planned_end=placement.planned_end + dt.timedelta(days=length - 60)
        )
    elif happening == "report":
        row = placement.follow_ups.to_do().order_by("due_on").first()
        if row is None:
            raise Conflict
        complete_follow_up(row, by=by, done_on=day, mode="call", summary=f"Jour {day}")
    else:
        inputs = {
            "start": {"started_on": day},
            "suspend": {"suspended_on": day, "resume_on": later, "reason": "Pause"},
            "resume": {"resumed_on": day},
            "extend": {
                "extension_end": placement.planned_end + dt.timedelta(days=length),
                "reason": "À consolider",
            },
            "approve-extension": {},
            "refuse-extension": {"reason": "Non"},
            "end-early": {"ended_on": day, "ended_by": "host", "reason": "Fin"},
            "complete": {"ended_on": day},
            "no-show": {"expected_on": day, "reason": "Appels"},
            "cancel": {"reason": "Annulé"},
        }[happening]
        asker = cast["second_lead"] if happening == "approve-extension" else by
        move_placement(placement, happening, by=asker, **inputs)


def _remember(happening, breaks, day, length):
    if happening == "suspend":
        breaks.append([day, day + dt.timedelta(days=length)])
    elif happening == "resume":
        breaks[-1][1] = day


def _check(placement, breaks, done, day):
    rows = list(FollowUp.objects.filter(placement=placement).select_related("step"))
    to_do = {row.step.code: row.due_on for row in rows if row.done_on is None}
    finished = {row.step.code for row in rows if row.done_on is not None}

    assert len(rows) == len(to_do) + len(finished), "none doubled"
    assert {
        row.pk: (row.due_on, row.done_on, row.summary) for row in rows if row.done_on is not None
    } == done, "what is done is not touched"
    over = placement.status in ("completed", "ended_early")
    if placement.status in ("no_show", "cancelled"):
        assert to_do == {}
        return
    first = placement.started_on or placement.planned_start
    last = placement.ended_on or placement.planned_end
    expected = {}
    for code, after in FROM_START.items():
        due = first + weeks(after)
        for left, back in breaks:
            if due >= left:
                due += back - left
        if due <= last:
            expected[code] = due
    for code, after in FROM_END.items():
        due = last + weeks(after)
        if not over:
            # Never before the first day.
            expected[code] = max(due, first)
        elif code in ("final-evaluation", "closing"):
            # Owed the day it ended, whenever the end was written down; later moves do not happen.
            expected[code] = to_do.get(code)
            assert code in finished or expected[code] >= last
        elif code != "decision":
            expected[code] = due
    assert to_do == {code: due for code, due in expected.items() if code not in finished}
    assert all(due >= first for code, due in to_do.items() if code != "readiness")


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
