"""What `manage.py run_due` does about retention and erasure."""

import datetime as dt

from cases.services import jobs
from cases.services.jobs import DONE, TO_LOOK_AT, Job, Result
from peph.progress import Progress
from privacy.services.erasures import carry_out_due
from privacy.services.rules import apply_rules


def register() -> None:
    """Called once at start-up."""
    jobs.register(
        Job("retention", "delete what no rule keeps any more", _retention), before="index"
    )
    jobs.register(
        Job("erasures", "carry out the erasures that were approved", _erasures), before="index"
    )


def _retention(day: dt.date | None, progress: Progress) -> Result:
    return Result({"accesses_deleted": apply_rules(day=day, progress=progress)})


def _erasures(day: dt.date | None, progress: Progress) -> Result:
    done = carry_out_due(progress=progress)
    return Result(
        {"erased": done.erased, "held": done.held},
        tuple(done.problems),
        TO_LOOK_AT if done.problems else DONE,
    )
