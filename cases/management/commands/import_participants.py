"""`manage.py import_participants FILE`: bring in the spreadsheet kept until today, all or nothing.

Exit status: 0 imported (or nothing to do), 1 the file has problems, 2 the file cannot be read.
"""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cases.imports.errors import UnreadableFile
from cases.imports.importing import CREATE, SKIP, Report, check, run
from peph.accounts.models import User
from peph.audit.changes import SYSTEM
from peph.errors import DomainError


class Command(BaseCommand):
    help = "Imports participants, cases and placements from a CSV or XLSX spreadsheet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--dry-run", action="store_true", help="judge the file, write nothing")
        parser.add_argument("--by", metavar="USER", help="who imports: e-mail or short name")
        parser.add_argument("--json", action="store_true", help="answer in JSON")
        for name, text in (
            (CREATE, "rows of probable duplicates that are somebody else"),
            (SKIP, "rows of probable duplicates to leave out for good"),
        ):
            parser.add_argument(
                f"--{name}", metavar="ROW", type=int, nargs="+", default=[], help=text
            )

    def handle(self, *args: Any, **options: Any) -> None:
        by = self._user(options["by"])
        decisions = {row: name for name in (CREATE, SKIP) for row in options[name]}
        with self._progress(quiet=options["json"]) as bar:
            task = bar.add_task("rows", total=None)
            work = check if options["dry_run"] else run
            try:
                report = work(
                    options["file"],
                    by=by,
                    decisions=decisions,
                    progress=lambda rows: bar.update(task, advance=rows),
                )
            except UnreadableFile as error:
                raise CommandError(str(error), returncode=2) from error
            except DomainError as error:
                raise CommandError(str(error), returncode=1) from error
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False, indent=1))
        else:
            self._tell(report, dry_run=options["dry_run"])
        if report.errors:
            sys.exit(1)

    def _user(self, name: str | None) -> Any:
        if name is None:
            return SYSTEM
        try:
            return User.objects.by_login(name)
        except (User.DoesNotExist, User.MultipleObjectsReturned) as error:
            raise CommandError(f"No account is called {name}.", returncode=2) from error

    def _progress(self, *, quiet: bool) -> Progress:
        return Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            disable=quiet or not sys.stderr.isatty(),
        )

    def _tell(self, report: Report, *, dry_run: bool) -> None:
        for problem in report.errors:
            self.stdout.write(
                f"row {problem.row}\t{problem.column}\t{problem.value!r}\t{problem.message}"
            )
        for each in report.duplicates:
            same = f"row {each.of_row}" if each.of_row else f"case {each.of_case}"
            self.stdout.write(
                f"row {each.row}\tprobably the same person as {same}\t{each.decision}"
            )
        done = "would be imported" if dry_run or report.errors else "imported"
        count = report.importable if dry_run or report.errors else report.imported
        self.stdout.write(
            f"{report.rows} rows, {count} {done}, {report.known} known already, "
            f"{report.held} left out, {len(report.errors)} problems"
        )
        if report.errors:
            self.stdout.write("Nothing was written: correct the rows above and import again.")
        elif report.change_set:
            self.stdout.write(f"Change set {report.change_set}")
