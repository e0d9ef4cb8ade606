"""Rows of a CSV file: its encoding and separator are found by reading it, never asked."""

import codecs
import csv
import io
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _

from cases.imports.columns import column_for
from cases.imports.errors import UnreadableFile

CHUNK = 1 << 16
SEPARATORS = ";,\t"
# A cell of a spreadsheet holds 32,767 characters at most; a file without line ends must not be
# taken into memory as one line.
MAX_LINE = 1 << 20
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@contextmanager
def csv_rows(file: BinaryIO) -> Iterator[Iterator[list[str]]]:
    """The records of `file`, heading included: one list of texts each, [] for an empty line."""
    encoding = encoding_of(file)
    with _decoded(file, encoding) as text:
        yield _records(text, _separator(file, encoding))


def encoding_of(file: BinaryIO) -> str:
    """UTF-8 where the whole file is UTF-8, else Windows-1252: one pass in fixed memory.

    The first accented letter may stand in the last row, so a sample would not do.
    """
    file.seek(0)
    start = file.read(4)
    if start.startswith(UTF_16):
        raise UnreadableFile(_("This file is in UTF-16. Save it again as “CSV UTF-8” or .xlsx."))
    file.seek(0)
    possible = {
        "utf-8-sig": codecs.getincrementaldecoder("utf-8")(),
        "cp1252": codecs.getincrementaldecoder("cp1252")(),
    }
    for chunk in iter(partial(file.read, CHUNK), b""):
        if b"\0" in chunk:
            raise UnreadableFile(
                _("This file is not a spreadsheet. Save it as CSV or .xlsx and try again.")
            )
        for name, decoder in list(possible.items()):
            if not _decodes(decoder, chunk):
                del possible[name]
    if "utf-8-sig" in possible and not _decodes(possible["utf-8-sig"], b"", final=True):
        del possible["utf-8-sig"]
    if not possible:
        raise UnreadableFile(
            _("The letters of this file cannot be read. Save it again as “CSV UTF-8” or .xlsx.")
        )
    return next(iter(possible))


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


@contextmanager
def _decoded(file: BinaryIO, encoding: str) -> Iterator[io.TextIOWrapper]:
    file.seek(0)
    # newline="": the csv module must see the line breaks inside a cell as they are.
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield text
    finally:
        text.detach()  # closing the file is the caller's business


def _separator(file: BinaryIO, encoding: str) -> str:
    """The separator that makes the most known headings of the first record."""
    position = file.tell()

    def known_headings(separator: str) -> int:
        with _decoded(file, encoding) as text:
            try:
                first = next(_records(text, separator), [])
            except UnreadableFile:
                return 0
        return sum(column_for(cell) is not None for cell in first)

    best = max(SEPARATORS, key=known_headings)
    file.seek(position)
    return best


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    for line in iter(partial(text.readline, MAX_LINE), ""):
        if len(line) == MAX_LINE:
            raise UnreadableFile(_("A line of this file is too long to be a row of a spreadsheet."))
        yield line


def _records(text: io.TextIOWrapper, separator: str) -> Iterator[list[str]]:
    # strict: a quotation mark that is never closed would swallow the rest of the file into a cell.
    reader = csv.reader(_lines(text), delimiter=separator, strict=True)
    for number in itertools.count(1):
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableFile(
                _("The quotation marks of row %(number)d do not match, or a cell is too long.")
                % {"number": number}
            ) from error
        yield record
