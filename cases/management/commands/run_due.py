"""`manage.py run_due`: does what is due now. For cron; it may run as often and wherever it likes.

Exit status: 0 all done, 1 something to look at, 2 a job could not do its work.
"""

import datetime as dt
import json
import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand

from cases.services import jobs
from peph.progress import bar


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no date: write 2026-11-25") from error


class Command(BaseCommand):
    help = (
        "Writes the reminders that are due, sends the mail that waits, erases what was sent, proves the"
        " history and notes where it stands."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="answer in JSON")
        parser.add_argument(
            "--day", type=_day, metavar="DAY", help="the day reminders are written for; today's"
        )
        parser.add_argument(
            "--only",
            choices=[job.name for job in jobs.JOBS],
            nargs="+",
            metavar="JOB",
            help=f"some jobs only: {', '.join(job.name for job in jobs.JOBS)}",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = [job for job in jobs.JOBS if not options["only"] or job.name in options["only"]]
        results: dict[str, jobs.Result] = {}
        for job in wanted:
            with bar(job.about, quiet=options["json"]) as progress:
                results[job.name] = jobs.run(job, options["day"], progress)
        if options["json"]:
            told = {name: result.as_json() for name, result in results.items()}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            for name, result in results.items():
                self._tell(name, result)
        status = max(result.status for result in results.values())
        if status:
            sys.exit(status)

    def _tell(self, name: str, result: jobs.Result) -> None:
        counts = ", ".join(f"{count} {what}" for what, count in result.counts.items())
        self.stdout.write(f"{name}: {counts}" if counts else f"{name}:")
        for problem in result.problems:
            self.stderr.write(f"{name}: {problem}")
