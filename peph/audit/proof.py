"""Proving and noting, kept: what commands, jobs and pages call, and what they show of it afterwards."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError
from django.db.models import QuerySet, Sum
from django.utils import timezone

from peph.audit import checkpoint, context, kept_notes, receipts
from peph.audit.changes import SYSTEM
from peph.audit.checkpoint import CheckpointError, Note
from peph.audit.findings import CannotProve, Head, Problem, Report
from peph.audit.hashing import ZERO
from peph.audit.models import ChangeSet, Checkpoint, VerificationRun
from peph.audit.receipts import Receipt
from peph.audit.verify import verify
from peph.progress import Progress

# What keeps a proof from being made, though nothing is known to be broken.
UNPROVEN = (CannotProve, CheckpointError, DatabaseError, OSError, UnicodeDecodeError)
ROUTINE_EVERY = dt.timedelta(hours=1)
WHOLE_EVERY = dt.timedelta(days=7)
State = VerificationRun.State


# ------------------------------------------------------------------ proving
def kept_notes_of_settings(public_key: str = "") -> list[Note]:
    """The notes of CHECKPOINT_DIRECTORY; none when the setting is empty.

    Raises CheckpointError or OSError: a directory that cannot be read proves nothing.
    """
    if not settings.CHECKPOINT_DIRECTORY:
        return []
    key = checkpoint.keys(public_key)
    return [note for _path, note in kept_notes.read_all(settings.CHECKPOINT_DIRECTORY, key=key)]


def verify_and_record(
    *,
    since: int = 0,
    notes: Callable[[], Sequence[Note]] = kept_notes_of_settings,
    receipts: Sequence[Receipt] = (),
    by: uuid.UUID = SYSTEM,
    using: str = DEFAULT_DB_ALIAS,
    progress: Progress = lambda done, total: None,
) -> VerificationRun:
    """Prove the history and keep what was found; what could not be proven is kept as that.

    With `since` given by an earlier whole run, that run's own head is held against the chain as well.
    """
    started, held = timezone.now(), []
    try:
        held = [*notes()]
        earlier = _heads_of_runs(since, using)
        report = verify(
            since=since, notes=[*held, *earlier], receipts=receipts, using=using, progress=progress
        )
    except UNPROVEN as error:
        report = Report(problems=[Problem("unproven", str(error))])
    return record(report, started=started, since=since, notes=len(held), by=by, using=using)


def _heads_of_runs(since: int, using: str) -> list[Note]:
    """What a whole run saw at `since`: without it, everything before could have been rewritten."""
    run = (
        VerificationRun.objects.using(using)
        .filter(state=State.WHOLE, head_number=since)
        .order_by("-id")
        .first()
    )
    if not since or run is None:
        return []
    return [Note(checkpoint.origin(), since, bytes(run.head_hash))]


def record(
    report: Report,
    *,
    started: dt.datetime,
    since: int,
    notes: int,
    by: uuid.UUID = SYSTEM,
    using: str = DEFAULT_DB_ALIAS,
) -> VerificationRun:
    """Keep what a proof found. Called after it: the snapshot it reads allows no write."""
    is_unproven = any(problem.kind == "unproven" for problem in report.problems)
    head = report.head or Head(0, ZERO)
    return VerificationRun.objects.using(using).create(
        started_at=started,
        actor_id=by,
        channel=context.current().channel,
        since=since,
        head_number=head.number,
        head_hash=head.hash,
        change_sets=report.change_sets,
        history_rows=report.history_rows,
        notes=notes,
        state=State.UNPROVEN if is_unproven else State.WHOLE if report.is_whole else State.BROKEN,
        problems=[asdict(problem) for problem in report.problems],
        warnings=[asdict(warning) for warning in report.warnings],
    )


def next_start(now: dt.datetime | None = None) -> int:
    """Where the next routine proof starts: at the last whole one's end; everything once a week.

    Everything, too, when the last proof was not a whole one: what is broken must stay in sight.
    """
    last = last_verification()
    complete = VerificationRun.objects.filter(state=State.WHOLE, since=0).first()
    if last is None or not last.is_whole or complete is None:
        return 0
    is_due = (now or timezone.now()) - complete.started_at >= WHOLE_EVERY
    return 0 if is_due else last.head_number


def is_due(now: dt.datetime | None = None) -> bool:
    """Whether the last proof is an hour old; one that was not whole is made again at once."""
    last = last_verification()
    if last is None or not last.is_whole:
        return True
    return (now or timezone.now()) - last.started_at >= ROUTINE_EVERY


def rows_after(number: int) -> int:
    """How many history rows a proof that starts there has to recompute."""
    found = ChangeSet.objects.filter(number__gt=number).aggregate(total=Sum("rows"))
    return found["total"] or 0


# ------------------------------------------------------------------ noting
def take_checkpoint(
    directory: str = "", *, using: str = DEFAULT_DB_ALIAS
) -> tuple[Checkpoint, bool]:
    """Note where the chain stands, and keep the note in the directory when one is given or set.

    Answers the checkpoint and whether it is new: without a change since the last one it is not. Raises
    CheckpointError without a key or with a note in the directory that is none, Contradicted when the chain
    is not the one noted there.
    """
    directory = directory or settings.CHECKPOINT_DIRECTORY
    if checkpoint.private_key() is None:
        raise CheckpointError("CHECKPOINT_KEY is empty: the note would not be signed.")
    note = checkpoint.take(using)
    text = checkpoint.write(note, using=using)
    if directory:
        key = checkpoint.keys(using=using)
        kept_notes.hold_against_chain(kept_notes.read_all(directory, key=key), using=using)
        kept_notes.keep(directory, note, text)
    rows = Checkpoint.objects.using(using)
    if (same := rows.filter(number=note.number, note=text).first()) is not None:
        return same, False
    return rows.create(number=note.number, head=note.head, note=text), True


# ------------------------------------------------------------------ showing
def runs() -> QuerySet[VerificationRun]:
    """Every proof that was kept, newest first."""
    return VerificationRun.objects.all()


def last_verification() -> VerificationRun | None:
    """The proof made last."""
    return runs().first()


def last_whole() -> VerificationRun | None:
    """The last proof that found the history whole."""
    return runs().filter(state=State.WHOLE).first()


def checkpoints() -> QuerySet[Checkpoint]:
    """Every note that was taken, newest first."""
    return Checkpoint.objects.all()


def check_receipt(text: str) -> ChangeSet | None:
    """The change set a receipt was given for; None when the chain does not hold it.

    Raises ReceiptError for a text that is no receipt.
    """
    return receipts.change_set_of(receipts.read(text))


def public_key_text() -> str:
    """The key notes are checked with, in hexadecimal; empty when this installation has none."""
    try:
        return checkpoint.public_key().public_bytes_raw().hex()
    except CheckpointError:
        return ""


def problems_of(run: VerificationRun) -> list[Problem]:
    """What a kept proof found."""
    return _read(run.problems)


def warnings_of(run: VerificationRun) -> list[Problem]:
    """What a kept proof found worth a look."""
    return _read(run.warnings)


def _read(found: list[dict[str, Any]]) -> list[Problem]:
    return [Problem(**each) for each in found]
