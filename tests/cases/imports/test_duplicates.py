"""Who is shown as probably the same person."""

import datetime as dt
from types import SimpleNamespace

import pytest

from cases.imports.duplicates import first_row_like, person_keys

BORN = dt.date(1970, 12, 28)


def person(last="Bergeron", first="Aïcha", email="aicha@exemple.qc.ca", born=BORN):
    return SimpleNamespace(last_name=last, first_name=first, email=email, birth_date=born)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (person(), 2),
        (person(email=""), 2),
        (person(last="BERGERON", first="Aicha", email="autre@exemple.qc.ca"), 2),
        (person(last="Bergeron-Roy", email="AICHA@exemple.qc.ca"), 2),
        (person(born=dt.date(1970, 12, 29)), None),
        (person(first="Amina", email="amina@exemple.qc.ca"), None),
        (person(last="Aïcha", first="Bergeron", email=""), None),
    ],
)
def test_the_same_birth_date_with_the_same_name_or_email_is_probably_the_same_person(
    other, expected
):
    seen: dict[int, int] = {}
    assert first_row_like(seen, person(), 2) is None
    assert first_row_like(seen, other, 242) == expected


def test_two_people_without_email_do_not_share_the_missing_one():
    seen: dict[int, int] = {}
    assert first_row_like(seen, person(last="Roy", email=""), 2) is None
    assert first_row_like(seen, person(last="Caron", email=""), 3) is None


def test_a_third_row_known_through_the_second_points_at_the_first():
    seen: dict[int, int] = {}
    first_row_like(seen, person(email="un@exemple.qc.ca"), 2)
    assert first_row_like(seen, person(email="deux@exemple.qc.ca"), 3) == 2
    assert first_row_like(seen, person(last="Roy", email="deux@exemple.qc.ca"), 4) == 2


def test_a_row_like_two_others_points_at_the_first():
    seen: dict[int, int] = {}
    first_row_like(seen, person(last="Roy", email="roy@exemple.qc.ca"), 2)
    first_row_like(seen, person(last="Caron", email="caron@exemple.qc.ca"), 3)
    assert first_row_like(seen, person(last="Caron", email="roy@exemple.qc.ca"), 4) == 2


def test_where_the_name_ends_and_the_first_name_begins_counts():
    assert person_keys(person("Roy Luc", "Marc")) != person_keys(person("Roy", "Luc Marc"))


def test_the_keys_can_be_compared_with_those_of_a_stored_person():
    assert person_keys(person()) == (
        "1970-12-28 bergeron, aicha",
        "1970-12-28 aicha@exemple.qc.ca",
    )
