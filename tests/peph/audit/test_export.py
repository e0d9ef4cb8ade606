"""The export and its verifier, which shares no code with us: both must say of a history what we say."""

import argparse
import importlib.util
import json
import subprocess
import sys
import uuid
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command

from peph.audit import checkpoint, export
from peph.audit.changes import SYSTEM, change
from peph.audit.models import AccessLog, ChangeSet
from peph.audit.verify import verify
from tests import BASE_DIR
from tests.ledger.models import Entry
from tests.peph.audit.conftest import key, sql
from tests.peph.audit.test_tampering import DEEDS

SCRIPT = BASE_DIR / "scripts" / "verify_export.py"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_export", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


script = _load()


def _export(path: Path, **options: Any) -> Path:
    path.write_text("".join(map(export.text, export.lines(**options))), encoding="utf-8")
    return path


def _proof(path: Path, **options: Any) -> Any:
    given = {"checkpoint": [], "public_key": "", "receipts": []} | options
    found, _held = script.prove(argparse.Namespace(file=path, **given), script.TEXT["en"])
    return found


def _main(*arguments: Any) -> subprocess.CompletedProcess[str]:
    """As its reader runs it: alone, in isolation, outside the repository."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), *map(str, arguments)],
        cwd="/", capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


# ------------------------------------------------------------------ agreement
@pytest.mark.parametrize("with_values", [False, True], ids=["commitments", "values"])
def test_a_whole_history_is_proven_whole(
    with_values: bool, past: SimpleNamespace, tmp_path: Path
) -> None:
    path = _export(tmp_path / "export", with_values=with_values)
    found = _proof(path)
    report = verify()
    assert (found.problems, found.sets, found.rows) == (
        [],
        report.change_sets,
        report.history_rows,
    )


@pytest.mark.parametrize("deed", DEEDS)
def test_what_we_call_broken_the_reader_of_an_export_calls_broken(
    deed: str, past: SimpleNamespace, guards_down: Callable[..., Any], tmp_path: Path
) -> None:
    act, _kind, where = DEEDS[deed]
    with guards_down():
        act(past)
    found, expected = _proof(_export(tmp_path / "export")), where(past)
    assert (verify().is_whole, found.count > 0) == (False, True)
    places = "\n".join(found.problems)
    for name in (expected.object_id, expected.change_set):
        assert name is None or str(name) in places


@pytest.mark.parametrize("with_values", [False, True], ids=["commitments", "values"])
@pytest.mark.parametrize("forged", ['{"name": "00"}', "{}"], ids=["a commitment", "none"])
def test_commitments_beside_values_excuse_nothing(
    with_values: bool,
    forged: str,
    past: SimpleNamespace,
    guards_down: Callable[..., Any],
    tmp_path: Path,
) -> None:
    """They are no part of the leaf; a redacted row can be held against no record."""
    with guards_down():
        sql(
            "UPDATE ledger_historicalentry SET redacted = %s WHERE history_id = %s",
            forged,
            past.ids[2],
        )
        sql("UPDATE ledger_entry SET name = 'somebody else' WHERE id = %s", key(past.entry.pk))
    found = _proof(_export(tmp_path / "export", with_values=with_values))
    place = f"change set {past.last.number}, record ledger.entry {past.entry.pk}"
    assert found.problems == [
        f"{place}, history row {past.ids[2]} :"
        " the row holds commitments in the place of values that are still there"
    ]


def test_a_change_set_before_the_first_is_told(
    past: SimpleNamespace, guards_down: Callable[..., Any], tmp_path: Path
) -> None:
    names = [field.column for field in ChangeSet._meta.concrete_fields]
    forged = {"id": "'00000000000000000000000000000004'", "number": "-1", "rows": "0"}
    with guards_down():
        sql(
            f"INSERT INTO audit_changeset ({', '.join(names)})"
            f" SELECT {', '.join(forged.get(name, name) for name in names)}"
            " FROM audit_changeset WHERE number = 1"
        )
    assert not verify().is_whole
    assert "its number is too small" in _proof(_export(tmp_path / "export")).problems[0]


def test_a_change_set_taken_out_is_missed(
    past: SimpleNamespace, guards_down: Callable[..., Any], tmp_path: Path
) -> None:
    with guards_down():
        for table in ("ledger_historicalentry", "audit_changedrow"):
            sql(f"DELETE FROM {table} WHERE change_set_id = %s", key(past.first.id))
        sql("DELETE FROM audit_changeset WHERE id = %s", key(past.first.id))
    assert (
        "at least one change set before it is missing"
        in _proof(_export(tmp_path / "export")).problems[0]
    )


# ------------------------------------------------------------------ what the file itself allows
def _edit(path: Path, where: Callable[[Any], bool], how: Callable[[Any], Any]) -> None:
    """Change the first line of the file that is the one meant; None takes it out."""
    lines, done = [], False
    for text in path.read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        if not done and where(line):
            done, line = True, how(line)
        if line is not None:
            lines.append(export.text(line))
    assert done
    path.write_text("".join(lines), encoding="utf-8")


def _is_row_of(past: SimpleNamespace) -> Callable[[Any], bool]:
    meant = ("row", "ledger.entry", past.ids[1])
    return lambda line: (line["kind"], line.get("model"), line.get("history_id")) == meant


EDITS: dict[str, Callable[[Any], Any]] = {
    "a value": lambda line: (
        line | {"values": [[*v[:2], "9"] if v[0] == "count" else v for v in line["values"]]}
    ),
    "a commitment": lambda line: (
        line | {"values": [[*v[:2], "0" * 64] if v[0] == "name" else v for v in line["values"]]}
    ),
    "a value left out": lambda line: (
        line | {"values": [v for v in line["values"] if v[0] != "count"]}
    ),
    "a leaf": lambda line: line | {"leaf": "0" * 64},
    "a record": lambda line: line | {"object_id": str(uuid.UUID(int=4))},
    "a case": lambda line: line | {"case": "0" * 32},
    "a kind": lambda line: line | {"type": "-"},
    "a history id": lambda line: line | {"history_id": 4},
    "a row without values": lambda line: line | {"values": None},
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_row_edited_in_the_file_is_told(edit: str, past: SimpleNamespace, tmp_path: Path) -> None:
    path = _export(tmp_path / "export")
    _edit(path, _is_row_of(past), EDITS[edit])
    found = _proof(path)
    assert f"change set {past.first.number}" in "\n".join(found.problems)


def test_a_value_given_in_clear_must_be_the_committed_one(
    past: SimpleNamespace, tmp_path: Path
) -> None:
    path = _export(tmp_path / "export", with_values=True)
    _edit(
        path,
        _is_row_of(past),
        lambda line: (
            line | {"values": [[*v[:4], "Zoé"] if v[0] == "name" else v for v in line["values"]]}
        ),
    )
    assert "not the one that was written" in _proof(path).problems[0]


def test_what_is_hidden_does_not_leave_and_its_row_is_said_to_be_withheld(
    past: SimpleNamespace, tmp_path: Path
) -> None:
    with change(by=SYSTEM, verb="tests.hidden"):
        Entry.objects.create(name="Gudule", remark="timide", secret="ornithose")
    path = _export(tmp_path / "export")
    text = path.read_text(encoding="utf-8")
    assert not any(word in text for word in ("Gudule", "timide", "ornithose"))
    found = _proof(path)
    assert (found.problems, found.withheld) == ([], 1)
    clear = _export(tmp_path / "clear", with_values=True)
    assert all(word in clear.read_text() for word in ("Gudule", "timide", "ornithose"))
    assert (_proof(clear).problems, _proof(clear).withheld) == ([], 0)


@pytest.mark.parametrize("cut", [1, 40, 400])
def test_a_file_cut_off_proves_nothing(cut: int, past: SimpleNamespace, tmp_path: Path) -> None:
    path = _export(tmp_path / "export")
    path.write_bytes(path.read_bytes()[:-cut])
    answer = _main(path, "--lang", "en")
    assert answer.returncode == 2
    assert answer.stderr == "Cannot prove the history: the file is cut off\n"


def test_a_line_taken_out_is_missed(past: SimpleNamespace, tmp_path: Path) -> None:
    path = _export(tmp_path / "export")
    _edit(path, lambda line: line["kind"] == "live", lambda line: None)
    with pytest.raises(script.Unproven):
        _proof(path)


# ------------------------------------------------------------------ notes, receipts, parts
def test_notes_and_receipts_are_held_against_the_file(
    past: SimpleNamespace, tmp_path: Path
) -> None:
    path, note, slips = (tmp_path / name for name in ("export", "note", "receipts"))
    _export(path)
    note.write_text(checkpoint.write(checkpoint.take()), encoding="utf-8")
    slips.write_text(f"{past.first.receipt or _receipt(past.first)}\n", encoding="utf-8")
    public = checkpoint.public_key().public_bytes_raw().hex()
    given = [path, "--checkpoint", note, "--public-key", public, "--receipts", slips]
    whole = _main(*given)
    assert (whole.returncode, whole.stderr) == (0, "")
    assert "1 points de contrôle, 1 reçus" in whole.stdout
    slips.write_text(f"{past.first.number}:{'0' * 64}\n", encoding="utf-8")
    assert _main(*given).returncode == 1
    slips.write_text("not a receipt\n", encoding="utf-8")
    assert _main(*given).returncode == 2


def _receipt(done: Any) -> str:
    return ChangeSet.objects.get(pk=done.id).receipt


@pytest.mark.parametrize(
    ("note", "status"),
    [
        (checkpoint.Note("peph/ledger", 10**6, bytes(32)), 1),
        (checkpoint.Note("peph/ledger", 1, bytes(32)), 1),
        (None, 2),
    ],
    ids=["a longer history", "another history", "another key"],
)
def test_a_note_that_does_not_fit(
    note: Any, status: int, past: SimpleNamespace, tmp_path: Path
) -> None:
    path, file = _export(tmp_path / "export"), tmp_path / "note"
    file.write_text(checkpoint.write(note or checkpoint.take()), encoding="utf-8")
    public = checkpoint.public_key().public_bytes_raw().hex() if note else "ab" * 32
    answer = _main(path, "--checkpoint", file, "--public-key", public)
    assert answer.returncode == status


def test_a_part_of_the_history_is_proven_from_its_start(
    past: SimpleNamespace, guards_down: Callable[..., Any], tmp_path: Path
) -> None:
    found = _proof(_export(tmp_path / "whole", since=past.first.number))
    assert (found.problems, found.sets, found.live > 0) == ([], 3, True)
    with guards_down():
        sql("UPDATE audit_changeset SET reason = 'x' WHERE id = %s", key(past.last.id))
    broken = _proof(_export(tmp_path / "broken", since=past.first.number))
    assert f"change set {past.last.number}" in broken.problems[0]


# ------------------------------------------------------------------ the command
def test_the_command_writes_the_file_once_and_the_access_is_logged(
    past: SimpleNamespace, tmp_path: Path
) -> None:
    path = tmp_path / "export.jsonl"
    out, err = StringIO(), StringIO()
    call_command("export_history", str(path), stdout=out)
    assert _main(path).returncode == 0
    assert AccessLog.objects.get(verb="export").detail["with_values"] is False
    with pytest.raises(SystemExit) as end:
        call_command("export_history", str(path), stderr=err)
    assert (end.value.code, list(tmp_path.iterdir())) == (2, [path])
    with pytest.raises(SystemExit) as end:
        call_command("export_history", str(tmp_path / "no"), "--since", "999999", stderr=err)
    assert (end.value.code, list(tmp_path.iterdir())) == (2, [path])


# ------------------------------------------------------------------ Ed25519
# RFC 8032, section 7.1: tests 1, 2, 3 and SHA(abc).
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        "4a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
        "454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e030"
        "3dca179c138ac17ad9bef1177331a704",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_vectors_of_the_standard(public: str, message: str, signature: str) -> None:
    key_, text, signed = (bytes.fromhex(each) for each in (public, message, signature))
    assert script.signature_holds(key_, text, signed)
    assert not script.signature_holds(key_, text + b"x", signed)
    assert not script.signature_holds(key_, text, bytes([signed[0] ^ 1]) + signed[1:])
    assert not script.signature_holds(key_, text, signed[:32] + bytes(31) + b"\xff")
