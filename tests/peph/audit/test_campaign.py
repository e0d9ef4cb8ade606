"""Ten thousand ways to tamper with the history, each told; a few hundred of them in the suite.

`make audit-campaign` does ten thousand and tells, class by class, what saw them.
"""

import os
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from peph.audit import checkpoint
from peph.audit.verify import verify
from tests.peph.audit.campaign import running
from tests.peph.audit.campaign.deeds import DEEDS
from tests.peph.audit.campaign.legitimate import work
from tests.peph.audit.campaign.weak import WEAKNESSES, misses
from tests.peph.audit.campaign.world import World, build

MUTATIONS = int(os.environ.get("AUDIT_MUTATIONS", "0"))
SEED = int(os.environ.get("AUDIT_SEED", "4"))
FEWEST = 4


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
        sys.stdout.write("".join(f"{each}\n" for each in tally.inexact[:3]))
    assert {name: tally.missed for name, tally in tallies.items() if tally.missed} == {}
    seen = {name: set(tally.seen_by) - DEEDS[name].only for name, tally in tallies.items()}
    assert {name: by for name, by in seen.items() if by and DEEDS[name].only} == {}


MOST_TRIES = 60


def _survivors(world: World, classes: list[str]) -> list[str]:
    """The weaknesses none of their deeds shows, among those shown by one of these classes."""
    return [
        name
        for name, weakness in WEAKNESSES.items()
        if weakness.deed in classes and not misses(world, weakness, times=MOST_TRIES)
    ]


def test_each_weakness_sown_into_the_verifier_is_caught(
    world: World, guards_down: Callable[..., Any]
) -> None:
    """A verifier that skips, or that hashes carelessly, misses what the sound one tells."""
    with running.clean(world):
        survivors = _survivors(world, running.classes(about_triggers=True))
        with guards_down():
            survivors += _survivors(world, running.classes(about_triggers=False))
    assert survivors == []


def test_nothing_people_may_do_is_a_finding(db: None) -> None:
    """Two thousand acts in the long campaign; the last checkpoint holds through all that follows."""
    times = max(150, min(MUTATIONS // 5, 2000))
    notes = [checkpoint.take()]
    found = []

    def look() -> None:
        found.extend(verify(notes=notes).problems)
        notes.append(checkpoint.take())

    work(SEED, times, between=look, every=times // 10)
    sys.stdout.write(f"{times} acts, {len(notes) - 1} proofs, {len(found)} false alarms\n")
    assert (found, len(notes)) == ([], 11)
