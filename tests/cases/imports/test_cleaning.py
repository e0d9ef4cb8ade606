"""What each cleaner makes of a cell, in literal tables; and that none ever raises."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.imports.cleaning import (
    Refused,
    email,
    is_blank,
    language,
    line,
    lookup_key,
    lookup_table,
    name_case,
    one_line,
    paragraphs,
    person_name,
    phone,
    postal_code,
    region_text,
    status,
)
from cases.imports.columns import COLUMNS


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (None, ""),
        ("  La  Croisée\t(exemple) ", "La Croisée (exemple)"),
        ("a\u00a0b\u202fc\u2009d", "a b c d"),
        ("Ju\u200bles\ufeff", "Jules"),
        ("so\u00adpha", "sopha"),
        ("a\u202eb\u2066c", "abc"),
        ("a\x00b\x07c\x1bd", "abcd"),
        ("Ligne 1\r\nLigne 2", "Ligne 1 Ligne 2"),
        ("Cafe\u0301", "Café"),
        ("e\u200b\u0301", "é"),
        ("\ud800x", "x"),
        ("=2+2", "=2+2"),
        ("+1", "+1"),
        ("@SUM(A1)", "@SUM(A1)"),
        ("- à voir", "- à voir"),
        (12, "12"),
        (12.0, "12"),
        (12.5, "12.5"),
        (float("inf"), "inf"),
        (dt.datetime.fromisoformat("2026-04-30"), "2026-04-30"),
        (dt.datetime.fromisoformat("2026-04-30 13:05"), "2026-04-30 13:05:00"),
        (dt.time(13, 5), "13:05:00"),
    ],
)
def test_a_line_is_trimmed_composed_and_free_of_what_cannot_be_seen(cell, expected):
    assert line(cell) == expected


@pytest.mark.parametrize("cell", [None, "", "   ", "\u00a0", "\u200b\ufeff", "\r\n\t"])
def test_a_cell_with_nothing_to_read_is_blank(cell):
    assert is_blank(cell)


@pytest.mark.parametrize("cell", ["x", 0, 0.0, False, "-"])
def test_a_cell_with_something_to_read_is_not_blank(cell):
    assert not is_blank(cell)


def test_a_text_too_long_is_refused_and_never_cut():
    assert one_line("x" * 40, limit=40) == "x" * 40
    refused = one_line("x" * 41, limit=40)
    assert isinstance(refused, Refused)
    assert refused.message == "This is too long: 41 characters, where 40 are allowed."


@pytest.mark.parametrize("cell", ["#N/A", "#ref!", "#VALEUR!", " #NOM? "])
def test_an_error_shown_by_the_spreadsheet_is_not_a_text(cell):
    assert isinstance(one_line(cell, limit=80), Refused)
    assert isinstance(paragraphs(cell, limit=80), Refused)
    assert isinstance(person_name(cell, limit=80), Refused)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Ligne 1\nLigne 2", "Ligne 1\nLigne 2"),
        ("Ligne 1 \r\n  Ligne 2\r", "Ligne 1\nLigne 2"),
        ("\n\na\n\n\n\nb\n", "a\n\nb"),
        ("Dit «\u00a0oui\u00a0» à\tl'interprète", "Dit «\u00a0oui\u00a0» à l'interprète"),
        ('=HYPERLINK("http://exemple.invalid","cliquez")',) * 2,
        (None, ""),
    ],
)
def test_paragraphs_keep_their_line_breaks(cell, expected):
    assert paragraphs(cell, limit=2000) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("  STÉPHANE ", "Stéphane"),
        ("LOÏC", "Loïc"),
        ("JEAN-PIERRE", "Jean-Pierre"),
        ("MARIE  ÈVE", "Marie Ève"),
        ("O'NEIL", "O'Neil"),
        ("D’AMOURS", "D’Amours"),
        ("MA'MOUN", "Ma'moun"),
        ("ST-PIERRE", "St-Pierre"),
        ("MCKENZIE", "McKenzie"),
        ("MACDONALD", "Macdonald"),
        ("J.-P. ROY", "J.-P. Roy"),
        ("NGUYỄN", "Nguyễn"),
        ("ÉLOI", "Éloi"),
        ("JP", "JP"),
        ("NG", "NG"),
        ("McKenzie", "McKenzie"),
        ("TREMBLAY-Roy", "TREMBLAY-Roy"),
        ("de la Tour", "de la Tour"),
        ("Nguy?n", "Nguy?n"),
        ("李", "李"),
        ("", ""),
        (None, ""),
    ],
)
def test_only_a_name_typed_all_in_capitals_is_changed(typed, expected):
    assert person_name(typed, limit=80) == expected


@pytest.mark.parametrize("typed", ["-", "???", "123", "."])
def test_a_name_needs_a_letter(typed):
    assert isinstance(person_name(typed, limit=80), Refused)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (" Aicha.Bergeron.1@Exemple.QC.ca ", "aicha.bergeron.1@exemple.qc.ca"),
        ("a+b@exemple.ca", "a+b@exemple.ca"),
        (None, ""),
    ],
)
def test_an_email_is_in_lower_case(typed, expected):
    assert email(typed) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "pas-un-courriel",
        "a@b",
        "a@localhost",
        "a b@exemple.ca",
        "a@exemple.ca, b@exemple.ca",
        "-",
        12,
        "a" * 300 + "@exemple.ca",
    ],
)
def test_what_is_no_email_is_refused(typed):
    assert isinstance(email(typed), Refused)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("418 555-0001", "418 555-0001"),
        ("(418) 555-0001", "418 555-0001"),
        ("4185550001", "418 555-0001"),
        (4185550001, "418 555-0001"),
        (4185550001.0, "418 555-0001"),
        ("418.555.0001", "418 555-0001"),
        ("418‑555–0001", "418 555-0001"),
        ("+1 418 555 0001", "418 555-0001"),
        ("1-418-555-0001", "418 555-0001"),
        ("418 555-0001 poste 12", "418 555-0001 poste 12"),
        ("418 555-0001, ext. 4321", "418 555-0001 poste 4321"),
        ("418 555-0001 x12", "418 555-0001 poste 12"),
        ("418 555-0001 #12", "418 555-0001 poste 12"),
        ("", ""),
    ],
)
def test_a_telephone_number_has_one_form(typed, expected):
    assert phone(typed) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "555-0001",
        "418 555-000",
        "418 555-00011",
        "118 555-0001",
        "418 155-0001",
        "+33 1 23 45 67 89",
        "418 555-0001 / 418 555-0002",
        "418 555-0001 poste",
        "à venir",
    ],
)
def test_what_is_no_telephone_number_is_refused(typed):
    assert isinstance(phone(typed), Refused)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("j8m9t1", "J8M 9T1"),
        ("G1R 5M1", "G1R 5M1"),
        (" g1r\u00a05m1 ", "G1R 5M1"),
        ("G1R-5M1", "G1R 5M1"),
        ("", ""),
    ],
)
def test_a_postal_code_has_one_form(typed, expected):
    assert postal_code(typed) == expected


@pytest.mark.parametrize(
    "typed",
    ["12345", 12345, "W1R 5M1", "Z1R 5M1", "D1R 5M1", "G1O 5M1", "G1R 5U1", "G1R 5M", "G1R"],
)
def test_what_is_no_canadian_postal_code_is_refused(typed):
    assert isinstance(postal_code(typed), Refused)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("fr", "fr"),
        ("FR ", "fr"),
        ("Français", "fr"),
        ("francaise", "fr"),
        ("French", "fr"),
        ("en", "en"),
        ("ANGLAIS", "en"),
        ("English", "en"),
        ("fr-CA", "fr"),
        ("", "fr"),
        (None, "fr"),
    ],
)
def test_a_language_is_french_or_english_and_french_unless_told(typed, expected):
    assert language(typed) == expected


@pytest.mark.parametrize("typed", ["es", "français et anglais", "-", 1])
def test_another_language_is_refused(typed):
    assert isinstance(language(typed), Refused)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Référé", "referred"),
        ("refere", "referred"),
        ("Accueil", "intake"),
        ("Analyse d’admissibilité", "eligibility_review"),
        ("Admissible", "eligible"),
        ("ADMISSIBLE, EN ATTENTE", "eligible"),
        ("À compléter", "awaiting_documents"),
        ("Non admissible", "ineligible"),
        ("non-admissible", "ineligible"),
        ("En révision", "under_appeal"),
        ("Jumelage", "matching"),
        ("En stage ", "in_placement"),
        ("Suivi après stage", "post_placement"),
        ("Suspendu", "suspended"),
        ("Clos", "closed"),
        ("Referred", "referred"),
        ("In placement", "in_placement"),
        ("Post-placement follow-up", "post_placement"),
        ("awaiting_documents", "awaiting_documents"),
        ("", ""),
    ],
)
def test_a_status_is_known_by_its_french_or_english_name(typed, expected):
    assert status(typed) == expected


@pytest.mark.parametrize("typed", ["Peut-être", "?", "Admis", 3])
def test_another_status_is_refused(typed):
    assert isinstance(status(typed), Refused)


@pytest.mark.parametrize(
    ("typed", "expected"), [(2, "02"), (2.0, "02"), ("2", "02"), ("02", "02"), (17, "17")]
)
def test_a_region_code_has_two_digits(typed, expected):
    assert region_text(typed) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CAPITALE-NATIONALE", "Capitale-Nationale"),
        ("Cote-Nord", "Côte-Nord"),
        ("Gaspésie–Îles-de-la-Madeleine", "gaspesie - iles de la madeleine"),
        ("Agente ou agent d’information", "Agente ou agent d'information"),
        ("Sœur Ænéas", "soeur aeneas"),
        ("Straße", "strasse"),
    ],
)
def test_names_that_differ_by_case_accents_or_punctuation_have_one_key(one, other):
    assert lookup_key(one) == lookup_key(other)


def test_different_names_have_different_keys():
    assert lookup_key("Laval") != lookup_key("Lavallée")


def test_a_name_without_letter_or_digit_is_never_looked_up():
    assert lookup_table([("—", 1), ("A", 2)]) == {"a": 2}


cells = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.text(alphabet="éÉMCmco'’- JPİßŉŁ\u0301\u200b\u00a0.1", max_size=20),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
)


@settings(max_examples=300, deadline=None)
@given(cells)
def test_no_cleaner_raises_and_a_cleaned_value_stays_as_it_is(cell):
    for column in COLUMNS:
        value = column.clean(cell)
        if not isinstance(value, Refused):
            assert column.clean(value) == value, column.field


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=30))
def test_name_case_changes_case_only(text):
    assert lookup_key(name_case(text)) == lookup_key(text)
