"""The list of the erasures kept outside the database: a restored backup is held against it.

One line an erasure, keys only; each line holds the digest of the line before, so that a list that was cut
in the middle or altered is told. Lines are only ever added.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.conf import settings

from privacy.models import Erasure
from privacy.workflow import ErasureStatus

FIRST = "0" * 64
BLOCK = 500


class LedgerError(Exception):
    """The list cannot be read, or is not the one that was written."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One erasure: its key, the key of the person, the number of the pseudonym, when."""

    erasure: UUID
    person: UUID
    number: int
    at: str

    def line(self, prev: str) -> str:
        """As it is written."""
        return json.dumps(
            {
                "number": self.number,
                "erasure": str(self.erasure),
                "person": str(self.person),
                "at": self.at,
                "prev": prev,
            }
        )


def path() -> Path | None:
    """Where the list is kept; None when this service keeps none."""
    return Path(settings.ERASURE_LEDGER) if settings.ERASURE_LEDGER else None


def read(file: Path) -> list[Entry]:
    """The lines of the list. Raises LedgerError when it is not there or not as it was written."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LedgerError(f"The list of erasures cannot be read: {error}") from error
    return _entries(text)[0]


def _entries(text: str) -> tuple[list[Entry], str]:
    found, prev = [], FIRST
    for number, line in enumerate(text.splitlines(), 1):
        try:
            given = json.loads(line)
            entry = Entry(
                UUID(given["erasure"]), UUID(given["person"]), int(given["number"]), given["at"]
            )
            if given["prev"] != prev:
                raise ValueError("it does not follow the line before it")
        except (ValueError, KeyError, TypeError) as error:
            raise LedgerError(f"Line {number} of the list of erasures: {error}") from error
        found.append(entry)
        prev = hashlib.sha256(line.encode()).hexdigest()
    return found, prev


def not_applied(entries: Sequence[Entry]) -> list[Entry]:
    """Those the database does not know as carried out: it is older than they are."""
    known: set[UUID] = set()
    for start in range(0, len(entries), BLOCK):
        some = [entry.erasure for entry in entries[start : start + BLOCK]]
        known |= set(
            Erasure.objects.filter(pk__in=some, status=ErasureStatus.DONE).values_list(
                "pk", flat=True
            )
        )
    return [entry for entry in entries if entry.erasure not in known]


def problem() -> str:
    """Why the service must not serve; empty when it may."""
    if (file := path()) is None:
        return ""
    try:
        waiting = not_applied(read(file))
    except LedgerError as error:
        return f"{error} Write it anew with `manage.py export_erasures`, once its place is known."
    if waiting:
        return f"{len(waiting)} erasures to apply again: run `manage.py reapply_erasures`."
    return ""


def bring_up_to_date(file: Path | None = None) -> int:
    """Add the erasures the list does not hold yet; how many. Raises LedgerError, OSError."""
    target = file or path()
    if target is None:
        return 0
    with _locked(target) as opened:
        held, prev = _entries(opened.read())
        listed = {entry.erasure for entry in held}
        added = [entry for entry in _done() if entry.erasure not in listed]
        for entry in added:
            line = entry.line(prev)
            opened.write(f"{line}\n")
            prev = hashlib.sha256(line.encode()).hexdigest()
        opened.flush()
        os.fsync(opened.fileno())
    return len(added)


def _done() -> Iterator[Entry]:
    rows = Erasure.objects.filter(status=ErasureStatus.DONE).order_by("number")
    for pk, person, number, at in rows.values_list("pk", "subject_id", "number", "done_at"):
        yield Entry(pk, person, number or 0, at.isoformat() if at else "")


@contextmanager
def _locked(file: Path) -> Iterator[IO[Any]]:
    """The file, for reading and adding, by one process at a time."""
    with file.open("a+", encoding="utf-8") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        opened.seek(0)
        yield opened
