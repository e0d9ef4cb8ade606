"""The follow-ups a placement owes: a function of its dates, its suspensions and the programme's schedule.

DOMAIN §3.6 gives the default steps. Steps counted from the start follow the first day worked and wait
while the placement stands still; those counted from the end follow the last day planned or worked.
`plan` says what is owed and when; `settle` brings what is not done there after any move.
"""

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone

from cases.models import FollowUp, Placement
from cases.workflow import PLACEMENT_ENDED, PlacementStatus
from organizations.models import FollowUpStep

START, END = FollowUpStep.Anchor.START, FollowUpStep.Anchor.END
DECISION, OUTCOME = FollowUpStep.Kind.DECISION, FollowUpStep.Kind.OUTCOME
NEVER_BEGAN = frozenset({PlacementStatus.NO_SHOW, PlacementStatus.CANCELLED})

# Day each owed step is due.
Plan = dict[FollowUpStep, dt.date]
# An interruption: the day it began, the day of the return.
Break = tuple[dt.date, dt.date]


def plan(placement: Placement) -> Plan:
    """What this placement owes as its dates and suspensions stand now."""
    return _plan(placement, FollowUpStep.objects.all(), _breaks(placement), timezone.localdate())


def generate(placement: Placement) -> None:
    """Write the follow-ups of a new placement."""
    settle(placement, {})


def pending(
    placement: Placement, steps: Iterable[FollowUpStep], *, not_before: dt.date | None = None
) -> list[FollowUp]:
    """The follow-ups of a new placement, unsaved, for a bulk writer.

    `not_before` leaves out what an import would make late at once.
    """
    due_dates = _plan(placement, steps, [], timezone.localdate())
    return [
        _follow_up(placement, step, due)
        for step, due in due_dates.items()
        if not_before is None or due >= not_before
    ]


def settle(placement: Placement, before: Plan) -> None:
    """Bring what is not done from the plan `before` a move to the plan after it.

    A day chosen by a person keeps its distance to the plan. What fell away is removed, what is newly
    owed is written (an import's past stays left out), what is done is not touched.
    """
    now = plan(placement)
    rows = {
        row.step: row
        for row in placement.follow_ups.filter(step__isnull=False).select_related("step")
    }
    over = placement.status in PLACEMENT_ENDED
    today = timezone.localdate()
    for step, due in now.items():
        row = rows.pop(step, None)
        if row is None:
            if not placement.is_imported or due >= today:
                _follow_up(placement, step, due).save()
        elif row.done_on is None:
            chosen = row.due_on + (due - before.get(step, row.due_on))
            if over and step.anchor == START and chosen > placement.ends_on:
                row.delete()
            elif chosen != row.due_on:
                row.due_on = chosen
                row.save()
    for row in rows.values():
        if row.done_on is None:
            row.delete()


# ------------------------------------------------------------------ the rule
def _plan(
    placement: Placement, steps: Iterable[FollowUpStep], breaks: list[Break], today: dt.date
) -> Plan:
    """A placement that never began owes nothing; a decision meeting has no object after the end."""
    if placement.status in NEVER_BEGAN:
        return {}
    over = placement.status in PLACEMENT_ENDED
    due_dates: Plan = {}
    for step in steps:
        if step.anchor == END:
            if not (over and step.kind == DECISION):
                due_dates[step] = _from_end(placement, step, over, today)
        elif (due := _from_start(placement, step, breaks)) <= placement.ends_on:
            due_dates[step] = due
    return due_dates


def _from_start(placement: Placement, step: FollowUpStep, breaks: list[Break]) -> dt.date:
    """Weeks of presence: each break moves what was due from its first day on."""
    due = placement.starts_on + dt.timedelta(weeks=step.weeks)
    for left, back in breaks:
        if due >= left:
            due += back - left
    return due


def _from_end(placement: Placement, step: FollowUpStep, over: bool, today: dt.date) -> dt.date:
    """Never before the first day. Once over, a final evaluation not yet made is due now, not in the past."""
    due = placement.ends_on + dt.timedelta(weeks=step.weeks)
    if over and due <= placement.ends_on:
        return max(placement.ends_on, today)
    return max(due, placement.starts_on)


def _breaks(placement: Placement) -> list[Break]:
    """The suspensions in order; the present one lasts to its expected return."""
    rows = list(placement.suspensions.all())
    breaks = [(each.suspended_on, each.resumed_on or each.expected_on) for each in rows]
    left, back = placement.suspended_on, placement.resume_on
    # An import brings the present suspension without a row of its own.
    if left and back and all(each.resumed_on for each in rows):
        breaks.append((left, back))
    return breaks


def _follow_up(placement: Placement, step: FollowUpStep, due_on: dt.date) -> FollowUp:
    return FollowUp(
        case_id=placement.case_id,
        placement=placement,
        region_id=placement.region_id,
        step=step,
        due_on=due_on,
        responsible_id=placement.case.coordinator_id,
    )
