"""`manage.py rotate_field_key`: changes the key of encrypted fields in three steps while the service runs."""

from typing import Any

from peph.keys import field_keys
from peph.keys.management.stepping import StepCommand
from peph.keys.steps import Step
from peph.progress import bar


class Command(StepCommand):
    help = "Makes the next step of changing FIELD_ENCRYPTION_KEYS. Nothing is lost (docs/keys.md)."

    def step(self, options: dict[str, Any]) -> Step:
        with bar("Writing again") as progress:
            return field_keys.rotate(restarted=options["restarted"], progress=progress)
