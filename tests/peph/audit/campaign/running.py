"""Running deeds one after the other, each rolled back, and noting what saw them."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from unittest import mock

from django.db import DataError, IntegrityError, connection

from peph.audit import receipts
from peph.audit.findings import Problem
from peph.audit.triggers import install
from peph.audit.verify import verify
from tests.peph.audit.campaign.deeds import (
    CHAIN,
    CHECKPOINT,
    CLOCK,
    DEEDS,
    EVIDENCE,
    LIVE,
    RECEIPT,
    TRIGGER,
    is_about_triggers,
    is_warned_of,
)
from tests.peph.audit.campaign.world import World

# Draws without a possible one before a class is given up as a mistake of the campaign's own.
MOST_DRAWS = 500


@dataclass
class Tally:
    """What became of one class."""

    tried: int = 0
    detected: int = 0
    exact: int = 0
    seen_by: Counter[str] = field(default_factory=Counter)
    missed: list[int] = field(default_factory=list)  # the seeds of what nobody saw
    inexact: list[str] = field(default_factory=list)


def evidence(problem: Problem) -> str:
    """What saw it: the chain with its rows and journal, or something beside it."""
    known = {LIVE, CHECKPOINT, RECEIPT, TRIGGER, CLOCK}
    return problem.kind if problem.kind in known else CHAIN


def examine(
    world: World, *, with_triggers: bool = False, with_warnings: bool = False
) -> list[Problem]:
    """All an auditor has: the database, the checkpoint kept elsewhere, and the receipts people kept.

    Whoever tampers puts the triggers back afterwards; so that their absence is no evidence, they are
    looked at only where they are what is tampered with. Warnings count where they are all there may be.
    """
    with nullcontext() if with_triggers else mock.patch.object(install, "check", return_value=[]):
        report = verify(notes=[world.note], receipts=[*map(receipts.read, world.receipts)])
    return report.problems + (report.warnings if with_warnings else [])


def _is_exact(found: Problem, aim: Problem, *, is_trigger: bool) -> bool:
    """Whether the first finding names the place of the deed as closely as there is one."""
    if is_trigger:
        return aim.message in found.message
    if aim.history_id is not None and found.history_id is not None:
        return (found.model, found.history_id) == (aim.model, aim.history_id)
    if aim.change_set is not None and found.change_set is not None:
        return found.change_set == aim.change_set
    return (found.model, found.object_id) == (aim.model, aim.object_id)


def attempt(world: World, name: str, seed: int, tally: Tally) -> bool | None:
    """Do one deed and look; whether it was seen, None when what was drawn is not possible."""
    deed, is_trigger = DEEDS[name], is_about_triggers(name)
    with world.rolled_back():
        try:
            aim = deed.act(world, random.Random(f"{name} {seed}"))
        except (IntegrityError, DataError):
            return None
        if aim is None or not (is_trigger or world.is_changed()):
            return None
        try:
            found = examine(world, with_triggers=is_trigger, with_warnings=is_warned_of(name))
        except Exception as error:  # noqa: BLE001
            # A verifier that breaks off names nothing.
            found = []
            tally.inexact.append(f"{name} {seed}: {error!r}")
    tally.tried += 1
    if not found:
        tally.missed.append(seed)
        return False
    tally.detected += 1
    tally.seen_by.update({evidence(problem) for problem in found})
    if _is_exact(found[0], aim, is_trigger=is_trigger):
        tally.exact += 1
    else:
        tally.inexact.append(f"{name} {seed}: {found[0]} instead of {aim}")
    return True


def run(world: World, names: Iterable[str], times: int, *, seed: int) -> dict[str, Tally]:
    """So many deeds of each of these classes."""
    tallies = {name: Tally() for name in names}
    for name, tally in tallies.items():
        draw = seed * 10**6
        while tally.tried < times:
            draw += 1
            attempt(world, name, draw, tally)
            if draw - seed * 10**6 > MOST_DRAWS + 20 * times:
                raise AssertionError(f"{name}: next to nothing that is drawn is possible")
    return tallies


def classes(*, about_triggers: bool) -> list[str]:
    """The classes this engine knows."""
    return [
        name
        for name, deed in DEEDS.items()
        if connection.vendor in deed.engines and is_about_triggers(name) is about_triggers
    ]


@contextmanager
def clean(world: World) -> Iterator[None]:
    """Before and after, nothing is found: what is found in between was done in between."""
    assert examine(world, with_warnings=True) == []
    yield
    assert examine(world, with_warnings=True) == []


def table(tallies: dict[str, Tally]) -> str:
    """What the long campaign prints."""
    lines = [
        f"{'class':64}{'tried':>7}{'seen':>7}{'exact':>7}  "
        + "".join(f"{each:>11}" for each in EVIDENCE)
    ]
    for name, tally in tallies.items():
        exact = f"{tally.exact / max(tally.tried, 1):7.1%}" if DEEDS[name].is_local else f"{'–':>7}"
        seen = "".join(f"{tally.seen_by[each] or '':>11}" for each in EVIDENCE)
        lines.append(f"{name:64}{tally.tried:7}{tally.detected:7}{exact}  {seen}")
    tried = sum(tally.tried for tally in tallies.values())
    detected = sum(tally.detected for tally in tallies.values())
    local = [tally for name, tally in tallies.items() if DEEDS[name].is_local]
    exact = sum(tally.exact for tally in local) / max(sum(tally.tried for tally in local), 1)
    lines.append(f"{'all':64}{tried:7}{detected:7}{exact:7.1%}")
    return "\n".join(lines)
