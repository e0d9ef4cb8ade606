"""The table of the columns against the models, and the headings it answers to."""

import dataclasses

import pytest

from cases.imports.cleaning import STATUS_WORDS, lookup_key
from cases.imports.columns import BY_FIELD, BY_HEADING, COLUMNS, column_for
from cases.imports.records import ParsedRow
from cases.models import Case, Note, Participant, Placement
from cases.workflow import CaseStatus
from organizations.models import HostSite


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Nom", "last_name"),
        ("  NOM ", "last_name"),
        ("prenom", "first_name"),
        ("Ministère d’accueil", "organization"),
        ("Classe\nd'emplois visée", "job_class"),
        ("No dossier", "legacy_number"),
        ("no. dossier", "legacy_number"),
        ("Date of birth", "birth_date"),
        ("E-mail", "email"),
        ("Post code", None),
        ("", None),
    ],
)
def test_a_heading_is_known_whatever_its_case_accents_and_blanks(heading, field):
    column = column_for(heading)
    assert (column.field if column else None) == field


def test_no_heading_stands_for_two_columns():
    names = [
        (lookup_key(name), column.field)
        for column in COLUMNS
        for name in (column.heading, *column.aliases)
    ]
    assert [BY_HEADING[key].field for key, _field in names] == [field for _key, field in names]


def test_a_parsed_row_has_one_field_a_column():
    fields = [each.name for each in dataclasses.fields(ParsedRow)]
    assert fields == ["row", *(column.field for column in COLUMNS)]


def test_what_must_be_filled():
    assert [column.heading for column in COLUMNS if column.required] == [
        "Nom",
        "Prénom",
        "Date de naissance",
        "Région",
        "Date de référence",
        "Statut",
    ]


@pytest.mark.parametrize(
    ("field", "model", "attribute"),
    [
        ("legacy_number", Case, "legacy_number"),
        ("last_name", Participant, "last_name"),
        ("first_name", Participant, "first_name"),
        ("municipality", Participant, "municipality"),
        ("functional_needs", Participant, "functional_needs"),
        ("referring_agency", Case, "referring_agency"),
        ("site_name", HostSite, "name"),
        ("supervisor_name", Placement, "supervisor_name"),
        ("remarks", Note, "text"),
    ],
)
def test_a_limit_is_the_one_of_the_field_it_fills(field, model, attribute):
    limit = BY_FIELD[field].clean.keywords["limit"]
    assert limit == model._meta.get_field(attribute).max_length


def test_every_status_of_a_case_can_be_imported():
    assert set(STATUS_WORDS) == set(CaseStatus.values)
