"""A migration that rebuilds tracked tables: old hashes hold, and the triggers are back afterwards."""

import json

import pytest

from tests.scratch import Scratch

BEFORE = {"DJANGO_SETTINGS_MODULE": "tests.evolving.settings_before"}
AFTER = {"DJANGO_SETTINGS_MODULE": "tests.evolving.settings_after"}

WRITE_BEFORE = """
from peph.audit.changes import SYSTEM, change
from tests.evolving.before.models import Book, Shelf
with change(by=SYSTEM, verb="tests.before"):
    shelf = Shelf.objects.create(name="s")
    for n in range(3):
        book = Book.objects.create(shelf=shelf, title=f"t{n}", author="Anne")
    book.title = "renamed"
    book.save()
    Book.objects.first().delete()
"""
WRITE_AFTER = """
from django.db import IntegrityError, transaction
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangedRow
from peph.audit.redaction import redact
from peph.audit.triggers import install
from tests.evolving.after.models import Shelf, Volume
assert install.check() == [], install.check()
for write in (lambda: Volume.objects.update(pages=5), lambda: Shelf.objects.update(name="x")):
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        assert "outside change" in str(error), error
    else:
        raise AssertionError("a write outside a change was accepted")
with change(by=SYSTEM, verb="tests.after") as done:
    first, second = Volume.objects.order_by("heading")
    first.heading = "h" * 80
    first.notes = {"a": 1}
    first.save()
    second.writer = None
    second.save()
    assert redact(Volume, second.pk) >= 2
rows = ChangedRow.objects.filter(change_set_id=done.id)
assert [(row.type, row.model) for row in rows] == [("~", "evolving.book")] * 2, list(rows)
last = Volume.history.filter(id=first.pk).first()
assert (last.heading, last.pages) == ("h" * 80, 1), last.__dict__
"""


@pytest.fixture
def evolved(scratch: Scratch) -> Scratch:
    """A database with history from before the migration, migrated."""
    for arguments, env in (
        (("migrate", "evolving", "0001", "--skip-checks"), BEFORE),
        (("migrate", "--skip-checks"), AFTER),
    ):
        done = scratch.manage(*arguments, **env)
        assert done.returncode == 0, done.stderr
        if env is BEFORE:
            done = scratch.python(WRITE_BEFORE, **env)
            assert done.returncode == 0, done.stderr
    return scratch


def _verify(scratch: Scratch) -> dict[str, object]:
    done = scratch.manage("verify_history", "--json", **AFTER)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


def test_a_renamed_and_rebuilt_table_keeps_its_history_and_its_guards(evolved: Scratch) -> None:
    assert _verify(evolved)["first_problem"] is None
    done = evolved.python(WRITE_AFTER, **AFTER)
    assert done.returncode == 0, done.stderr
    assert _verify(evolved)["first_problem"] is None


def test_a_migrate_with_nothing_to_do_leaves_the_triggers_alone(scratch: Scratch) -> None:
    code = """
from django.core.management import call_command
from django.db import connection
from peph.audit.triggers import install
removed = []
install.remove = lambda using: removed.append(using)
call_command("migrate", verbosity=0, skip_checks=True)
assert (removed, install.check()) == ([], []), removed
"""
    done = scratch.python(code)
    assert done.returncode == 0, done.stderr
