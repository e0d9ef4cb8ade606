"""Each deed of somebody with the database's password: told, and located to the row."""

import json
import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from peph.audit import hashing, rows
from peph.audit.findings import Problem
from peph.audit.history import declaration
from peph.audit.verify import verify
from tests.ledger.models import Entry
from tests.peph.audit.conftest import key, sql

HISTORY, JOURNAL, SETS = "ledger_historicalentry", "audit_changedrow", "audit_changeset"


def _insert_history(p: SimpleNamespace, history_id: int = 999_999) -> None:
    sql(
        f"INSERT INTO {HISTORY} (history_id, id, version, count, history_date, history_type,"
        " history_user_id, change_set_id) SELECT %s, id, version, 77, history_date, '~',"
        f" history_user_id, change_set_id FROM {HISTORY} WHERE history_id = %s",
        history_id,
        p.other_id,
    )


def _insert_both(p: SimpleNamespace) -> None:
    _insert_history(p)
    own = hashing.shape(declaration(Entry))
    raw = rows.by_history_id(connection, declaration(Entry), [999_999])[999_999]
    sql(
        f"INSERT INTO {JOURNAL} (change_set_id, model, object_id, history_id, type, leaf)"
        f" SELECT change_set_id, model, object_id, 999999, '~', %s FROM {JOURNAL}"
        " WHERE history_id = %s AND model = 'ledger.entry'",
        own.leaf(raw.values, raw.salt),
        p.other_id,
    )


def _swap(p: SimpleNamespace) -> None:
    one, other = p.ids[1], p.other_id
    for old, new in ((one, -1), (other, one), (-1, other)):
        sql(f"UPDATE {HISTORY} SET history_id = %s WHERE history_id = %s", new, old)


def _swap_values(p: SimpleNamespace) -> None:
    """Only what the record held, not when and by whom."""
    one, other = p.ids[0], p.ids[1]
    sql(f"UPDATE {HISTORY} SET count = 2, version = 2 WHERE history_id = %s", one)
    sql(f"UPDATE {HISTORY} SET count = 1, version = 1 WHERE history_id = %s", other)
    sql(
        f"UPDATE {HISTORY} SET salt = CASE history_id WHEN %s THEN (SELECT salt FROM {HISTORY} WHERE"
        f" history_id = %s) ELSE (SELECT salt FROM {HISTORY} WHERE history_id = %s) END"
        " WHERE history_id IN (%s, %s)",
        one,
        other,
        one,
        one,
        other,
    )


def _delete_both(p: SimpleNamespace) -> None:
    sql(f"DELETE FROM {JOURNAL} WHERE history_id = %s AND model = 'ledger.entry'", p.ids[1])
    sql(f"DELETE FROM {HISTORY} WHERE history_id = %s", p.ids[1])


def _cut_tail(p: SimpleNamespace) -> None:
    sql(f"DELETE FROM {HISTORY} WHERE history_id = %s", p.ids[2])
    sql(f"DELETE FROM {JOURNAL} WHERE change_set_id = %s", key(p.last.id))
    sql(f"DELETE FROM {SETS} WHERE id = %s", key(p.last.id))


def _on(p: SimpleNamespace, at: int) -> Problem:
    """Where version `at` of the entry is."""
    numbers = [p.first.number - 1, p.first.number, p.last.number]
    return Problem("", "", numbers[at], "ledger.entry", str(p.entry.pk), p.ids[at])


def _history(assignment: str) -> Callable[[SimpleNamespace], None]:
    return lambda p: sql(f"UPDATE {HISTORY} SET {assignment} WHERE history_id = %s", p.ids[1])


def _journal(assignment: str) -> Callable[[SimpleNamespace], None]:
    return lambda p: sql(
        f"UPDATE {JOURNAL} SET {assignment} WHERE history_id = %s AND model = 'ledger.entry'",
        p.ids[1],
    )


def _set_of(name: str) -> Callable[[SimpleNamespace], Problem]:
    return lambda p: Problem("", "", getattr(p, name).number)


def _second(p: SimpleNamespace) -> Problem:
    return _on(p, 1)


def _erased_row(p: SimpleNamespace) -> Problem:
    return Problem("", "", p.erased_set.number, "ledger.entry", str(p.erased.pk), p.erased_id)


def _forged(p: SimpleNamespace) -> Problem:
    return Problem("", "", None, "ledger.entry", str(p.other.pk), 999_999)


def _live(name: str, history: Callable[[SimpleNamespace], int | None]) -> Callable[..., Problem]:
    return lambda p: Problem("", "", None, "ledger.entry", str(getattr(p, name).pk), history(p))


DEEDS: dict[str, tuple[Callable[..., None], str, Callable[..., Problem]]] = {
    "a value altered": (_history("count = 99"), "altered", _second),
    "a value emptied": (_history("count = NULL"), "altered", _second),
    "a personal value altered": (_history("name = 'Zoe'"), "altered", _second),
    "the actor altered": (
        _history("history_user_id = '11111111111111111111111111111111'"),
        "altered",
        _second,
    ),
    "the date altered": (_history("history_date = '2020-01-01 00:00:00'"), "altered", _second),
    "the kind altered": (_history("history_type = '-'"), "altered", _second),
    "a salt dropped": (_history("salt = NULL"), "altered", _second),
    "a history row deleted": (
        lambda p: sql(f"DELETE FROM {HISTORY} WHERE history_id = %s", p.ids[1]),
        "deleted",
        _second,
    ),
    "a history row and its journal row deleted": (_delete_both, "deleted", _set_of("first")),
    "a history row inserted": (_insert_history, "inserted", _forged),
    "a history row and a journal row inserted": (
        _insert_both,
        "inserted",
        lambda p: Problem("", "", p.other_set.number, "ledger.entry", str(p.other.pk), 999_999),
    ),
    "two history rows swapped": (_swap, "swapped", _second),
    "the values of two history rows swapped": (_swap_values, "swapped", lambda p: _on(p, 0)),
    "a leaf altered": (
        lambda p: sql(
            f"UPDATE {JOURNAL} SET leaf = %s WHERE history_id = %s AND model = 'ledger.entry'",
            bytes(32),
            p.ids[1],
        ),
        "altered",
        _second,
    ),
    "the journal's record altered": (
        _journal("object_id = 'x'"),
        "altered",
        lambda p: Problem("", "", p.first.number, "ledger.entry", "x", p.ids[1]),
    ),
    "the journal's case altered": (
        _journal("case_id = '22222222222222222222222222222222'"),
        "altered",
        _second,
    ),
    "the journal's kind altered": (_journal("type = '-'"), "altered", _second),
    "a journal row moved": (
        lambda p: sql(
            f"UPDATE {JOURNAL} SET change_set_id = %s WHERE history_id = %s AND model = 'ledger.entry'",
            key(p.last.id),
            p.ids[1],
        ),
        "moved",
        lambda p: Problem("", "", p.last.number, "ledger.entry", str(p.entry.pk), p.ids[1]),
    ),
    "a reason altered": (
        lambda p: sql(f"UPDATE {SETS} SET reason = 'other' WHERE id = %s", key(p.first.id)),
        "chain",
        _set_of("first"),
    ),
    "an actor of a change set altered": (
        lambda p: sql(
            f"UPDATE {SETS} SET actor_id = '33333333333333333333333333333333' WHERE id = %s",
            key(p.first.id),
        ),
        "chain",
        _set_of("first"),
    ),
    "a link altered": (
        lambda p: sql(f"UPDATE {SETS} SET prev = %s WHERE id = %s", bytes(32), key(p.first.id)),
        "chain",
        _set_of("first"),
    ),
    "a commitment altered": (
        lambda p: sql(
            f"UPDATE {HISTORY} SET redacted = %s WHERE history_id = %s",
            json.dumps({"name": "00" * 32, "remark": "00" * 32}),
            p.erased_id,
        ),
        "altered",
        _erased_row,
    ),
    "a commitment that is none": (
        lambda p: sql(
            f"UPDATE {HISTORY} SET redacted = %s WHERE history_id = %s", '{"name": 1}', p.erased_id
        ),
        "altered",
        _erased_row,
    ),
    "a guessed value put back": (
        lambda p: sql(
            f"UPDATE {HISTORY} SET redacted = NULL, name = 'gone', remark = 'forgotten'"
            " WHERE history_id = %s",
            p.erased_id,
        ),
        "altered",
        _erased_row,
    ),
    "a live record altered": (
        lambda p: sql("UPDATE ledger_entry SET count = 50 WHERE id = %s", key(p.entry.pk)),
        "live",
        _live("entry", lambda p: p.ids[2]),
    ),
    "a live record deleted": (
        lambda p: sql("DELETE FROM ledger_entry WHERE id = %s", key(p.other.pk)),
        "live",
        _live("other", lambda p: p.other_id),
    ),
    "a live record inserted": (
        lambda p: sql(
            "INSERT INTO ledger_account (id, version, code) VALUES (%s, 1, 'forged')",
            key(uuid.UUID(int=99)),
        ),
        "live",
        lambda p: Problem("", "", None, "ledger.account", str(uuid.UUID(int=99)), None),
    ),
    "the tail cut": (_cut_tail, "live", _live("entry", lambda p: p.ids[1])),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_a_tampered_history_is_told_and_located(
    deed: str, past: SimpleNamespace, guards_down: Callable[..., Any]
) -> None:
    act, kind, where = DEEDS[deed]
    assert verify().problems == []
    with guards_down():
        act(past)
    found, expected = verify().problems[0], where(past)
    assert found.kind == kind
    assert (found.change_set, found.model, found.object_id, found.history_id) == (
        expected.change_set,
        expected.model,
        expected.object_id,
        expected.history_id,
    )


def test_a_change_set_taken_out_is_missed(
    past: SimpleNamespace, guards_down: Callable[..., Any]
) -> None:
    with guards_down():
        sql(f"DELETE FROM {HISTORY} WHERE change_set_id = %s", key(past.first.id))
        sql(f"DELETE FROM {JOURNAL} WHERE change_set_id = %s", key(past.first.id))
        sql(f"DELETE FROM {SETS} WHERE id = %s", key(past.first.id))
    problem = verify().problems[0]
    assert (problem.kind, problem.change_set) == ("deleted", past.first.number)
