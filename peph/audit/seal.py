"""The last statements of a change: its set is numbered, linked to the one before, and written."""

import json
import secrets
from functools import cache
from typing import Any

from django.db.models import Field

from peph.audit import hashing
from peph.audit.models import ChangedRow, ChangeSet
from peph.audit.running import Change

_FETCH = 2000


@cache
def _fields() -> dict[str, Field]:
    return {field.attname: field for field in ChangeSet._meta.concrete_fields}


def _values(change: Change, at: Any) -> dict[str, Any]:
    made = {"at": at, hashing.REASON_SALT: None, "reason_hash": None}
    if change.reason:
        salt = secrets.token_bytes(16)
        made |= {
            hashing.REASON_SALT: salt,
            "reason_hash": hashing.reason_commitment(salt, change.reason),
        }
    own = {name: getattr(change, name) for name in hashing.header_names() if name not in made}
    return own | made


def _as_text(value: Any) -> str | None:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    return None if value is None else str(value)


def seal_sqlite(connection: Any, change: Change, at: Any) -> None:
    """SQLite has one writer, so the head cannot move between reading it and writing the set."""
    leaves = hashing.Leaves()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT leaf FROM {ChangedRow._meta.db_table} WHERE change_set_id = %s ORDER BY id",
            [change.id.hex],
        )
        while batch := cursor.fetchmany(_FETCH):
            for (leaf,) in batch:
                leaves.add(leaf)
        if not leaves.count:
            return
        cursor.execute(
            f"SELECT number, hash FROM {ChangeSet._meta.db_table} ORDER BY number DESC LIMIT 1"
        )
        last, prev = cursor.fetchone() or (0, hashing.ZERO)
        values = _values(change, at)
        number = last + 1
        head = hashing.link(prev, number, hashing.header(values), leaves.count, leaves.digest())
        values |= {"number": number, "rows": leaves.count, "prev": prev, "hash": head}
        fields = _fields()
        cursor.execute(
            f"INSERT INTO {ChangeSet._meta.db_table} ({', '.join(values)})"
            f" VALUES ({', '.join(['%s'] * len(values))})",
            [fields[name].get_db_prep_save(value, connection) for name, value in values.items()],
        )
    change.number, change.hash, change.rows = number, head, leaves.count


def tell_postgresql(connection: Any, change: Change) -> None:
    """Tell the triggers who acts; forgotten at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('peph.change_set', %s, true), set_config('peph.actor', %s, true),"
            " set_config('peph.verb', %s, true)",
            [str(change.id), str(change.actor_id), change.verb],
        )


def seal_postgresql(connection: Any, change: Change, at: Any) -> None:
    """One call: the database digests the leaves, locks the head, links and writes the set."""
    values = _values(change, at)
    arguments = {name: _as_text(value) for name, value in values.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_number, set_hash, set_rows FROM peph_seal(%s, %s, %s::jsonb)",
            [change.id, hashing.header(values), json.dumps(arguments)],
        )
        sealed = cursor.fetchone()
    if sealed is not None:
        change.number, change.hash, change.rows = sealed[0], bytes(sealed[1]), sealed[2]
