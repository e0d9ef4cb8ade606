"""Opening a spreadsheet of participants, CSV or XLSX, and giving its records one at a time."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from os import PathLike
from typing import Any, BinaryIO, TypeAlias

from django.utils.translation import gettext_lazy as _

from cases.imports.cleaning import Cell, is_blank, line
from cases.imports.columns import COLUMNS, Column, column_for
from cases.imports.csv_source import csv_rows
from cases.imports.errors import UnreadableFile
from cases.imports.xlsx_source import xlsx_rows

__all__ = ["BEYOND", "Record", "Spreadsheet", "UnreadableFile", "open_spreadsheet"]

Record: TypeAlias = dict[str, Cell]

CHUNK = 1 << 16
MAX_BYTES = 100 << 20
MAX_COLUMNS = 100
MAX_ROWS = 200_000
LAST_ROW = 1_048_576  # of any sheet; a workbook may pretend to have more, all of them empty
ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
# The container of .xls, and of an .xlsx that a password encrypts.
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Where a record keeps the texts found in columns that have no heading.
BEYOND = ""


@dataclass(slots=True)
class Spreadsheet:
    """An open spreadsheet, to be gone through once. The counts are complete at the end."""

    kind: str
    headings: tuple[str, ...]
    _positions: dict[str, int] = field(repr=False)
    _rows: Iterator[tuple[int, Sequence[Any]]] = field(repr=False)
    rows: int = 0
    blank_rows: int = 0

    def __iter__(self) -> Iterator[tuple[int, Record]]:
        """(row number in the spreadsheet, {heading as typed: cell}); row 1 holds the headings."""
        for number, cells in self._rows:
            if all(map(is_blank, cells)):
                self.blank_rows += 1
                continue
            self.rows += 1
            if self.rows > MAX_ROWS:
                raise UnreadableFile(
                    _("This file has more than %(limit)d rows. Import it in several parts.")
                    % {"limit": MAX_ROWS}
                )
            yield number, _record(cells, self._positions)


@contextmanager
def open_spreadsheet(source: str | PathLike[str] | BinaryIO) -> Iterator[Spreadsheet]:
    """Open a path or a binary file, whatever its name says, and check its headings.

    Raises UnreadableFile, here or while the rows are gone through.
    """
    with ExitStack() as stack:
        file = _opened(source, stack)
        kind = _kind(file)
        rows = stack.enter_context(xlsx_rows(file) if kind == "xlsx" else csv_rows(file))
        numbered = _numbered(rows)
        _number, first = next(numbered, (1, ()))
        positions = check_headings(first)
        yield Spreadsheet(kind, tuple(positions), positions, numbered)


def _opened(source: str | PathLike[str] | BinaryIO, stack: ExitStack) -> BinaryIO:
    if isinstance(source, str | PathLike):
        try:
            return stack.enter_context(open(source, "rb"))
        except OSError as error:
            raise UnreadableFile(_("This file cannot be opened.")) from error
    if source.seekable():
        return source
    copy = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - closed by the stack
    # One chunk over the limit is enough for the size to be refused below.
    while copy.tell() <= MAX_BYTES and (chunk := source.read(CHUNK)):
        copy.write(chunk)
    return copy


def _kind(file: BinaryIO) -> str:
    if not (size := file.seek(0, 2)):
        raise UnreadableFile(_("This file is empty."))
    if size > MAX_BYTES:
        raise UnreadableFile(
            _("This file is larger than %(limit)d MB. Import it in several parts.")
            % {"limit": MAX_BYTES >> 20}
        )
    file.seek(0)
    start = file.read(8)
    if start == OLE:
        raise UnreadableFile(
            _(
                "This file is protected by a password or in the old .xls format. "
                "Save it as .xlsx without a password and try again."
            )
        )
    return "xlsx" if start.startswith((ZIP, EMPTY_ZIP)) else "csv"


def _numbered(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[int, Sequence[Any]]]:
    for number, cells in enumerate(rows, start=1):
        if number > LAST_ROW:
            raise UnreadableFile(_("This file has more rows than a spreadsheet can hold."))
        if len(cells) > MAX_COLUMNS:
            if not all(map(is_blank, cells[MAX_COLUMNS:])):
                raise UnreadableFile(
                    _("Row %(number)d has more than %(limit)d columns.")
                    % {"number": number, "limit": MAX_COLUMNS}
                )
            cells = cells[:MAX_COLUMNS]
        yield number, cells


def check_headings(cells: Sequence[Cell]) -> dict[str, int]:
    """Where each heading stands. Raises UnreadableFile naming all that is wrong with them."""
    found: dict[Column, list[str]] = {}
    unknown: list[str] = []
    positions: dict[str, int] = {}
    for position, cell in enumerate(cells):
        if not (heading := line(cell)):
            continue
        column = column_for(heading)
        if column is None:
            unknown.append(heading)
        else:
            found.setdefault(column, []).append(heading)
            positions[heading] = position
    if not found:
        raise UnreadableFile(
            _("The first row must hold the headings, such as: %(headings)s.")
            % {"headings": _listed([column.heading for column in COLUMNS])}
        )
    missing = [column.heading for column in COLUMNS if column.required and column not in found]
    twice = [heading for headings in found.values() if len(headings) > 1 for heading in headings]
    problems = [
        message % {"headings": _listed(headings)}
        for message, headings in (
            (_("These headings are not known: %(headings)s."), unknown),
            (_("These headings are missing: %(headings)s."), missing),
            (_("These headings name the same column twice: %(headings)s."), twice),
        )
        if headings
    ]
    if problems:
        raise UnreadableFile(" ".join(problems))
    return positions


def _listed(headings: list[str]) -> str:
    short = [heading if len(heading) <= 60 else f"{heading[:59]}…" for heading in headings[:30]]
    return ", ".join(short + ["…"] * (len(headings) > 30))


def _record(cells: Sequence[Cell], positions: dict[str, int]) -> Record:
    record: Record = {
        heading: cells[position] if position < len(cells) else None
        for heading, position in positions.items()
    }
    if len(cells) > len(positions):
        headed = set(positions.values())
        beyond = [line(cell) for place, cell in enumerate(cells) if place not in headed]
        if text := " ".join(filter(None, beyond)):
            record[BEYOND] = text
    return record
