"""Killed anywhere, the service keeps every write it acknowledged, whole; and the harness would tell.

A short campaign: `make crash-campaign` runs the long one, on every engine.
"""

import pytest
from django.db import connections

from tests.crash.__main__ import is_as_it_must_be
from tests.crash.cluster import postgresql_bin
from tests.crash.targets import CONTROLS, TARGETS, run_copy, run_on
from tests.scratch import scratch, scratch_template

__all__ = ["scratch", "scratch_template"]

pytestmark = pytest.mark.xdist_group("crash")
CYCLES = 4
PROCESSES, _ON_POSTGRESQL, SERVER = TARGETS
EARLY, SPLIT, FORGETFUL = CONTROLS


@pytest.fixture
def server_template(scratch):
    """A database to copy into a server that is killed."""
    if connections["default"].vendor != "postgresql":
        pytest.skip("the server is killed where the tests run on PostgreSQL")
    if postgresql_bin() is None:
        pytest.skip("no initdb: a server of one's own cannot be made")
    return scratch.url


def test_killed_processes_lose_nothing_and_leave_nothing_half_done(scratch):
    found = run_on(PROCESSES, scratch.url, cycles=CYCLES)
    assert (found["lost"], found["half_done"], found["unproven"], found["crashed"]) == (
        [], [], [], [],
    )  # fmt: skip
    assert found["kills"] == 3 * CYCLES
    assert found["acknowledged"] >= CYCLES


def test_a_killed_server_loses_nothing_and_leaves_nothing_half_done(server_template):
    found = run_copy(SERVER, server_template, cycles=CYCLES)
    assert (found["lost"], found["half_done"], found["unproven"], found["crashed"]) == (
        [], [], [], [],
    )  # fmt: skip
    assert found["kills"] == CYCLES
    assert found["acknowledged"] >= CYCLES


@pytest.mark.parametrize("control", [EARLY, SPLIT], ids=["early", "split"])
def test_a_service_that_promises_too_much_is_caught(control, scratch):
    found = run_on(control, scratch.url, cycles=CYCLES)
    assert found["acknowledged"] > 0
    assert len(found[control.shows]) > 0


def test_a_server_without_durability_is_caught(server_template):
    found = run_copy(FORGETFUL, server_template, cycles=2)
    assert len(found["lost"]) > 0


# Under pytest a database is made only where some test asks for it.
NEEDS_DATABASE = pytest.mark.django_db
GOOD = {"kills": 3, "acknowledged": 9, "lost": [], "half_done": [], "unproven": [], "crashed": []}


@NEEDS_DATABASE
@pytest.mark.parametrize(
    ("target", "found", "verdict"),
    [
        (SERVER, {}, True),
        (SERVER, {"lost": ["one"]}, False),
        (SERVER, {"half_done": ["one"]}, False),
        (SERVER, {"unproven": ["one"]}, False),
        (SERVER, {"crashed": ["one"]}, False),
        (SERVER, {"kills": 0}, False),
        (SERVER, {"acknowledged": 0}, False),
        (FORGETFUL, {}, False),
        (FORGETFUL, {"lost": ["one"]}, True),
        (SPLIT, {"lost": ["one"]}, False),
    ],
)
def test_the_campaign_fails_for_a_loss_and_for_a_control_that_shows_none(target, found, verdict):
    assert is_as_it_must_be(target, GOOD | found) is verdict
