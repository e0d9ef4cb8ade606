"""Pages by key: flat at any depth on both engines, the same for lists on pages and in the API.

A list "newest first" for somebody with several scopes is merged from one short index scan a scope:
a plain `IN` would sort the whole scope (docs/performance.md).
"""

import json
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet, ValidationError
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from peph.access import EVERYTHING
from peph.errors import Invalid

# Beyond this many scopes one sorted IN costs less than the merge.
MOST_BRANCHES = 60


@dataclass(frozen=True)
class Page:
    """Rows of one page and the cursors of its neighbours (None at either end)."""

    rows: list[Any]
    next: str | None
    previous: str | None


@dataclass(frozen=True)
class Order:
    """Sort key: one indexed, never null field, then the primary key in the same direction."""

    field: str
    descending: bool = True

    def names(self, backwards: bool) -> tuple[str, str]:
        sign = "-" if self.descending != backwards else ""
        return f"{sign}{self.field}", f"{sign}pk"

    def beyond(self, value: Any, pk: Any, backwards: bool) -> Q:
        # `lte AND (lt OR …)`: the only form both planners serve from the index.
        step = "lt" if self.descending != backwards else "gt"
        at_most = Q((f"{self.field}__{step}e", value))
        return at_most & (Q((f"{self.field}__{step}", value)) | Q((f"pk__{step}", pk)))


NEWEST_FIRST = Order("updated_at")


def page(
    queryset: QuerySet,
    *,
    order: Order = NEWEST_FIRST,
    cursor: str = "",
    size: int = 25,
    branches: Sequence[Q] = (EVERYTHING,),
) -> Page:
    """One page of `queryset` restricted to `branches`. Raises `Invalid` on a cursor that is not ours."""

    def fetch(backwards: bool, key: Any, limit: int) -> list[Any]:
        rows_wanted = queryset
        if key is not None:
            try:
                rows_wanted = queryset.filter(order.beyond(key[0], key[1], backwards))
            except (ValidationError, ValueError, TypeError) as error:
                raise Invalid(_("This page address is not valid. Go back to the list.")) from error
        names = order.names(backwards)
        if len(branches) == 1 or len(branches) > MOST_BRANCHES:
            return list(rows_wanted.filter(_any(branches)).order_by(*names)[:limit])
        keys = _merged_keys(rows_wanted, branches, order, backwards, limit)
        return list(queryset.filter(pk__in=keys).order_by(*names)) if keys is not None else []

    return page_of(fetch, order=order, cursor=cursor, size=size)


def page_of(
    fetch: Callable[[bool, Any, int], list[Any]], *, order: Order, cursor: str = "", size: int = 25
) -> Page:
    """One page of what `fetch` finds: backwards or not, beyond a key (value, pk) or None, at most so many.

    Raises `Invalid` on a cursor that is not ours.
    """
    backwards, key = _decode(cursor) if cursor else (False, None)
    rows = fetch(backwards, key, size + 1)
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    has_next = more if not backwards else True
    has_previous = more if backwards else key is not None
    return Page(
        rows,
        next=_encode(False, order, rows[-1]) if rows and has_next else None,
        previous=_encode(True, order, rows[0]) if rows and has_previous else None,
    )


def count_up_to(queryset: QuerySet, most: int = 1000) -> int:
    """How many rows, counting no further than `most` + 1: an exact count of everything costs too much."""
    return queryset.order_by().values("pk")[: most + 1].count()


def _any(branches: Sequence[Q]) -> Q:
    condition = Q()
    for branch in branches:
        condition |= branch
    return condition if branches else Q(pk__in=())


def _merged_keys(
    queryset: QuerySet, branches: Sequence[Q], order: Order, backwards: bool, limit: int
) -> RawSQL | None:
    """The keys of the page, as part of the one query that loads it; None when no branch has rows."""
    parts: list[str] = []
    params: list[Any] = []
    names = order.names(backwards)
    for branch in branches:
        narrow = queryset.filter(branch).order_by(*names).values_list("pk", order.field)[:limit]
        try:
            sql, values = narrow.query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT * FROM ({sql}) AS branch{len(parts)}")  # noqa: S608 Django wrote it
        params.extend(values)
    if not parts:
        return None
    direction = "DESC" if names[0].startswith("-") else "ASC"
    # UNION, not UNION ALL: a row reached through two scopes counts once.
    merged = f"{' UNION '.join(parts)} ORDER BY 2 {direction}, 1 {direction} LIMIT {limit}"
    sql = f"WITH merged(pk, sort) AS ({merged}) SELECT pk FROM merged"  # noqa: S608 our own SQL
    return RawSQL(sql, params)  # noqa: S611 built above, values apart


def _encode(backwards: bool, order: Order, row: Any) -> str:
    value = row
    for name in order.field.split("__"):
        value = getattr(value, name)
    if isinstance(value, uuid.UUID):
        value = str(value)
    text = value.isoformat() if hasattr(value, "isoformat") else value
    raw = json.dumps([int(backwards), text, str(row.pk)], separators=(",", ":"))
    return urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[bool, tuple[Any, uuid.UUID | int]]:
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        backwards, value, pk = json.loads(raw)
        if not isinstance(value, str | int) or isinstance(value, str) and "\x00" in value:
            raise ValueError
        # The logs are numbered; every other key is a UUID.
        is_number = pk.isascii() and pk.isdecimal() and len(pk) < 19
        return bool(backwards), (value, int(pk) if is_number else uuid.UUID(pk))
    except (ValueError, TypeError, AttributeError) as error:
        raise Invalid(_("This page address is not valid. Go back to the list.")) from error
