"""The directory checkpoints are kept in: one file a note, NUMBER.txt, never written over."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from peph.audit import checkpoint
from peph.audit.checkpoint import CheckpointError, Note
from peph.audit.key_changes import Keys
from peph.audit.models import ChangeSet

BLOCK = 500


class Contradicted(CheckpointError):
    """The chain is not the one a kept note was taken of: history was rewritten or cut."""


def read_all(directory: str | Path, *, key: Ed25519PublicKey | Keys) -> list[tuple[Path, Note]]:
    """Every note of the directory with its file, by number.

    Raises CheckpointError for a note that is not signed with the key or not under its own number, OSError
    when the directory cannot be read.
    """
    names = [path for path in Path(directory).iterdir() if path.suffix == ".txt"]
    found = [(path, _read(path, key)) for path in names]
    return sorted(found, key=lambda each: each[1].number)


def _read(path: Path, key: Ed25519PublicKey | Keys) -> Note:
    try:
        note = checkpoint.read(path.read_text(encoding="utf-8"), key=key)
    except (CheckpointError, UnicodeDecodeError) as error:
        raise CheckpointError(f"{path}: {error}") from error
    if path.stem != str(note.number):
        raise CheckpointError(f"{path}: it is the note of change set {note.number}.")
    return note


def hold_against_chain(kept: list[tuple[Path, Note]], *, using: str) -> None:
    """Raise Contradicted, naming the note, unless the chain has every change set that was noted."""
    for path, note, found in _with_hashes(kept, using):
        if found is None:
            raise Contradicted(f"{path}: the history ends before change set {note.number}.")
        if found != note.head:
            raise Contradicted(f"{path}: change set {note.number} is not the one noted there.")


def _with_hashes(
    kept: list[tuple[Path, Note]], using: str
) -> Iterator[tuple[Path, Note, bytes | None]]:
    noted = [(path, note) for path, note in kept if note.number]
    for start in range(0, len(noted), BLOCK):
        block = noted[start : start + BLOCK]
        numbers = [note.number for _path, note in block]
        hashes = dict(
            ChangeSet.objects.using(using).filter(number__in=numbers).values_list("number", "hash")
        )
        for path, note in block:
            found = hashes.get(note.number)
            yield path, note, None if found is None else bytes(found)


def keep(directory: str | Path, note: Note, text: str) -> Path:
    """Write the note into the directory, whole or not at all; one that is there stays as it is."""
    target = Path(directory) / f"{note.number}.txt"
    descriptor, name = tempfile.mkstemp(dir=directory, prefix=".checkpoint-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o444)
        # A link, not a rename: it fails where a rename would replace what is there.
        Path(target).hardlink_to(name)
    except FileExistsError:
        pass
    finally:
        Path(name).unlink()
    folder = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return target
