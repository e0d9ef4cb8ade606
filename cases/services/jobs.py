"""What is done by itself when it is due, one row a job: `manage.py run_due` runs the table.

Each job may run any number of times, on any number of machines at once, and be killed anywhere: what it
did is in the database, and the next run does the rest.
"""

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.conf import settings

from cases.services.reminders import send_reminders
from cases.services.scanning import scan_waiting
from peph.accounts import throttle
from peph.audit import index, proof
from peph.audit.kept_notes import Contradicted
from peph.idempotency.services import forget_old
from peph.outbox.services import deliver, erase_sent
from peph.progress import Progress

logger = logging.getLogger(__name__)

DONE, TO_LOOK_AT, COULD_NOT = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Result:
    """What a job did: counts for the log, sentences for a person, and the worst of the exit statuses."""

    counts: dict[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    status: int = DONE

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Job:
    """A row of the table. `run` takes the day and the progress."""

    name: str
    about: str
    run: Callable[[dt.date | None, Progress], Result]


def _reminders(day: dt.date | None, progress: Progress) -> Result:
    sent = send_reminders(day, progress=progress)
    return Result(
        {"messages": sent.messages, "reminders": sent.reminders},
        tuple(sent.problems),
        TO_LOOK_AT if sent.problems else DONE,
    )


def _mail(day: dt.date | None, progress: Progress) -> Result:
    """Send until nothing is due: a long queue is taken in batches."""
    counts = {"sent": 0, "failed": 0, "given_up": 0, "uncertain": 0, "waiting": 0}
    problems: list[str] = []
    while True:
        batch = deliver(progress=progress)
        for name in counts:
            counts[name] = getattr(batch, name) + (counts[name] if name != "waiting" else 0)
        if batch.unreachable:
            problems.append(f"The mail server cannot be reached: {batch.unreachable}")
            return Result(counts, tuple(problems), COULD_NOT)
        # Whoever else sends at the same time may have taken the rest.
        if not batch.sent and not batch.failed:
            break
    if counts["given_up"]:
        problems.append(f"Given up after the last try: {counts['given_up']}")
    if counts["uncertain"]:
        problems.append(f"Sent again after a process died while sending: {counts['uncertain']}")
    return Result(counts, tuple(problems), TO_LOOK_AT if problems else DONE)


def _erase(day: dt.date | None, progress: Progress) -> Result:
    forgotten = forget_old() + throttle.forget_old()
    return Result({"erased": erase_sent(), "forgotten": forgotten})


def _scan(day: dt.date | None, progress: Progress) -> Result:
    """Look at the documents that wait for the scanner; nothing to do where there is none."""
    found = scan_waiting()
    counts = {"clean": found.clean, "malicious": found.malicious, "waiting": found.waiting}
    if found.problem:
        return Result(counts, (f"The scanner did not answer: {found.problem}",), COULD_NOT)
    if found.malicious:
        told = f"Documents refused for malicious software: {found.malicious}"
        return Result(counts, (told,), TO_LOOK_AT)
    return Result(counts)


def _index(day: dt.date | None, progress: Progress) -> Result:
    return Result({"behind": index.catch_up(progress=progress)})


def _verify(day: dt.date | None, progress: Progress) -> Result:
    """Prove the history: what is new since the last proof, everything once a week, once an hour at most."""
    counts = {"change_sets": 0, "history_rows": 0}
    if not proof.is_due():
        return Result(counts)
    run = proof.verify_and_record(since=proof.next_start(), progress=progress)
    status = {"whole": DONE, "broken": TO_LOOK_AT}.get(run.state, COULD_NOT)
    found = (*proof.problems_of(run), *proof.warnings_of(run))
    counts = {"change_sets": run.change_sets, "history_rows": run.history_rows}
    return Result(counts, tuple(map(str, found)), status)


def _checkpoint(day: dt.date | None, progress: Progress) -> Result:
    """Note where the history stands, when it moved. Without a key, somebody else's machine does it."""
    if not settings.CHECKPOINT_KEY:
        return Result({"checkpoints": 0})
    try:
        _taken, is_new = proof.take_checkpoint()
    except Contradicted as error:
        return Result({"checkpoints": 0}, (str(error),), TO_LOOK_AT)
    return Result({"checkpoints": int(is_new)})


# In this order: what the first writes, the second sends; what was proven is then noted.
JOBS: list[Job] = [
    Job("reminders", "write the reminders that are due", _reminders),
    Job("mail", "send what waits in the outbox", _mail),
    Job(
        "erase", "erase the text of what was sent, and answers kept for requests sent again", _erase
    ),
    Job("scan", "look for malicious software in the documents that wait", _scan),
    Job("index", "take the latest changes into the index of the history", _index),
    Job("verify", "prove the history", _verify),
    Job("checkpoint", "note where the history stands", _checkpoint),
]


def register(job: Job, *, before: str) -> None:
    """Let a package above run a job as well, just before the one named `before`; once at start-up."""
    if job.name not in {known.name for known in JOBS}:
        JOBS.insert(next(at for at, known in enumerate(JOBS) if known.name == before), job)


def run(job: Job, day: dt.date | None, progress: Progress) -> Result:
    """Run one job; a job that breaks is told, and does not keep the others from running."""
    try:
        return job.run(day, progress)
    except Exception as error:
        logger.exception("The job %s broke off.", job.name)
        return Result(problems=(f"{type(error).__name__}: {error}",), status=COULD_NOT)
