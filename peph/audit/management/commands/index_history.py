"""`manage.py index_history`: brings the index over the history up to date, or builds it anew."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

from peph.audit import index


class Command(BaseCommand):
    help = (
        "The index answers which change sets touch a kind of record, a field, a region, an organisation."
        " It is no evidence; lists keep it up to date by themselves."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--rebuild",
            action="store_true",
            help="compute it anew from the history, and say how many entries differed",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with _progress() as progress:
            if options["rebuild"]:
                differing = index.rebuild(progress)
                self.stdout.write(f"Entries that differed: {differing}")
            left = index.catch_up(progress=progress)
        self.stdout.write(f"Change sets not indexed yet: {left}")


@contextmanager
def _progress() -> Iterator[index.Progress]:
    console = Console(stderr=True)
    with Progress(
        *Progress.get_default_columns()[:2],
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not sys.stderr.isatty(),
    ) as bar:
        task = bar.add_task("change sets", total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield progress
