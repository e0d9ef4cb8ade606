"""Changing the key of the checkpoints: each signs for its part of the chain, and one key leads to all."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from peph.audit import checkpoint, export, key_changes, proof
from peph.audit.changes import SYSTEM, change
from peph.audit.checkpoint import CheckpointError
from peph.audit.models import CheckpointKeyChange
from peph.audit.verify import verify
from tests import BASE_DIR
from tests.ledger.models import Account
from tests.peph.keys.conftest import Installation

COMMAND = "rotate_checkpoint_key"
SCRIPT = BASE_DIR / "scripts" / "verify_export.py"


def private(seed: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))


def public(seed: str) -> str:
    return private(seed).public_key().public_bytes_raw().hex()


def moved(code: str) -> None:
    with change(by=SYSTEM, verb="tests.write"):
        Account.objects.create(code=code)


def prove(path: Path, key: str, *notes: Path) -> subprocess.CompletedProcess[str]:
    given = [each for note in notes for each in ("--checkpoint", note)]
    return subprocess.run(
        [sys.executable, "-I", "-S", SCRIPT, path, *given, "--public-key", key, "--lang", "en"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.fixture
def history(db: None, tmp_path: Path, settings: Any) -> Path:
    """A directory that keeps the notes."""
    settings.CHECKPOINT_DIRECTORY = str(tmp_path / "notes")
    (tmp_path / "notes").mkdir()
    moved("first")
    proof.take_checkpoint()
    return tmp_path / "notes"


def exported(path: Path) -> Path:
    path.write_text("".join(map(export.text, export.lines())), encoding="utf-8")
    return path


def test_five_changes_of_the_key_and_any_of_the_keys_proves_every_note(
    installation: Installation, history: Path, settings: Any, tmp_path: Path
) -> None:
    keys = [public(settings.CHECKPOINT_KEY)]
    for turn in range(5):
        installation.step(COMMAND)
        moved(f"between {turn}")
        proof.take_checkpoint()
        # The process that has both signs with the one the chain says.
        assert proof.checkpoints()[0].note == checkpoint.write(checkpoint.take())
        said = installation.step(COMMAND, "--restarted")
        keys.append(public(settings.CHECKPOINT_KEY))
        assert keys[-1] in said
        moved(f"after {turn}")
        proof.take_checkpoint()
    assert len(set(keys)) == 6
    assert installation.said.get("CHECKPOINT_NEXT_KEY") is None
    assert verify(notes=proof.kept_notes_of_settings()).is_whole
    assert len(proof.kept_notes_of_settings()) == 11
    path, notes = exported(tmp_path / "export"), sorted(history.iterdir())
    for key in (keys[0], keys[3], keys[5]):
        assert len(proof.kept_notes_of_settings(key)) == 11
        answer = prove(path, key, *notes)
        assert (answer.returncode, "11 checkpoints" in answer.stdout) == (0, True), answer.stderr
    assert prove(path, "ab" * 32, *notes).returncode == 2


def test_a_key_that_gave_way_signs_no_later_note(
    installation: Installation, history: Path, settings: Any, tmp_path: Path
) -> None:
    """Who finds the old key afterwards cannot vouch for a history with it."""
    old = settings.CHECKPOINT_KEY
    installation.step(COMMAND)
    installation.step(COMMAND, "--restarted")
    moved("later")
    new, settings.CHECKPOINT_KEY = settings.CHECKPOINT_KEY, old
    note = checkpoint.take()
    body = (
        f"{note.body}\n{key_changes.signed_notes.signature(note.origin, note.body, private(old))}\n"
    )
    settings.CHECKPOINT_KEY = new
    with pytest.raises(CheckpointError, match="not signed with this key"):
        checkpoint.read(body, key=checkpoint.keys())
    forged = tmp_path / "forged"
    forged.write_text(body, encoding="utf-8")
    path = exported(tmp_path / "export")
    for key in (public(old), public(new)):
        answer = prove(path, key, forged)
        assert (answer.returncode, "not signed" in answer.stderr) == (2, True)
    genuine = next(history.iterdir())
    assert prove(path, public(new), genuine).returncode == 0


def test_every_process_signs_with_the_new_key_from_the_same_change_set_on(
    installation: Installation, history: Path, settings: Any
) -> None:
    installation.step(COMMAND)
    behind = (settings.CHECKPOINT_KEY, settings.CHECKPOINT_NEXT_KEY)
    before = checkpoint.take()
    installation.step(COMMAND, "--restarted")
    row = CheckpointKeyChange.objects.get()
    assert (row.number, checkpoint.take().number) == (before.number, before.number + 1)
    # A process that was not started again since the first step.
    settings.CHECKPOINT_KEY, settings.CHECKPOINT_NEXT_KEY = behind
    old, new = map(private, behind)
    keys = checkpoint.keys()
    for note, key in ((before, old), (checkpoint.take(), new)):
        text = checkpoint.write(note)
        assert checkpoint.read(text, key=key.public_key()) == note
        assert checkpoint.read(text, key=keys) == note


FORGED = {
    "a number moved": lambda text: text.replace("key-change ", "key-change 9"),
    "one signature": lambda text: text.rsplit("— ", 1)[0],
    "no signature": lambda text: text.split("\n\n")[0] + "\n\n",
    "the word left out": lambda text: text.replace("key-change ", ""),
    "nothing": lambda text: "",
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_a_change_that_both_keys_did_not_sign_says_nothing(
    forge: Any, installation: Installation, history: Path
) -> None:
    installation.step(COMMAND)
    installation.step(COMMAND, "--restarted")
    text = CheckpointKeyChange.objects.get().note
    assert key_changes.read(text)
    with pytest.raises(CheckpointError):
        key_changes.read(forge(text))
    with pytest.raises(CheckpointError):
        checkpoint.read(text, key=checkpoint.keys())


def test_a_run_cut_off_after_the_chain_was_told_only_writes_the_settings(
    installation: Installation, history: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.step(COMMAND)
    new = settings.CHECKPOINT_NEXT_KEY

    def die(*_args: Any, **_more: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("peph.keys.checkpoint_key.publish", die)
        with pytest.raises(KeyboardInterrupt):
            installation.run(COMMAND, "--restarted")
    installation.restart()
    moved("meanwhile")
    proof.take_checkpoint()
    installation.step(COMMAND, "--restarted")
    assert CheckpointKeyChange.objects.count() == 1
    assert (new, "") == (settings.CHECKPOINT_KEY, settings.CHECKPOINT_NEXT_KEY)
    assert len(proof.kept_notes_of_settings()) == 2


def test_without_a_key_or_a_change_under_way_nothing_is_done(
    installation: Installation, history: Path, settings: Any
) -> None:
    assert installation.run(COMMAND, "--restarted")[0] == 2
    settings.CHECKPOINT_KEY = ""
    assert installation.run(COMMAND)[0] == 2
    assert "CHECKPOINT_NEXT_KEY" not in installation.said
