"""The least a read can cost: one SQL statement written by hand, its ids known, its rows made JSON.

Nothing is asked of the policy, no model is built, no text is translated.
"""

from collections.abc import Sequence
from typing import Any

import orjson
from django.db import connection

from cases.benchmark.people import Reader

_LIST = """
SELECT c.id, c.number, c.status, c.fiscal_year, c.referred_on, c.updated_at,
  p.last_name, p.first_name, p.preferred_name, r.code, r.name, u.first_name, u.last_name,
  o.acronym, s.name
FROM {source} c
JOIN cases_participant p ON p.id = c.participant_id
JOIN organizations_region r ON r.id = c.region_id
LEFT JOIN accounts_user u ON u.id = c.coordinator_id
LEFT JOIN organizations_hostorganization o ON o.id = c.organization_id
LEFT JOIN organizations_hostsite s ON s.id = c.site_id
"""
_ORDER = "ORDER BY c.updated_at DESC, c.id DESC LIMIT {limit}"
# A page is asked for with one row more, to know whether another follows.
PAGE = 50


def key(value: Any) -> Any:
    """A key as the driver wants it: SQLite holds a UUID as 32 digits."""
    return value.hex if connection.vendor == "sqlite" and hasattr(value, "hex") else value


def rows(sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
    """What the statement finds."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def case_page(reader: Reader, after: tuple[Any, Any] | None = None) -> bytes:
    """A page of the newest cases of a scope, merged from one index scan for each of its ids."""
    if reader.column == "id":
        source, parameters = f"(SELECT * FROM cases_case WHERE {_among(reader)})", _keys(reader)  # noqa: S608
    else:
        source, parameters = _newest(reader, after)
    return orjson.dumps(rows(_listing(source), parameters))


def _newest(reader: Reader, after: tuple[Any, Any] | None) -> tuple[str, list[Any]]:
    """The newest rows of each id apart, as one derived table."""
    conditions = [f"{reader.column} = %s"] if reader.ids else []
    edge = [after[0], key(after[1])] if after else []
    if after:
        conditions.append("(updated_at, id) < (%s, %s)")
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    newest = f"SELECT * FROM cases_case {where} ORDER BY updated_at DESC, id DESC LIMIT {PAGE + 1}"  # noqa: S608
    scopes = [[value] for value in _keys(reader)] or [[]]
    parts = [f"SELECT * FROM ({newest}) b{number}" for number, _scope in enumerate(scopes)]  # noqa: S608
    return f"({' UNION ALL '.join(parts)})", [each for scope in scopes for each in (*scope, *edge)]


def _keys(reader: Reader) -> list[Any]:
    return [key(value) for value in reader.ids]


def _among(reader: Reader) -> str:
    return f"{reader.column} IN ({', '.join(['%s'] * len(reader.ids))})"


def _listing(source: str, where: str = "") -> str:
    return f"{_LIST.format(source=source)} {where} {_ORDER.format(limit=PAGE + 1)}"


def search(words: Sequence[str]) -> bytes:
    """A page of people with a name beginning with each of the words: whoever sees them, in any order."""
    matching = " AND ".join(["search_key LIKE %s"] * len(words))
    return orjson.dumps(
        rows(
            f"SELECT id, search_key FROM cases_participant WHERE {matching} LIMIT {PAGE + 1}",  # noqa: S608
            [f"% {word}%" for word in words],
        )
    )


def count(reader: Reader, most: int) -> int:
    """How many cases a scope has, up to `most` + 1."""
    found = rows(
        f"SELECT count(*) FROM (SELECT 1 FROM cases_case WHERE {_among(reader)}"  # noqa: S608
        f" LIMIT {most + 1}) counted",
        _keys(reader),
    )
    return found[0][0]


def overdue(reader: Reader, today: Any) -> bytes:
    """The follow-ups of some regions that are late, the oldest first."""
    parts = [
        "SELECT * FROM (SELECT * FROM cases_followup WHERE region_id = %s AND done_on IS NULL"  # noqa: S608
        f" AND due_on < %s ORDER BY due_on, id LIMIT {PAGE + 1}) b{number}"
        for number, _value in enumerate(reader.ids)
    ]
    parameters = [each for value in reader.ids for each in (key(value), today)]
    return orjson.dumps(
        rows(
            "SELECT f.id, f.subject, f.due_on, f.concern, c.number, p.last_name, p.first_name,"  # noqa: S608
            " o.acronym, r.code, s.label_fr, u.last_name"
            f" FROM ({' UNION ALL '.join(parts)}) f"
            " JOIN cases_case c ON c.id = f.case_id"
            " JOIN cases_participant p ON p.id = c.participant_id"
            " JOIN organizations_region r ON r.id = f.region_id"
            " LEFT JOIN organizations_hostorganization o ON o.id = c.organization_id"
            " LEFT JOIN organizations_followupstep s ON s.id = f.step_id"
            " LEFT JOIN accounts_user u ON u.id = f.responsible_id"
            f" ORDER BY f.due_on, f.id LIMIT {PAGE + 1}",
            parameters,
        )
    )


def detail(case_id: Any) -> bytes:
    """One case with its placements, follow-ups and notes."""
    pk = [key(case_id)]
    return orjson.dumps(
        [
            rows(_listing("cases_case", "WHERE c.id = %s"), pk),
            *(
                rows(f"SELECT {columns} FROM {table} WHERE case_id = %s", pk)  # noqa: S608
                for columns, table in (
                    (
                        "id, status, site_id, planned_start, planned_end, supervisor_name",
                        "cases_placement",
                    ),
                    ("id, subject, due_on, done_on, concern, step_id", "cases_followup"),
                    ("id, text, created_at, author_id", "cases_note"),
                )
            ),
        ]
    )


def timeline(case_id: Any, size: int) -> bytes:
    """The newest change sets that touched a case, with the rows of the case's own history."""
    pk = key(case_id)
    sets = rows(
        "SELECT id, number, at, actor_id, verb, reason FROM audit_changeset WHERE id IN"  # noqa: S608
        " (SELECT change_set_id FROM audit_changedrow WHERE case_id = %s)"
        f" ORDER BY number DESC LIMIT {size}",
        [pk],
    )
    versions = rows(
        "SELECT h.history_id, h.history_type, h.history_date, h.status, h.referring_agency,"  # noqa: S608
        " h.first_contact_on, h.applied_on, h.decided_on, h.closed_on, h.version"
        " FROM cases_historicalcase h WHERE h.id = %s"
        f" ORDER BY h.history_id DESC LIMIT {size + 1}",
        [pk],
    )
    return orjson.dumps([sets, versions])
