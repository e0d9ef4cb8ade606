"""The note kept elsewhere: its form, its signature, and what is not accepted as one."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from peph.audit import checkpoint
from peph.audit.changes import SYSTEM, change
from tests.ledger.models import Account

NOTE = checkpoint.Note("peph/ledger", 7, bytes(range(32)))
# Made once with the key of the tests' settings; Ed25519 gives the same signature every time.
SIGNED = (
    "— peph/ledger "
    "XYlkoowOZQzpwnoCedrHLdOT+CHSAJEMHHzvXUOMCcgBQ26WK6LRHXyI6J0rsvJZVROJRN6IvpnZr7EeeQM0PkaaMQw="
)
OTHER_KEY = "22" * 32


def test_a_note_has_five_lines() -> None:
    lines = checkpoint.write(NOTE).split("\n")
    assert lines[:4] == ["peph/ledger", "7", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", ""]
    assert lines[4] == SIGNED
    assert lines[5:] == [""]


def test_a_signed_note_is_read_back() -> None:
    text = checkpoint.write(NOTE)
    assert checkpoint.read(text, key=checkpoint.public_key()) == NOTE
    assert checkpoint.read(text.replace("\n", "\r\n"), key=checkpoint.public_key()) == NOTE


@pytest.mark.parametrize(
    "change_it",
    [
        lambda text: text.replace("\n7\n", "\n8\n"),
        lambda text: text.replace("peph/ledger\n7", "other/ledger\n7"),
        lambda text: text.replace("AAEC", "BBEC"),
        lambda text: text.split("—")[0],
        lambda text: text[:-10] + "\n",
        lambda text: "",
        lambda text: "peph/ledger\nseven\nAAAA\n\n— peph/ledger AAAA\n",
    ],
)
def test_a_note_that_was_touched_proves_nothing(change_it: Any) -> None:
    with pytest.raises(checkpoint.CheckpointError):
        checkpoint.read(change_it(checkpoint.write(NOTE)), key=checkpoint.public_key())


def test_a_note_of_another_key_proves_nothing(settings: Any) -> None:
    text = checkpoint.write(NOTE)
    settings.CHECKPOINT_KEY = OTHER_KEY
    with pytest.raises(checkpoint.CheckpointError, match="not signed with this key"):
        checkpoint.read(text, key=checkpoint.public_key())


@pytest.mark.parametrize("key", ["xyz", "11" * 31])
def test_a_key_of_the_wrong_form_is_said_to_be(key: str, settings: Any) -> None:
    settings.CHECKPOINT_KEY = key
    with pytest.raises(checkpoint.CheckpointError, match="64 hexadecimal"):
        checkpoint.write(NOTE)


def _command(*arguments: str) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("checkpoint", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_the_command_prints_where_the_chain_stands(db: None, tmp_path: Any) -> None:
    with change(by=SYSTEM, verb="tests.write") as done:
        Account.objects.create(code="A")
    status, out, err = _command()
    note = checkpoint.read(out, key=checkpoint.public_key())
    assert (status, note.number, note.head) == (0, done.number, done.hash)
    assert err.startswith("public key: ")
    path = tmp_path / "note"
    path.write_text(out, encoding="utf-8")
    public = err.removeprefix("public key: ").strip()
    assert _command("--verify", str(path), "--public-key", public)[0] == 0
    assert _command("--verify", str(path), "--public-key", "00" * 32)[0] == 2


def test_the_command_says_when_the_note_is_not_signed(db: None, settings: Any) -> None:
    settings.CHECKPOINT_KEY = ""
    status, out, err = _command()
    assert (status, "—" in out, "not signed" in err) == (2, False, True)
