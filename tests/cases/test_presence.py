"""Presence summed from the reports: a table of lives and what is known of each, worked out by hand."""

import datetime as dt
from dataclasses import asdict, fields
from decimal import Decimal

import pytest

from cases.models import Placement, Report, Suspension
from cases.services.presence import Presence, presence_of

START = dt.date(2026, 4, 13)
# Ten weeks to the day: the last one counted is 2026-06-21.
TODAY = dt.date(2026, 6, 21)


def _report(worked, absent, to_on):
    return Report(
        hours_worked=Decimal(worked),
        hours_absent=Decimal(absent),
        to_on=dt.date.fromisoformat(to_on),
    )


def _break(left, back=None):
    day = dt.date.fromisoformat
    return Suspension(
        suspended_on=day(left), expected_on=day("2026-12-31"), resumed_on=back and day(back)
    )


NOTHING = {
    "hours_worked": "0.0", "hours_absent": "0.0", "rate": None, "weeks": "10.0",
    "hours_expected": "350.0", "hours_untold": "350.0", "reported_until": None, "hours_missed": None,
}  # fmt: skip
TWO = [_report("130.5", "9.5", "2026-05-10"), _report("126", "14", "2026-06-07")]
TOLD = NOTHING | {
    "hours_worked": "256.5", "hours_absent": "23.5", "rate": "91.6", "hours_untold": "70.0",
    "reported_until": dt.date(2026, 6, 7),
}  # fmt: skip
UNKNOWN = {"hours_expected": None, "hours_untold": None}
# what → (the placement otherwise than active at 35 hours, reports, suspensions, what is known)
LIVES = {
    "nothing told yet": ({}, [], [], NOTHING),
    "two reports": ({}, TWO, [], TOLD),
    "hours not agreed": ({"hours_per_week": None}, TWO, [], TOLD | UNKNOWN),
    "never there": ({}, [_report("0", "35", "2026-04-19")], [], NOTHING | {
        "hours_absent": "35.0", "rate": "0.0", "hours_untold": "315.0",
        "reported_until": dt.date(2026, 4, 19)}),
    "no hour at all": ({}, [_report("0", "0", "2026-04-19")], [], NOTHING | {
        "reported_until": dt.date(2026, 4, 19)}),
    "more than agreed": ({"hours_per_week": Decimal(20)}, TWO, [], TOLD | {
        "hours_expected": "200.0", "hours_untold": "0.0"}),
    "away two weeks": ({}, TWO, [_break("2026-05-04", "2026-05-18")], TOLD | {
        "weeks": "8.0", "hours_expected": "280.0", "hours_untold": "0.0"}),
    "away since two weeks": (
        {"status": "suspended", "suspended_on": dt.date(2026, 6, 8),
         "resume_on": dt.date(2026, 12, 31)},
        TWO, [_break("2026-06-08")], TOLD | {
        "weeks": "8.0", "hours_expected": "280.0", "hours_untold": "0.0"}),
    "away since two weeks, from an import": (
        {"status": "suspended", "suspended_on": dt.date(2026, 6, 8),
         "resume_on": dt.date(2026, 6, 15)},
        TWO, [], TOLD | {
        "weeks": "8.0", "hours_expected": "280.0", "hours_untold": "0.0"}),
    "ended early": (
        {"status": "ended_early", "ended_on": dt.date(2026, 5, 10), "hours_missed": 60},
        TWO[:1], [], NOTHING | {
        "hours_worked": "130.5", "hours_absent": "9.5", "rate": "93.2", "weeks": "4.0",
        "hours_expected": "140.0", "hours_untold": "0.0", "reported_until": dt.date(2026, 5, 10),
        "hours_missed": 60}),
    "ended during a suspension": (
        {"status": "ended_early", "ended_on": dt.date(2026, 5, 24)}, [], [_break("2026-05-11")],
        NOTHING | {"weeks": "4.0", "hours_expected": "140.0", "hours_untold": "140.0"}),
    "not begun": ({"status": "preparation", "started_on": None}, [], [], NOTHING | {
        "weeks": "0.0", "hours_expected": "0.0", "hours_untold": "0.0"}),
    "a part of a week": ({"started_on": dt.date(2026, 6, 19)}, [], [], NOTHING | {
        "weeks": "0.4", "hours_expected": "15.0", "hours_untold": "15.0"}),
}  # fmt: skip


@pytest.mark.parametrize("life", LIVES)
def test_presence_is_summed_from_reports_and_compared_with_what_was_agreed(life):
    values, reports, suspensions, expected = LIVES[life]
    placement = Placement(
        **{"status": "active", "started_on": START, "hours_per_week": Decimal(35)} | values
    )
    found = asdict(presence_of(placement, reports, suspensions, TODAY))
    shown = {
        name: str(value) if isinstance(value, Decimal) else value for name, value in found.items()
    }
    assert shown == expected


def test_no_reason_of_an_absence_has_a_place_to_be():
    named = {field.name for field in fields(Presence)} | {
        field.name for field in Report._meta.local_fields
    }
    assert not [name for name in named if "reason" in name or "motif" in name]
