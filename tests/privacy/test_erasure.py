"""After a person is erased nothing of the person is left, everybody else is untouched, the chain holds."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core import mail

from peph.audit import export
from peph.audit.verify import verify
from peph.outbox.services import deliver
from privacy.services import erasure as erasing
from privacy.services.blanking import fields_to_blank, is_free, is_kept
from privacy.services.reach import hanging
from tests.engines import ON_POSTGRESQL
from tests.privacy.own_database import bytes_of, served_from, written_to
from tests.privacy.persons import Person, erase, everything_stored, still_there

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path, db: None) -> Iterator[Path | None]:
    """On SQLite, a database file of its own: what is erased is looked for in its bytes."""
    if ON_POSTGRESQL:
        yield None
        return
    with served_from(written_to(tmp_path / "erasure.sqlite3")) as path:
        yield path


def test_nothing_of_an_erased_person_is_left_anywhere(file, cast, caplog):
    caplog.set_level(logging.DEBUG)
    witness, person = Person(1), Person(2, with_upload=True)
    before = everything_stored()
    assert still_there(person, before) == person.canaries.words
    erasure = erase(person, cast)
    after = everything_stored()
    assert still_there(person, after) == set()
    assert still_there(witness, after) == witness.canaries.words
    assert verify().problems == []
    assert erasure.number == 1
    person.participant.refresh_from_db()
    assert person.participant.full_name == "Personne effacée nº 1"
    # What leaves the service afterwards: the proof of the history with its values, mails, logs.
    assert (
        still_there(person, "".join(map(export.text, export.lines(with_values=True))).lower())
        == set()
    )
    deliver()
    sent = "\n".join(f"{each.to}{each.subject}{each.body}" for each in mail.outbox).lower()
    assert still_there(person, sent + caplog.text.lower()) == set()
    assert witness.participant.email in sent
    if file is not None:
        assert still_there(person, bytes_of(file)) == set()


def test_a_field_that_is_not_blanked_is_found(db, cast, monkeypatch):
    """The test above is worth something: with one field skipped, it fails."""
    skipped = next(
        field
        for each in hanging()
        if each.label == "cases.Report"
        for field in fields_to_blank(each.model)
        if field.name == "progress"
    )
    person = Person(3)
    monkeypatch.setattr(
        "privacy.services.blanking.fields_to_blank",
        lambda model: tuple(each for each in fields_to_blank(model) if each is not skipped),
    )
    erase(person, cast)
    assert len(still_there(person, everything_stored())) == 1


def test_a_trace_that_is_not_followed_is_found(db, cast, monkeypatch):
    person = Person(4)
    monkeypatch.setattr(
        erasing,
        "TRACES",
        {name: each for name, each in erasing.TRACES.items() if name != "changes"},
    )
    erase(person, cast)
    assert len(still_there(person, everything_stored())) == 2


def test_every_field_of_words_goes_or_is_kept_for_a_written_reason():
    """A field added to a record of a person fails here until it is personal, or kept with a reason."""
    undecided = [
        f"{each.label}.{field.name}"
        for each in hanging()
        for field in each.model._meta.local_concrete_fields
        if is_free(field)
        and field not in fields_to_blank(each.model)
        and not is_kept(field)
        and field.name not in ("last_name", "first_name", "search_key")
    ]
    assert undecided == []
