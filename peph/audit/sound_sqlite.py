"""Which journal rows are surely sound, asked fast on SQLite: one Python function generated a model.

"Sound" here means all that `verify_rows` asks: the leaf, the salt, the change set, the kind, the record,
the scopes. What is not surely sound is asked again there, slowly, and named. The function is straight-line
code over one raw history row; values that come back often are turned into bytes once.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, cast

from django.db import models

from peph.audit import rows
from peph.audit.canonical import MALFORMED
from peph.audit.hashing import shape
from peph.audit.history import SCOPES, Declaration
from peph.audit.journal import JournalRow

Sound = Callable[[Sequence[Any], Sequence[Any]], bool]
MOST_KEPT, LONGEST_KEPT = 2000, 200
# Nearly every row has its own: keeping them would only cost.
_UNIQUE = ("history_id", "history_date")
_FIXED_SIZES = {b"T": 26, b"U": 16}


def suspects(
    connection: Any, declaration: Declaration, journal: Sequence[tuple[Any, ...]]
) -> list[JournalRow]:
    """The rows of this block of one model's journal that are not surely sound."""
    sound = _function(declaration)
    at = rows.positions(shape(declaration))["history_id"]
    ids = [row[3] for row in journal]
    history = rows.raw(connection, declaration, ids)
    if [row[at] for row in history] == ids:
        pairs = zip(journal, history, strict=True)
        return [JournalRow(*row) for row, own in pairs if not sound(own, row)]
    by_id = {row[at]: row for row in history}
    return [
        JournalRow(*row)
        for row in journal
        if (own := by_id.get(row[3])) is None or not sound(own, row)
    ]


@cache
def _function(declaration: Declaration) -> Sound:
    own = shape(declaration)
    at = rows.positions(own)
    names: dict[str, Any] = {"opening": own.opening, "sha256": hashlib.sha256}
    pieces = ["opening"]
    for number, (field, kind, prefix, personal) in enumerate(
        zip(own.fields, own.kinds, own.prefixes, own.is_personal, strict=True)
    ):
        value = f"v{number}"
        if personal:
            names |= {
                f"head{number}": prefix + (32).to_bytes(4, "big"),
                f"prefix{number}": prefix,
                f"encode{number}": kind.encode,
            }
            commitment = f"sha256(salt + prefix{number} + encode{number}({value})).digest()"
            piece = f"head{number} + {commitment}"
        else:
            is_unique = field.attname in _UNIQUE or field.attname == declaration.pk.attname
            if is_unique and (size := _FIXED_SIZES.get(kind.tag)) is not None:
                names |= {
                    f"head{number}": prefix + size.to_bytes(4, "big"),
                    f"encode{number}": kind.encode,
                }
                piece = f"head{number} + encode{number}({value})"
            else:
                known, make = _pieces(prefix, kind.encode, keep=not is_unique)
                names |= {f"known{number}": known.get, f"make{number}": make}
                piece = f"make{number}({value})"
                if not is_unique:
                    piece = f"known{number}({value}) or {piece}"
        pieces.append(f"b'' if {value} is None else ({piece})")
    source = f"""
def sound(history, journal):
    {", ".join(f"v{number}" for number in range(len(own.fields)))}, salt, redacted = history
    {", ".join(("_number", "_id", "_model", "_history_id", *JournalRow._fields[4:]))} = journal
    try:
        if redacted is not None or {" or ".join(_differences(declaration, at))}:
            return False
        if salt is None:
            salt = b''
        elif salt.__class__ is not bytes or len(salt) != {rows.SALT_SIZE}:
            return False
        return sha256(b''.join(({", ".join(pieces)},))).digest() == leaf
    except malformed:
        return False
"""
    names["malformed"] = MALFORMED
    # The source is made of numbers and of the fixed words above: no name and no value enters it.
    exec(compile(source, f"<sound {declaration.label}>", "exec"), names)  # noqa: S102
    return cast(Sound, names["sound"])


def _differences(declaration: Declaration, at: dict[str, int]) -> list[str]:
    """What makes a journal row another than its history row, as conditions over v0, v1, …"""
    key = f"v{at[declaration.pk.attname]}"
    target = declaration.pk
    while isinstance(target, models.ForeignKey):
        target = target.target_field
    printed = f"str({key})"
    if isinstance(target, models.UUIDField):
        cuts = ("0:8", "8:12", "12:16", "16:20", "20:")
        printed = " + '-' + ".join(f"{key}[{cut}]" for cut in cuts)
    scope = dict(declaration.scope)
    differences = [
        f"v{at['change_set_id']} != change_set_id",
        f"v{at['history_type']} != type",
        f"{printed} != object_id",
    ]
    for name in SCOPES:
        field = scope.get(name)
        if field is None:
            differences.append(f"{name}_id is not None")
        elif field.attname in at:
            differences.append(f"v{at[field.attname]} != {name}_id")
    return differences


def _pieces(
    prefix: bytes, encode: Callable[[Any], bytes], *, keep: bool
) -> tuple[dict[Any, bytes], Callable[[Any], bytes]]:
    """A value's part of the leaf; the short ones are kept while there are few."""
    known: dict[Any, bytes] = {}

    def make(value: Any) -> bytes:
        data = encode(value)
        piece = prefix + len(data).to_bytes(4, "big") + data
        if keep and len(piece) <= LONGEST_KEPT:
            if len(known) >= MOST_KEPT:
                known.clear()
            known[value] = piece
        return piece

    return known, make
