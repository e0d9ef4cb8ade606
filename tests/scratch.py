"""Databases to break: for tests that need real commits, several processes, dropped triggers, migrations.

A scratch database is a copy of the run's test database as it is before any test, made in milliseconds on
SQLite and from a template on PostgreSQL. While the fixture `scratch` is in use it *is* the default
database of the process; `env` gives it to a child process. Import the two fixtures into a conftest:

    from tests.scratch import scratch, scratch_template  # noqa: F401
"""

import multiprocessing
import os
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from tests import BASE_DIR


@dataclass(frozen=True)
class Scratch:
    """One scratch database."""

    name: str
    url: str

    @property
    def env(self) -> dict[str, str]:
        """The environment of a child process that works on it."""
        return os.environ | {
            "DATABASE_URL": self.url,
            "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "tests.settings"),
            "PYTHONWARNINGS": "ignore",
        }

    def manage(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a management command in a process of its own."""
        return self._run("manage.py", *arguments, **env)

    def python(self, code: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run Python lines, with Django set up, in a process of its own."""
        return self._run("-c", f"import django\ndjango.setup()\n{code}", **env)

    def _run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=BASE_DIR,
            env=self.env | env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def in_processes(
        self, work: Callable[[int], None], count: int, *, seconds: int = 120
    ) -> list[int]:
        """Run `work(0)` … `work(count - 1)` at once in forked processes; returns their exit statuses."""
        # No connection may be shared with a child.
        connections["default"].close()
        fork = multiprocessing.get_context("fork")
        children = [fork.Process(target=work, args=(each,)) for each in range(count)]
        for child in children:
            child.start()
        for child in children:
            child.join(seconds)
        return [child.exitcode if child.exitcode is not None else -1 for child in children]


class _Engine:
    """How one engine copies a database."""

    def __init__(self, default: BaseDatabaseWrapper, folder: Path) -> None:
        self.default = default
        self.folder = folder
        self.is_sqlite = default.vendor == "sqlite"
        self.template = (
            str(folder / "template.sqlite3")
            if self.is_sqlite
            else f"{default.settings_dict['NAME']}_scratch_template"
        )

    def make_template(self) -> None:
        if not self.is_sqlite:
            self._copy(self.default.settings_dict["NAME"], self.template)
            return
        self.default.ensure_connection()
        with closing(sqlite3.connect(self.template)) as target:
            self.default.connection.backup(target)

    def make(self) -> Scratch:
        if self.is_sqlite:
            path = self.folder / f"{uuid.uuid4().hex}.sqlite3"
            path.write_bytes(Path(self.template).read_bytes())
            return Scratch(str(path), f"sqlite:///{path}")
        name = f"{self.template[:30]}_{uuid.uuid4().hex[:12]}"
        self._copy(self.template, name)
        found = self.default.settings_dict
        person = f"{found['USER']}:{found['PASSWORD']}" if found["PASSWORD"] else found["USER"]
        host, port = found["HOST"] or "localhost", found["PORT"] or "5432"
        return Scratch(name, f"postgres://{person}@{host}:{port}/{name}")

    def drop(self, name: str) -> None:
        if self.is_sqlite:
            for path in self.folder.glob(f"{Path(name).name}*"):
                path.unlink()
        else:
            self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _copy(self, source: str, target: str) -> None:
        # PostgreSQL copies only a database nobody is connected to.
        self.default.close()
        self._execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
        self._execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')

    def _execute(self, statement: str) -> None:
        with self.default._nodb_cursor() as cursor:
            cursor.execute(statement)


@pytest.fixture(scope="session")
def scratch_template(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[_Engine]:
    """The engine with its template, once a run. Between two tests nobody is in a transaction."""
    engine = _Engine(connections["default"], tmp_path_factory.mktemp("scratch"))
    with django_db_blocker.unblock():
        engine.make_template()
    yield engine
    with django_db_blocker.unblock():
        engine.drop(engine.template)


@pytest.fixture
def scratch(scratch_template: _Engine, django_db_blocker: Any) -> Iterator[Scratch]:
    """A fresh database, the default one of this test. Not to be used with `db`."""
    with django_db_blocker.unblock():
        made = scratch_template.make()
        try:
            with as_default(made):
                yield made
        finally:
            scratch_template.drop(made.name)


def _fresh_in_child() -> None:
    """A forked child opens its own connection. It would find another one than its parent's where the
    parent runs an event loop (a browser is driven): connections are kept by thread or by loop.
    """
    if _in_use:
        connections["default"] = connections.create_connection("default")


_in_use: list[Scratch] = []
os.register_at_fork(after_in_child=_fresh_in_child)


@contextmanager
def as_default(made: Scratch) -> Iterator[None]:
    """Let the process, its new threads and its forked children work on this database."""
    before, settings = connections["default"], connections.databases["default"]
    connections.databases["default"] = {**settings, "NAME": made.name}
    connections["default"] = connections.create_connection("default")
    _in_use.append(made)
    try:
        yield
    finally:
        _in_use.pop()
        connections["default"].close()
        connections["default"] = before
        connections.databases["default"] = settings
