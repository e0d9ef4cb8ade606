"""`manage.py export_history`: the history as a file that a program other than ours can prove."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from peph.audit import access_log, export, findings
from peph.progress import bar


class Command(BaseCommand):
    help = (
        "Writes the history into one file that scripts/verify_export.py proves without this service."
        " Personal values leave as commitments and hidden ones not at all, unless --with-values."
        " Exit status 2 when it could not be written whole."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the file to write; one that is there is not written over")
        parser.add_argument(
            "--since", type=int, default=0, metavar="N", help="only the change sets after N"
        )
        parser.add_argument(
            "--with-values", action="store_true", help="personal and hidden values in clear"
        )

    def handle(self, *args: Any, file: str, since: int, with_values: bool, **options: Any) -> None:
        if since < 0:
            raise CommandError("--since takes the number of a change set.")
        access_log.record(
            "export",
            model="audit.changeset",
            detail={"file": file, "since": since, "with_values": with_values},
        )
        path, part = Path(file), Path(f"{file}.part")
        try:
            if path.exists():
                raise OSError(f"{path} is there already.")
            end = _write(part, since=since, with_values=with_values)
            part.rename(path)
        except (OSError, DatabaseError, findings.CannotProve) as error:
            part.unlink(missing_ok=True)
            self.stderr.write(f"Not exported: {error}")
            sys.exit(2)
        self.stdout.write(
            f"{path}: {end['change_sets']} change sets, {end['rows']} history rows,"
            f" {end['live']} records."
        )


def _write(path: Path, *, since: int, with_values: bool) -> export.Line:
    last: export.Line = {}
    with path.open("x", encoding="utf-8", newline="\n") as out, bar("history rows") as progress:
        # Nobody else on this machine reads what is not finished, nor what was asked for in clear.
        path.chmod(0o600)
        for last in export.lines(since=since, with_values=with_values, progress=progress):
            out.write(export.text(last))
    return last
