"""`manage.py verify_history`: proves that the history is whole, or names what is not."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from peph.audit import checkpoint, findings, proof, receipts
from peph.audit.checkpoint import Note
from peph.audit.receipts import Receipt, ReceiptError
from peph.audit.verify import verify
from peph.progress import bar


class Command(BaseCommand):
    help = (
        "Recomputes the chain, holds the history against the journal and the live rows, and checks the"
        " triggers. Exit status: 0 whole, 1 broken, 2 cannot prove."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="one JSON object instead of sentences"
        )
        parser.add_argument(
            "--since", type=int, default=0, metavar="N", help="take change sets up to N as proven"
        )
        parser.add_argument(
            "--checkpoint",
            action="append",
            default=[],
            metavar="FILE",
            help="a signed note to hold; those of CHECKPOINT_DIRECTORY are held anyway",
        )
        parser.add_argument(
            "--public-key", default="", metavar="HEX", help="the key the notes are signed with"
        )
        parser.add_argument(
            "--receipts",
            metavar="FILE",
            help="receipts the chain must hold, number:hash, one a line",
        )
        parser.add_argument(
            "--receipt", action="append", default=[], metavar="N:HASH", help="one such receipt"
        )
        parser.add_argument(
            "--no-record", action="store_true", help="do not keep the result in the database"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["since"] < 0:
            raise CommandError("--since takes the number of a change set.")
        started, notes = timezone.now(), 0
        try:
            held = _notes(options)
            notes = len(held)
            with bar("history rows") as progress:
                report = verify(
                    since=options["since"],
                    notes=held,
                    receipts=_receipts(options),
                    progress=progress,
                )
        except (*proof.UNPROVEN, ReceiptError) as error:
            report = findings.Report(problems=[findings.Problem("unproven", str(error))])
        if not options["no_record"]:
            self._record(report, started=started, since=options["since"], notes=notes)
        self._answer(report, as_json=options["json"])

    def _record(self, report: findings.Report, **about: Any) -> None:
        try:
            proof.record(report, **about)
        except DatabaseError as error:
            # A copy that can only be read is proven all the same.
            self.stderr.write(f"The result was not kept: {error}")

    def _answer(self, report: findings.Report, *, as_json: bool) -> None:
        unproven = next((each for each in report.problems if each.kind == "unproven"), None)
        if as_json:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
        elif unproven is None:
            for finding in (*report.problems, *report.warnings):
                self.stdout.write(str(finding))
            state = "The history is whole" if report.is_whole else "The history is broken"
            self.stdout.write(
                f"{state}: {report.change_sets} change sets, {report.history_rows} history rows."
            )
        if unproven is not None:
            self.stderr.write(f"Cannot prove the history: {unproven.message}")
            sys.exit(2)
        if not report.is_whole:
            sys.exit(1)


def _notes(options: dict[str, Any]) -> list[Note]:
    held = proof.kept_notes_of_settings(options["public_key"])
    if options["checkpoint"]:
        key = checkpoint.keys(options["public_key"])
        held += [
            checkpoint.read(Path(path).read_text(encoding="utf-8"), key=key)
            for path in options["checkpoint"]
        ]
    return held


def _receipts(options: dict[str, Any]) -> Sequence[Receipt]:
    held = [receipts.read(text) for text in options["receipt"]]
    if options["receipts"]:
        text = Path(options["receipts"]).read_text(encoding="utf-8")
        held += receipts.read_lines(text.splitlines())
    return held
