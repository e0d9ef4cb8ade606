"""What the commands that change a key share: --restarted, saying what was done, and exit statuses."""

import sys
from abc import abstractmethod
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from peph.keys.steps import Refused, Step


class StepCommand(BaseCommand):
    """One step of a change of keys. Exit status 2: refused, and nothing was changed."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--restarted",
            action="store_true",
            help="every process of the service was started again since the step before",
        )

    @abstractmethod
    def step(self, options: dict[str, Any]) -> Step:
        """Make the next step. Raises Refused."""

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            step = self.step(options)
        except Refused as error:
            self.stderr.write(f"Refused: {error}")
            sys.exit(2)
        for sentence in step.said:
            self.stdout.write(sentence)
        if step.to_set:
            self.stdout.write("The settings are kept elsewhere. Set there:")
            for name, value in step.to_set.items():
                self.stdout.write(f"{name}={value}" if value else f"{name}  (take it out)")
