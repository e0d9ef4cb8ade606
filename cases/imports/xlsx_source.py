"""Rows of an XLSX workbook, after the checks that make it safe to unpack."""

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

from django.utils.translation import gettext_lazy as _
from openpyxl import load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.utils.exceptions import InvalidFileException

from cases.imports.errors import UnreadableFile

MEBIBYTE = 1 << 20
MAX_PARTS = 1000
MAX_UNPACKED = 400 * MEBIBYTE
# Everything but the rows is read whole: the texts shared between cells, the styles.
MAX_UNPACKED_PART_IN_MEMORY = 128 * MEBIBYTE
MAX_RATIO = 100
RATIO_COUNTS_FROM = MEBIBYTE

NOT_A_WORKBOOK = _("This file is not a spreadsheet. Save it as .xlsx or CSV and try again.")
DAMAGED = _("This workbook is damaged. Open it in the spreadsheet program and save it again.")
SUSPICIOUS = _("This workbook unpacks to far more than a list of participants. It was not opened.")
PROTECTED = _("This workbook is protected by a password. Save it without one and try again.")

# What the zip and XML readers and openpyxl raise on a malformed workbook.
BROKEN = (
    ArithmeticError,
    AttributeError,
    EOFError,
    InvalidFileException,
    LookupError,
    NotImplementedError,
    OSError,
    ParseError,
    RecursionError,
    RuntimeError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


@contextmanager
def xlsx_rows(file: BinaryIO) -> Iterator[Iterator[tuple[Any, ...]]]:
    """The rows of the first visible sheet: tuples of values, () for a row without any cell.

    A formula counts for the value the spreadsheet program last worked out; none is evaluated.
    """
    file.seek(0)
    try:
        check_archive(file)
        workbook = _load(file)
    except BROKEN as error:
        raise UnreadableFile(DAMAGED) from error
    try:
        yield _values(workbook)
    finally:
        workbook.close()


def check_archive(file: BinaryIO) -> None:
    """Refuse, before unpacking: what is no workbook, locked, or grows beyond reason.

    The sizes announced in the archive can be trusted for this: reading stops at them.
    """
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise UnreadableFile(SUSPICIOUS)
        if "xl/workbook.xml" not in archive.namelist():
            raise UnreadableFile(NOT_A_WORKBOOK)
        for part in parts:
            if part.flag_bits & 0x1:
                raise UnreadableFile(PROTECTED)
            if part.file_size > RATIO_COUNTS_FROM:
                _check_size(part)
            _check_prologue(archive, part)


def _check_size(part: zipfile.ZipInfo) -> None:
    in_memory = not part.filename.startswith("xl/worksheets/")
    if part.file_size > part.compress_size * MAX_RATIO or (
        in_memory and part.file_size > MAX_UNPACKED_PART_IN_MEMORY
    ):
        raise UnreadableFile(SUSPICIOUS)


def _check_prologue(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Refuse a document type, the only place where XML can declare entities that multiply."""
    started = []

    def refuse(*_args: object) -> None:
        raise UnreadableFile(SUSPICIOUS)

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, _attributes: started.append(name)
    with archive.open(part) as stream:
        while not started and (chunk := stream.read(4096)):
            try:
                parser.Parse(chunk)
            except expat.ExpatError:
                return  # an image, say; if it is a part that matters, openpyxl fails on it too


def _load(file: BinaryIO) -> Any:
    file.seek(0)
    with warnings.catch_warnings():
        # openpyxl speaks of styles and extensions it drops; only values are wanted here.
        warnings.simplefilter("ignore")
        workbook = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    if workbook.epoch == CALENDAR_MAC_1904:
        raise UnreadableFile(
            _("This workbook counts its dates from 1904. Copy its rows to a new workbook.")
        )
    return workbook


def _values(workbook: Any) -> Iterator[tuple[Any, ...]]:
    sheet = next((each for each in workbook.worksheets if each.sheet_state == "visible"), None)
    if sheet is None:
        raise UnreadableFile(_("This workbook has no visible sheet."))
    # The size a sheet announces is often wrong: too small would hide rows, too large would pad.
    sheet.reset_dimensions()
    rows = sheet.iter_rows(values_only=True)
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except BROKEN as error:
            raise UnreadableFile(DAMAGED) from error
        yield tuple(row)
