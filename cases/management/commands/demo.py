"""`manage.py demo`: from nothing to a running service with data and an account for each role.

Each step keeps what is already there, so that running it again changes nothing.
"""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import track

from cases.demo.accounts import ACCOUNTS, DOMAIN, PASSWORD, UNIT, create_accounts
from cases.demo.life import STEPS, live
from cases.imports.importing import run
from cases.models import Case
from organizations.models import HostOrganization, HostSite, Region
from organizations.services.reference import load_reference
from peph.audit.changes import SYSTEM, change

SPREADSHEET = Path(__file__).resolve().parents[2] / "demo" / "participants-2026.xlsx"


class Command(BaseCommand):
    help = "Prepares the demonstration and serves it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-serve", action="store_true", help="prepare only")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.HTTPS:
            raise CommandError("The demonstration is for a machine of your own: set HTTPS=no.")
        self.console = Console(file=sys.stderr)
        self._say("Base de données")
        call_command("migrate", verbosity=0)
        load_reference()
        site = _site()
        people = create_accounts()
        if not Case.objects.filter(is_imported=True).exists():
            self._say("Importation du tableur d’exemple")
            report = run(str(SPREADSHEET), by=people["lead"])
            self._say(f"{report.imported} dossiers importés")
        steps = live(people, site)
        for _step in track(steps, "Vie du programme", total=STEPS, console=self.console):
            pass
        self._introduce(options["port"])
        if not options["no_serve"]:
            self._serve(options["port"])

    def _say(self, text: str) -> None:
        self.console.print(text)

    def _introduce(self, port: int) -> None:
        self.stdout.write(
            f"\npeph : http://127.0.0.1:{port}/\nMot de passe de tous les comptes : {PASSWORD}\n"
        )
        for short, first, last, what, _grants in ACCOUNTS:
            self.stdout.write(f"  {short + '@' + DOMAIN:38} {first} {last} – {what}")
        self.stdout.write("")
        self.stdout.flush()

    def _serve(self, port: int) -> None:
        # What is sent by mail leads back here, whatever the port.
        os.environ.setdefault("SITE_URL", f"http://127.0.0.1:{port}")
        # Its accounts have a password that everybody knows: nobody can keep a second factor on them.
        os.environ.setdefault("SECOND_FACTOR_REQUIRED", "no")
        os.execv(  # noqa: S606 - the server takes the place of this process
            sys.executable,
            [
                sys.executable,
                "-m",
                "gunicorn",
                "peph.wsgi",
                f"--bind=127.0.0.1:{port}",
                "--workers=2",
                "--no-control-socket",
                "--log-level=warning",
            ],
        )


def _site() -> HostSite:
    found = HostSite.objects.filter(
        organization__acronym="MTMD", region__code="03", name=UNIT
    ).first()
    if found is not None:
        return found
    with change(by=SYSTEM, verb="organizations.site.open"):
        return HostSite.objects.create(
            organization=HostOrganization.objects.get(acronym="MTMD"),
            region=Region.objects.get(code="03"),
            name=UNIT,
            municipality="Québec",
            address="1, rue de l’Exemple",
            seats=12,
            entrance="yes",
            lift="yes",
            washroom="partly",
            parking="yes",
        )
