"""Rows as files to take away: each format read back by what reads it, and no cell that runs."""

import csv
import datetime as dt
import io
import itertools
import json
import re
from decimal import Decimal

import openpyxl
import pytest
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy

from peph import exports
from peph.errors import Invalid
from peph.exports import Column, answer, check_size

# Closing an answer ends the request, which looks at the connection.
pytestmark = pytest.mark.django_db
COLUMNS = [Column("when", "Moment"), Column("what", "Quoi"), Column("how_much", "Combien")]
MOMENT = dt.datetime(2026, 4, 1, 17, 30, 5, tzinfo=dt.UTC)
ROWS = [
    (MOMENT, 'Éloïse; « guillemets » "droits"', 3),
    (dt.date(2026, 4, 1), "=1+1", Decimal("2.50")),
    (None, "", True),
]


def body(response):
    content = b"".join(response.streaming_content)
    response.close()
    return content


def test_csv_opens_in_a_french_excel():
    response = answer(ROWS, COLUMNS, format="csv", filename="historique")
    assert body(response).decode() == (
        "\ufeffMoment;Quoi;Combien\r\n"
        '2026-04-01 13:30:05;"Éloïse; « guillemets » ""droits""";3\r\n'
        "2026-04-01;'=1+1;2,50\r\n"
        ";;oui\r\n"
    )
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="historique.csv"'
    assert response["Cache-Control"] == "no-store"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_json_lines_carry_machine_names_and_types():
    lines = body(answer(ROWS, COLUMNS, format="jsonl", filename="historique")).decode()
    assert [json.loads(line) for line in lines.splitlines()] == [
        {
            "when": "2026-04-01T13:30:05-04:00",
            "what": 'Éloïse; « guillemets » "droits"',
            "how_much": 3,
        },
        {"when": "2026-04-01", "what": "=1+1", "how_much": "2.50"},
        {"when": None, "what": "", "how_much": True},
    ]


def test_xlsx_has_typed_cells_and_no_formula():
    response = answer(ROWS, COLUMNS, format="xlsx", filename="historique")
    sheet = openpyxl.load_workbook(io.BytesIO(body(response))).active
    assert [[cell.value for cell in row] for row in sheet.rows] == [
        ["Moment", "Quoi", "Combien"],
        [dt.datetime(2026, 4, 1, 13, 30, 5), 'Éloïse; « guillemets » "droits"', 3],
        [dt.datetime(2026, 4, 1), "'=1+1", 2.5],
        [None, None, "oui"],
    ]
    assert [cell.data_type for cell in sheet[3]] == ["d", "s", "n"]
    assert sheet["A2"].number_format == "yyyy-mm-dd hh:mm:ss"
    assert sheet["A3"].number_format == "yyyy-mm-dd"


@pytest.mark.parametrize("text", ["=A1", "+1 418", "-2", "@x", "\tx", "\rx", "\nx", "＝1"])
def test_a_text_that_would_run_is_kept_as_text(text):
    rows = [(text,)]
    column = [Column("x", "=X")]
    written = body(answer(rows, column, format="csv", filename="x")).decode()
    assert written.startswith("\ufeff'=X\r\n")
    assert written.removeprefix("\ufeff'=X\r\n").lstrip('"').startswith(f"'{text[0]}")
    book = openpyxl.load_workbook(
        io.BytesIO(body(answer(rows, column, format="xlsx", filename="x")))
    )
    assert book.active["A1"].value == "'=X"
    assert book.active["A2"].value.startswith("'")
    assert book.active["A2"].data_type == "s"


BEFORE = [
    "",
    " ",
    "\t",
    "\r",
    "\n",
    "\x00",
    "\u00a0",
    "\ufeff",
    "\u200b",
    "\u202e",
    "  ",
    "a,",
    "a;",
    "a, ",
    "a;\t",
    "a\n",
    "a|",
]
SIGNS = ["=", "+", "-", "@", "＝", "＋", "－", "＠"]
WHAT = ["1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://a.example")', "SUM(A1)"]
PAYLOADS = ["".join(parts) for parts in itertools.product(BEFORE, SIGNS, WHAT)]
RUNS = re.compile(r"[\s\x00\u00a0\ufeff\u200b\u202e]*[=+\-@＝＋－＠]")


def test_none_of_five_hundred_payloads_begins_a_cell_whatever_separates_them():
    assert len(set(PAYLOADS)) >= 500
    rows, columns = [(text,) for text in PAYLOADS], [Column("x", "X")]
    book = openpyxl.load_workbook(
        io.BytesIO(body(answer(rows, columns, format="xlsx", filename="x")))
    )
    cells = [row[0] for row in book.active.iter_rows(min_row=2)]
    assert len(cells) == len(PAYLOADS)
    assert [cell.value for cell in cells if cell.data_type != "s" or RUNS.match(cell.value)] == []
    text = body(answer(rows, columns, format="csv", filename="x")).decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))) == len(PAYLOADS) + 1
    for delimiter in ";,\t|":
        read = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        assert [cell for row in read for cell in row if RUNS.match(cell)] == []


def test_headings_and_cells_speak_the_language_of_the_request():
    with translation.override("fr-ca"):
        response = answer(
            [(True, gettext_lazy("no"))],
            [Column("a", gettext_lazy("When")), Column("b", "b")],
            format="csv",
            filename="x",
        )
    with translation.override("en-ca"):
        assert body(response).decode() == "\ufeffMoment;b\r\noui;non\r\n"


def test_rows_are_read_as_they_are_sent():
    read = itertools.count()
    rows = ((next(read),) for _each in range(10**9))
    for format in ("csv", "jsonl"):
        response = answer(rows, [Column("n", "n")], format=format, filename="x")
        next(iter(response.streaming_content))
    assert next(read) <= 1000


def test_a_long_text_and_an_old_date_fit_a_sheet():
    rows = [("x" * 40_000, dt.date(1850, 1, 2))]
    response = answer(rows, COLUMNS[:2], format="xlsx", filename="x")
    sheet = openpyxl.load_workbook(io.BytesIO(body(response))).active
    assert sheet["A2"].value == "x" * 32_766 + "…"
    assert sheet["B2"].value == "1850-01-02"


def test_a_sheet_ends_where_xlsx_ends(monkeypatch):
    check_size(1_048_575, "xlsx")
    check_size(10**9, "csv")
    with pytest.raises(Invalid, match="1\xa0048\xa0575"):
        check_size(1_048_576, "xlsx")
    monkeypatch.setattr(exports, "MOST_XLSX_ROWS", 3)
    answer([(1,), (2,)], COLUMNS[:1], format="xlsx", filename="x").close()
    with pytest.raises(Invalid):
        answer([(1,), (2,), (3,)], COLUMNS[:1], format="xlsx", filename="x")


def test_an_unknown_format_is_refused():
    with pytest.raises(Invalid):
        answer([], [], format="pdf", filename="x")


def test_a_naive_moment_is_taken_as_it_is():
    naive = timezone.make_naive(MOMENT)
    text = body(answer([(naive,)], COLUMNS[:1], format="csv", filename="x")).decode()
    assert text == "\ufeffMoment\r\n2026-04-01 13:30:05\r\n"
