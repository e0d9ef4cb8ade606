"""The hashes of the chain: leaf of a history row, digest of a change set's leaves, link between sets.

    leaf    = sha256(00, label, for each value that is not null: name, type, value)
    personal value in a leaf = sha256(salt, name, value), so that it can be redacted and still be proven
    leaves  = d of the last block, where d starts as 32 zero bytes and each block of 1,000 leaves, in the
              order of the journal, makes d = sha256(d, the leaves)
    header  = sha256(02, for each column of the change set that is not null: name, type, value), its
              reason as sha256(salt, name, type, reason)
    hash    = sha256(01, hash of the set before, number, header, count of rows, leaves)

Names, values and label carry their length. The blocks let half a million rows be sealed without holding
them; nulls are skipped so that a column added later breaks no old hash.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from peph.audit.canonical import kind_of, length_prefixed
from peph.audit.history import Declaration
from peph.audit.models import ChangeSet

BLOCK = 1000
ZERO = bytes(32)
LEAF, LINK, HEADER = b"\x00", b"\x01", b"\x02"
# Not in the header: the link covers them, since they are known only once the head is locked.
SEALED = ("number", "rows", "prev", "hash")
# Not in the header either: the commitment made of it is.
REASON_SALT = "reason_salt"


def sha256(*parts: bytes) -> bytes:
    """SHA-256 of the parts one after the other."""
    return hashlib.sha256(b"".join(parts)).digest()


class Shape:
    """How rows of one history table are hashed; computed once, used for each row."""

    def __init__(self, declaration: Declaration) -> None:
        self.declaration = declaration
        self.fields = declaration.hashed
        self.kinds = [kind_of(field) for field in self.fields]
        self.is_personal = [field.attname in declaration.personal for field in self.fields]
        self.opening = LEAF + length_prefixed(declaration.label.encode())
        self.prefixes = [
            length_prefixed(declaration.hashed_name(field).encode())
            + (b"P" if personal else kind.tag)
            for field, kind, personal in zip(self.fields, self.kinds, self.is_personal, strict=True)
        ]
        self._rows = [
            (declaration.hashed_name(field), prefix, kind.encode, personal)
            for field, prefix, kind, personal in zip(
                self.fields, self.prefixes, self.kinds, self.is_personal, strict=True
            )
        ]

    def leaf(
        self,
        values: Sequence[Any],
        salt: bytes | None,
        redacted: Mapping[str, str] | None = None,
    ) -> bytes:
        """The leaf of a row; `values` are raw, in the order of `fields`.

        `redacted` holds the commitments (hexadecimal) that stand for redacted values.
        """
        parts = [self.opening]
        for (name, prefix, encode, personal), value in zip(self._rows, values, strict=True):
            if value is not None:
                data = encode(value)
                if personal:
                    data = sha256(salt or b"", prefix, data)
            elif personal and redacted and name in redacted:
                data = bytes.fromhex(redacted[name])
            else:
                continue
            # length_prefixed() without the call: this loop is most of a proof's time
            parts += (prefix, len(data).to_bytes(4, "big"), data)
        return hashlib.sha256(b"".join(parts)).digest()

    def commitments(self, values: Sequence[Any], salt: bytes | None) -> dict[str, str]:
        """What may take the place of the personal values of a row: name → commitment in hexadecimal."""
        return {
            name: sha256(salt or b"", prefix, encode(value)).hex()
            for (name, prefix, encode, personal), value in zip(self._rows, values, strict=True)
            if personal and value is not None
        }


@cache
def shape(declaration: Declaration) -> Shape:
    """The shape of a tracked model's history rows."""
    return Shape(declaration)


class Leaves:
    """The running digest of a change set's leaves; holds one block at most."""

    def __init__(self) -> None:
        self.count = 0
        self._digest = ZERO
        self._block: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        self.count += 1
        self._block.append(leaf)
        if len(self._block) == BLOCK:
            self._close()

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Add several, in their order."""
        for start in range(0, len(leaves), BLOCK):
            for_now = leaves[start : start + BLOCK]
            room = BLOCK - len(self._block)
            self._block += for_now[:room]
            if len(self._block) == BLOCK:
                self._close()
                self._block += for_now[room:]
        self.count += len(leaves)

    def _close(self) -> None:
        self._digest = sha256(self._digest, *self._block)
        self._block.clear()

    def digest(self) -> bytes:
        if self._block:
            self._close()
        return self._digest


@cache
def _header_fields() -> list[tuple[str, bytes, Any]]:
    outside = (*SEALED, REASON_SALT)
    fields = (f for f in ChangeSet._meta.concrete_fields if f.attname not in outside)
    return [
        (
            field.attname,
            length_prefixed(field.attname.encode()) + kind_of(field).tag,
            kind_of(field),
        )
        for field in sorted(fields, key=lambda field: field.attname)
    ]


def header_names() -> list[str]:
    """The columns of a change set that its header covers, sorted."""
    return [name for name, _prefix, _kind in _header_fields()]


def header_values(values: Mapping[str, Any]) -> list[tuple[str, bytes, bytes]]:
    """The columns of a change set its header covers: name, type and canonical value, without nulls.

    Where a reason has a commitment, that stands for it.
    """
    is_committed = values.get("reason_hash") is not None
    return [
        (name, kind.tag, kind.encode(values[name]))
        for name, _prefix, kind in _header_fields()
        if values.get(name) is not None and not (is_committed and name == "reason")
    ]


def reason_commitment(salt: bytes, reason: str) -> bytes:
    """What the header of a change set holds of its reason, so that the reason can be forgotten."""
    return sha256(salt, length_prefixed(b"reason"), b"S", reason.encode())


def is_sound_reason(values: Mapping[str, Any]) -> bool:
    """Whether the reason is the one committed to, or was emptied together with its salt."""
    reason, salt, kept = (values.get(name) for name in ("reason", REASON_SALT, "reason_hash"))
    if kept is None:
        return salt is None
    if salt is None:
        return reason == ""
    return isinstance(reason, str) and reason_commitment(bytes(salt), reason) == bytes(kept)


def header(values: Mapping[str, Any]) -> bytes:
    """The hash over a change set's own columns."""
    parts = [HEADER]
    for name, tag, data in header_values(values):
        parts += (length_prefixed(name.encode()), tag, length_prefixed(data))
    return sha256(*parts)


def link(prev: bytes, number: int, header_hash: bytes, rows: int, leaves: bytes) -> bytes:
    """The hash of a change set, which the next one covers."""
    return sha256(
        LINK, prev, number.to_bytes(8, "big"), header_hash, rows.to_bytes(8, "big"), leaves
    )


def digest_of(leaves: Iterable[bytes]) -> tuple[int, bytes]:
    """Count and digest of leaves given in the order of the journal."""
    running = Leaves()
    for leaf in leaves:
        running.add(leaf)
    return running.count, running.digest()
