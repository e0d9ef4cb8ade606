"""Rows as a file to take away: CSV and XLSX for people, JSON Lines for programs, in flat memory.

CSV is what Excel opens with a double click on a computer set to French: a semicolon between cells, a
comma in numbers, and the mark that says UTF-8. Programs read JSON Lines, which has none of these habits.
"""

import csv
import datetime as dt
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

import orjson
import xlsxwriter
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.formats import number_format
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from peph.errors import Invalid

# What `format` may be, with the words of a link or a choice.
FORMATS = {
    "csv": gettext_lazy("CSV"),
    "xlsx": gettext_lazy("Excel (XLSX)"),
    "jsonl": gettext_lazy("JSON Lines"),
}
_MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl; charset=utf-8",
}
# About people: kept by no proxy and no browser, and never run by one.
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
# A sheet of XLSX ends here, its row of headings included; so does the text of a cell.
MOST_XLSX_ROWS = 1_048_576
LONGEST_XLSX_TEXT = 32_767
FIRST_XLSX_YEAR = 1900
# A cell that begins so is run as a formula by the program that opens the file. Some programs drop what is
# not seen before it, and read a wide sign as the narrow one.
_UNSEEN = r"\s\0-\x1f\x7f-\xa0\u00ad\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff"
_SIGNS = r"=+\-@＝＋－＠﹢﹣﹦﹫"
_FORMULA = re.compile(rf"[\t\r\n]|[{_UNSEEN}]*[{_SIGNS}]")
# What another separator than ours would make the beginning of a cell: the computer of a reader may be set
# to English, or a program may take a line for a row.
_AFTER_SEPARATOR = re.compile(rf"([,;\t\r\n|][{_UNSEEN}]*)(?=[{_SIGNS}])")
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name for programs, its heading for people."""

    name: str
    label: Any


def answer(
    rows: Iterable[Sequence[Any]], columns: Sequence[Column], *, format: str, filename: str
) -> HttpResponseBase:
    """The download of `rows`, each with a value for each of `columns`, in their order.

    `filename` has no extension. CSV and JSON Lines are sent while `rows` is read; XLSX is written to a
    temporary file first. Raises Invalid for an unknown format and for more rows than a sheet holds.
    """
    if format not in FORMATS:
        raise Invalid(fields={"format": [_("This is not one of the choices.")]})
    media, name = _MEDIA_TYPES[format], f"{filename}.{format}"
    if format == "xlsx":
        book = _workbook(rows, columns)
        return FileResponse(
            book, content_type=media, headers=_HEADERS, as_attachment=True, filename=name
        )
    lines = csv_lines(rows, columns) if format == "csv" else _json_lines(rows, columns)
    disposition = {"Content-Disposition": str(content_disposition_header(True, name))}
    return StreamingHttpResponse(
        _in_language(translation.get_language(), lines),
        content_type=media,
        headers=_HEADERS | disposition,
    )


def check_size(count: int, format: str) -> None:
    """Raise Invalid when that many rows do not fit the format: asked before the work begins."""
    if format == "xlsx" and count > MOST_XLSX_ROWS - 1:
        raise _too_many()


def _too_many() -> Invalid:
    most = number_format(MOST_XLSX_ROWS - 1, force_grouping=True)
    return Invalid(
        _("A spreadsheet holds %(most)s rows. Narrow the filter, or take CSV.") % {"most": most}
    )


def safe_text(value: Any) -> str:
    """The text of a cell, with an apostrophe before what a spreadsheet would run as a formula."""
    text = str(value)
    return f"'{text}" if _FORMULA.match(text) else text


def _in_language(language: str | None, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The answer is sent when the request is over: each piece is made in the language it had."""
    while True:
        with translation.override(language):
            chunk = next(chunks, None)
        if chunk is None:
            return
        yield chunk


# ------------------------------------------------------------------ CSV
def csv_lines(rows: Iterable[Sequence[Any]], columns: Sequence[Column]) -> Iterator[bytes]:
    """`rows` as CSV, piece by piece."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    text.write("\ufeff")
    writer.writerow([safe_text(column.label) for column in columns])
    source = iter(rows)
    while True:
        batch = list(islice(source, _CHUNK))
        writer.writerows([_csv_cell(value) for value in row] for row in batch)
        yield text.getvalue().encode("utf-8", "replace")
        if len(batch) < _CHUNK:
            return
        text.seek(0)
        text.truncate()


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _yes_no(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float | Decimal):
        return str(value).replace(".", ",")
    if isinstance(value, dt.datetime):
        return _local(value).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, dt.date):
        return value.isoformat()
    return _AFTER_SEPARATOR.sub(r"\1'", safe_text(value))


def _yes_no(value: bool) -> str:
    return _("yes") if value else _("no")


def _local(value: dt.datetime) -> dt.datetime:
    """In the time zone of the service, without naming it: cells have none."""
    return timezone.make_naive(value) if timezone.is_aware(value) else value


# ------------------------------------------------------------------ JSON Lines
def _json_lines(rows: Iterable[Sequence[Any]], columns: Sequence[Column]) -> Iterator[bytes]:
    names = [column.name for column in columns]
    source = iter(rows)
    while batch := list(islice(source, _CHUNK)):
        yield b"".join(
            orjson.dumps(
                {name: _json_value(value) for name, value in zip(names, row, strict=True)},
                default=str,
                option=orjson.OPT_APPEND_NEWLINE,
            )
            for row in batch
        )


def _json_value(value: Any) -> Any:
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


# ------------------------------------------------------------------ XLSX
def _workbook(rows: Iterable[Sequence[Any]], columns: Sequence[Column]) -> Any:
    """A temporary file, read from its beginning; gone once it is closed."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 the answer closes it
    try:
        # Each row goes to the disk as it is written; `in_memory` would keep them all.
        with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
            _sheet(book, rows, columns)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _sheet(book: Any, rows: Iterable[Sequence[Any]], columns: Sequence[Column]) -> None:
    sheet = book.add_worksheet()
    heading = book.add_format({"bold": True})
    formats: dict[type, Any] = {
        dt.datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        dt.date: book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(columns) - 1, 20)
    for at, column in enumerate(columns):
        sheet.write_string(0, at, safe_text(column.label), heading)
    for number, row in enumerate(rows, 1):
        if number >= MOST_XLSX_ROWS:
            raise _too_many()
        for at, value in enumerate(row):
            _xlsx_cell(sheet, number, at, value, formats)


def _xlsx_cell(sheet: Any, row: int, at: int, value: Any, formats: dict[type, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_string(row, at, _yes_no(value))
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(row, at, value)
    elif isinstance(value, dt.datetime):
        sheet.write_datetime(row, at, _local(value), formats[dt.datetime])
    elif isinstance(value, dt.date) and value.year >= FIRST_XLSX_YEAR:
        sheet.write_datetime(row, at, value, formats[dt.date])
    else:
        text = safe_text(value).encode("utf-8", "replace").decode()
        if len(text) > LONGEST_XLSX_TEXT:
            text = text[: LONGEST_XLSX_TEXT - 1] + "…"
        sheet.write_string(row, at, text)
