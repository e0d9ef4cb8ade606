"""`verify_history`: what it proves, what only a checkpoint proves, and how the command answers."""

import json
from collections.abc import Callable
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from peph.audit import checkpoint, hashing
from peph.audit.changes import SYSTEM, change
from peph.audit.findings import CannotProve
from peph.audit.models import ChangedRow, ChangeSet
from peph.audit.triggers import install
from peph.audit.verify import verify
from tests.ledger.models import Account
from tests.peph.audit.conftest import key, sql

HISTORY, JOURNAL, SETS = "ledger_historicalentry", "audit_changedrow", "audit_changeset"


def _alter(past: SimpleNamespace) -> None:
    sql(f"UPDATE {HISTORY} SET count = 99 WHERE history_id = %s", past.ids[1])


def _rewrite(past: SimpleNamespace) -> None:
    """Alter a reason and recompute every hash after it, as anybody who has this code can."""
    sql(
        f"UPDATE {SETS} SET reason = 'rewritten', reason_salt = NULL, reason_hash = NULL"
        " WHERE id = %s",
        key(past.first.id),
    )
    prev = None
    for each in ChangeSet.objects.filter(number__gte=past.first.number).order_by("number"):
        leaves = (
            ChangedRow.objects.filter(change_set=each).order_by("id").values_list("leaf", flat=True)
        )
        count, digest = hashing.digest_of(map(bytes, leaves))
        prev = prev or bytes(each.prev)
        values = {name: getattr(each, name) for name in hashing.header_names()}
        head = hashing.link(prev, each.number, hashing.header(values), count, digest)
        sql(f"UPDATE {SETS} SET prev = %s, hash = %s WHERE id = %s", prev, head, key(each.id))
        prev = head


def test_a_history_rewritten_whole_is_seen_by_a_checkpoint_only(
    past: SimpleNamespace, guards_down: Callable[..., Any]
) -> None:
    note = checkpoint.take()
    with guards_down():
        _rewrite(past)
    assert verify().problems == []
    problem = verify(notes=[note]).problems[0]
    assert (problem.kind, problem.change_set) == ("checkpoint", past.last.number)


def test_a_history_shorter_than_its_checkpoint_is_broken(past: SimpleNamespace) -> None:
    note = checkpoint.Note(checkpoint.origin(), past.last.number + 1, bytes(32))
    problem = verify(notes=[note]).problems[0]
    assert (problem.kind, problem.change_set) == ("checkpoint", past.last.number + 1)


def test_a_missing_trigger_is_a_finding_after_the_rows(past: SimpleNamespace) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER peph_ledger_entry_update")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("DROP TRIGGER peph_record ON ledger_entry")
        cursor.execute("UPDATE ledger_entry SET count = 50 WHERE id = %s", [key(past.entry.pk)])
    assert [problem.kind for problem in verify().problems] == ["live", "trigger"]
    assert install.install()


def test_a_proof_since_a_number_looks_at_what_came_after(
    past: SimpleNamespace, guards_down: Callable[..., Any]
) -> None:
    with guards_down():
        _alter(past)
    assert verify(since=past.first.number - 1).problems[0].kind == "altered"
    report = verify(since=past.first.number)
    assert (report.problems, report.change_sets) == ([], 3)
    with pytest.raises(CannotProve):
        verify(since=past.last.number + 5)


def test_many_problems_are_reported_up_to_a_limit(
    past: SimpleNamespace, guards_down: Callable[..., Any]
) -> None:
    with change(by=SYSTEM, verb="tests.many"):
        Account.objects.bulk_create([Account(code=f"many {n}") for n in range(80)])
    with guards_down():
        sql("UPDATE ledger_historicalaccount SET code = 'x'")
    assert len(verify().problems) == 50


def _command(*arguments: str) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("verify_history", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_the_command_answers_whole(past: SimpleNamespace) -> None:
    status, out, _err = _command("--json")
    assert (status, json.loads(out)) == (
        0,
        {
            "ok": True,
            "change_sets": ChangeSet.objects.count(),
            "history_rows": ChangedRow.objects.count(),
            "first_problem": None,
        },
    )
    assert _command()[1].startswith("The history is whole: ")


def test_the_command_names_what_is_broken(
    past: SimpleNamespace, guards_down: Callable[..., Any]
) -> None:
    with guards_down():
        _alter(past)
    status, out, _err = _command("--json")
    answer = json.loads(out)
    assert (status, answer["ok"]) == (1, False)
    assert answer["first_problem"] == {
        "kind": "altered",
        "message": "the history row is not the one that was written",
        "change_set": past.first.number,
        "model": "ledger.entry",
        "object_id": str(past.entry.pk),
        "history_id": past.ids[1],
    }
    assert f"history row {past.ids[1]}" in _command()[1]


@pytest.mark.parametrize("content", [None, "not a note", "peph/ledger\n1\nAAAA\n\n"])
def test_the_command_cannot_prove_with_a_note_nobody_signed(
    content: str | None, past: SimpleNamespace, tmp_path: Any
) -> None:
    path = tmp_path / "note"
    if content is not None:
        path.write_text(content)
    status, out, err = _command("--json", "--checkpoint", str(path))
    assert (status, json.loads(out)["first_problem"]["kind"]) == (2, "unproven")
    assert err.startswith("Cannot prove the history")
