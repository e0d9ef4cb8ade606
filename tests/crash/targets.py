"""The targets and the controls of the campaign; each runs in a process of its own, on its own database."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests import BASE_DIR
from tests.crash.cluster import DURABLE, FORGETFUL, Cluster, running

START = "import django\ndjango.setup()\nfrom tests.crash.campaign import main\nmain()"


@dataclass(frozen=True)
class Target:
    """What is killed, on which engine, and for a control what is wrong with it and how that shows."""

    name: str
    engine: str
    kills_server: bool = False
    control: str = ""
    shows: str = ""


TARGETS = [
    Target("processes on SQLite", "sqlite"),
    Target("processes on PostgreSQL", "postgresql"),
    Target("the PostgreSQL server", "postgresql", kills_server=True),
]
CONTROLS = [
    Target("control: acknowledged before COMMIT", "sqlite", control="early", shows="lost"),
    Target("control: one write, two transactions", "sqlite", control="split", shows="half_done"),
    Target(
        "control: synchronous_commit=off",
        "postgresql",
        kills_server=True,
        control="forgetful",
        shows="lost",
    ),
]


def run(target: Target, *, cycles: int, seed: int = 1) -> dict[str, Any]:
    """Run one target on a database made for it; what it came to."""
    with _database(target) as (url, cluster):
        return run_on(target, url, cluster, cycles=cycles, seed=seed)


def run_on(
    target: Target,
    url: str,
    cluster: Cluster | None = None,
    *,
    cycles: int,
    seed: int = 1,
    migrate: bool = True,
) -> dict[str, Any]:
    """Run one target on this database."""
    asked = {
        "target": target.name,
        "cycles": cycles,
        "seed": seed,
        "control": "" if target.control == "forgetful" else target.control,
        "cluster": cluster and target.kills_server and [cluster.folder, cluster.port],
        "migrate": migrate,
    }
    environment = os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONWARNINGS": "ignore",
    }
    ran = subprocess.run(
        [sys.executable, "-c", START, json.dumps(asked)],
        cwd=BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


@contextmanager
def _database(target: Target) -> Iterator[tuple[str, Cluster | None]]:
    if target.engine == "sqlite":
        with tempfile.TemporaryDirectory(prefix="peph-crash-") as folder:
            yield f"sqlite:///{folder}/crash.sqlite3", None
    else:
        with running(FORGETFUL if target.control else DURABLE) as cluster:
            yield cluster.url, cluster
