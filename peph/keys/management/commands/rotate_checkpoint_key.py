"""`manage.py rotate_checkpoint_key`: changes the key that signs checkpoints in two steps."""

from typing import Any

from peph.keys import checkpoint_key
from peph.keys.management.stepping import StepCommand
from peph.keys.steps import Step


class Command(StepCommand):
    help = "Makes the next step of changing CHECKPOINT_KEY; the chain holds both (docs/keys.md)."

    def step(self, options: dict[str, Any]) -> Step:
        return checkpoint_key.rotate(restarted=options["restarted"])
