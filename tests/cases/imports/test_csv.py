"""CSV files as they come: encodings, separators, line breaks, and files that are none."""

import io

import pytest

from cases.imports.reading import UnreadableFile, open_spreadsheet

HEADINGS = "Nom;Prénom;Date de naissance;Région;Date de référence;Statut;Remarques"
ROW = "Côté;Zoé;1990-04-30;03;2026-04-01;Référé;À rappeler"
RECORD = {
    "Nom": "Côté",
    "Prénom": "Zoé",
    "Date de naissance": "1990-04-30",
    "Région": "03",
    "Date de référence": "2026-04-01",
    "Statut": "Référé",
    "Remarques": "À rappeler",
}


def read(content: bytes | str) -> list[tuple[int, dict]]:
    raw = content.encode() if isinstance(content, str) else content
    with open_spreadsheet(io.BytesIO(raw)) as sheet:
        return list(sheet)


def refusal(content: bytes | str) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read(content)
    return str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_encoding_separator_and_line_ends_are_found(encoding, separator, end):
    text = end.join([HEADINGS, ROW, ""]).replace(";", separator)
    assert read(text.encode(encoding)) == [(2, RECORD)]


def test_windows_1252_is_found_when_the_first_accent_is_far_away():
    headings = "Nom;Prenom;Date de naissance;Region;Date de reference;Statut\r\n"
    plain = "Roy;Luc;1990-04-30;03;2026-04-01;Clos\r\n" * 5000
    rows = read((headings + plain + "Côté;Zoé;1990-04-30;03;2026-04-01;Clos\r\n").encode("cp1252"))
    assert rows[-1][1]["Nom"] == "Côté"


def test_windows_1252_is_found_when_the_only_accent_is_the_last_byte():
    headings = "Nom;Prenom;Date de naissance;Region;Date de reference;Statut;Remarques\r\n"
    rows = read((headings + "Roy;Luc;1990-04-30;03;2026-04-01;Clos;zoé").encode("cp1252"))
    assert rows[0][1]["Remarques"] == "zoé"


def test_an_accent_cut_in_two_by_the_end_of_a_block_is_still_utf_8():
    headings = "Nom;Prénom;Date de naissance;Région;Date de référence;Statut;Remarques\n"
    for pad in (0, 1):
        filling = "é" * 40_000
        text = headings + "R" * pad + f"oy;Luc;1990-04-30;03;2026-04-01;Clos;{filling}\n"
        assert read(text)[0][1]["Remarques"] == filling


def test_a_record_is_one_row_even_where_a_cell_holds_line_breaks():
    text = f'{HEADINGS}\r\nRoy;Luc;1;03;2;Clos;"Ligne 1\nLigne 2\r\nLigne 3"\r\n{ROW}\r\n'
    rows = read(text)
    assert [number for number, _record in rows] == [2, 3]
    assert rows[0][1]["Remarques"] == "Ligne 1\nLigne 2\r\nLigne 3"


def test_a_heading_may_hold_a_line_break_and_the_separator():
    text = HEADINGS.replace("Remarques", '"Besoins\nd\'adaptation"') + "\n" + ROW + "\n"
    assert list(read(text)[0][1])[-1] == "Besoins d'adaptation"


def test_separators_and_quotation_marks_inside_a_cell_are_text():
    text = f'{HEADINGS}\nRoy;Luc;1;03;2;Clos;"Poste assis-debout; dit ""oui"""\n'
    assert read(text)[0][1]["Remarques"] == 'Poste assis-debout; dit "oui"'


def test_blank_rows_are_skipped_and_counted_and_keep_their_number():
    text = f"{HEADINGS}\n\n{ROW}\n;;;;;;\n   ;\u00a0;;;;;\n{ROW}\n\n"
    with open_spreadsheet(io.BytesIO(text.encode())) as sheet:
        assert [number for number, _record in sheet] == [3, 6]
        assert (sheet.kind, sheet.rows, sheet.blank_rows) == ("csv", 2, 4)


def test_a_short_row_has_empty_cells_and_a_long_one_keeps_its_excess_aside():
    rows = read(f"{HEADINGS}\nRoy;Luc\n{ROW};;\n{ROW};encore; un peu \n")
    assert rows[0][1] == dict.fromkeys(RECORD) | {"Nom": "Roy", "Prénom": "Luc"}
    assert rows[1][1] == RECORD
    assert rows[2][1] == RECORD | {"": "encore un peu"}


def test_headings_may_be_english_in_any_order():
    text = "Status,Region,Last name,First name,Date of birth,Referral date\nClosed,03,Roy,Luc,1,2\n"
    assert read(text)[0][1]["Last name"] == "Roy"


def test_a_path_is_read_whatever_the_name_says(tmp_path):
    path = tmp_path / "liste.xlsx"
    path.write_text(f"{HEADINGS}\n{ROW}\n", encoding="cp1252")
    with open_spreadsheet(path) as sheet:
        assert list(sheet) == [(2, RECORD)]


def test_the_file_of_the_caller_stays_open():
    file = io.BytesIO(f"{HEADINGS}\n{ROW}\n".encode())
    with open_spreadsheet(file) as sheet:
        list(sheet)
    assert not file.closed
    with open_spreadsheet(file) as sheet:
        assert list(sheet) == [(2, RECORD)]


def test_a_stream_that_cannot_go_back_is_read_through_a_copy():
    class Pipe(io.BytesIO):
        def seekable(self):
            return False

        def seek(self, *_position):
            raise OSError("Illegal seek")

    with open_spreadsheet(Pipe(f"{HEADINGS}\n{ROW}\n".encode())) as sheet:
        assert list(sheet) == [(2, RECORD)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "This file is empty."),
        (b"\x00\x01\x02", "This file is not a spreadsheet. Save it as CSV or .xlsx and try again."),
        (
            f"{HEADINGS}\n{ROW}\0\n".encode(),
            "This file is not a spreadsheet. Save it as CSV or .xlsx and try again.",
        ),
        (
            f"{HEADINGS}\n{ROW}\n".encode("utf-16"),
            "This file is in UTF-16. Save it again as “CSV UTF-8” or .xlsx.",
        ),
        (
            b"Nom;Pr\xe9nom\n\x81;\x8d\n",
            "The letters of this file cannot be read. Save it again as “CSV UTF-8” or .xlsx.",
        ),
        (
            f'{HEADINGS}\n{ROW}\nRoy;"jamais fermé\n{ROW}\n',
            "The quotation marks of row 3 do not match, or a cell is too long.",
        ),
        (
            f"{HEADINGS}\nRoy;{'x' * 200_000}\n",
            "The quotation marks of row 2 do not match, or a cell is too long.",
        ),
        (
            b"x" * (1 << 20),
            "A line of this file is too long to be a row of a spreadsheet.",
        ),
        (
            HEADINGS.replace("Remarques", "Taille;Poids") + "\n",
            "These headings are not known: Taille, Poids.",
        ),
        ("Nom;Prénom;Région\n", "These headings are missing: Date de naissance, Date de "
         "référence, Statut."),
        (f"{HEADINGS};NOM;nom\n", "These headings name the same column twice: Nom, NOM, nom."),
        (
            "Nom;Nom de famille;Taille\n",
            "These headings are not known: Taille. These headings are missing: Prénom, Date de "
            "naissance, Région, Date de référence, Statut. These headings name the same column "
            "twice: Nom, Nom de famille.",
        ),
        (f"{HEADINGS}{';' * 100}x\n", "Row 1 has more than 100 columns."),
        (f"{HEADINGS}\n{ROW}{';' * 100}x\n", "Row 2 has more than 100 columns."),
    ],
)  # fmt: skip
def test_what_is_no_list_of_participants_is_refused_in_plain_words(content, message):
    assert refusal(content) == message


@pytest.mark.parametrize(
    "content", ["\n" + HEADINGS + "\n", "bonjour\n", "1;2;3\n", "\n\n\n", "<html></html>"]
)
def test_the_first_row_must_hold_the_headings(content):
    assert refusal(content).startswith(
        "The first row must hold the headings, such as: No dossier, Nom, Prénom, "
    )


def test_a_file_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match=r"This file cannot be opened\."):
        open_spreadsheet(tmp_path / "rien.csv").__enter__()


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr("cases.imports.reading.MAX_ROWS", 3)
    assert len(read(f"{HEADINGS}\n" + f"{ROW}\n\n" * 3)) == 3
    assert refusal(f"{HEADINGS}\n" + f"{ROW}\n" * 4) == (
        "This file has more than 3 rows. Import it in several parts."
    )


def test_a_file_too_large_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr("cases.imports.reading.MAX_BYTES", 1 << 20)
    assert refusal(HEADINGS + "\n" * (1 << 20)) == (
        "This file is larger than 1 MB. Import it in several parts."
    )
