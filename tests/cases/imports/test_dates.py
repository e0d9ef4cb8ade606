"""Every way a date is typed, and what is refused with which advice."""

import datetime as dt

import pytest

from cases.imports.cleaning import Refused
from cases.imports.dates import date

NOT_A_DATE = "This is not a date. Write it as 2026-04-30."
NO_SUCH_DAY = "There is no such day in the calendar. Write the date as 2026-04-30."
AMBIGUOUS = "The day and the month cannot be told apart. Write the date as 2026-04-30, year first."
IMPLAUSIBLE = "The year must be between 1900 and 2199. Write the date as 2026-04-30."


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-04-30", dt.date(2026, 4, 30)),
        (" 2026-04-30 ", dt.date(2026, 4, 30)),
        ("2026‑04–30", dt.date(2026, 4, 30)),
        ("1983/10/07", dt.date(1983, 10, 7)),
        ("1983/1/7", dt.date(1983, 1, 7)),
        ("1983.10.07", dt.date(1983, 10, 7)),
        ("2026-04-30 00:00:00", dt.date(2026, 4, 30)),
        ("2026-04-30T00:00", dt.date(2026, 4, 30)),
        ("21 août 1978", dt.date(1978, 8, 21)),
        ("21 AOUT 1978", dt.date(1978, 8, 21)),
        ("3 févr. 1998", dt.date(1998, 2, 3)),
        ("3 févr 1998", dt.date(1998, 2, 3)),
        ("3\u00a0févr.\u00a01998", dt.date(1998, 2, 3)),
        ("1er mars 2026", dt.date(2026, 3, 1)),
        ("1er juill. 2024", dt.date(2024, 7, 1)),
        ("29 févr. 2024", dt.date(2024, 2, 29)),
        ("1 nov. 2024", dt.date(2024, 11, 1)),
        ("3 February 1998", dt.date(1998, 2, 3)),
        ("Feb 3, 1998", dt.date(1998, 2, 3)),
        (dt.datetime.fromisoformat("1970-12-28"), dt.date(1970, 12, 28)),
        (dt.datetime.fromisoformat("1970-12-28 13:00"), dt.date(1970, 12, 28)),
        (dt.date(1970, 12, 28), dt.date(1970, 12, 28)),
        (25930, dt.date(1970, 12, 28)),
        (25930.5, dt.date(1970, 12, 28)),
        (61, dt.date(1900, 3, 1)),
        ("", None),
        ("  ", None),
        (None, None),
    ],
)
def test_a_date_is_read_however_it_is_typed(cell, expected):
    assert date(cell) == expected


@pytest.mark.parametrize(
    ("typed", "month"),
    [
        ("janvier", 1), ("janv.", 1), ("février", 2), ("fév.", 2), ("mars", 3), ("avril", 4),
        ("avr.", 4), ("mai", 5), ("juin", 6), ("juillet", 7), ("juil.", 7), ("août", 8),
        ("septembre", 9), ("sept.", 9), ("octobre", 10), ("oct.", 10), ("novembre", 11),
        ("nov.", 11), ("décembre", 12), ("déc.", 12),
    ],
)  # fmt: skip
def test_every_french_month_is_known_long_and_short(typed, month):
    assert date(f"5 {typed} 2026") == dt.date(2026, month, 5)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("31 févr. 1990", NO_SUCH_DAY),
        ("2026-02-30", NO_SUCH_DAY),
        ("2025-13-01", NO_SUCH_DAY),
        ("29 févr. 2025", NO_SUCH_DAY),
        ("0 mars 2025", NO_SUCH_DAY),
        ("03/04/1990", AMBIGUOUS),
        ("31/12/1990", AMBIGUOUS),
        ("3-4-90", AMBIGUOUS),
        ("03.04.1990", AMBIGUOUS),
        ("1066-10-14", IMPLAUSIBLE),
        ("2200-01-01", IMPLAUSIBLE),
        ("14 oct. 1066", IMPLAUSIBLE),
        (dt.datetime.fromisoformat("1066-10-14"), IMPLAUSIBLE),
        ("0000-01-01", NO_SUCH_DAY),
        ("bientôt", NOT_A_DATE),
        ("3 brumaire 1998", NOT_A_DATE),
        ("3 févr. 98", NOT_A_DATE),
        ("févr. 1998", NOT_A_DATE),
        ("2026", NOT_A_DATE),
        ("2026-04-30 13:00", NOT_A_DATE),
        ("2026-04/30", NOT_A_DATE),
        ("٢٠٢٦-٠٤-٣٠", NOT_A_DATE),
        ("25930", NOT_A_DATE),
        (60, NOT_A_DATE),
        (0, NOT_A_DATE),
        (-1, NOT_A_DATE),
        (20260430, NOT_A_DATE),
        (float("nan"), NOT_A_DATE),
        (float("inf"), NOT_A_DATE),
        (True, NOT_A_DATE),
        (dt.time(8, 30), NOT_A_DATE),
        (dt.timedelta(days=3), NOT_A_DATE),
    ],
)
def test_what_cannot_be_a_date_is_refused_with_advice(cell, message):
    refused = date(cell)
    assert isinstance(refused, Refused)
    assert str(refused.message) == message
