"""Whatever another ministry has or does, what ours can fetch is the same, byte for byte."""

import datetime as dt
import os
import sys
import time

import pytest
import time_machine

from tests.access import twins
from tests.access.weaknesses import WEAKNESSES
from tests.engines import once

WHOLE = bool(os.environ.get("ACCESS_PROBES"))
NOW = dt.datetime(2026, 11, 25, 15, 0, tzinfo=dt.UTC)
ROLES = twins.ROLES if WHOLE else twins.ROLES[:2]
MOST = 400 if WHOLE else 30
FEWEST = 5000

pytestmark = [once, pytest.mark.django_db]


@pytest.fixture
def prepared(cast, quiet):
    # One moment for all: what is told of "now" is then the same.
    with time_machine.travel(NOW, tick=False):
        yield twins.prepared(MOST, ROLES)


def others(prepared):
    """What happens to the other ministry, beside its being absent."""
    made = prepared.made
    found = {"changed": lambda: twins.changed(made)}
    if WHOLE:
        found |= {"present": lambda: twins.present(made), "busy": lambda: twins.busy(made)}
    return found


def test_what_a_ministry_can_fetch_is_the_same_without_the_others(prepared):
    began = time.monotonic()
    found = prepared.differences(ROLES, others(prepared))
    sys.stdout.write(
        f"twin worlds: {prepared.compared} addresses × people compared as {len(ROLES)} people,"
        f" {len(found)} differences, {time.monotonic() - began:.0f} s\n"
    )
    assert found == []
    assert not WHOLE or prepared.compared >= FEWEST


def test_a_count_of_everybodys_rows_is_told_by_the_twin_world(prepared, monkeypatch):
    (count,) = [each for each in WEAKNESSES if each.name.startswith("the count of a list")]
    count.plant(monkeypatch)
    prepared.most = 30
    assert prepared.differences(
        ("representative",), {"present": lambda: twins.present(prepared.made)}
    )
