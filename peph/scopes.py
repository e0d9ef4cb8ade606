"""What a person holds now, and what is closed to them: one query, remembered for the length of a request.

A *grant* is a row user × permission × object in a table of its own (django-guardian's direct foreign
key tables); a signed link stands for one as well. A *denial* takes an object away whatever is held. Both
are turned into conditions by `peph.access`.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import Q, Value
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from guardian.models import UserObjectPermissionBase


@dataclass(frozen=True)
class Scope:
    """What a person holds now: ids by (permission, label of the model the grant is on).

    `denied`: ids by label of the model, closed to the person whatever they hold.
    """

    user_id: Any = None
    held: Mapping[tuple[str, str], frozenset] = field(default_factory=dict)
    denied: Mapping[str, frozenset] = field(default_factory=dict)

    def ids(self, permission: str, on: str) -> frozenset:
        return self.held.get((permission, on), frozenset())


@dataclass(frozen=True)
class Bearer:
    """Who acts by a signed link: nobody with an account, holding what the link gives and no more.

    Stands where a person stands: `scope` holds the permission on the one object the link is about.
    """

    scope: Scope
    pk: Any = None
    is_active: bool = True


def account_of(actor: Any) -> Any:
    """The person behind an actor, for a column that names an account; None for a link or a job."""
    return actor if isinstance(actor, get_user_model()) else None


def live_grants(today: Any = None) -> Q:
    """Condition on a grant table: not expired. A grant holds through its last day."""
    day = today or timezone.localdate()
    return Q(expires_on__isnull=True) | Q(expires_on__gte=day)


def grant_models() -> list[type[models.Model]]:
    """Every grant table of the project, in a stable order."""
    found = [
        model
        for model in apps.get_models()
        if issubclass(model, UserObjectPermissionBase) and hasattr(model, "expires_on")
    ]
    return sorted(found, key=lambda model: model._meta.label)


# Label of a model → the rows that close its objects to a person, each with a `user`, and the path from there.
_denials: dict[str, tuple[Callable[[], models.QuerySet], str]] = {}


def register_denial(label: str, rows: Callable[[], models.QuerySet], at: str) -> None:
    """Say what closes objects of the model `label` to people: those found at `at` of the rows in force.

    An app calls it when it is ready. Raises ValueError for a second denial about the same model.
    """
    if _denials.setdefault(label, (rows, at)) != (rows, at):
        raise ValueError(f"What is closed of {label} is said already.")


_memo: ContextVar[dict[Any, Scope] | None] = ContextVar("scope_memo", default=None)


def scope_of(user: Any, *, fresh: bool = False) -> Scope:
    """What `user` holds, in one query over all grant tables; nothing for a disabled account.

    Remembered for the length of a request only (`ScopeMemoMiddleware`), and never for a decision
    about a write (`fresh`): an ended grant holds for nobody from the next request on.
    """
    if isinstance(user, Bearer):
        return user.scope
    if not getattr(user, "is_active", False) or user.pk is None:
        return Scope()
    memo = _memo.get()
    if memo is not None and not fresh and user.pk in memo:
        return memo[user.pk]
    held: dict[tuple[str, str], set] = {}
    denied: dict[str, set] = {}
    for label, permission, object_id in _held(user):
        if permission == _DENIED:
            denied.setdefault(label, set()).add(object_id)
        else:
            held.setdefault((permission, label), set()).add(object_id)
    scope = Scope(
        user.pk,
        {key: frozenset(ids) for key, ids in held.items()},
        {label: frozenset(ids) for label, ids in denied.items()},
    )
    if memo is not None:
        memo[user.pk] = scope
    return scope


# They stand in the statement for whoever asks and for the day.
_ANYBODY, _ANY_DAY = uuid.UUID(int=0), dt.date.min
# Where a grant has its permission. No codename is empty.
_DENIED = ""


def _held(user: Any) -> Iterator[tuple[str, str, Any]]:
    db = connections[DEFAULT_DB_ALIAS]
    key, day = user._meta.pk.get_db_prep_value, db.ops.adapt_datefield_value
    now = {key(_ANYBODY, db): key(user.pk, db), day(_ANY_DAY): day(timezone.localdate())}
    sql, parameters = _held_statement(db.vendor)
    with db.cursor() as cursor:
        cursor.execute(sql, [now.get(each, each) for each in parameters])
        for label, permission, object_id in cursor.fetchall():
            yield label, permission, apps.get_model(label)._meta.pk.to_python(object_id)


@cache
def _held_statement(vendor: str) -> tuple[str, tuple[Any, ...]]:
    """The union over all grant tables, built once a process: building takes longer than answering."""
    live = live_grants(_ANY_DAY)
    parts = [
        model._default_manager.filter(live, user_id=_ANYBODY)
        .annotate(on=Value(_label_of_object(model), output_field=models.CharField()))
        .order_by()
        .values_list("on", "permission__codename", "content_object_id")
        for model in grant_models()
    ]
    parts += [
        rows()
        .filter(user_id=_ANYBODY)
        .annotate(
            on=Value(label, output_field=models.CharField()),
            held=Value(_DENIED, output_field=models.CharField()),
        )
        .order_by()
        .values_list("on", "held", at)
        for label, (rows, at) in _denials.items()
    ]
    return parts[0].union(*parts[1:], all=True).query.sql_with_params()


def _label_of_object(grant_model: type[models.Model]) -> str:
    target: Any = grant_model._meta.get_field("content_object").related_model
    return target._meta.label


@contextmanager
def remembered_scopes() -> Iterator[None]:
    """Resolve each person's scope once inside the block."""
    token = _memo.set({})
    try:
        yield
    finally:
        _memo.reset(token)


def forget_scopes() -> None:
    """Called by whoever writes a grant, so that the same request sees it."""
    memo = _memo.get()
    if memo is not None:
        memo.clear()


class ScopeMemoMiddleware:
    """One scope query a request, whatever the number of rules asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with remembered_scopes():
            return self.get_response(request)
