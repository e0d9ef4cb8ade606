"""`manage.py export_erasures`: keeps the list of erasures outside the database, for after a restore."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from privacy.services import ledger


class Command(BaseCommand):
    help = (
        "Adds the erasures carried out to the list kept outside the database (ERASURE_LEDGER, or FILE):"
        " keys and dates only. Makes the list when it is not there. Exit status 2: it cannot be written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", metavar="FILE", help="the list; ERASURE_LEDGER's")

    def handle(self, *args: Any, file: str | None, **options: Any) -> None:
        target = Path(file) if file else ledger.path()
        if target is None:
            self.stderr.write("Name a file, or set ERASURE_LEDGER.")
            sys.exit(2)
        try:
            added = ledger.bring_up_to_date(target)
        except (OSError, ledger.LedgerError) as error:
            self.stderr.write(str(error))
            sys.exit(2)
        self.stdout.write(f"{added} erasures added to {target}")
