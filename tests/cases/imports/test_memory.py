"""A hundred thousand rows go through in the memory of a few."""

import datetime as dt
import tracemalloc

from cases.imports.reading import open_spreadsheet
from cases.imports.records import parse_record

MEBIBYTE = 1 << 20
ROWS = 100_000
TODAY = dt.date(2026, 6, 1)


def test_a_hundred_thousand_rows_are_read_in_flat_memory(tmp_path, lookups):
    path = tmp_path / "many.csv"
    with path.open("w", encoding="cp1252", newline="") as file:
        file.write("Nom;Prénom;Date de naissance;Région;Date de référence;Statut\r\n")
        file.writelines(
            f"Côté-{number};Zoé;1990-04-30;03;2026-04-01;Référé\r\n" for number in range(ROWS)
        )
    good = 0
    tracemalloc.start()
    try:
        with open_spreadsheet(path) as sheet:
            for number, record in sheet:
                # Tracing is slow: every row is read, one in twenty is cleaned as well.
                if number % 20 == 0:
                    row, _problems = parse_record(number, record, lookups, today=TODAY)
                    good += row is not None
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (sheet.rows, good) == (ROWS, ROWS / 20)
    assert peak < 2 * MEBIBYTE
