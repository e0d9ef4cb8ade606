"""Values of a history row as an export shows them: what the leaf covers, without what must not leave."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from peph.audit import rows
from peph.audit.canonical import MALFORMED
from peph.audit.hashing import Shape, sha256

# Types whose canonical bytes are no text.
AS_HEX = b"UYF"
PERSONAL, HIDDEN, REDACTED = "P", "H", "R"
Value = list[Any]
Line = dict[str, Any]


def value_of(
    own: Shape,
    field: models.Field,
    stored: Any,
    salt: bytes | None,
    redacted: Any,
    with_values: bool,
) -> Value | None:
    """Name, type and canonical value, as the leaf has them; None for what is not in the leaf."""
    declaration = own.declaration
    name, at = declaration.hashed_name(field), rows.positions(own)[field.attname]
    kind, is_personal = own.kinds[at], own.is_personal[at]
    if stored is None:
        if is_personal and redacted and name in redacted:
            return [name, PERSONAL, bytes.fromhex(redacted[name]).hex()]
        return None
    data = kind.encode(stored)
    given = [kind.tag.decode(), shown(kind.tag, data)]
    if is_personal:
        commitment = sha256(salt or b"", own.prefixes[at], data).hex()
        return [name, PERSONAL, commitment, *(given if with_values else ())]
    if field.attname in declaration.hidden and not with_values:
        return [name, HIDDEN]
    return [name, *given]


def shown(tag: bytes, data: bytes) -> str:
    """Canonical bytes as text."""
    return data.hex() if tag in AS_HEX else data.decode()


def hex_of(value: Any) -> str | None:
    """An id as 32 digits, whatever engine it comes from."""
    return None if value is None else str(value).replace("-", "")


def state_of(
    own: Shape,
    values: Iterable[tuple[models.Field, Any]],
    salt: bytes | None,
    *,
    is_redacted: bool,
    with_values: bool,
) -> Line:
    """A record as it is, held in the form of its last history row."""
    found: list[Value] = []
    for field, stored in values:
        if stored is None:
            continue
        name = own.declaration.hashed_name(field)
        if is_redacted and field.attname in own.declaration.personal:
            # The salt is gone with the values: nothing the record holds can be held against it.
            found.append([name, REDACTED])
            continue
        try:
            value = value_of(own, field, stored, salt, None, with_values)
        except MALFORMED:
            return {"values": None, "unreadable": True}
        if value is not None:
            found.append(value)
    return {"values": sorted(found, key=lambda value: value[0])}
