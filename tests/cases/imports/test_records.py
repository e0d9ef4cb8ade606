"""A whole row: what becomes of it, and the rules between its cells."""

import dataclasses
import datetime as dt

import pytest

from cases.imports.records import ParsedRow, parse_record

TODAY = dt.date(2026, 6, 1)
PLACED = {
    "No dossier": "R03-001",
    "Nom": " TREMBLAY",
    "Prénom": "Aïcha ",
    "Date de naissance": dt.datetime.fromisoformat("1990-04-30"),
    "Courriel": "Aicha@Exemple.qc.ca",
    "Téléphone": "(418) 555-0001",
    "Code postal": "g1r5m1",
    "Municipalité": "Québec",
    "Région": "CAPITALE-NATIONALE",
    "Langue": "anglais",
    "Organisme référent": "SEMO  Exemple",
    "Date de référence": "1er mars 2026",
    "Classe d'emplois visée": "agente ou agent de bureau",
    "Besoins d'adaptation": "Loupe d'écran\r\nPauses",
    "Statut": "En stage",
    "Ministère d'accueil": "mtmd",
    "Unité d'accueil": "Greffe",
    "Début": "2026-04-06",
    "Fin prévue": 46482,
    "Superviseur": "HUGO GIRARD",
    "Prochain suivi": "2026/07/06",
    "Remarques": "=1+1",
}
REFERRED = {
    "Nom": "Roy",
    "Prénom": "Luc",
    "Date de naissance": "1990-04-30",
    "Région": "03",
    "Date de référence": "2026-03-01",
    "Statut": "Référé",
}


def problems(lookups, record) -> list[tuple[str, str, str]]:
    parsed, found = parse_record(7, record, lookups, today=TODAY)
    assert (parsed is None) == bool(found)
    assert all(each.row == 7 for each in found)
    return [(each.column, each.value, str(each.message)) for each in found]


def test_a_full_row_is_typed_and_cleaned(lookups):
    parsed, found = parse_record(7, PLACED, lookups, today=TODAY)
    assert found == []
    assert parsed == ParsedRow(
        row=7,
        legacy_number="R03-001",
        last_name="Tremblay",
        first_name="Aïcha",
        birth_date=dt.date(1990, 4, 30),
        email="aicha@exemple.qc.ca",
        phone="418 555-0001",
        postal_code="G1R 5M1",
        municipality="Québec",
        region="03",
        language="en",
        referring_agency="SEMO Exemple",
        referred_on=dt.date(2026, 3, 1),
        job_class="200-10",
        functional_needs="Loupe d'écran\nPauses",
        status="in_placement",
        organization="MTMD",
        site_name="Greffe",
        starts_on=dt.date(2026, 4, 6),
        ends_on=dt.date(2027, 4, 5),
        supervisor_name="Hugo Girard",
        next_follow_up_on=dt.date(2026, 7, 6),
        remarks="=1+1",
    )


def test_a_row_with_only_what_is_required_has_empty_texts_and_no_dates(lookups):
    parsed, found = parse_record(7, REFERRED, lookups, today=TODAY)
    assert found == []
    assert parsed is not None
    given = {"row", "last_name", "first_name", "birth_date", "region", "referred_on", "status"}
    rest = {k: v for k, v in dataclasses.asdict(parsed).items() if k not in given}
    assert rest == {
        "legacy_number": "",
        "email": "",
        "phone": "",
        "postal_code": "",
        "municipality": "",
        "language": "fr",
        "referring_agency": "",
        "job_class": None,
        "functional_needs": "",
        "organization": None,
        "site_name": "",
        "starts_on": None,
        "ends_on": None,
        "supervisor_name": "",
        "next_follow_up_on": None,
        "remarks": "",
    }


@pytest.mark.parametrize(
    ("heading", "message"),
    [
        ("Nom", "The last name is missing."),
        ("Prénom", "The first name is missing."),
        ("Date de naissance", "The date of birth is missing. Write it as 1990-04-30."),
        ("Région", "The region is missing. Write its name or its code, such as 03."),
        ("Date de référence", "The date of referral is missing. Write it as 2026-04-30."),
        ("Statut", "The status is missing. Write it as in the list of statuses."),
    ],
)
@pytest.mark.parametrize("blank", [None, "", "  \u00a0"])
def test_what_is_required_and_missing_is_said(lookups, heading, message, blank):
    assert problems(lookups, PLACED | {heading: blank}) == [(heading, blank or "", message)]


SUPERVISED = REFERRED | {"Superviseur": "Hugo Girard"}
DATED = REFERRED | {
    "Statut": "Clos",
    "Ministère d'accueil": "MTMD",
    "Début": "2026-04-06",
    "Fin prévue": "2027-04-05",
}
AGE = "The person must be between 14 and 100 years old on the date of referral. Check both dates."


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (PLACED | {"Fin prévue": "2026-04-07"}, []),
        (
            PLACED | {"Fin prévue": "2026-04-06"},
            [("Fin prévue", "2026-04-06", "The placement ends before it starts.")],
        ),
        (
            DATED | {"Fin prévue": "2026-04-05"},
            [("Fin prévue", "2026-04-05", "The placement ends before it starts.")],
        ),
        (
            PLACED | {"Ministère d'accueil": ""},
            [
                (
                    "Ministère d'accueil",
                    "",
                    "A person with this status needs a host organisation.",
                )
            ],
        ),
        (
            PLACED | {"Ministère d'accueil": "XYZW"},
            [
                (
                    "Ministère d'accueil",
                    "XYZW",
                    "This host organisation is not known. Write its acronym, such as MTMD.",
                )
            ],
        ),
        (
            PLACED | {"Statut": "Suivi après stage", "Début": "", "Fin prévue": None},
            [
                ("Début", "", "A person with this status needs the date the placement starts."),
                (
                    "Fin prévue",
                    "",
                    "A person with this status needs the date the placement is to end.",
                ),
            ],
        ),
        (
            PLACED | {"Début": "03/04/2026"},
            [
                (
                    "Début",
                    "03/04/2026",
                    "The day and the month cannot be told apart. "
                    "Write the date as 2026-04-30, year first.",
                )
            ],
        ),
        (DATED, []),
        (
            DATED | {"Statut": "Référé"},
            [
                (
                    "Statut",
                    "Référé",
                    "This status does not go with a placement. Correct one or the other.",
                )
            ],
        ),
        (REFERRED | {"Statut": "Suspendu", "Prochain suivi": "2026-09-01"}, []),
        (
            REFERRED | {"Statut": "Suspendu"},
            [
                (
                    "Prochain suivi",
                    "",
                    "An interrupted case needs a next follow-up: it stands for the expected return.",
                )
            ],
        ),
        (
            DATED | {"Ministère d'accueil": ""},
            [
                (
                    "Ministère d'accueil",
                    "",
                    "There is a placement here, but no host organisation.",
                )
            ],
        ),
        (
            SUPERVISED,
            [
                (
                    "Ministère d'accueil",
                    "",
                    "There is a placement here, but no host organisation.",
                )
            ],
        ),
        (DATED | {"Début": ""}, [("Début", "", "The placement has an end but no start.")]),
        (REFERRED | {"Ministère d'accueil": "MTMD"}, []),
        (
            REFERRED | {"Date de naissance": "2026-06-02"},
            [("Date de naissance", "2026-06-02", "The date of birth is in the future.")],
        ),
        (
            REFERRED | {"Date de naissance": "2026-06-02", "Date de référence": "?"},
            [
                ("Date de naissance", "2026-06-02", "The date of birth is in the future."),
                ("Date de référence", "?", "This is not a date. Write it as 2026-04-30."),
            ],
        ),
        (
            REFERRED | {"Date de naissance": "2026-06-01"},
            [("Date de naissance", "2026-06-01", AGE)],
        ),
        (
            REFERRED | {"Date de naissance": "2012-03-02"},
            [("Date de naissance", "2012-03-02", AGE)],
        ),
        (REFERRED | {"Date de naissance": "2012-03-01"}, []),
        (REFERRED | {"Date de naissance": "1925-03-02"}, []),
        (
            REFERRED | {"Date de naissance": "1925-03-01"},
            [("Date de naissance", "1925-03-01", AGE)],
        ),
        (
            REFERRED | {"Région": "Ontario"},
            [
                (
                    "Région",
                    "Ontario",
                    "This region is not known. Write its name or its code, such as 03.",
                )
            ],
        ),
        (
            REFERRED | {"Région": 18},
            [
                (
                    "Région",
                    "18",
                    "This region is not known. Write its name or its code, such as 03.",
                )
            ],
        ),
        (REFERRED | {"Région": 3}, []),
        (
            REFERRED | {"Classe d'emplois visée": "Astronaute"},
            [
                (
                    "Classe d'emplois visée",
                    "Astronaute",
                    "This job class is not known. Write its name or its code.",
                )
            ],
        ),
        (
            REFERRED | {"": "encore un peu"},
            [("", "encore un peu", "This text stands under no heading.")],
        ),
        (
            REFERRED | {"Nom": "x" * 81},
            [("Nom", "x" * 81, "This is too long: 81 characters, where 80 are allowed.")],
        ),
    ],
)
def test_the_rules_of_a_row(lookups, record, expected):
    assert problems(lookups, record) == expected


def test_every_problem_of_a_row_is_said_at_once_in_the_order_of_the_columns(lookups):
    record = {"Statut": "?", "Nom": "", "Courriel": "x", "Région": "?", "Code postal": "1"}
    assert [column for column, _value, _message in problems(lookups, record)] == [
        "Nom",
        "Prénom",
        "Date de naissance",
        "Courriel",
        "Code postal",
        "Région",
        "Date de référence",
        "Statut",
    ]


def test_a_problem_names_the_heading_and_the_text_of_the_spreadsheet(lookups):
    record = {
        "LAST NAME": "Roy",
        "First name": "Luc",
        "Date of birth": dt.datetime.fromisoformat("2031-05-04"),
        "Region ": "03",
        "Referral date": "2026-03-01",
        "Status": "Closed",
        "E-mail": "  nope ",
    }
    assert problems(lookups, record) == [
        ("Date of birth", "2031-05-04", "The date of birth is in the future."),
        (
            "E-mail",
            "  nope ",
            "This is not an e-mail address. Write it as prenom.nom@exemple.qc.ca.",
        ),
    ]
