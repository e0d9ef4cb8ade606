"""Dates as people type them: real dates, ISO, day-month-year with the month in letters."""

import datetime as dt
import re

from django.utils.translation import gettext_lazy as _

from cases.imports.cleaning import DASHES, Cell, Refused, line, lookup_key

NOT_A_DATE = Refused(_("This is not a date. Write it as 2026-04-30."))
NO_SUCH_DATE = Refused(_("There is no such day in the calendar. Write the date as 2026-04-30."))
AMBIGUOUS = Refused(
    _("The day and the month cannot be told apart. Write the date as 2026-04-30, year first.")
)
IMPLAUSIBLE = Refused(_("The year must be between 1900 and 2199. Write the date as 2026-04-30."))
YEARS = range(1900, 2200)

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan january",
            "fevrier fevr fev february feb",
            "mars mar march",
            "avril avr april apr",
            "mai may",
            "juin june jun",
            "juillet juill juil july jul",
            "aout august aug",
            "septembre sept sep september",
            "octobre oct october",
            "novembre nov november",
            "decembre dec december",
        ),
        start=1,
    )
    for name in names.split()
}
# A time of midnight is what a program writes beside a date; any other hour is not a date.
YEAR_FIRST = re.compile(
    r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?:[T ]0?0:00(?::00(?:\.0+)?)?)?", re.IGNORECASE
)
DAY_OR_MONTH_FIRST = re.compile(r"[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ](?:[0-9]{2}|[0-9]{4})")
# Both work on a lookup key: no accents, dots or commas left.
DAY_MONTH_YEAR = re.compile("([0-9]{1,2})(?:er)? ([a-z]+) ([0-9]{4})")
MONTH_DAY_YEAR = re.compile("([a-z]+) ([0-9]{1,2}) ([0-9]{4})")
# The serial number of 1900-03-01. Below it spreadsheets disagree by a day: Excel believes in a
# 29 February 1900, LibreOffice does not.
FIRST_SERIAL = 61
SERIAL_ZERO = dt.date(1899, 12, 30)
LAST_SERIAL = (dt.date(YEARS[-1], 12, 31) - SERIAL_ZERO).days


def date(cell: Cell) -> dt.date | Refused | None:
    """The day a cell means, None for a blank one.

    Day/month/year in figures is refused even where only one reading is possible: the next row
    of the same spreadsheet has two.
    """
    if isinstance(cell, dt.datetime):
        return _plausible(cell.date())
    if isinstance(cell, dt.date):
        return _plausible(cell)
    if isinstance(cell, int | float):
        return _from_serial(cell)
    text = DASHES.sub("-", line(cell))
    return _from_text(text) if text else None


def _plausible(day: dt.date) -> dt.date | Refused:
    return day if day.year in YEARS else IMPLAUSIBLE


def _from_serial(number: float) -> dt.date | Refused:
    if not FIRST_SERIAL <= number < LAST_SERIAL + 1:
        return NOT_A_DATE
    return SERIAL_ZERO + dt.timedelta(days=int(number))


def _from_text(text: str) -> dt.date | Refused:
    if found := YEAR_FIRST.fullmatch(text):
        return _day(found[1], int(found[3]), found[4])
    if DAY_OR_MONTH_FIRST.fullmatch(text):
        return AMBIGUOUS
    key = lookup_key(text)
    if (found := DAY_MONTH_YEAR.fullmatch(key)) and found[2] in MONTHS:
        return _day(found[3], MONTHS[found[2]], found[1])
    if (found := MONTH_DAY_YEAR.fullmatch(key)) and found[1] in MONTHS:
        return _day(found[3], MONTHS[found[1]], found[2])
    return NOT_A_DATE


def _day(year: str, month: int, day: str) -> dt.date | Refused:
    try:
        return _plausible(dt.date(int(year), month, int(day)))
    except ValueError:
        return NO_SUCH_DATE
