"""The two sample spreadsheets: exactly the problems they were made with, and nothing lost."""

import csv
import datetime as dt
import json

import pytest
from openpyxl import load_workbook

from cases.imports.duplicates import first_row_like
from cases.imports.reading import open_spreadsheet
from cases.imports.records import parse_record
from tests.cases.imports.conftest import DATA

DEMO = DATA.parents[1] / "cases" / "demo"
TODAY = dt.date(2026, 11, 23)
EXPECTED = json.loads((DATA / "participants-2026.expected.json").read_text(encoding="utf-8"))
BAD_ROWS = {4, 28, 30, 34, 96, 152, 184, 205, 227, 239}
DUPLICATE = 242

# The expected file says why in its own words; these are the messages that mean it.
WORDS = {
    "ends before it starts": "The placement ends before it starts.",
    "missing last name": "The last name is missing.",
    "in the future": "The date of birth is in the future.",
    "unknown region": "This region is not known. Write its name or its code, such as 03.",
    "not an e-mail": "This is not an e-mail address. Write it as prenom.nom@exemple.qc.ca.",
    "unknown host organisation": (
        "This host organisation is not known. Write its acronym, such as MTMD."
    ),
    "missing region": "The region is missing. Write its name or its code, such as 03.",
    "no such date": "There is no such day in the calendar. Write the date as 2026-04-30.",
    "unknown status": (
        "This status is not known. Write it as in the list of statuses, such as Admissible."
    ),
    "not a postal code": "This is not a Canadian postal code. Write it as G1R 5M1.",
}


def parse_file(path, lookups):
    """{row: parsed row}, {row: problems}, [(row, first row)] of a file."""
    parsed, problems, duplicates, seen = {}, {}, [], {}
    with open_spreadsheet(path) as sheet:
        for number, record in sheet:
            row, found = parse_record(number, record, lookups, today=TODAY)
            if row is None:
                problems[number] = found
                continue
            parsed[number] = row
            if (first := first_row_like(seen, row, number)) is not None:
                duplicates.append((number, first))
    assert (sheet.rows, sheet.blank_rows) == (len(parsed) + len(problems), 0)
    return parsed, problems, duplicates


@pytest.fixture(scope="module", params=["csv", "xlsx"])
def sample(request, lookups):
    return request.param, *parse_file(DATA / f"participants-2026.{request.param}", lookups)


def test_a_sample_holds_exactly_the_expected_problems(sample):
    _kind, parsed, problems, duplicates = sample
    assert len(parsed) + len(problems) == EXPECTED["rows"] == 241
    assert {
        str(number): [(each.column, str(each.message)) for each in found]
        for number, found in problems.items()
    } == {
        number: [(each["column"], WORDS[each["why"]]) for each in found]
        for number, found in EXPECTED["rows_with_errors"].items()
    }
    assert duplicates == [(242, 2)]
    assert EXPECTED["probable_duplicate"] == {"row": 242, "of_row": 2}


def test_a_problem_shows_the_text_of_the_spreadsheet(sample):
    _kind, _parsed, problems, _duplicates = sample
    assert {number: found[0].value for number, found in problems.items()} == {
        4: "2025-12-14",
        28: "   ",
        30: "2031-05-04",
        34: "Ontario",
        96: "pas-un-courriel",
        152: "XYZW",
        184: "",
        205: "31 févr. 1990",
        227: "Peut-être",
        239: "12345",
    }


CLEANED = {
    8: ("Bergeron", "Aïcha", dt.date(1998, 2, 3), "J8M 9T1", "07"),
    23: ("Fournier", "Stéphane", dt.date(2006, 3, 1), "G8X 3J3", "02"),
    29: ("Leblanc", "Xavier", dt.date(1966, 10, 21), "J4R 6E0", "03"),
    52: ("St-Pierre", "Loïc", dt.date(1979, 12, 26), "G4V 3G1", "01"),
    104: ("D'Amours", "Ursule", dt.date(1983, 3, 22), "J3V 1G8", "05"),
    131: ("Leclerc", "Hugo", dt.date(1969, 10, 13), "G2J 2K9", "10"),
    151: ("Côté", "Hugo", dt.date(2006, 2, 4), "J9H 2N7", "11"),
    156: ("McKenzie", "Noémie", dt.date(2003, 7, 4), "J1S 4B6", "02"),
    162: ("Nguyễn", "Chloé", dt.date(1972, 9, 19), "G0E 6R5", "09"),
    183: ("Al-Khatib", "Karine", dt.date(1978, 1, 22), "J1C 6B5", "14"),
    190: ("Beaulieu", "Maëlle", dt.date(2006, 4, 27), "G7P 2H1", "09"),
    235: ("Côté", "Véronique", dt.date(1992, 9, 15), "G8C 2P0", "17"),
    240: ("Lapointe", "Amélie", dt.date(1997, 10, 13), "G0J 0R5", "02"),
}


def test_the_untidy_rows_of_a_sample_come_out_clean(sample):
    kind, parsed, _problems, _duplicates = sample
    assert list(CLEANED) == EXPECTED["rows_cleaned"]
    assert {
        number: (row.last_name, row.first_name, row.birth_date, row.postal_code, row.region)
        for number, row in parsed.items()
        if number in CLEANED
    } == CLEANED | ({162: ("Nguy?n", *CLEANED[162][1:])} if kind == "csv" else {})


def test_a_sample_keeps_formula_text_and_line_breaks(sample):
    _kind, parsed, _problems, _duplicates = sample
    assert EXPECTED["formula_text_row"] == 3
    assert parsed[3].remarks == '=HYPERLINK("http://exemple.invalid","cliquez")'
    assert parsed[11].remarks == "Ligne 1\nLigne 2"


def test_both_samples_say_the_same_but_for_the_letter_the_csv_could_not_hold(lookups):
    from_csv, *_rest = parse_file(DATA / "participants-2026.csv", lookups)
    from_xlsx, *_rest = parse_file(DATA / "participants-2026.xlsx", lookups)
    assert from_csv.keys() == from_xlsx.keys()
    for number, row in from_xlsx.items():
        other = from_csv[number]
        assert row == other or row.last_name.replace("ễ", "?") == other.last_name, number


def test_the_demo_csv_is_the_sample_without_its_bad_rows_byte_for_byte():
    records = (DATA / "participants-2026.csv").read_bytes().split(b"\r\n")
    kept = [
        record
        for number, record in enumerate(records, start=1)
        if number not in BAD_ROWS | {DUPLICATE}
    ]
    assert (DEMO / "participants-2026.csv").read_bytes() == b"\r\n".join(kept)
    text = (DEMO / "participants-2026.csv").read_bytes().decode("cp1252")
    assert len(list(csv.reader(text.splitlines(keepends=True), delimiter=";"))) == 231


def test_the_demo_workbook_is_the_sample_without_its_bad_rows():
    def values(path):
        return list(load_workbook(path).active.iter_rows(values_only=True))

    kept = [
        row
        for number, row in enumerate(values(DATA / "participants-2026.xlsx"), start=1)
        if number not in BAD_ROWS | {DUPLICATE}
    ]
    assert values(DEMO / "participants-2026.xlsx") == kept


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_demo_files_have_no_problem_and_no_duplicate(kind, lookups):
    parsed, problems, duplicates = parse_file(DEMO / f"participants-2026.{kind}", lookups)
    assert (len(parsed), problems, duplicates) == (230, {}, [])
