"""What whoever keeps a database does to it for good reasons: nothing of it is a finding."""

import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from peph.audit import checkpoint
from peph.audit.verify import verify
from tests.peph.audit.campaign.legitimate import work
from tests.scratch import Scratch, as_default

ACTS = 60
BEFORE = {"DJANGO_SETTINGS_MODULE": "tests.evolving.settings_before"}
AFTER = {"DJANGO_SETTINGS_MODULE": "tests.evolving.settings_after"}


@pytest.fixture
def used(scratch: Scratch) -> checkpoint.Note:
    """A database some work was done in."""
    work(5, ACTS)
    return checkpoint.take()


def _is_whole(note: checkpoint.Note) -> bool:
    report = verify(notes=[note])
    assert report.problems == []
    return report.change_sets == note.number


def test_a_vacuum_changes_nothing(used: checkpoint.Note) -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
    assert _is_whole(used)


def test_a_copy_of_the_file_is_whole(
    scratch: Scratch, used: checkpoint.Note, tmp_path: Path
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("a file is how SQLite is backed up")
    copy = tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(copy)) as target:
        connection.connection.backup(target)
    with as_default(Scratch(str(copy), f"sqlite:///{copy}")):
        assert _is_whole(used)


def test_a_dump_restored_elsewhere_is_whole(
    scratch: Scratch, used: checkpoint.Note, tmp_path: Path
) -> None:
    """Rows come first in both engines' dumps, triggers after them: nothing is recorded twice."""
    if connection.vendor == "sqlite":
        copy = tmp_path / "restored.sqlite3"
        with closing(sqlite3.connect(copy)) as target:
            target.executescript("\n".join(connection.connection.iterdump()))
        name, url = str(copy), f"sqlite:///{copy}"
    else:
        name = f"{scratch.name[:50]}_restored"
        _dump_and_restore(name)
        url = scratch.url.rpartition("/")[0] + f"/{name}"
    try:
        with as_default(Scratch(name, url)):
            assert _is_whole(used)
    finally:
        if connection.vendor == "postgresql":
            with connection._nodb_cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _dump_and_restore(name: str) -> None:
    if not (shutil.which("pg_dump") and shutil.which("psql")):
        pytest.skip("pg_dump and psql are not installed")
    found = connection.settings_dict
    env = os.environ | {
        "PGHOST": found["HOST"] or "localhost",
        "PGPORT": str(found["PORT"] or 5432),
        "PGUSER": found["USER"],
        "PGPASSWORD": found["PASSWORD"],
    }
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    dumped = subprocess.run(
        ["pg_dump", "--no-owner", found["NAME"]], env=env, capture_output=True, check=True
    ).stdout
    subprocess.run(
        ["psql", "--quiet", "--set=ON_ERROR_STOP=1", name],
        env=env, input=dumped, capture_output=True, check=True,
    )  # fmt: skip


def test_a_migration_after_work_and_work_after_it_are_whole(scratch: Scratch) -> None:
    """New tables, renamed ones, longer and added columns; the same work goes on before and after."""
    code = "from tests.peph.audit.campaign.legitimate import work\nwork({}, 40)"
    for number, (target, env) in enumerate(((["evolving", "0001"], BEFORE), ([], AFTER))):
        done = scratch.manage("migrate", *target, "--skip-checks", **env)
        assert done.returncode == 0, done.stderr
        done = scratch.python(code.format(number), **env)
        assert done.returncode == 0, done.stderr
        done = scratch.manage("verify_history", "--json", **env)
        assert json.loads(done.stdout)["first_problem"] is None, done.stdout
