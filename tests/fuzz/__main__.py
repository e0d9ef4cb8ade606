"""`python -m tests.fuzz requests|races`: the long forms on SQLite and on a PostgreSQL of their own.

Their numbers come from the environment (FUZZ_…, RACE_…). Exit status 0 when all is as it must be, and
both engines gave the same status to each hostile request; 1 otherwise.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import BASE_DIR
from tests.crash.cluster import FAST, postgresql_bin, running

FILES = {
    "requests": ["tests/fuzz/test_schema.py", "tests/fuzz/test_hostile.py"],
    "races": ["tests/fuzz/test_races.py"],
}
SHOWN = 20


def run(what: str, url: str, statuses: Path) -> int:
    """The tests of one engine, in a process of their own; what they say goes to the terminal."""
    env = os.environ | {
        "DATABASE_URL": url,
        "FUZZ_STATUSES": str(statuses),
        # The order of a set of texts must be the same on both engines.
        "PYTHONHASHSEED": "0",
    }
    files = FILES[what]
    if what == "requests" and url.startswith("postgres"):
        # What Schemathesis makes says nothing of the engine; hostile values do.
        files = files[1:]
    command = [sys.executable, "-m", "pytest", "-q", "-rP", *files]
    return subprocess.run(command, cwd=BASE_DIR, env=env, check=False).returncode


def differences(first: Path, second: Path) -> str:
    """How the statuses of the two engines differ; nothing when they do not."""
    one, other = (json.loads(each.read_text(encoding="utf-8")) for each in (first, second))
    found = [
        f"request {turn}: {pair[0]} and {pair[1]}"
        for turn, pair in enumerate(zip(one, other, strict=True))
        if pair[0] != pair[1]
    ]
    sys.stdout.write(f"{len(one)} requests on both engines: {len(found)} different statuses\n")
    return "\n".join(found[:SHOWN])


def main(what: str) -> int:
    """Both engines, one after the other, and what came of them."""
    with tempfile.TemporaryDirectory(prefix="peph-fuzz-") as folder:
        places = [Path(folder) / f"{engine}.json" for engine in ("sqlite", "postgresql")]
        failed = run(what, "sqlite://:memory:", places[0])
        if postgresql_bin() is None:
            sys.stdout.write("No PostgreSQL on this machine: only SQLite was asked.\n")
            return 1
        with running(FAST) as cluster:
            failed |= run(what, cluster.url, places[1])
        if what == "requests" and all(each.exists() for each in places):
            told = differences(*places)
            sys.stdout.write(told)
            failed |= bool(told)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
