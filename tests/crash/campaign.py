"""One target of the campaign: writers start, something is killed, what stands is checked; again and again."""

import json
import multiprocessing
import os
import random
import select
import signal
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.db import connections

from tests.crash import checks, work
from tests.crash.cluster import Cluster
from tests.crash.writer import Post, write

WRITERS = 3
# The whole database is gone through after so many cycles, and after the last one.
WHOLE = 20
FORK = multiprocessing.get_context("fork")


@dataclass
class Result:
    """What one target came to."""

    target: str
    cycles: int = 0
    kills: int = 0
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    half_done: list[str] = field(default_factory=list)
    unproven: list[str] = field(default_factory=list)
    crashed: list[str] = field(default_factory=list)
    seconds: float = 0


def run(
    target: str, *, cycles: int, seed: int, control: str = "", cluster: Cluster | None = None
) -> Result:
    """With a cluster, its server is killed; without one, the writers are."""
    began = time.monotonic()
    result = Result(target)
    chance = random.Random(seed)
    work.build(WRITERS)
    with tempfile.TemporaryDirectory(prefix="peph-told-") as folder:
        while result.cycles < cycles:
            result.cycles += 1
            told = Path(folder) / str(result.cycles)
            told.mkdir()
            _cycle(result, chance, told, seed=seed, control=control, cluster=cluster)
            new = list(checks.acknowledged(told))
            result.acknowledged += len(new)
            result.lost += checks.lost(new)
            if result.cycles % WHOLE == 0 or result.cycles == cycles:
                everything = [
                    each for place in Path(folder).iterdir() for each in checks.acknowledged(place)
                ]
                # What was there after its own crash must still be there after the others.
                result.lost = sorted({*result.lost, *checks.lost(everything)})
                result.half_done = checks.half_done()
                result.unproven = checks.unproven()
    result.seconds = time.monotonic() - began
    return result


def _cycle(
    result: Result,
    chance: random.Random,
    told: Path,
    *,
    seed: int,
    control: str,
    cluster: Cluster | None,
) -> None:
    listening, bell = os.pipe()
    # No connection may be shared with a child.
    connections["default"].close()
    children = [
        FORK.Process(
            target=write,
            args=(
                Post(
                    writer=each,
                    cycle=result.cycles,
                    seed=seed,
                    file=str(told / str(each)),
                    bell=bell,
                    dies_alone=cluster is None and (control != "" or each > 0),
                    control=control,
                ),
            ),
        )
        for each in range(WRITERS)
    ]
    for child in children:
        child.start()
    os.close(bell)
    try:
        if cluster is None and control:
            _join(children)
        else:
            _hear(listening, chance.randrange(3, 25))
            # Somewhere within the writes under way, which take some milliseconds each.
            time.sleep(chance.uniform(0, 0.02))
        if cluster is not None:
            result.kills += cluster.kill() and 1
            _join(children)
            cluster.start()
    finally:
        for child in children:
            child.kill()
        os.close(listening)
    _join(children)
    if cluster is None:
        result.kills += sum(child.exitcode == -signal.SIGKILL for child in children)
    result.crashed += [
        f"cycle {result.cycles}: a writer ended with {child.exitcode}"
        for child in children
        if child.exitcode not in (0, -signal.SIGKILL)
    ]


def _hear(listening: int, count: int) -> None:
    """Wait for so many acknowledgements, or for the death of all who could give one."""
    limit = time.monotonic() + 60
    while count > 0 and time.monotonic() < limit:
        if select.select([listening], [], [], 1)[0]:
            rung = os.read(listening, count)
            if not rung:
                return
            count -= len(rung)


def _join(children: list[Any]) -> None:
    for child in children:
        child.join(60)


def main() -> None:
    """Run what the first argument asks for, in JSON; answer in JSON. The database is DATABASE_URL."""
    asked = json.loads(sys.argv[1])
    if cluster := asked.pop("cluster"):
        asked["cluster"] = Cluster(*cluster)
    sys.stdout.write(json.dumps(asdict(run(**asked))))
