"""A SQLite file of a test's own, with the cast in it: real commits, bytes to look into, copies to restore."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections


def written_to(path: Path) -> Path:
    """Put the database of the test, as it is at this moment, into a file."""
    original = connections["default"]
    original.ensure_connection()
    path.write_bytes(original.connection.serialize())
    return path


@contextmanager
def served_from(path: Path) -> Iterator[Path]:
    """Everything inside reads and writes this file."""
    original = connections["default"]
    own = original.copy()
    own.settings_dict = {**own.settings_dict, "NAME": str(path)}
    connections["default"] = own
    try:
        yield path
    finally:
        own.close()
        connections["default"] = original


def backed_up(path: Path, to: Path) -> Path:
    """A backup of a database file that is in use, as SQLite makes it."""
    with sqlite3.connect(path) as source, sqlite3.connect(to) as target:
        source.backup(target)
    source.close()
    target.close()
    return to


def bytes_of(path: Path) -> str:
    """All that the files of a database hold, its write-ahead log too, in lower case."""
    raw = b"".join(each.read_bytes() for each in sorted(path.parent.glob(f"{path.name}*")))
    return raw.decode("latin-1").lower()
