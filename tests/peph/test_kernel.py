"""Small pieces of the kernel: encrypted fields, plain text, fiscal years, file numbers, settings."""

import datetime as dt
import os
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError

from cases.models import DisabilityRecord
from cases.numbers import ALPHABET, check_character, is_number, new_number
from peph.audit.changes import SYSTEM, change
from peph.crypto import DecryptionError
from peph.fiscal import fiscal_year_dates, fiscal_year_label, fiscal_year_of
from peph.text import plain
from tests import BASE_DIR

PLAIN = [
    ("Éloïse CÔTÉ-TREMBLAY", "eloise cote tremblay"),
    ("D’Amours", "d amours"),
    ("D'Amours", "d amours"),
    ("Saguenay–Lac-Saint-Jean", "saguenay lac saint jean"),
    ("  œuvre  Æ ", "oeuvre ae"),
    ("Nguyễn", "nguyen"),
    ("", ""),
    ("---", ""),
]


@pytest.mark.parametrize(("typed", "expected"), PLAIN)
def test_plain_text_ignores_case_accents_and_joiners(typed, expected):
    assert plain(typed) == expected
    assert plain(expected) == expected


FISCAL = [("2026-03-31", 2025), ("2026-04-01", 2026), ("2027-03-31", 2026), ("2026-12-31", 2026)]


@pytest.mark.parametrize(("day", "year"), FISCAL)
def test_the_fiscal_year_begins_on_the_first_of_april(day, year):
    assert fiscal_year_of(dt.date.fromisoformat(day)) == year
    assert fiscal_year_label(2026) == "2026-2027"
    assert fiscal_year_dates(2026) == (dt.date(2026, 4, 1), dt.date(2027, 3, 31))


def test_a_file_number_catches_every_wrong_character_and_every_swap():
    assert is_number(f"2026-7K3QF-{check_character(2026, '7K3QF')}")
    for number in (new_number(2026) for _ in range(200)):
        assert is_number(number)
        body = number[5:10]
        for place in range(5):
            wrong = ALPHABET[(ALPHABET.index(body[place]) + 7) % 31]
            assert not is_number(f"2026-{body[:place]}{wrong}{body[place + 1 :]}-{number[-1]}")
        for place in range(4):
            if body[place] != body[place + 1]:
                swapped = body[:place] + body[place + 1] + body[place] + body[place + 2 :]
                assert not is_number(f"2026-{swapped}-{number[-1]}")


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-7K3QF", "2026-7K3QF-44", "2026-7I3QF-4", "26-7K3QF-4"]
)
def test_what_is_no_file_number(text):
    assert not is_number(text)


@pytest.fixture
def record(case):
    with change(by=SYSTEM, verb="test"):
        return DisabilityRecord.objects.create(
            participant=case.participant, nature="Surdité", attested_on=dt.date(2026, 1, 2)
        )


@pytest.mark.django_db
class TestEncryptedFields:
    def test_a_value_comes_back_and_an_empty_text_stays_empty(self, record):
        read = DisabilityRecord.objects.get(pk=record.pk)
        assert (read.nature, read.attested_on, read.attestation_kind, read.declared_on) == (
            "Surdité", dt.date(2026, 1, 2), "", None,
        )  # fmt: skip

    def test_a_rotated_key_still_reads_and_a_wrong_one_never_shows_the_token(
        self, record, settings
    ):
        first, other = settings.FIELD_ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
        settings.FIELD_ENCRYPTION_KEYS = [other, first]
        assert DisabilityRecord.objects.get(pk=record.pk).nature == "Surdité"
        settings.FIELD_ENCRYPTION_KEYS = [other]
        with pytest.raises(DecryptionError):
            DisabilityRecord.objects.get(pk=record.pk)

    def test_it_cannot_be_searched(self):
        with pytest.raises(FieldError):
            DisabilityRecord.objects.filter(nature="Surdité").exists()
        assert not DisabilityRecord.objects.filter(nature__isnull=True).exists()

    def test_the_history_holds_the_token_only(self, record):
        raw = record.history.model.objects.raw(
            "SELECT history_id, nature AS raw FROM cases_historicaldisabilityrecord"
        )
        assert all("Surdité" not in row.raw for row in raw)


GOOD = {
    "SECRET_KEY": "k" * 50,
    "FIELD_ENCRYPTION_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
}
NONSENSE = [
    ({"SECRET_KEY": "short"}, "SECRET_KEY"),
    ({"SECRET_KEY": ""}, "SECRET_KEY"),
    ({"FIELD_ENCRYPTION_KEYS": ""}, "FIELD_ENCRYPTION_KEYS"),
    ({"FIELD_ENCRYPTION_KEYS": "abc"}, "FIELD_ENCRYPTION_KEYS"),
    ({"HTTPS": "maybe"}, "HTTPS"),
    ({"DEBUG": "2"}, "DEBUG"),
    ({"DATABASE_URL": "mysql://u:p@localhost/x"}, "DATABASE_URL"),
]


def _start(changed):
    env = {"PATH": os.environ["PATH"], "HTTPS": "no", **GOOD, **changed}
    return subprocess.run(
        [sys.executable, "-c", "import peph.settings"],
        cwd=BASE_DIR, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(("changed", "named"), NONSENSE)
def test_nonsense_in_the_environment_stops_the_start_up_and_is_named(changed, named):
    done = _start(changed)
    assert done.returncode != 0
    assert named in done.stderr


def test_sound_settings_start():
    assert _start({}).returncode == 0
