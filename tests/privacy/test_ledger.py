"""The list of erasures outlives the database: a restored backup serves nobody before it is applied."""

import json
import uuid
from io import StringIO
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from peph.audit.changes import SYSTEM, change
from peph.audit.verify import verify
from peph.records import save_valid
from privacy.models import Erasure
from privacy.services import ledger
from privacy.services.erasures import carry_out_due
from tests.engines import once
from tests.privacy.own_database import backed_up, bytes_of, served_from, written_to
from tests.privacy.persons import Person, erase, everything_stored, still_there

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(tmp_path: Path, settings) -> Path:
    """The list, made as an operator makes it."""
    settings.ERASURE_LEDGER = str(tmp_path / "erasures.jsonl")
    call_command("export_erasures", stdout=StringIO())
    return tmp_path / "erasures.jsonl"


@once
def test_a_restored_backup_serves_nobody_until_the_erasures_are_applied_again(
    tmp_path, kept, cast, client
):
    with served_from(written_to(tmp_path / "service.sqlite3")) as file:
        witness, person = Person(1), Person(2)
        backup = backed_up(file, tmp_path / "backup.sqlite3")
        erasure = erase(person, cast)
    cache.clear()
    with served_from(backup):
        assert still_there(person, everything_stored()) == person.canaries.words
        for path in ("/livez", "/readyz", "/accounts/login/", "/", "/api/v1/cases/", "/admin/"):
            assert (path, client.get(path).status_code) == (path, 200 if path == "/livez" else 503)
        assert client.get("/readyz").json()["erasures"] == "failed"
        told = StringIO()
        call_command("reapply_erasures", "--json", stdout=told)
        assert json.loads(told.getvalue()) == {"applied": 1, "problems": []}
        again = Erasure.objects.get()
        assert (again.pk, again.number, again.ground) == (erasure.pk, 1, "restored")
        after = everything_stored()
        assert still_there(person, after) == set()
        assert still_there(witness, after) == witness.canaries.words
        assert still_there(person, bytes_of(backup)) == set()
        assert verify().problems == []
        assert client.get("/readyz").status_code == 200
        assert client.get("/accounts/login/").status_code == 200
        # A second time there is nothing to do, and nothing is written.
        told = StringIO()
        call_command("reapply_erasures", "--json", stdout=told)
        assert json.loads(told.getvalue())["applied"] == 0
    assert len(ledger.read(kept)) == 1


def _done(number: int) -> Erasure:
    """An erasure carried out, of somebody the database no longer names."""
    with change(by=SYSTEM, verb="tests.erasure"):
        erasure = Erasure(
            subject_id=uuid.uuid4(), number=number, status="done", done_at=timezone.now()
        )
        save_valid(erasure)
    return erasure


def test_the_list_holds_keys_and_nothing_of_what_was_erased(kept):
    erasure = _done(1)
    assert ledger.bring_up_to_date() == 1
    (line,) = kept.read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == {
        "number": 1,
        "erasure": str(erasure.pk),
        "person": str(erasure.subject_id),
        "at": erasure.done_at.isoformat(),
        "prev": "0" * 64,
    }
    assert ledger.problem() == ""


def test_an_erasure_of_somebody_the_backup_does_not_know_is_noted(kept, cast):
    entry = ledger.Entry(
        uuid.UUID(int=1), uuid.UUID(int=2), number=7, at="2026-01-01T00:00:00+00:00"
    )
    kept.write_text(f"{entry.line(ledger.FIRST)}\n", encoding="utf-8")
    assert "1 erasures to apply" in ledger.problem()
    call_command("reapply_erasures", stdout=StringIO())
    noted = Erasure.objects.get(number=7)
    assert (noted.participant, noted.subject_id.int, noted.status) == (None, 2, "done")
    assert ledger.problem() == ""
    # The next pseudonym comes after all those that were ever given.
    assert erase(Person(5), cast).number == 8


BROKEN = {
    "gone": lambda text: None,
    "a line taken out": lambda text: text.split("\n", 1)[1],
    "a line altered": lambda text: text.replace('"number": 1', '"number": 9'),
    "not a list": lambda text: "x\n",
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_list_that_cannot_be_believed_keeps_the_service_closed(how, kept, client):
    _done(1)
    _done(2)
    ledger.bring_up_to_date()
    assert ledger.problem() == ""
    text = BROKEN[how](kept.read_text())
    kept.unlink() if text is None else kept.write_text(text)
    assert ledger.problem() != ""
    assert client.get("/accounts/login/").status_code == 503
    with pytest.raises(SystemExit) as exit:
        call_command("reapply_erasures", stderr=StringIO())
    assert exit.value.code == 2


def test_without_a_list_nothing_is_asked(settings, db, django_assert_num_queries):
    settings.ERASURE_LEDGER = ""
    with django_assert_num_queries(0):
        assert ledger.problem() == ""


def test_a_list_that_lacks_an_erasure_is_completed(kept):
    _done(1)
    assert ledger.bring_up_to_date() == 1
    _done(2)
    assert ledger.bring_up_to_date() == 1
    assert ledger.bring_up_to_date() == 0
    assert [entry.number for entry in ledger.read(kept)] == [1, 2]


def test_nobody_is_erased_while_the_list_cannot_be_believed(kept):
    kept.unlink()
    assert carry_out_due().problems == [ledger.problem()]
