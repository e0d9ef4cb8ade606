"""Checkpoints: a note of where the chain stood, signed with a key the database's keepers do not have.

    peph/ledger                      origin
    1048                             number of the last change set
    <hash, base64>                   its hash
                                     (blank)
    — peph/ledger <base64>           four bytes naming the key, then an Ed25519 signature of the lines above

The form is the signed note of C2SP. Kept elsewhere, it contradicts a history rewritten afterwards.
"""

import base64
import binascii
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS

from peph.audit import key_changes, signed_notes
from peph.audit.hashing import ZERO
from peph.audit.key_changes import Keys
from peph.audit.models import ChangeSet
from peph.audit.signed_notes import CheckpointError


@dataclass(frozen=True)
class Note:
    """Where the chain stood: the number and the hash of its last change set (0 and zeros when empty)."""

    origin: str
    number: int
    head: bytes

    @property
    def body(self) -> str:
        """The lines the signature covers."""
        return f"{self.origin}\n{self.number}\n{base64.b64encode(self.head).decode()}\n"


def origin() -> str:
    """The name this installation signs under."""
    return signed_notes.origin()


def take(using: str = DEFAULT_DB_ALIAS) -> Note:
    """A note of the chain as it is now."""
    head = ChangeSet.objects.using(using).order_by("-number").first()
    if head is None:
        return Note(origin(), 0, ZERO)
    return Note(origin(), head.number, bytes(head.hash))


def private_key(
    number: int | None = None, *, using: str = DEFAULT_DB_ALIAS
) -> Ed25519PrivateKey | None:
    """The key of the settings that signs a note of change set `number` (None: the present one's).

    None when this installation has none. Raises CheckpointError when it is not 64 hexadecimal digits.
    """
    held = [
        _private(text) for text in (settings.CHECKPOINT_KEY, settings.CHECKPOINT_NEXT_KEY) if text
    ]
    if not held or not settings.CHECKPOINT_KEY:
        return None
    if number is None or len(held) == 1:
        return held[0]
    # While a key is changed both are there; which one signs is decided by the chain, not by each process.
    signs = key_changes.keys_from(held[0].public_key(), using=using).at(number)
    return next((key for key in held if key.public_key() == signs), held[0])


def _private(text: str) -> Ed25519PrivateKey:
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text))
    except ValueError as error:
        raise CheckpointError("CHECKPOINT_KEY is not 64 hexadecimal digits.") from error


def public_key(given: str = "") -> Ed25519PublicKey:
    """The key notes are checked with: the one given (64 hexadecimal digits), else the settings' own.

    Raises CheckpointError when there is none.
    """
    if given := given or settings.CHECKPOINT_PUBLIC_KEY:
        return key_changes.public_key_of(given)
    key = private_key()
    if key is None:
        raise CheckpointError("There is no key to check the signature with.")
    return key.public_key()


def keys(given: str = "", *, using: str = DEFAULT_DB_ALIAS) -> Keys:
    """`public_key`, with those that came before and after it: each for the change sets it signed."""
    return key_changes.keys_from(public_key(given), using=using)


def write(note: Note, *, using: str = DEFAULT_DB_ALIAS) -> str:
    """The note as text; signed when the settings have a key."""
    key = private_key(note.number, using=using)
    if key is None:
        return note.body + "\n"
    return f"{note.body}\n{signed_notes.signature(note.origin, note.body, key)}\n"


def read(text: str, *, key: Ed25519PublicKey | Keys) -> Note:
    """The note of a text whose signature holds.

    Raises CheckpointError for anything else: what nobody signed proves nothing.
    """
    body, _signatures = signed_notes.parts(text)
    lines = body.split("\n")
    try:
        note = Note(lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True))
    except (ValueError, IndexError, binascii.Error) as error:
        raise CheckpointError("This is not a checkpoint.") from error
    signs = key.at(note.number) if isinstance(key, Keys) else key
    if not signed_notes.is_signed(text, name=note.origin, key=signs):
        raise CheckpointError("The checkpoint is not signed with this key.")
    return note
