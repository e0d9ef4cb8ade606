"""A database to fill and throw away: while it is in use it is the default one of this process."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections

from organizations.services.reference import load_reference


@contextmanager
def scratch_database(*, keep: bool = False) -> Iterator[str]:
    """Make a database on the configured engine, migrated and with reference data; yields its name.

    The service's own database is left as it is: on PostgreSQL it only receives CREATE and DROP DATABASE,
    on SQLite it is not opened. Raises DatabaseError or OSError when the scratch one cannot be made.
    """
    own = connections[DEFAULT_DB_ALIAS]
    make = _file if own.vendor == "sqlite" else _database
    with make(own, keep) as name, _as_default(name):
        call_command("migrate", verbosity=0, interactive=False)
        load_reference()
        yield name


@contextmanager
def _file(own: Any, keep: bool) -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="peph-benchmark-"))
    try:
        yield str(folder / "benchmark.sqlite3")
    finally:
        if not keep:
            shutil.rmtree(folder)


@contextmanager
def _database(own: Any, keep: bool) -> Iterator[str]:
    name = f"peph_benchmark_{os.getpid()}"
    _outside(own, f'CREATE DATABASE "{name}"')
    try:
        yield name
    finally:
        if not keep:
            _outside(own, f'DROP DATABASE "{name}" WITH (FORCE)')


def _outside(own: Any, statement: str) -> None:
    with own.cursor() as cursor:
        cursor.execute(statement)
    # Nothing stays open on the service's database while the benchmark runs.
    own.close()


@contextmanager
def _as_default(name: str) -> Iterator[None]:
    before, configured = connections[DEFAULT_DB_ALIAS], connections.databases[DEFAULT_DB_ALIAS]
    connections.databases[DEFAULT_DB_ALIAS] = {**configured, "NAME": name}
    connections[DEFAULT_DB_ALIAS] = connections.create_connection(DEFAULT_DB_ALIAS)
    ContentType.objects.clear_cache()
    try:
        _lift_limits(connections[DEFAULT_DB_ALIAS])
        yield
    finally:
        connections[DEFAULT_DB_ALIAS].close()
        connections[DEFAULT_DB_ALIAS] = before
        connections.databases[DEFAULT_DB_ALIAS] = configured
        ContentType.objects.clear_cache()


def _lift_limits(connection: Any) -> None:
    # A request may not take 30 seconds; filling a table may.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("SET idle_in_transaction_session_timeout = 0")


def settle() -> None:
    """Let the planner know the tables as it would after a while in service."""
    connection = connections[DEFAULT_DB_ALIAS]
    # Nothing analyses a SQLite database in service, so its plans are measured without statistics.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
