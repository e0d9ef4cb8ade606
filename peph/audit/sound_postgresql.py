"""Which journal rows are surely sound, asked fast on PostgreSQL: one statement a model and window.

"Sound" here means all that `verify_rows` asks: the leaf, the salt and the commitments, the change set, the
kind, the record, the scopes. What is not surely sound is asked again there, in Python, and named. The
statements see pg_catalog only: nobody's own sha256() or to_char() answers for the database's.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from peph.audit.hashing import shape
from peph.audit.history import REDACTED, SALT, SCOPES, Declaration
from peph.audit.journal import BLOCK, JOURNAL, SETS
from peph.audit.rows import SALT_SIZE
from peph.audit.triggers.postgresql import literal_bytes, quoted

# By tag of the type: how long its canonical value is. One that is not makes another leaf, and is looked at.
_FIXED_SIZES = {b"A": 10, b"B": 1, b"F": 8, b"T": 26, b"U": 16}
_CONVERSION = re.compile(r"convert_to\((.*?), 'UTF8'\)")
_COMMITMENT_SIZE = (32).to_bytes(4, "big")


def suspects(
    connection: Any, declaration: Declaration, first: int, last: int
) -> Iterator[list[int]]:
    """Ids of this model's journal rows in these change sets that are not surely sound, in blocks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = quoted(cursor.fetchone()[0].replace('"', '""'))
    statement = _statement(declaration, schema)
    cursor = connection.chunked_cursor()
    try:
        # Only while the statement is planned: names are looked up then, and never again.
        with _pg_catalog_only(connection):
            cursor.execute(statement, [first, last, declaration.label])
        while batch := cursor.fetchmany(BLOCK):
            yield [key for (key,) in batch]
    finally:
        cursor.close()


@contextmanager
def _pg_catalog_only(connection: Any) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_catalog.current_setting('search_path')")
        (before,) = cursor.fetchone()
        set_config = "SELECT pg_catalog.set_config(%s, %s, true)"
        cursor.execute(set_config, ["search_path", "pg_catalog"])
        # Compiling so long an expression takes longer than running it.
        cursor.execute(set_config, ["jit", "off"])
        yield
        cursor.execute(set_config, ["search_path", before])


@cache
def _statement(declaration: Declaration, schema: str) -> str:
    sound = "\n  AND ".join(_sound(declaration))
    return f"""
SELECT j.id
FROM {schema}.{SETS} s
JOIN {schema}.{JOURNAL} j ON j.change_set_id = s.id
LEFT JOIN {schema}.{quoted(declaration.history_table)} h ON h.history_id = j.history_id
WHERE s.number BETWEEN %s AND %s AND j.model = %s
  AND ({sound}) IS NOT TRUE
ORDER BY s.number, j.id
""".replace("%", "%%").replace("%%s", "%s")


def _sound(declaration: Declaration) -> Iterator[str]:
    scope = dict(declaration.scope)
    copies = {live.attname: copy for live, copy in declaration.columns}
    yield "h.history_id IS NOT NULL"
    yield "h.change_set_id = j.change_set_id"
    yield "h.history_type = j.type"
    yield f"h.{quoted(declaration.history_field(declaration.pk.name).column)}::text = j.object_id"
    for name in SCOPES:
        field = scope.get(name)
        if field is None:
            yield f"j.{name}_id IS NULL"
        elif field.attname in copies:
            yield f"h.{quoted(copies[field.attname].column)} IS NOT DISTINCT FROM j.{name}_id"
    yield _sound_redaction(declaration)
    yield f"sha256({_leaf(declaration)}) = j.leaf"


def _sound_redaction(declaration: Declaration) -> str:
    """As `rows.is_sound_redaction`; what the commitments look like, `_leaf` asks."""
    emptied = "".join(
        f"CASE WHEN h.{quoted(field.column)} IS NULL THEN '{declaration.hashed_name(field)}' END, "
        for field in shape(declaration).fields
        if field.attname in declaration.personal
    )
    return (
        f"CASE WHEN h.{REDACTED} IS NULL THEN h.{SALT} IS NULL OR octet_length(h.{SALT}) = {SALT_SIZE}"
        f" WHEN h.{SALT} IS NOT NULL OR jsonb_typeof(h.{REDACTED}) <> 'object' THEN false"
        f" ELSE h.{REDACTED} - ARRAY[{emptied}NULL]::text[] = '{{}}'::jsonb END"
    )


def _leaf(declaration: Declaration) -> str:
    """As the trigger's expression, but a value without canonical text (a date “infinity”) makes no leaf,
    a dropped salt counts as an empty one, and a commitment stands in for a redacted value."""
    own = shape(declaration)
    parts = [literal_bytes(own.opening)]
    for field, kind, prefix, personal in zip(
        own.fields, own.kinds, own.prefixes, own.is_personal, strict=True
    ):
        column = f"h.{quoted(field.column)}"
        value = kind.postgresql(column)
        missing = "''"
        if personal:
            head = literal_bytes(prefix + _COMMITMENT_SIZE)
            present = (
                f"{head} || sha256(coalesce(h.{SALT}, '') || {literal_bytes(prefix)} || {value})"
            )
            missing = _commitment(declaration.hashed_name(field), head)
        elif (size := _FIXED_SIZES.get(kind.tag)) is not None:
            present = f"{literal_bytes(prefix + size.to_bytes(4, 'big'))} || {value}"
        elif kind.tag == b"S":
            # The text is turned into bytes once, not once more to be measured: it is UTF-8 already.
            present = f"{literal_bytes(prefix)} || int4send(octet_length({column})) || {value}"
        else:
            present = f"{literal_bytes(prefix)} || int4send(octet_length({value})) || {value}"
        parts.append(f"CASE WHEN {column} IS NULL THEN {missing} ELSE {present} END")
    # As convert_to() does where all is UTF-8, in half the time; any other encoding makes another leaf.
    return _CONVERSION.sub(r"textsend(\1)", "\n    || ".join(parts))


def _commitment(name: str, head: str) -> str:
    kept = f"h.{REDACTED} ->> '{name}'"
    # Anything but 64 digits makes no leaf: Python says what it is.
    return (
        f"CASE WHEN {kept} IS NULL THEN '' WHEN {kept} ~ '^[0-9a-f]{{64}}$'"
        f" THEN {head} || decode({kept}, 'hex') END"
    )
