"""`manage.py data_map`: writes the data map into docs/efvp.md; with --check only says whether it is fresh.

Exit status: 0 fresh or written, 1 not fresh.
"""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from privacy.inventory.data_map import refreshed

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "efvp.md"


class Command(BaseCommand):
    help = "Writes the data map of the impact assessment from the models."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; 1 if not fresh")

    def handle(self, *args: Any, **options: Any) -> None:
        kept = DOCUMENT.read_text(encoding="utf-8")
        now = refreshed(kept)
        if kept == now:
            self.stdout.write("The data map is fresh.")
        elif options["check"]:
            self.stderr.write("The data map is not that of the models: run make data-map.")
            sys.exit(1)
        else:
            DOCUMENT.write_text(now, encoding="utf-8")
            self.stdout.write(f"{DOCUMENT.name} written.")
