"""All grants as one list, though each kind of object has a table of its own: one UNION, paged by key."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from organizations.models import Grant
from peph.errors import Invalid
from peph.paging import Order, Page
from peph.scopes import grant_models, live_grants, scope_of

# Sorts grants without a last day after all the others.
NEVER = dt.date(9999, 12, 31)
ENDING_FIRST = Order("ends", descending=False)
# In force and to look at again: about to end, or without an end and given (or confirmed) a year ago.
ENDING_DAYS, CONFIRMED_DAYS = 30, 365
# In force, of somebody who did not sign in for so long that it may be needed no more.
DORMANT_DAYS = 90
STATES = ("live", "review", "ending", "endless", "dormant", "over", "all")
COLUMNS = ("name", "code", "person", "email", "seen_at", "giver", "given_at", "last_day", "why")


def tables() -> dict[str, type[Grant]]:
    """The grant tables by the name they have in an address: "region", "hostsite"…"""
    models: Any = grant_models()
    return {model._meta.model_name.removesuffix("grant"): model for model in models}


def kind_of(table: type[Grant]) -> Any:
    """The field of a grant table that leads to its object: it knows what the object is called."""
    options: Any = table._meta
    return options.get_field("content_object")


def grant_or_404(table: str, pk: uuid.UUID, *, by: Any) -> Grant:
    """One grant with its person, role and object; none on an object that a conflict closes to `by`."""
    model = tables().get(table)
    if model is None:
        raise Http404
    rows: Any = model._default_manager
    shown = rows.select_related("user", "permission", "content_object").filter(_open_to(by, model))
    grant = shown.filter(pk=pk).first()
    if grant is None:
        raise Http404
    return grant


def _open_to(user: Any, model: type[Grant]) -> Q:
    """Condition on a grant table: the object is not closed to `user` by a conflict of interest."""
    closed = scope_of(user).denied.get(kind_of(model).related_model._meta.label)
    return ~Q(content_object__in=closed) if closed else Q()


@dataclass(frozen=True, slots=True)
class GrantRow:
    """One grant as the list shows it."""

    pk: uuid.UUID
    ends: dt.date
    table: str
    model: type[Grant]
    object_id: uuid.UUID
    name: str
    code: str
    person: str
    email: str
    seen_at: dt.datetime | None
    giver: str | None
    given_at: dt.datetime
    last_day: dt.date | None
    why: str

    @property
    def role(self) -> str:
        return str(self.model.ROLES.get(self.code, self.code))

    @property
    def kind(self) -> str:
        """What the grant is on: a region, a host site…"""
        return str(kind_of(self.model).verbose_name)

    @property
    def url(self) -> str:
        """The page of the object, where it has one."""
        kind = kind_of(self.model).related_model
        address = getattr(kind(pk=self.object_id), "get_absolute_url", None)
        return address() if address else ""

    @property
    def is_over(self) -> bool:
        return self.ends < timezone.localdate()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to; empty means any."""

    person: str = ""
    role: str = ""
    name: str = ""
    state: str = "live"


def grant_page(wanted: Wanted, *, by: Any, cursor: str = "", size: int = 25) -> Page:
    """Grants, those that end first coming first, in one query. Raises `Invalid` on a foreign cursor."""
    backwards, key = _read_cursor(cursor)
    parts = [
        _branch(table, model, wanted, key, backwards).filter(_open_to(by, model))
        for table, model in tables().items()
        if not wanted.role or wanted.role.partition(".")[0] == table
    ]
    if not parts:
        return Page([], None, None)
    rows = [_row(values) for values in _united(parts).order_by(*_names(backwards))[: size + 1]]
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    has_next = backwards or more
    has_previous = more if backwards else key is not None
    return Page(
        rows,
        next=_write_cursor(rows[-1], backwards=False) if rows and has_next else None,
        previous=_write_cursor(rows[0], backwards=True) if rows and has_previous else None,
    )


def _names(backwards: bool) -> tuple[str, str]:
    return ("-ends", "-pk") if backwards else ("ends", "pk")


def _united(parts: Sequence[QuerySet]) -> QuerySet:
    return parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]


def _branch(table: str, model: type[Grant], wanted: Wanted, key: Any, backwards: bool) -> QuerySet:
    rows = model._default_manager.annotate(ends=Coalesce("expires_on", Value(NEVER))).filter(
        _condition(model, wanted)
    )
    if key is not None:
        rows = rows.filter(ENDING_FIRST.beyond(key[0], key[1], backwards))
    return (
        rows.annotate(
            table=Value(table, output_field=models.CharField()),
            # Names that no column of the tables has: a UNION is told columns by position.
            object_id=F("content_object_id"),
            name=F(model.NAMED_BY),
            code=F("permission__codename"),
            person=_full_name("user"),
            email=F("user__email"),
            seen_at=F("user__last_login"),
            giver=_full_name("granted_by"),
            given_at=F("granted_at"),
            last_day=F("expires_on"),
            why=F("reason"),
        )
        .order_by()
        .values_list("pk", "ends", "table", "object_id", *COLUMNS)
    )


def _full_name(path: str) -> Any:
    return models.functions.Concat(
        f"{path}__first_name", Value(" "), f"{path}__last_name", output_field=models.CharField()
    )


def _condition(model: type[Grant], wanted: Wanted) -> Q:
    condition = Q()
    if wanted.state == "live":
        condition &= live_grants()
    elif wanted.state in _NARROWED:
        condition &= live_grants() & _NARROWED[wanted.state]()
    elif wanted.state == "over":
        condition &= ~live_grants()
    if wanted.role:
        condition &= Q(permission__codename=wanted.role.partition(".")[2])
    for word in wanted.person.split():
        condition &= (
            Q(user__email__icontains=word)
            | Q(user__first_name__icontains=word)
            | Q(user__last_name__icontains=word)
        )
    for word in wanted.name.split():
        condition &= Q((f"{model.NAMED_BY}__icontains", word))
    return condition


def _ending() -> Q:
    return Q(expires_on__lte=timezone.localdate() + dt.timedelta(days=ENDING_DAYS))


def _endless() -> Q:
    return Q(expires_on__isnull=True)


def _to_review() -> Q:
    long_ago = timezone.now() - dt.timedelta(days=CONFIRMED_DAYS)
    return _ending() | (_endless() & Q(granted_at__lte=long_ago))


def _dormant() -> Q:
    """Nobody came for long; who was given it a short time ago may not have had the occasion yet."""
    long_ago = timezone.now() - dt.timedelta(days=DORMANT_DAYS)
    never = Q(user__last_login__isnull=True, granted_at__lte=long_ago)
    return Q(user__last_login__lte=long_ago) | never


# What a grant in force is narrowed to.
_NARROWED: dict[str, Callable[[], Q]] = {
    "review": _to_review,
    "ending": _ending,
    "endless": _endless,
    "dormant": _dormant,
}


def _row(values: Sequence[Any]) -> GrantRow:
    pk, ends, table, object_id, *rest = values
    return GrantRow(pk, ends, table, tables()[table], object_id, *rest)


def _read_cursor(cursor: str) -> tuple[bool, tuple[dt.date, uuid.UUID] | None]:
    if not cursor:
        return False, None
    way, _sep, rest = cursor.partition("_")
    day, _sep, pk = rest.partition("_")
    try:
        ends, key = parse_date(day), uuid.UUID(pk)
    except ValueError:
        ends = None
    if ends is None or way not in ("after", "before"):
        raise Invalid(_("This page address is not valid. Go back to the list."))
    return way == "before", (ends, key)


def _write_cursor(row: GrantRow, *, backwards: bool) -> str:
    return f"{'before' if backwards else 'after'}_{row.ends.isoformat()}_{row.pk}"
