"""`manage.py reapply_erasures`: after a restore, erases again who was erased since the backup was made."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from peph.audit.verify import verify
from peph.progress import bar
from privacy.services import ledger
from privacy.services.erasures import CarriedOut, apply_again, finish


class Command(BaseCommand):
    help = (
        "Applies the erasures of the list that the restored database does not know, then proves the"
        " history. Exit status 0: all applied; 1: the history is not whole; 2: the list cannot be read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", metavar="FILE", help="the list; ERASURE_LEDGER's")
        parser.add_argument("--json", action="store_true", help="answer in JSON")

    def handle(self, *args: Any, file: str | None, **options: Any) -> None:
        target = Path(file) if file else ledger.path()
        if target is None:
            self.stderr.write("Name a file, or set ERASURE_LEDGER.")
            sys.exit(2)
        try:
            waiting = ledger.not_applied(ledger.read(target))
        except ledger.LedgerError as error:
            self.stderr.write(str(error))
            sys.exit(2)
        result = CarriedOut()
        with bar("apply the erasures again", quiet=options["json"]) as progress:
            for done, entry in enumerate(waiting, 1):
                result.erased += apply_again(entry)
                progress(done, len(waiting))
        finish(result)
        problems = [*result.problems, *map(str, verify().problems)]
        if options["json"]:
            self.stdout.write(json.dumps({"applied": result.erased, "problems": problems}))
        else:
            self.stdout.write(f"{result.erased} erasures applied again")
            for problem in problems:
                self.stderr.write(problem)
        if problems:
            sys.exit(1)
