"""Workbooks as they come: real dates, hidden sheets, wrong sizes; and those made to do harm."""

import datetime as dt
import io
import random
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from cases.imports.reading import UnreadableFile, open_spreadsheet

HEADINGS = ["Nom", "Prénom", "Date de naissance", "Région", "Date de référence", "Statut"]
ROW = [
    "Côté",
    "Zoé",
    dt.datetime.fromisoformat("1990-04-30"),
    "03",
    dt.datetime.fromisoformat("2026-04-01"),
    "Référé",
]
RECORD = dict(zip(HEADINGS, ROW, strict=True))
DAMAGED = "This workbook is damaged. Open it in the spreadsheet program and save it again."
SUSPICIOUS = "This workbook unpacks to far more than a list of participants. It was not opened."
SHEET = "xl/worksheets/sheet1.xml"


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def workbook(*rows) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    return saved(book)


def read(content: bytes) -> list[tuple[int, dict]]:
    with open_spreadsheet(io.BytesIO(content)) as sheet:
        return list(sheet)


def refusal(content: bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read(content)
    return str(caught.value)


def with_part(content: bytes, name: str, change) -> bytes:
    """The archive with one part rewritten (None: removed, unknown name: added)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for each in old.namelist():
            data = old.read(each)
            if each == name:
                data = change(data)
            if data is not None:
                new.writestr(each, data)
        if name not in old.namelist():
            new.writestr(name, change(b""))
    return out.getvalue()


def test_real_dates_and_numbers_keep_their_type():
    row = [*ROW[:3], 3, 45000.0, "Clos"]
    rows = read(workbook(HEADINGS, ROW, row))
    assert rows == [(2, RECORD), (3, dict(zip(HEADINGS, row, strict=True)))]


def test_a_path_is_read_whatever_the_name_says(tmp_path):
    path = tmp_path / "liste.csv"
    path.write_bytes(workbook(HEADINGS, ROW))
    with open_spreadsheet(path) as sheet:
        assert list(sheet) == [(2, RECORD)]
        assert sheet.kind == "xlsx"


def test_blank_rows_are_skipped_and_counted_and_keep_their_number():
    content = workbook(HEADINGS, [], ROW, ["", " ", None], ROW)
    with open_spreadsheet(io.BytesIO(content)) as sheet:
        assert [number for number, _record in sheet] == [3, 5]
        assert (sheet.rows, sheet.blank_rows) == (2, 2)


def test_a_text_that_begins_like_a_formula_stays_text():
    book = Workbook()
    book.active.append([*HEADINGS, "Remarques"])
    book.active.append([*ROW, '=HYPERLINK("http://exemple.invalid","cliquez")'])
    book.active["G2"].data_type = "s"
    assert read(saved(book))[0][1]["Remarques"] == (
        '=HYPERLINK("http://exemple.invalid","cliquez")'
    )


def test_a_formula_counts_for_the_value_last_worked_out():
    content = with_part(
        workbook(HEADINGS, ROW),
        SHEET,
        lambda xml: xml.replace(
            b"</row></sheetData>",
            b'<c r="G2" t="str"><f>"a"&amp;"b"</f><v>ab</v></c></row></sheetData>',
        ).replace(
            b'</row><row r="2"',
            b'<c r="G1" t="inlineStr"><is><t>Remarques</t></is></c></row><row r="2"',
        ),
    )
    assert read(content)[0][1]["Remarques"] == "ab"


@pytest.mark.parametrize("size", [b"A1", b"B2:C3", b"A1:XFD1048576"])
def test_the_size_a_sheet_announces_is_not_believed(size):
    content = with_part(
        workbook(HEADINGS, ROW), SHEET, lambda xml: xml.replace(b'ref="A1:F2"', b'ref="%s"' % size)
    )
    assert size in zipfile.ZipFile(io.BytesIO(content)).read(SHEET)
    assert read(content) == [(2, RECORD)]


def test_a_hidden_sheet_is_passed_over():
    book = Workbook()
    book.active.append(["Secret"])
    book.active.sheet_state = "hidden"
    shown = book.create_sheet("Participants")
    shown.append(HEADINGS)
    shown.append(ROW)
    book.active = 1
    assert read(saved(book)) == [(2, RECORD)]


def test_a_workbook_that_counts_dates_from_1904_is_refused():
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(HEADINGS)
    assert refusal(saved(book)) == (
        "This workbook counts its dates from 1904. Copy its rows to a new workbook."
    )


def test_no_headings_unknown_headings_and_an_empty_sheet_are_refused():
    assert refusal(workbook()).startswith("The first row must hold the headings, such as:")
    assert refusal(workbook(ROW)).startswith("The first row must hold the headings, such as:")
    assert refusal(workbook([*HEADINGS, "Taille", 7])) == (
        "These headings are not known: Taille, 7."
    )


def test_a_cell_far_to_the_right_is_refused():
    assert refusal(workbook(HEADINGS, [*ROW, *[None] * 200, "x"])) == (
        "Row 2 has more than 100 columns."
    )


def test_a_row_that_pretends_to_stand_at_the_end_of_time_is_refused():
    content = with_part(
        workbook(HEADINGS, ROW),
        SHEET,
        lambda xml: xml.replace(b'row r="2"', b'row r="99999999999"'),
    )
    assert refusal(content) == "This file has more rows than a spreadsheet can hold."


@pytest.mark.parametrize("start", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_an_old_or_encrypted_workbook_is_refused(start):
    assert refusal(start + b"\0" * 2000) == (
        "This file is protected by a password or in the old .xls format. "
        "Save it as .xlsx without a password and try again."
    )


def test_a_locked_part_is_refused():
    content = bytearray(workbook(HEADINGS, ROW))
    # The flags of the first entry of the central directory: bit 0 says "encrypted".
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(content)) == (
        "This workbook is protected by a password. Save it without one and try again."
    )


def test_another_archive_is_no_workbook():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    message = "This file is not a spreadsheet. Save it as .xlsx or CSV and try again."
    assert refusal(file.getvalue()) == message
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    assert refusal(empty.getvalue()) == message


BOMBS = {
    "ratio": ("xl/media/image1.png", b"0" * (2 << 20)),
    "sheet": ("xl/worksheets/sheet2.xml", b" " * (2 << 20)),
    "entities": (
        "xl/sharedStrings.xml",
        b'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a "aaaaaaaaaa">'
        b'<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><sst>&b;</sst>',
    ),
    "entities after a comment": (
        "xl/sharedStrings.xml",
        b"<!--" + random.Random(1).randbytes(9000).hex().encode() + b"--><!DOCTYPE sst><sst/>",
    ),
    "entities in UTF-16": (
        "xl/sharedStrings.xml",
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE sst><sst/>'.encode("utf-16"),
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_before_it_is_unpacked(name):
    part, data = BOMBS[name]
    assert refusal(with_part(workbook(HEADINGS, ROW), part, lambda _old: data)) == SUSPICIOUS


def test_too_many_parts_are_refused():
    file = io.BytesIO(workbook(HEADINGS, ROW))
    with zipfile.ZipFile(file, "a") as archive:
        for number in range(1000):
            archive.writestr(f"x/{number}", b"")
    assert refusal(file.getvalue()) == SUSPICIOUS


@pytest.mark.parametrize("limit", ["MAX_UNPACKED", "MAX_UNPACKED_PART_IN_MEMORY"])
def test_too_much_to_unpack_is_refused_whatever_the_ratio(limit, monkeypatch):
    monkeypatch.setattr(f"cases.imports.xlsx_source.{limit}", 1 << 20)
    noise = random.Random(1).randbytes(2 << 20)
    content = with_part(workbook(HEADINGS, ROW), "xl/media/photo.jpg", lambda _old: noise)
    assert refusal(content) == SUSPICIOUS


@pytest.mark.parametrize(
    ("part", "change"),
    [
        (SHEET, lambda xml: xml[: len(xml) // 2]),
        (SHEET, lambda xml: xml.replace(b't="n"', b't="s"')),
        (SHEET, lambda xml: xml.replace(b'r="C2"', b'r="2C"')),
        (SHEET, lambda xml: xml.replace(b'row r="2"', b'row r="deux"')),
        (SHEET, lambda _xml: b""),
        ("xl/styles.xml", lambda _xml: b"<x"),
        ("[Content_Types].xml", lambda _xml: None),
    ],
)
def test_a_damaged_workbook_is_said_to_be_damaged(part, change):
    assert refusal(with_part(workbook(HEADINGS, ROW), part, change)) == DAMAGED


@pytest.mark.parametrize(
    ("part", "change"),
    [(SHEET, lambda _xml: None), ("xl/workbook.xml", lambda _xml: b"<workbook/>")],
)
def test_a_workbook_without_a_sheet_is_refused(part, change):
    assert refusal(with_part(workbook(HEADINGS, ROW), part, change)) == (
        "This workbook has no visible sheet."
    )


def test_a_workbook_with_any_byte_altered_is_read_or_refused_but_never_breaks():
    content = workbook(HEADINGS, ROW)
    chance = random.Random(7)
    for _attempt in range(150):
        altered = bytearray(content)
        for _change in range(chance.randint(1, 4)):
            altered[chance.randrange(len(altered))] = chance.randrange(256)
        try:
            read(bytes(altered[: chance.choice([len(altered), chance.randrange(len(altered))])]))
        except UnreadableFile as error:
            assert str(error)  # noqa: PT017 - both outcomes are right, nothing else is
