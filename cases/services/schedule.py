"""The follow-ups a placement owes: generated from the programme's schedule, recalculated while not done.

DOMAIN §3.6 gives the default steps. Steps counted from the start follow the first day worked, those
counted from the end follow the last day planned or worked.
"""

import datetime as dt

from django.utils import timezone

from cases.models import FollowUp, Placement
from organizations.models import FollowUpStep

START, END = FollowUpStep.Anchor.START, FollowUpStep.Anchor.END


def due_date(step: FollowUpStep, placement: Placement) -> dt.date:
    """The day `step` is due for this placement."""
    origin = placement.starts_on if step.anchor == START else placement.ends_on
    return origin + dt.timedelta(weeks=step.weeks)


def generate(placement: Placement, *, not_before: dt.date | None = None) -> list[FollowUp]:
    """Write one follow-up for each step; `not_before` leaves out what an import would make late at once."""
    follow_ups = pending(placement, FollowUpStep.objects.all(), not_before=not_before)
    for follow_up in follow_ups:
        follow_up.save()
    return follow_ups


def pending(
    placement: Placement, steps: object, *, not_before: dt.date | None = None
) -> list[FollowUp]:
    """The follow-ups `generate` writes, unsaved: a bulk import writes them itself."""
    return [
        FollowUp(
            case_id=placement.case_id,
            placement=placement,
            region_id=placement.region_id,
            step=step,
            due_on=due,
            responsible_id=placement.case.coordinator_id,
        )
        for step in steps  # type: ignore[attr-defined]
        if (due := due_date(step, placement))
        and (not_before is None or due >= not_before)
        and (step.anchor == END or due <= placement.ends_on)
    ]


def recalculate(placement: Placement, *anchors: str) -> None:
    """Move what is not done to where the placement's dates now put it."""
    for follow_up, step in _to_do(placement, anchors):
        _move(follow_up, due_date(step, placement))


def shift(placement: Placement, *, since: dt.date, days: int) -> None:
    """Move what was due from `since` on, counted from the start, by `days`: an interruption."""
    for follow_up, _step in _to_do(placement, (START,)):
        if follow_up.due_on >= since:
            _move(follow_up, follow_up.due_on + dt.timedelta(days=days))


def close_out(placement: Placement, ended_on: dt.date) -> None:
    """After the last day: what lay beyond it falls away, end and outcome checks count from it.

    A decision meeting that was not held has no object any more; a final evaluation not yet made is due
    now at the latest, not in the past.
    """
    today = timezone.localdate()
    for follow_up, step in _to_do(placement, (START, END)):
        if step.anchor == START:
            if follow_up.due_on > ended_on:
                follow_up.delete()
        elif step.kind == FollowUpStep.Kind.DECISION:
            follow_up.delete()
        else:
            due = due_date(step, placement)
            _move(follow_up, due if due > ended_on else max(ended_on, today))


def drop(placement: Placement) -> None:
    """A placement that never began owes nothing."""
    placement.follow_ups.to_do().delete()


def _to_do(placement: Placement, anchors: tuple[str, ...]) -> list[tuple[FollowUp, FollowUpStep]]:
    rows = placement.follow_ups.to_do().filter(step__anchor__in=anchors).select_related("step")
    return [(row, row.step) for row in rows if row.step is not None]


def _move(follow_up: FollowUp, due_on: dt.date) -> None:
    if follow_up.due_on != due_on:
        follow_up.due_on = due_on
        follow_up.save()
