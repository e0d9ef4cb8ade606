"""Counting months as people do: the same day of the month, or its last one."""

import calendar
import datetime as dt


def months_after(day: dt.date, months: int) -> dt.date:
    """The day so many months later; the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    # Far beyond anybody's life the calendar ends.
    if year > dt.MAXYEAR:
        return dt.date.max
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def last_day_past(today: dt.date, months: int) -> dt.date:
    """The last day whose term of so many months is over today."""
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    if year < dt.MINYEAR:
        return dt.date.min
    longest = calendar.monthrange(year, month + 1)[1]
    if today.day == calendar.monthrange(today.year, today.month)[1]:
        # On the last day of a month the terms begun on a longer month's last days are over too.
        return dt.date(year, month + 1, longest)
    return dt.date(year, month + 1, min(today.day, longest))
