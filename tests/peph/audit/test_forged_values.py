"""What the campaign found that nobody saw at first: each a case of its own."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from peph.audit.changes import SYSTEM, change
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
}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite holds any type in any column")
@pytest.mark.parametrize("what", NONSENSE)
def test_nonsense_is_a_finding_and_does_not_break_the_proof_off(
    what: str, past: SimpleNamespace, guards_down: Callable[..., Any]
) -> None:
    with guards_down():
        sql(NONSENSE[what])
    assert {problem.kind for problem in verify().problems} & {"altered", "chain"}


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
