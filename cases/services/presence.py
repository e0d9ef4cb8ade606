"""Presence during a placement, summed from its reports.

Hours only. Why somebody was absent is never asked, stored or shown: it is health information more often
than not (Access Act, s. 64: nothing is collected that the programme does not need).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from cases.models import Placement, Report, Suspension

_TENTH = Decimal("0.1")
_NONE = Decimal("0.0")


@dataclass(frozen=True, slots=True)
class Presence:
    """What the reports tell, beside what was agreed. None: not known.

    `weeks` of work so far leave out suspensions; `hours_expected` is these weeks at the agreed hours,
    `hours_untold` what no report covers yet, `rate` the percentage of reported hours that were worked.
    """

    hours_worked: Decimal
    hours_absent: Decimal
    rate: Decimal | None
    weeks: Decimal
    hours_expected: Decimal | None
    hours_untold: Decimal | None
    reported_until: dt.date | None
    hours_missed: int | None


def presence_of(
    placement: Placement,
    reports: Iterable[Report],
    suspensions: Iterable[Suspension],
    today: dt.date,
) -> Presence:
    """Sum the reports of one placement as of `today`."""
    told = list(reports)
    worked = sum((each.hours_worked for each in told), _NONE)
    absent = sum((each.hours_absent for each in told), _NONE)
    days = _days_of_work(placement, suspensions, today)
    expected = placement.hours_per_week and _tenth(placement.hours_per_week * days / 7)
    return Presence(
        hours_worked=_tenth(worked),
        hours_absent=_tenth(absent),
        rate=_tenth(100 * worked / (worked + absent)) if worked + absent else None,
        weeks=_tenth(Decimal(days) / 7),
        hours_expected=expected,
        hours_untold=None if expected is None else max(_tenth(expected - worked - absent), _NONE),
        reported_until=max((each.to_on for each in told), default=None),
        hours_missed=placement.hours_missed,
    )


def _days_of_work(placement: Placement, suspensions: Iterable[Suspension], today: dt.date) -> int:
    """Days from the first one to the last one or today, without those the placement stood still."""
    if placement.started_on is None or placement.started_on > today:
        return 0
    last = min(placement.ended_on or today, today)
    day_after = last + dt.timedelta(days=1)
    rows = list(suspensions)
    # The present suspension lasts until somebody is back, whatever was expected.
    breaks = [(each.suspended_on, each.resumed_on or day_after) for each in rows]
    if placement.resume_on and placement.suspended_on and all(each.resumed_on for each in rows):
        # An import brings the present suspension without a row of its own.
        breaks.append((placement.suspended_on, day_after))
    still = sum(
        max((min(back, day_after) - max(left, placement.started_on)).days, 0)
        for left, back in breaks
    )
    return (day_after - placement.started_on).days - still


def _tenth(value: Decimal) -> Decimal:
    return value.quantize(_TENTH, rounding=ROUND_HALF_UP)
