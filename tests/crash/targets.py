"""The targets and the controls of the campaign; each runs in a process of its own, on its own database."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import BASE_DIR
from tests.crash.cluster import DURABLE, FAST, FORGETFUL, Cluster, running

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


def run_on(
    target: Target, url: str, *, cycles: int, cluster: Cluster | None = None, seed: int = 1
) -> dict[str, Any]:
    """Run one target on this database, which it fills; what it came to."""
    asked = {
        "target": target.name,
        "cycles": cycles,
        "seed": seed,
        "control": "" if target.control == "forgetful" else target.control,
        "cluster": cluster and [cluster.folder, cluster.port],
    }
    ran = subprocess.run(
        [sys.executable, "-c", START, json.dumps(asked)],
        cwd=BASE_DIR,
        env=environment(url),
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        # A writer whose server dies has much to say; it is of interest only where the harness broke.
        raise RuntimeError(f"{target.name}: {ran.stderr[-4000:]}")
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def run_copy(target: Target, template: str, *, cycles: int, seed: int = 1) -> dict[str, Any]:
    """Run one target on a copy of the database at `template`; on PostgreSQL, on a server of its own."""
    if target.engine == "sqlite":
        with tempfile.TemporaryDirectory(prefix="peph-crash-") as folder:
            copy = Path(folder) / "crash.sqlite3"
            shutil.copyfile(template.removeprefix("sqlite:///"), copy)
            return run_on(target, f"sqlite:///{copy}", cycles=cycles, seed=seed)
    with running(FORGETFUL if target.control == "forgetful" else DURABLE) as cluster:
        cluster.fill_from(template)
        killed = cluster if target.kills_server else None
        return run_on(target, cluster.url, cycles=cycles, cluster=killed, seed=seed)


@contextmanager
def templates() -> Iterator[dict[str, str]]:
    """An empty database of the service on each engine: its address."""
    with tempfile.TemporaryDirectory(prefix="peph-crash-") as folder, running(FAST) as cluster:
        found = {"sqlite": f"sqlite:///{folder}/template.sqlite3", "postgresql": cluster.url}
        for url in found.values():
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
                cwd=BASE_DIR,
                env=environment(url),
                check=True,
            )
        yield found


def environment(url: str) -> dict[str, str]:
    """What a process of the campaign is told."""
    return os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONWARNINGS": "ignore",
    }
