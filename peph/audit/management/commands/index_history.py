"""`manage.py index_history`: brings the index over the history up to date, or builds it anew."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from peph.audit import index
from peph.progress import bar


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
        with bar("change sets") as progress:
            if options["rebuild"]:
                differing = index.rebuild(progress)
                self.stdout.write(f"Entries that differed: {differing}")
            left = index.catch_up(progress=progress)
        self.stdout.write(f"Change sets not indexed yet: {left}")
