"""`manage.py checkpoint`: prints a signed note of where the history stands, to be kept elsewhere."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from peph.audit import checkpoint, proof
from peph.audit.kept_notes import Contradicted
from peph.audit.key_changes import Keys


class Command(BaseCommand):
    help = (
        "Prints a note of the last change set, signed with CHECKPOINT_KEY, and keeps it in a directory"
        " where one is given. Exit status 1: the history contradicts a note kept there; 2: unsigned, or,"
        " with --verify, not signed with the key."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--verify", metavar="FILE", help="check the signature of a note instead"
        )
        parser.add_argument(
            "--public-key", metavar="HEX", default="", help="the key to check it with"
        )
        parser.add_argument(
            "--directory",
            metavar="DIR",
            default="",
            help="where to keep it as NUMBER.txt (default: CHECKPOINT_DIRECTORY)",
        )

    def handle(
        self, *args: Any, verify: str | None, public_key: str, directory: str, **options: Any
    ) -> None:
        try:
            if verify:
                self._verify(verify, checkpoint.keys(public_key))
            else:
                self._write(directory)
        except Contradicted as error:
            self.stderr.write(f"The history is broken, nothing was noted: {error}")
            sys.exit(1)
        except (checkpoint.CheckpointError, OSError, UnicodeDecodeError) as error:
            self.stderr.write(str(error))
            sys.exit(2)

    def _write(self, directory: str) -> None:
        if checkpoint.private_key() is None:
            self.stdout.write(checkpoint.write(checkpoint.take()), ending="")
            raise checkpoint.CheckpointError(
                "CHECKPOINT_KEY is empty: the note is not signed, and proves nothing."
            )
        taken, _is_new = proof.take_checkpoint(directory)
        self.stdout.write(taken.note, ending="")
        key = checkpoint.keys().at(taken.number).public_bytes_raw().hex()
        self.stderr.write(f"public key: {key}")

    def _verify(self, path: str, key: Keys) -> None:
        note = checkpoint.read(Path(path).read_text(encoding="utf-8"), key=key)
        self.stdout.write(f"{note.origin}: change set {note.number}, signature good")
