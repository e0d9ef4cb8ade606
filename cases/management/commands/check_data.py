"""`manage.py check_data`: what does not hold together. 0 nothing, 1 something, 2 could not tell."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from rich.console import Console
from rich.progress import track

from cases.services.data_checks.check import DataCheck
from cases.services.data_checks.table import CHECKS


class Command(BaseCommand):
    help = "Lists the problems of the data, check by check, with the case and who answers for it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object, not sentences")
        parser.add_argument("--region", metavar="CODE", help="of one region, such as 03")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(file=sys.stderr)
        try:
            found = [
                line
                for check in track(
                    CHECKS, description="", console=console, disable=not console.is_terminal
                )
                for line in _lines(check, options["region"])
            ]
        except DatabaseError as error:
            raise CommandError(str(error), returncode=2) from error
        if options["json"]:
            self.stdout.write(json.dumps({"ok": not found, "problems": found}, ensure_ascii=False))
        else:
            for line in found:
                owner = line["coordinator"] or "–"
                self.stdout.write(
                    f"{line['since']}  {line['case']}  {line['region']}  {owner}  {line['problem']}"
                )
        if found:
            raise CommandError(f"{len(found)} problems.", returncode=1)


def _lines(check: DataCheck, region: str | None) -> list[dict[str, Any]]:
    rows = check.with_people(check.problems()).order_by("since", "pk")
    if region:
        rows = rows.filter(**{check.at("region__code"): region})
    return [
        {
            "check": check.code,
            "problem": str(check.label),
            "since": row.since.isoformat(),
            "case": (case := check.case_of(row)).number,
            "region": case.region.code,
            "coordinator": case.coordinator.email if case.coordinator else None,
            "object_id": str(row.pk),
        }
        for row in rows
    ]
