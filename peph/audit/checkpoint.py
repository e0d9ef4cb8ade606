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
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS

from peph.audit.hashing import ZERO
from peph.audit.models import ChangeSet

ED25519 = b"\x01"
SIGNATURE_MARK = "— "


class CheckpointError(ValueError):
    """A note that says nothing: unreadable, unsigned, or signed with another key."""


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
    return f"{settings.SITE_NAME}/ledger".replace(" ", "-").replace("+", "-")


def take(using: str = DEFAULT_DB_ALIAS) -> Note:
    """A note of the chain as it is now."""
    head = ChangeSet.objects.using(using).order_by("-number").first()
    if head is None:
        return Note(origin(), 0, ZERO)
    return Note(origin(), head.number, bytes(head.hash))


def private_key() -> Ed25519PrivateKey | None:
    """The signing key of the settings; None when this installation has none.

    Raises CheckpointError when it is not 64 hexadecimal digits.
    """
    if not settings.CHECKPOINT_KEY:
        return None
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(settings.CHECKPOINT_KEY))
    except ValueError as error:
        raise CheckpointError("CHECKPOINT_KEY is not 64 hexadecimal digits.") from error


def public_key(given: str = "") -> Ed25519PublicKey:
    """The key notes are checked with: the one given (64 hexadecimal digits), else the settings' own.

    Raises CheckpointError when there is none.
    """
    if given := given or settings.CHECKPOINT_PUBLIC_KEY:
        try:
            return Ed25519PublicKey.from_public_bytes(bytes.fromhex(given))
        except ValueError as error:
            raise CheckpointError("The public key is not 64 hexadecimal digits.") from error
    key = private_key()
    if key is None:
        raise CheckpointError("There is no key to check the signature with.")
    return key.public_key()


def _key_hash(name: str, key: Ed25519PublicKey) -> bytes:
    material = name.encode() + b"\n" + ED25519 + key.public_bytes_raw()
    return hashlib.sha256(material).digest()[:4]


def write(note: Note) -> str:
    """The note as text; signed when the settings have a key."""
    key = private_key()
    if key is None:
        return note.body + "\n"
    signature = _key_hash(note.origin, key.public_key()) + key.sign(note.body.encode())
    line = f"{SIGNATURE_MARK}{note.origin} {base64.b64encode(signature).decode()}"
    return f"{note.body}\n{line}\n"


def read(text: str, *, key: Ed25519PublicKey) -> Note:
    """The note of a text whose signature holds.

    Raises CheckpointError for anything else: what nobody signed proves nothing.
    """
    body, blank, signatures = text.replace("\r\n", "\n").partition("\n\n")
    lines = body.split("\n")
    if not blank or len(lines) < 3:
        raise CheckpointError("This is not a checkpoint.")
    try:
        note = Note(lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True))
    except (ValueError, binascii.Error) as error:
        raise CheckpointError("This is not a checkpoint.") from error
    signed = f"{body}\n".encode()
    for line in signatures.splitlines():
        name, _space, encoded = line.removeprefix(SIGNATURE_MARK).rpartition(" ")
        if not line.startswith(SIGNATURE_MARK) or name != note.origin:
            continue
        try:
            data = base64.b64decode(encoded, validate=True)
            if data[:4] == _key_hash(name, key):
                key.verify(data[4:], signed)
                return note
        except (binascii.Error, InvalidSignature):
            continue
    raise CheckpointError("The checkpoint is not signed with this key.")
