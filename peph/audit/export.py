"""The history as a file that proves itself: what a sceptic reads with a program that is not ours.

JSON Lines, one consistent state of the database, written as it is read. docs/history.md says what each
line means and how it is checked. Personal values leave as the commitments their leaves are made of, and
hidden values not at all, unless they are asked for.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.utils import timezone

from peph.audit import checkpoint, hashing, journal, rows, verify_unseen
from peph.audit.canonical import MALFORMED
from peph.audit.export_values import Line, hex_of, shown, state_of, value_of
from peph.audit.findings import CannotProve
from peph.audit.hashing import shape
from peph.audit.history import SCOPES, Declaration, by_label, declarations
from peph.audit.journal import JOURNAL, SETS, JournalRow
from peph.audit.verify import snapshot
from peph.audit.verify_chain import LOWEST, PAGE, read_sets
from peph.progress import Progress

FORMAT = "peph-history-export/1"


@dataclass
class Count:
    """How many lines of each kind went into a file."""

    change_sets: int = 0
    rows: int = 0
    live: int = 0
    strays: int = 0


def lines(
    *,
    since: int = 0,
    with_values: bool = False,
    using: str = DEFAULT_DB_ALIAS,
    progress: Progress = lambda done, total: None,
) -> Iterator[Line]:
    """The lines of the file: a head, the change sets with their rows, the present state, an end.

    Raises CannotProve when there is no change set `since`.
    """
    connection = connections[using]
    count, seen = Count(), defaultdict[str, verify_unseen.Seen](verify_unseen.Seen)
    with snapshot(connection):
        yield _head(connection, since, with_values=with_values)
        total = _total(connection, since)
        last = since or LOWEST
        while page := read_sets(connection, last, PAGE):
            for line in _page(connection, page, seen, with_values=with_values):
                count.change_sets += line["kind"] == "change_set"
                count.rows += line["kind"] == "row"
                yield line
            last = page[-1]["number"]
            progress(count.rows, total)
        if not since:
            for line in _strays(connection, seen):
                count.strays += 1
                yield line
        for declaration in declarations():
            for line in _live(connection, declaration, with_values=with_values):
                if since and not (
                    line["history_id"] is not None and line["history_id"] in seen[declaration.label]
                ):
                    continue
                count.live += 1
                yield line
        yield {"kind": "end", **vars(count)}


def text(line: Line) -> str:
    """A line as it is written."""
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"


# ------------------------------------------------------------------ the head
def _head(connection: Any, since: int, *, with_values: bool) -> Line:
    start = hashing.ZERO
    if since:
        found = read_sets(connection, since - 1, 1)
        if not found or found[0]["number"] != since:
            raise CannotProve(f"There is no change set {since} to start from.")
        start = bytes(found[0]["hash"])
    return {
        "kind": "head",
        "format": FORMAT,
        "origin": checkpoint.origin(),
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "since": {"number": since, "hash": start.hex()},
        "values": "given" if with_values else "withheld",
        "models": {each.label: _about(each) for each in declarations()},
    }


def _about(declaration: Declaration) -> Line:
    """Under which names the history of a model holds its key and its scopes, and what may be missing."""
    scope = dict(declaration.scope)
    copies = {copy.attname: copy for _live, copy in declaration.columns}
    named = {name: declaration.hashed_name(field) for name, field in copies.items()}
    return {
        "key": named[declaration.pk.attname],
        # None: the journal names none. Absent: the history does not hold it.
        **{
            name: None if scope.get(name) is None else named[scope[name].attname]
            for name in SCOPES
            if scope.get(name) is None or scope[name].attname in named
        },
        "columns": sorted(named.values()),
        "younger": sorted(
            declaration.hashed_name(copy)
            for live, copy in declaration.columns
            if not live.null and not live.primary_key
        ),
    }


def _total(connection: Any, since: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(sum(rows), 0) FROM {SETS} WHERE number > %s", [since])
        return int(cursor.fetchone()[0])


# ------------------------------------------------------------------ change sets and their rows
def _page(
    connection: Any,
    page: list[dict[str, Any]],
    seen: dict[str, verify_unseen.Seen],
    *,
    with_values: bool,
) -> Iterator[Line]:
    waiting = iter(page)
    current = next(waiting)
    yield _change_set(current, with_values=with_values)
    for block in journal.blocks(connection, page[0]["number"], page[-1]["number"]):
        found = [JournalRow(*row) for row in block]
        history = _history(connection, found)
        for row in found:
            while row.number != current["number"]:
                current = next(waiting)
                yield _change_set(current, with_values=with_values)
            seen[row.model].add(row.history_id)
            yield _row(row, history.get((row.model, row.history_id)), with_values=with_values)
    for current in waiting:
        yield _change_set(current, with_values=with_values)


def _change_set(stored: dict[str, Any], *, with_values: bool) -> Line:
    reason, salt = stored["reason"], stored[hashing.REASON_SALT]
    clear = {}
    if salt is not None or not hashing.is_sound_reason(stored):
        # From what is stored, as the values of a row: a reason put in its place then shows in the hash.
        salt = bytes(salt or b"")
        stored = stored | {"reason_hash": hashing.reason_commitment(salt, reason)}
        clear = {"reason": reason, "reason_salt": salt.hex()} if with_values else {}
    return {
        "kind": "change_set",
        "number": stored["number"],
        "prev": bytes(stored["prev"]).hex(),
        "hash": bytes(stored["hash"]).hex(),
        "rows": stored["rows"],
        "header": [
            [name, tag.decode(), shown(tag, data)]
            for name, tag, data in hashing.header_values(stored)
        ],
        **clear,
    }


def _history(
    connection: Any, found: Sequence[JournalRow]
) -> dict[tuple[str, int], tuple[Declaration, rows.RawRow]]:
    by_model = defaultdict[str, list[int]](list)
    for row in found:
        by_model[row.model].append(row.history_id)
    history = {}
    for label, ids in by_model.items():
        try:
            declaration = by_label(label)
        except LookupError:
            continue
        for key, raw in rows.by_history_id(connection, declaration, ids).items():
            history[label, key] = (declaration, raw)
    return history


def _row(
    row: JournalRow, history: tuple[Declaration, rows.RawRow] | None, *, with_values: bool
) -> Line:
    line: Line = {
        "kind": "row",
        "model": row.model,
        "object_id": row.object_id,
        "history_id": row.history_id,
        "type": row.type,
        "leaf": bytes(row.leaf).hex(),
        **{name: hex_of(getattr(row, f"{name}_id")) for name in SCOPES},
        "values": None,
    }
    if history is None:
        return line
    declaration, raw = history
    own = shape(declaration)
    try:
        line["values"] = [
            value
            for field, stored in zip(own.fields, raw.values, strict=True)
            if (value := value_of(own, field, stored, raw.salt, raw.redacted, with_values))
            is not None
        ]
    except MALFORMED:
        return line | {"unreadable": True}
    if raw.redacted is not None:
        line["redacted"] = True
        if raw.salt is not None:
            # A redaction takes it: it is there because values are, beside commitments for them.
            line["salted"] = True
    elif with_values and raw.salt is not None:
        line["salt"] = raw.salt.hex()
    return line


# ------------------------------------------------------------------ what no change set holds
def _strays(connection: Any, seen: dict[str, verify_unseen.Seen]) -> Iterator[Line]:
    """History rows that no journal row names, and journal rows of a change set that is not there."""
    for declaration in declarations():
        found = verify_unseen.unseen(connection, declaration, seen[declaration.label])
        for problem in found:
            yield _stray("history", declaration.label, problem.object_id, problem.history_id)
    cursor = connection.chunked_cursor()
    try:
        cursor.execute(
            f"SELECT model, object_id, history_id FROM {JOURNAL} j WHERE NOT EXISTS"
            f" (SELECT 1 FROM {SETS} s WHERE s.id = j.change_set_id) ORDER BY j.id"
        )
        while batch := cursor.fetchmany(journal.BLOCK):
            yield from (_stray("journal", *row) for row in batch)
    finally:
        cursor.close()


def _stray(of: str, model: str, object_id: str | None, history_id: int | None) -> Line:
    return {
        "kind": "stray",
        "of": of,
        "model": model,
        "object_id": object_id,
        "history_id": history_id,
    }


# ------------------------------------------------------------------ the present state
def _live(connection: Any, declaration: Declaration, *, with_values: bool) -> Iterator[Line]:
    """Each record as it is, in the form of its last history row and with that row's salt."""
    own, pk = shape(declaration), declaration.pk.column
    fields = [live for live, _copy in declaration.columns]
    columns = ", ".join(
        [rows.expression(field, connection.vendor, "l") for field in fields]
        + [f'h."{name}"' for name in ("history_id", "salt")]
        + ["h.redacted" + ("::text" if connection.vendor == "postgresql" else "")]
    )
    statement = (
        f'SELECT {columns} FROM "{declaration.table}" l'
        f' LEFT JOIN "{declaration.history_table}" h ON h.history_id = (SELECT max(x.history_id)'
        f' FROM "{declaration.history_table}" x WHERE x."{pk}" = l."{pk}") ORDER BY l."{pk}"'
    )
    key_at = fields.index(declaration.pk)
    copies = [copy for _live, copy in declaration.columns]
    cursor = connection.chunked_cursor()
    try:
        cursor.execute(statement)
        while batch := cursor.fetchmany(journal.BLOCK):
            for *values, history_id, salt, redacted in batch:
                yield {
                    "kind": "live",
                    "model": declaration.label,
                    "object_id": verify_unseen.key_of(declaration, values[key_at]),
                    "history_id": history_id,
                    **state_of(
                        own,
                        zip(copies, values, strict=True),
                        None if salt is None else bytes(salt),
                        is_redacted=redacted is not None,
                        with_values=with_values,
                    ),
                }
    finally:
        cursor.close()
