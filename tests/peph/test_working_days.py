"""The rule of working days, written out."""

import datetime as dt

import pytest

from peph.working_days import working_days_after

# From a day, so many working days later; 2026-11-23 is a Monday.
DELAYS = [
    ("2026-11-23", 0, "2026-11-23"),
    ("2026-11-23", 1, "2026-11-24"),
    ("2026-11-23", 4, "2026-11-27"),
    ("2026-11-23", 5, "2026-11-30"),
    ("2026-11-23", 10, "2026-12-07"),
    ("2026-11-27", 1, "2026-11-30"),
    ("2026-11-27", 10, "2026-12-11"),
    ("2026-11-28", 1, "2026-11-30"),
    ("2026-11-29", 10, "2026-12-11"),
    ("2026-12-31", 1, "2027-01-01"),
]


@pytest.mark.parametrize(("day", "number", "expected"), DELAYS)
def test_a_delay_in_working_days_skips_the_week_ends(day, number, expected):
    assert working_days_after(dt.date.fromisoformat(day), number).isoformat() == expected
