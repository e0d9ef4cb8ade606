"""Signed notes, in the form of C2SP: some lines, an empty one, and who signed them with Ed25519.

A signature names its key by four bytes: sha256 of the name, a line feed, 01 and the public key.
"""

import base64
import binascii
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

ED25519 = b"\x01"
SIGNATURE_MARK = "— "


class CheckpointError(ValueError):
    """A note that says nothing: unreadable, unsigned, or signed with another key."""


def origin() -> str:
    """The name this installation signs under."""
    return f"{settings.SITE_NAME}/ledger".replace(" ", "-").replace("+", "-")


def _key_hash(name: str, key: Ed25519PublicKey) -> bytes:
    material = name.encode() + b"\n" + ED25519 + key.public_bytes_raw()
    return hashlib.sha256(material).digest()[:4]


def signature(name: str, body: str, key: Ed25519PrivateKey) -> str:
    """The line that signs `body`, which ends with a line feed."""
    data = _key_hash(name, key.public_key()) + key.sign(body.encode())
    return f"{SIGNATURE_MARK}{name} {base64.b64encode(data).decode()}"


def parts(text: str) -> tuple[str, list[str]]:
    """What is signed, without its last line feed, and the lines that sign it.

    Raises CheckpointError for what has not this form.
    """
    body, blank, signatures = text.replace("\r\n", "\n").partition("\n\n")
    if not blank or body.count("\n") < 2:
        raise CheckpointError("This is not a checkpoint.")
    return body, signatures.splitlines()


def is_signed(text: str, *, name: str, key: Ed25519PublicKey) -> bool:
    """Whether one of the signatures under that name is good and of this key."""
    body, signatures = parts(text)
    for line in signatures:
        signer, _space, encoded = line.removeprefix(SIGNATURE_MARK).rpartition(" ")
        if not line.startswith(SIGNATURE_MARK) or signer != name:
            continue
        try:
            data = base64.b64decode(encoded, validate=True)
            if data[:4] == _key_hash(name, key):
                key.verify(data[4:], f"{body}\n".encode())
                return True
        except (binascii.Error, InvalidSignature):
            continue
    return False
