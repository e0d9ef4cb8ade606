"""`manage.py load_reference`: add the reference data that is missing; run it after every migrate."""

from typing import Any

from django.core.management.base import BaseCommand

from organizations.services.reference import load_reference


class Command(BaseCommand):
    help = (
        "Adds missing regions, ministries and bodies, job classes, schedule steps, criteria and"
        " texts of consents."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for kind, added in load_reference().items():
            self.stdout.write(f"{kind}: {added} added")
