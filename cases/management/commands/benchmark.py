"""`manage.py benchmark`: how fast the service is on this machine, each figure beside its floor.

Exit status: 0 measured, 2 could not measure.
"""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.module_loading import import_string
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from cases.benchmark import parts
from cases.benchmark.running import benchmark
from cases.benchmark.timing import CannotMeasure, Result


class Command(BaseCommand):
    help = (
        "Fills a scratch database with made-up cases and measures the service on it. The service's own"
        " data is not touched."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cases", type=int, default=10_000, metavar="N")
        parser.add_argument(
            "--only",
            choices=sorted(parts.registered()),
            help="another benchmark than that of cases",
        )
        parser.add_argument(
            "--sets", type=int, default=20_000, metavar="N", help="change sets, with --only audit"
        )
        parser.add_argument(
            "--seed", type=int, default=1, metavar="S", help="other people and lives"
        )
        parser.add_argument(
            "--seconds", type=float, default=4.0, help="about how long a measure takes"
        )
        parser.add_argument("--json", action="store_true", help="answer in JSON")
        parser.add_argument("--keep", action="store_true", help="leave the scratch database")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(stderr=True)
        measure, size, what = benchmark, options["cases"], "cases"
        if options["only"]:
            measure = import_string(parts.registered()[options["only"]])
            size, what = options["sets"], "change_sets"
        with _bar(console) as bar:
            tasks: dict[str, Any] = {}

            def progress(text: str, done: int, total: int) -> None:
                if text not in tasks:
                    tasks[text] = bar.add_task(text)
                bar.update(tasks[text], completed=done, total=total)

            try:
                name, results = measure(
                    size,
                    seed=options["seed"],
                    seconds=options["seconds"],
                    keep=options["keep"],
                    progress=progress,
                )
            except CannotMeasure as error:
                raise CommandError(f"Could not measure: {error}", returncode=2) from error
        if options["keep"]:
            self.stderr.write(f"Scratch database kept: {name}")
        if options["json"]:
            self.stdout.write(
                json.dumps(
                    {
                        "engine": connection.vendor,
                        what: size,
                        "results": [each.as_json() for each in results],
                    }
                )
            )
        else:
            _tell(results, f"{size:,} {what.replace('_', ' ')}, {connection.vendor}")


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not sys.stderr.isatty(),
    )


def _tell(results: list[Result], title: str) -> None:
    table = Table(title=title)
    table.add_column("measure")
    for heading in ("ms", "floor ms", "ratio"):
        table.add_column(heading, justify="right")
    for each in results:
        table.add_row(each.name, f"{each.ms:.2f}", f"{each.floor_ms:.2f}", f"{each.ratio:.1f}")
    Console().print(table)
