"""`manage.py rotate_secret_key`: changes SECRET_KEY in three steps while the service runs."""

from typing import Any

from django.core.management.base import CommandParser

from peph.keys import secret_key
from peph.keys.management.stepping import StepCommand
from peph.keys.steps import Step


class Command(StepCommand):
    help = "Makes the next step of changing SECRET_KEY. Sessions and links go on (docs/keys.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--at-once",
            action="store_true",
            help="retire the old key although links it signed are still out: they stop working",
        )

    def step(self, options: dict[str, Any]) -> Step:
        return secret_key.rotate(restarted=options["restarted"], at_once=options["at_once"])
