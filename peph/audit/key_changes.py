"""Changing the key that signs checkpoints: the old one names the new one, the new one names the old.

    peph/ledger                      origin
    key-change 1048                  the last change set whose notes the old key signs
    <old public key, base64>
    <new public key, base64>
                                     (blank)
    — peph/ledger <base64>           signature of the old key
    — peph/ledger <base64>           signature of the new key

So whoever trusts one of the keys knows them all, and for which change sets each of them speaks: a note
of a later one, signed with a key that gave way, proves nothing.
"""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.db import DEFAULT_DB_ALIAS, connections

from peph.audit import signed_notes
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangeSet, CheckpointKeyChange
from peph.audit.signed_notes import CheckpointError
from peph.audit.triggers.postgresql_seal import HEAD_LOCK

WORD = "key-change "


@dataclass(frozen=True)
class KeyChange:
    """Up to `number` the old key signs, after it the new one."""

    number: int
    old: Ed25519PublicKey
    new: Ed25519PublicKey


@dataclass(frozen=True)
class Keys:
    """Public keys, each with the last change set it signs (None: no end); in their order."""

    spans: tuple[tuple[int | None, Ed25519PublicKey], ...]

    def at(self, number: int) -> Ed25519PublicKey:
        """The key that signs the note of this change set."""
        return next(key for last, key in self.spans if last is None or number <= last)


def public_key_of(text: str) -> Ed25519PublicKey:
    """A public key in hexadecimal. Raises CheckpointError when it is none."""
    try:
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(text))
    except ValueError as error:
        raise CheckpointError("The public key is not 64 hexadecimal digits.") from error


def read(text: str) -> KeyChange:
    """What a note says that both keys signed. Raises CheckpointError for anything else."""
    body, _signatures = signed_notes.parts(text)
    try:
        origin, number, *both = body.split("\n")
        old, new = (
            Ed25519PublicKey.from_public_bytes(base64.b64decode(key, validate=True)) for key in both
        )
        found = KeyChange(int(number.removeprefix(WORD)), old, new)
    except (ValueError, binascii.Error) as error:
        raise CheckpointError("This is not a change of keys.") from error
    is_signed = all(signed_notes.is_signed(text, name=origin, key=key) for key in (old, new))
    if not number.startswith(WORD) or old == new or not is_signed:
        raise CheckpointError("The change of keys is not signed with both of them.")
    return found


def changes(using: str = DEFAULT_DB_ALIAS) -> list[KeyChange]:
    """The changes the chain holds, oldest first; a row that no two keys signed says nothing."""
    found = []
    for row in CheckpointKeyChange.objects.using(using):
        try:
            found.append(read(row.note))
        except CheckpointError:
            continue
    return found


def keys_from(start: Ed25519PublicKey, *, using: str = DEFAULT_DB_ALIAS) -> Keys:
    """The keys that are known from this one on, back and forth."""
    return linked(start, changes(using))


def linked(start: Ed25519PublicKey, found: Iterable[KeyChange]) -> Keys:
    """The same, from the changes given. Of two that begin or end with one key, the first counts."""
    by_old: dict[bytes, KeyChange] = {}
    by_new: dict[bytes, KeyChange] = {}
    for each in found:
        by_old.setdefault(each.old.public_bytes_raw(), each)
        by_new.setdefault(each.new.public_bytes_raw(), each)
    spans: list[tuple[int | None, Ed25519PublicKey]] = []
    key, bound = start, None
    while (step := by_new.pop(key.public_bytes_raw(), None)) and (
        bound is None or step.number < bound
    ):
        spans.insert(0, (step.number, step.old))
        key, bound = step.old, step.number
    key, reached = start, max((last for last, _key in spans if last is not None), default=-1)
    while (step := by_old.pop(key.public_bytes_raw(), None)) and step.number > reached:
        spans.append((step.number, key))
        key, reached = step.new, step.number
    return Keys((*spans, (None, key)))


def announce(
    old: Ed25519PrivateKey, new: Ed25519PrivateKey, *, using: str = DEFAULT_DB_ALIAS
) -> CheckpointKeyChange:
    """Let `new` sign every note from the next change set on, in a change of its own.

    Nothing else is sealed between the number it names and itself, so that no note falls in between.
    """
    name = signed_notes.origin()
    with change(by=SYSTEM, verb="audit.change_key", using=using):
        connection = connections[using]
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [HEAD_LOCK])
        head = ChangeSet.objects.using(using).order_by("-number").first()
        number = head.number if head else 0
        both = [key.public_key().public_bytes_raw() for key in (old, new)]
        lines = [name, f"{WORD}{number}", *(base64.b64encode(key).decode() for key in both)]
        body = "".join(f"{line}\n" for line in lines)
        signatures = "".join(f"{signed_notes.signature(name, body, key)}\n" for key in (old, new))
        row = CheckpointKeyChange(
            number=number,
            old_key=both[0].hex(),
            new_key=both[1].hex(),
            note=f"{body}\n{signatures}",
        )
        row.save(using=using)
    return row
