"""`manage.py verify_history`: proves that the history is whole, or names what is not."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

from peph.audit import checkpoint, findings
from peph.audit.verify import verify


class Command(BaseCommand):
    help = (
        "Recomputes the chain, holds the history against the journal and the live rows, and checks the"
        " triggers. Exit status: 0 whole, 1 broken, 2 cannot prove."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="one JSON object instead of sentences"
        )
        parser.add_argument(
            "--since", type=int, default=0, metavar="N", help="take change sets up to N as proven"
        )
        parser.add_argument(
            "--checkpoint",
            action="append",
            default=[],
            metavar="FILE",
            help="a signed note to hold",
        )
        parser.add_argument(
            "--public-key", default="", metavar="HEX", help="the key the notes are signed with"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = self._verify(options)
        except (
            DatabaseError,
            OSError,
            UnicodeDecodeError,
            checkpoint.CheckpointError,
            findings.CannotProve,
        ) as error:
            self._answer_unproven(str(error), as_json=options["json"])
        else:
            self._answer(report, as_json=options["json"])

    def _verify(self, options: dict[str, Any]) -> findings.Report:
        notes = []
        if options["checkpoint"]:
            key = checkpoint.public_key(options["public_key"])
            notes = [
                checkpoint.read(Path(path).read_text(encoding="utf-8"), key=key)
                for path in options["checkpoint"]
            ]
        with _progress() as progress:
            return verify(since=options["since"], notes=notes, progress=progress)

    def _answer(self, report: findings.Report, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
        else:
            for problem in report.problems:
                self.stdout.write(str(problem))
            state = "The history is whole" if report.is_whole else "The history is broken"
            self.stdout.write(
                f"{state}: {report.change_sets} change sets, {report.history_rows} history rows."
            )
        if not report.is_whole:
            sys.exit(1)

    def _answer_unproven(self, message: str, *, as_json: bool) -> None:
        if as_json:
            report = findings.Report(problems=[findings.Problem("unproven", message)])
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
        self.stderr.write(f"Cannot prove the history: {message}")
        sys.exit(2)


@contextmanager
def _progress() -> Iterator[findings.Progress]:
    """A bar on stderr where somebody watches it."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda done, total: None
        return
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("history rows", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
