"""The least a search of the history can cost: one indexed query written by hand, its rows made JSON."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

from cases.benchmark.floors import PAGE, rows
from peph.audit.index import ENTRIES, TERMS
from peph.audit.models import ChangeSet

_SETS = ChangeSet._meta.db_table


@dataclass(frozen=True)
class Floor:
    """Where the numbers come from, newest first, as one indexed source."""

    source: str
    parameters: Sequence[Any] = field(default_factory=tuple)


# Name of the measure → its floor, told before: finding out what is asked is not part of it.
known: dict[str, Floor] = {}


def column(name: str, value: Any, edge: int | None = None) -> Floor:
    """Change sets with this value in a column."""
    where = [f"{name} = %s"] if name else []
    where += ["number < %s"] if edge else []
    whole = f" WHERE {' AND '.join(where)}" if where else ""
    return Floor(
        f"SELECT number FROM {_SETS}{whole}",  # noqa: S608
        [each for each in (value if name else None, edge) if each is not None],
    )


def term(text: str, edge: int | None = None) -> Floor:
    """Change sets under a term of the index."""
    below = " AND number < %s" if edge else ""
    return Floor(
        f"SELECT number FROM {ENTRIES} WHERE term_id = (SELECT id FROM {TERMS} WHERE text = %s){below}",  # noqa: S608
        [text, *([edge] if edge else [])],
    )


def found(floor: Floor) -> bytes:
    """A page of change sets with who made them."""
    return orjson.dumps(
        rows(
            "SELECT s.number, s.at, s.actor_id, s.role, s.channel, s.verb, s.reason, s.case_id,"  # noqa: S608
            " s.region_id, s.organization_id, s.request_id, u.first_name, u.last_name"
            f" FROM ({floor.source} ORDER BY number DESC LIMIT {PAGE + 1}) k"
            f" JOIN {_SETS} s ON s.number = k.number"
            " LEFT JOIN accounts_user u ON u.id = s.actor_id ORDER BY s.number DESC",
            floor.parameters,
        )
    )


def floor_view(request: HttpRequest, name: str) -> HttpResponse:
    """A request with the same sign-in that answers nothing but the raw query."""
    assert request.user.pk  # noqa: S101 the session is read, as for any page
    return HttpResponse(found(known[name]), content_type="application/json")
