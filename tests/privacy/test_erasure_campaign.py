"""Random people of a made-up population erased one after the other; nobody else loses a word.

`make erasure-campaign` erases two hundred; a few in the suite. SQLite is looked into byte by byte, PostgreSQL
value by value, which is all that a dump holds.
"""

import datetime as dt
import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from peph.audit import export
from peph.audit.verify import verify
from privacy.services.erasures import carry_out_due
from tests.engines import ON_POSTGRESQL
from tests.privacy.own_database import bytes_of, served_from, written_to
from tests.privacy.persons import Person, approved, everything_stored, still_there

pytestmark = pytest.mark.django_db
ERASURES = int(os.environ.get("ERASURES", "0"))
SEED = int(os.environ.get("ERASURE_SEED", "5"))
FEWEST = 3
# One in three stays, to see that nothing of theirs goes.
STAYS = 3


@pytest.fixture
def file(tmp_path: Path, db: None) -> Iterator[Path | None]:
    if ON_POSTGRESQL:
        yield None
        return
    with served_from(written_to(tmp_path / "campaign.sqlite3")) as path:
        yield path


def test_random_people_are_erased_and_nobody_else_loses_a_word(file, cast):
    began, chance = time.monotonic(), random.Random(SEED)
    wanted = ERASURES or FEWEST
    people = [Person(index) for index in range(wanted + max(1, wanted // STAYS))]
    gone = chance.sample(people, wanted)
    kept = [person for person in people if person not in gone]
    planted = sum(len(person.canaries.words) for person in people)
    made = time.monotonic()
    for person in gone:
        approved(person, cast)
    done = carry_out_due(now=timezone.now() + dt.timedelta(days=8))
    assert (done.erased, done.held, done.problems) == (wanted, 0, [])
    stored = everything_stored()
    left = {person.index: found for person in gone if (found := still_there(person, stored))}
    lost = {
        person.index: missing
        for person in kept
        if (missing := person.canaries.words - still_there(person, stored))
    }
    assert (left, lost, verify().problems) == ({}, {}, [])
    exported = "".join(map(export.text, export.lines(with_values=True))).lower()
    assert [person.index for person in gone if still_there(person, exported)] == []
    if file is not None:
        raw = bytes_of(file)
        assert [person.index for person in gone if still_there(person, raw)] == []
    sys.stdout.write(
        f"{len(gone)} of {len(people)} people erased, {planted} canaries planted, 0 left, 0 of others"
        f" lost, history whole; {made - began:.0f} s to make, {time.monotonic() - made:.0f} s to erase"
        f" and look, {connection.vendor}, seed {SEED}\n"
    )
