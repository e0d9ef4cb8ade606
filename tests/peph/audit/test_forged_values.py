"""What the campaign found that nobody saw at first: each a case of its own."""

import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangeSet
from peph.audit.proof import record
from peph.audit.triggers import install
from peph.audit.verify import verify
from tests.ledger.models import Entry
from tests.peph.audit.conftest import key, sql

HISTORY, JOURNAL, SETS = "ledger_historicalentry", "audit_changedrow", "audit_changeset"


@pytest.fixture
def dated(past: SimpleNamespace) -> SimpleNamespace:
    """An entry whose first version holds every type SQLite is careless with, and a later version."""
    with change(by=SYSTEM, verb="tests.dated") as done:
        entry = Entry.objects.create(
            count=7,
            is_open=True,
            day="2026-03-04",
            moment="2026-03-04T05:06:07.089Z",
            blob=bytes(5),
            data={"a": 1},
        )
        entry.count = 8
        entry.save()
    past.first_id = entry.history.order_by("history_id").first().history_id
    past.dated = done
    return past


SPELLINGS = {
    "a boolean that is read as false": "is_open = 2",
    "half a number more": "count = 7.5",
    "an instant in another zone": "moment = moment || '+05:00'",
    "an instant nobody can read": "moment = replace(moment, ' ', '_')",
    "a date nobody can read": "day = day || ' 09:00'",
    "an instant without its zeros": "moment = substr(moment, 1, 23)",
    "a date at midnight": "day = day || ' 00:00:00'",
    "JSON in bytes": "data = CAST(data AS BLOB)",
    "a key with a blank": "token = NULL, change_set_id = ' ' || change_set_id",
    "a key in capitals": "change_set_id = upper(change_set_id)",
    "a number for so many zeros": "blob = 5",
}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite holds any type in any column")
@pytest.mark.parametrize("how", SPELLINGS)
def test_a_value_spelt_another_way_is_altered(
    how: str, dated: SimpleNamespace, guards_down: Callable[..., Any]
) -> None:
    with guards_down():
        sql(f"UPDATE {HISTORY} SET {SPELLINGS[how]} WHERE history_id = %s", dated.first_id)
    (problem,) = verify().problems
    assert (problem.kind, problem.history_id) == ("altered", dated.first_id)


NESTED = "replace(hex(zeroblob(900)), '00', '[') || replace(hex(zeroblob(900)), '00', ']')"
NONSENSE = {
    "a hash": f"UPDATE {SETS} SET hash = 'x' WHERE number = (SELECT max(number) FROM {SETS})",
    "a link": f"UPDATE {SETS} SET prev = 1.5 WHERE number = (SELECT max(number) FROM {SETS})",
    "a count": f"UPDATE {SETS} SET rows = 'x' WHERE number = (SELECT max(number) FROM {SETS})",
    "a number": f"UPDATE {SETS} SET number = 'x' WHERE number = (SELECT max(number) FROM {SETS})",
    "an actor": f"UPDATE {SETS} SET actor_id = x'ff' WHERE number = (SELECT max(number) FROM {SETS})",
    "a leaf": f"UPDATE {JOURNAL} SET leaf = 'x'",
    "a journal's history row": f"UPDATE {JOURNAL} SET history_id = 'x'",
    "a salt": f"UPDATE {HISTORY} SET salt = 'x'",
    "commitments that are a list": f"UPDATE {HISTORY} SET redacted = '[1]'",
    "a key": f"UPDATE {HISTORY} SET id = 1.5",
    "a key in bytes": f"UPDATE {HISTORY} SET id = x'ff'",
    "a model": f"UPDATE {JOURNAL} SET model = x'ff'",
    "a record": f"UPDATE {JOURNAL} SET object_id = x'ff'",
    "text that is none": f"UPDATE {HISTORY} SET remark = CAST(x'ff' AS TEXT)",
    "text that is none in the journal": f"UPDATE {JOURNAL} SET object_id = CAST(x'ff' AS TEXT)",
    "text that is none in a change set": f"UPDATE {SETS} SET reason = CAST(x'fffe' AS TEXT)",
    "a count too large to add": f"UPDATE {SETS} SET rows = 9223372036854775807",
    "a count without end": f"UPDATE {SETS} SET rows = 9e999",
    "an instant of a change set": f"UPDATE {SETS} SET at = x'00'",
    "JSON too deep to read": f"UPDATE {HISTORY} SET data = {NESTED}",
}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite holds any type in any column")
@pytest.mark.parametrize("what", NONSENSE)
def test_nonsense_is_a_finding_and_does_not_break_the_proof_off(
    what: str, past: SimpleNamespace, guards_down: Callable[..., Any]
) -> None:
    with guards_down():
        sql(NONSENSE[what])
    report = verify()
    assert {problem.kind for problem in report.problems} & {"altered", "chain", "deleted"}
    # Whoever reads of it can: as text, and as JSON in the record of the proof.
    assert all(str(problem).encode() for problem in report.problems)
    assert record(report, started=timezone.now(), since=0, notes=0).problems
    verify(since=past.first.number)


ENDLESS = {
    "an instant": f"UPDATE {HISTORY} SET moment = 'infinity'",
    "a date": f"UPDATE {HISTORY} SET day = '4000-01-01 BC'",
    "a date of the history": f"UPDATE {HISTORY} SET history_date = '-infinity'",
    "an instant of a change set": f"UPDATE {SETS} SET at = 'infinity'",
}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such values")
@pytest.mark.parametrize("what", ENDLESS)
def test_what_no_driver_reads_is_a_finding_and_does_not_break_the_proof_off(
    what: str, past: SimpleNamespace, guards_down: Callable[..., Any]
) -> None:
    with guards_down():
        sql(ENDLESS[what])
    assert {problem.kind for problem in verify().problems} & {"altered", "chain"}
    verify(since=past.first.number)


@pytest.mark.parametrize("number", [0, -1])
def test_a_change_set_before_the_first_is_told(
    number: int, past: SimpleNamespace, guards_down: Callable[..., Any]
) -> None:
    """It would be shown, and links to nothing."""
    names = [field.column for field in ChangeSet._meta.concrete_fields]
    forged = {"id": f"'{uuid.UUID(int=4).hex}'", "number": str(number), "rows": "0"}
    with guards_down():
        sql(
            f"INSERT INTO {SETS} ({', '.join(names)})"
            f" SELECT {', '.join(forged.get(name, name) for name in names)}"
            f" FROM {SETS} WHERE number = 1"
        )
    (problem,) = verify().problems
    assert (problem.kind, problem.message) == ("chain", f"a change set has the number {number}")


COMMITMENTS = {
    "none of them": "redacted = '{}'",
    "one of a column that is not personal": """redacted = '{"count": "00"}'""",
    "one of no column": """salt = NULL, redacted = '{"x": "00"}'""",
    "a salt of another size": "salt = salt || salt",
}


@pytest.mark.parametrize("how", COMMITMENTS)
def test_salt_and_commitments_have_one_form(
    how: str, past: SimpleNamespace, guards_down: Callable[..., Any]
) -> None:
    """No leaf covers those of a row without personal values, nor a commitment that stands for nothing."""
    with change(by=SYSTEM, verb="tests.bare"):
        bare = Entry.objects.create(name=None, remark=None)
    history_id = bare.history.get().history_id
    with guards_down():
        sql(f"UPDATE {HISTORY} SET {COMMITMENTS[how]} WHERE history_id = %s", history_id)
    (problem,) = verify().problems
    assert (problem.kind, problem.history_id, problem.message) == (
        "altered",
        history_id,
        "its salt or its commitments were altered",
    )


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL knows what a UUID is")
@pytest.mark.parametrize("spelling", ["replace(object_id, '-', '')", "upper(object_id)"])
def test_a_record_spelt_another_way_in_the_journal_would_lose_its_changes(
    spelling: str, past: SimpleNamespace, guards_down: Callable[..., Any]
) -> None:
    with guards_down():
        sql(
            f"UPDATE {JOURNAL} SET object_id = {spelling} WHERE change_set_id = %s",
            key(past.last.id),
        )
    assert verify().problems[0].kind == "altered"


def test_a_commitment_beside_a_value_excuses_nothing(
    past: SimpleNamespace, guards_down: Callable[..., Any]
) -> None:
    """It is no part of the leaf; it used to stand for "erased" and so for any name in the record."""
    with guards_down():
        sql(
            f"""UPDATE {HISTORY} SET redacted = '{{"name": "00"}}' WHERE history_id = %s""",
            past.ids[2],
        )
        sql("UPDATE ledger_entry SET name = 'somebody else' WHERE id = %s", key(past.entry.pk))
    assert [problem.kind for problem in verify().problems] == ["altered", "live"]


def test_a_trigger_of_somebody_elses_is_told_and_left_alone(past: SimpleNamespace) -> None:
    if connection.vendor == "sqlite":
        sql(f'CREATE TRIGGER "extra" AFTER INSERT ON {HISTORY} BEGIN SELECT 1; END')
    else:
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        sql(
            f"CREATE TRIGGER extra BEFORE INSERT ON {HISTORY}"
            " FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"
        )
    (problem,) = verify().problems
    assert (problem.kind, problem.message) == ("trigger", f"trigger extra of {HISTORY} is not ours")
    assert install.install() == []
