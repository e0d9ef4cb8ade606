"""Days on which offices work: what a delay counted in working days is counted by."""

import datetime as dt

SATURDAY = 5


def working_days_after(day: dt.date, number: int) -> dt.date:
    """The day that comes `number` working days after `day`; weekends are skipped."""
    while number > 0:
        day += dt.timedelta(days=1)
        if day.weekday() < SATURDAY:
            number -= 1
    return day
