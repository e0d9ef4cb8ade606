"""Ten thousand ways to tamper with the history, each told; a few hundred of them in the suite.

`make audit-campaign` does ten thousand and tells, class by class, what saw them.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from tests.peph.audit.campaign import running
from tests.peph.audit.campaign.deeds import DEEDS
from tests.peph.audit.campaign.world import World, build

MUTATIONS = int(os.environ.get("MUTATIONS", "0"))
SEED = int(os.environ.get("MUTATIONS_SEED", "4"))
FEWEST = 5


@pytest.fixture
def world(db: None) -> World:
    return build(SEED)


def _times(names: list[str]) -> int:
    return max(FEWEST, -(-MUTATIONS // len(names)))


def test_whatever_is_tampered_with_is_told_and_located(
    world: World, guards_down: Callable[..., Any]
) -> None:
    began = time.monotonic()
    data, triggers = running.classes(about_triggers=False), running.classes(about_triggers=True)
    times = _times(data + triggers)
    with running.clean(world):
        tallies = running.run(world, triggers, times, seed=SEED)
        with guards_down():
            tallies = running.run(world, data, times, seed=SEED) | tallies
    sys.stdout.write(
        f"{running.table(tallies)}\n{time.monotonic() - began:.0f} s, {connection.vendor},"
        f" {len(world.rows)} history rows of {len(world.sets)} change sets, seed {SEED}\n"
    )
    for tally in tallies.values():
        print(*tally.inexact[:4], sep="\n")
    assert {name: tally.missed for name, tally in tallies.items() if tally.missed} == {}
