"""Proofs that are kept, notes that are kept, receipts, and what a fast verifier must not overlook."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection

from cases.services import jobs
from peph.audit import checkpoint, kept_notes, proof, receipts
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangeSet, Checkpoint, VerificationRun
from peph.audit.redaction import redact
from peph.audit.verify import verify
from peph.audit.verify_unseen import Seen
from tests.ledger.models import Account, Entry
from tests.peph.audit.conftest import key, sql

HISTORY = "ledger_historicalentry"


def _command(name: str, *arguments: str) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command(name, *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def _receipt(done: Any) -> str:
    return ChangeSet.objects.get(pk=done.id).receipt


# ------------------------------------------------------------------ receipts
def test_a_receipt_must_be_in_the_chain(past: SimpleNamespace, tmp_path: Path) -> None:
    slips = tmp_path / "receipts"
    slips.write_text(f"{_receipt(past.first)}\n\n{_receipt(past.last).upper()}\n")
    assert _command("verify_history", "--receipts", str(slips))[0] == 0
    forged = f"{past.first.number}:{'0' * 64}"
    status, out, _err = _command("verify_history", "--json", "--receipt", forged)
    first = json.loads(out)["first_problem"]
    assert (status, first["kind"], first["change_set"]) == (1, "receipt", past.first.number)
    beyond = f"{past.last.number + 1}:{'0' * 64}"
    assert _command("verify_history", "--receipt", beyond)[0] == 1


@pytest.mark.parametrize(
    "text", ["", "x", "1:", f"0:{'0' * 64}", f"-1:{'0' * 64}", f"١:{'0' * 64}"]
)
def test_what_is_no_receipt_proves_nothing(text: str, db: None) -> None:
    with pytest.raises(receipts.ReceiptError):
        receipts.read(text)
    assert _command("verify_history", f"--receipt={text}")[0] == 2


def test_a_file_of_receipts_that_is_not_there_proves_nothing(db: None, tmp_path: Path) -> None:
    assert _command("verify_history", "--receipts", str(tmp_path / "none"))[0] == 2


# ------------------------------------------------------------------ proofs that are kept
def test_a_proof_is_kept_with_what_it_found(
    past: SimpleNamespace, guards_down: Callable[..., Any]
) -> None:
    assert _command("verify_history")[0] == 0
    assert _command("verify_history", "--no-record")[0] == 0
    run = VerificationRun.objects.get()
    head = ChangeSet.objects.latest("number")
    assert (run.state, run.actor_id, run.channel, run.since) == ("whole", SYSTEM, "command", 0)
    assert (run.head_number, bytes(run.head_hash)) == (head.number, bytes(head.hash))
    with guards_down():
        sql(f"UPDATE {HISTORY} SET count = 99 WHERE history_id = %s", past.ids[1])
    assert _command("verify_history")[0] == 1
    broken = proof.last_verification()
    assert broken is not None
    assert (broken.state, broken.problems[0]["history_id"]) == ("broken", past.ids[1])
    assert _command("verify_history", "--since", str(10**6))[0] == 2
    assert [run.state for run in proof.runs()] == ["unproven", "broken", "whole"]


def test_a_proof_since_a_whole_one_holds_that_one_s_end_against_the_chain(
    past: SimpleNamespace, guards_down: Callable[..., Any]
) -> None:
    assert proof.verify_and_record().is_whole
    with change(by=SYSTEM, verb="tests.more"):
        Account.objects.create(code="more")
    assert proof.next_start() == past.last.number
    assert proof.verify_and_record(since=past.last.number).is_whole
    with guards_down():
        sql("UPDATE audit_changeset SET hash = %s WHERE id = %s", bytes(32), key(past.last.id))
    run = proof.verify_and_record(since=past.last.number)
    assert "checkpoint" in [problem["kind"] for problem in run.problems]


def test_where_the_next_routine_proof_starts(past: SimpleNamespace) -> None:
    assert (proof.next_start(), proof.is_due()) == (0, True)
    run = proof.verify_and_record()
    hour, week = run.started_at + proof.ROUTINE_EVERY, run.started_at + proof.WHOLE_EVERY
    assert (proof.is_due(run.started_at), proof.is_due(hour)) == (False, True)
    assert (proof.next_start(hour), proof.next_start(week)) == (run.head_number, 0)


# ------------------------------------------------------------------ notes that are kept
def test_notes_are_kept_once_and_held_against_every_proof(
    past: SimpleNamespace, guards_down: Callable[..., Any], tmp_path: Path, settings: Any
) -> None:
    settings.CHECKPOINT_DIRECTORY = str(tmp_path)
    first = _command("checkpoint")
    assert first == _command("checkpoint")
    file = tmp_path / f"{past.last.number}.txt"
    assert (list(tmp_path.iterdir()), file.read_text(encoding="utf-8")) == ([file], first[1])
    assert Checkpoint.objects.get().note == first[1]
    assert _command("verify_history")[0] == 0
    assert proof.runs()[0].notes == 1
    with guards_down():
        sql("UPDATE audit_changeset SET hash = %s WHERE id = %s", bytes(32), key(past.last.id))
    assert "checkpoint" in {problem["kind"] for problem in proof.verify_and_record().problems}
    status, _out, err = _command("checkpoint", "--directory", str(tmp_path))
    assert (status, str(file) in err) == (1, True)


def test_a_chain_shorter_than_a_kept_note_is_refused(past: SimpleNamespace, tmp_path: Path) -> None:
    note = checkpoint.Note(checkpoint.origin(), past.last.number + 1, bytes(32))
    kept_notes.keep(tmp_path, note, checkpoint.write(note))
    status, _out, err = _command("checkpoint", "--directory", str(tmp_path))
    assert (status, f"{note.number}.txt" in err) == (1, True)
    assert Checkpoint.objects.count() == 0


@pytest.mark.parametrize("how", ["no directory", "no key", "another number", "not a note"])
def test_a_directory_that_cannot_be_read_proves_nothing(
    how: str, past: SimpleNamespace, tmp_path: Path, settings: Any
) -> None:
    settings.CHECKPOINT_DIRECTORY = str(tmp_path if how != "no directory" else tmp_path / "x")
    if how == "no key":
        settings.CHECKPOINT_KEY = ""
    if how == "another number":
        (tmp_path / "1.txt").write_text(checkpoint.write(checkpoint.take()), encoding="utf-8")
    if how == "not a note":
        (tmp_path / "1.txt").write_text("nothing")
    assert _command("verify_history")[0] == 2
    assert _command("checkpoint")[0] == 2
    assert proof.runs()[0].state == "unproven"


def test_a_public_key_is_enough_to_prove(
    past: SimpleNamespace, tmp_path: Path, settings: Any
) -> None:
    settings.CHECKPOINT_DIRECTORY = str(tmp_path)
    proof.take_checkpoint()
    settings.CHECKPOINT_PUBLIC_KEY = proof.public_key_text()
    settings.CHECKPOINT_KEY = ""
    assert _command("verify_history")[0] == 0


# ------------------------------------------------------------------ jobs
def _job(name: str) -> jobs.Result:
    (job,) = (each for each in jobs.JOBS if each.name == name)
    return job.run(None, lambda done, total: None)


def test_the_jobs_prove_once_an_hour_and_note_what_is_new(
    past: SimpleNamespace, settings: Any
) -> None:
    assert _job("verify").counts["change_sets"] == past.last.number
    assert _job("verify").counts == {"change_sets": 0, "history_rows": 0}
    assert VerificationRun.objects.count() == 1
    assert [_job("checkpoint").counts["checkpoints"] for _time in range(2)] == [1, 0]
    settings.CHECKPOINT_KEY = ""
    assert _job("checkpoint") == jobs.Result({"checkpoints": 0})


def test_the_jobs_tell_what_is_broken(
    past: SimpleNamespace, guards_down: Callable[..., Any], tmp_path: Path, settings: Any
) -> None:
    settings.CHECKPOINT_DIRECTORY = str(tmp_path)
    _job("checkpoint")
    with guards_down():
        sql("UPDATE audit_changeset SET hash = %s WHERE id = %s", bytes(32), key(past.last.id))
    for name in ("verify", "checkpoint"):
        result = _job(name)
        assert (result.status, len(result.problems) > 0) == (jobs.TO_LOOK_AT, True)
    settings.CHECKPOINT_DIRECTORY = str(tmp_path / "none")
    assert _job("verify").status == jobs.COULD_NOT


# ------------------------------------------------------------------ what a proof says besides
def test_a_clock_that_went_back_is_a_warning(ledger: SimpleNamespace) -> None:
    with time_machine.travel("2026-11-24T12:00:00Z", tick=False):
        for code, back in (("a", 0), ("b", 4), ("c", 14)):
            with (
                time_machine.travel(f"2030-01-01T12:00:{30 - back:02d}Z", tick=False),
                change(by=SYSTEM, verb="tests.clock") as done,
            ):
                Account.objects.create(code=code)
    report = verify()
    assert report.problems == []
    assert [(each.kind, each.change_set) for each in report.warnings] == [("clock", done.number)]
    assert report.as_json()["warnings"][0]["kind"] == "clock"


# ------------------------------------------------------------------ the fast way overlooks nothing
# On SQLite a column holds whatever is put there: texts that a careless reader takes for the same value.
TRICKS = {
    "a time zone behind an instant": f"UPDATE {HISTORY} SET history_date = history_date || '+09:00'",
    "a word behind a date": f"UPDATE {HISTORY} SET day = day || ' or so'",
    "a capital in a key": f"UPDATE {HISTORY} SET id = upper(id)",
    "a number that is not whole": f"UPDATE {HISTORY} SET count = count + 0.5",
    "a yes that is more than yes": f"UPDATE {HISTORY} SET is_open = 2",
    "bytes that are a number": f"UPDATE {HISTORY} SET blob = 1",
}


@pytest.mark.parametrize("trick", TRICKS)
def test_two_values_never_have_one_form(
    trick: str, ledger: SimpleNamespace, guards_down: Callable[..., Any]
) -> None:
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL's columns hold values of their type only")
    with change(by=SYSTEM, verb="tests.trick"):
        entry = Entry.objects.create(day="2026-11-24", is_open=True, blob=b"\x00", count=1)
    with guards_down():
        sql(f"{TRICKS[trick]} WHERE id = %s", key(entry.pk))
    assert verify().problems[0].kind in ("altered", "inserted", "live")


def test_a_personal_value_slipped_in_without_its_salt_is_seen(
    ledger: SimpleNamespace, guards_down: Callable[..., Any]
) -> None:
    with change(by=SYSTEM, verb="tests.empty"):
        entry = Entry.objects.create(count=1)
    with guards_down():
        sql(f"UPDATE {HISTORY} SET name = 'Zoë', salt = NULL WHERE id = %s", key(entry.pk))
    assert verify().problems[0].kind == "altered"


def test_a_date_without_end_is_seen(
    ledger: SimpleNamespace, guards_down: Callable[..., Any]
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("a value of PostgreSQL")
    with guards_down():
        sql(f"UPDATE {HISTORY} SET day = 'infinity'")
    problem = verify().problems[0]
    assert (problem.kind, problem.model) == ("altered", "ledger.entry")


def test_nobodys_own_functions_answer_for_the_databases(
    past: SimpleNamespace, guards_down: Callable[..., Any]
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("PostgreSQL looks for functions along a path")
    noted = sql_value(f"SELECT encode(leaf, 'hex') FROM audit_changedrow WHERE history_id = {past.ids[1]}"
                      " AND model = 'ledger.entry'")  # fmt: skip
    with guards_down():
        sql(f"UPDATE {HISTORY} SET count = 99 WHERE history_id = %s", past.ids[1])
        sql(
            "CREATE FUNCTION public.sha256(bytea) RETURNS bytea LANGUAGE sql"
            f" AS $$ SELECT decode('{noted}', 'hex') $$"
        )
    sql("SET LOCAL search_path = public, pg_catalog")
    assert verify().problems[0].history_id == past.ids[1]


def sql_value(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def test_redacted_rows_are_proven_among_the_others(ledger: SimpleNamespace) -> None:
    with change(by=SYSTEM, verb="tests.many"):
        for number in range(20):
            entry = Entry.objects.create(name=f"Zoë {number}", count=number)
            if number % 3 == 0:
                entry.name = None
                entry.save()
                redact(Entry, entry.pk)
    assert verify().problems == []


def test_a_run_of_ids_is_met_as_they_are_one_by_one() -> None:
    runs, single = Seen(), Seen()
    for first, last in ((5, 20_000), (20_001, 20_001), (30_000, 40_000)):
        assert runs.add_run(first, last)
        assert all(single.add(each) for each in range(first, last + 1))
    assert not runs.add_run(39_999, 40_001)
    assert (runs.count, [n for n in range(41_000) if (n in runs) != (n in single)]) == (29_998, [])
    assert (runs.add(4), runs.add(4), runs.add(20_000)) == (True, False, False)
