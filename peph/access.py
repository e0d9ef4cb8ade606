"""The policy engine: one rule gives the list's scope, the object's check and the page's abilities.

A *grant* is a row user × permission × object in a table of its own (django-guardian's direct foreign
key tables). A *rule* turns what a person holds into conditions on a model. No domain word lives here:
each app declares its rules in its `policy.py`.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, reduce
from operator import and_, or_
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import Exists, OuterRef, Q, Value
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from guardian.models import UserObjectPermissionBase

from peph.errors import Forbidden

EVERYTHING = Q(pk__isnull=False)
NOTHING = Q(pk__in=())


@dataclass(frozen=True)
class Scope:
    """What a person holds now: ids by (permission, label of the model the grant is on)."""

    user_id: Any = None
    held: Mapping[tuple[str, str], frozenset] = field(default_factory=dict)

    def ids(self, permission: str, on: str) -> frozenset:
        return self.held.get((permission, on), frozenset())


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


_memo: ContextVar[dict[Any, Scope] | None] = ContextVar("scope_memo", default=None)


def scope_of(user: Any, *, fresh: bool = False) -> Scope:
    """What `user` holds, in one query over all grant tables; nothing for a disabled account.

    Remembered for the length of a request only (`ScopeMemoMiddleware`), and never for a decision
    about a write (`fresh`): an ended grant holds for nobody from the next request on.
    """
    if not getattr(user, "is_active", False) or user.pk is None:
        return Scope()
    memo = _memo.get()
    if memo is not None and not fresh and user.pk in memo:
        return memo[user.pk]
    held: dict[tuple[str, str], set] = {}
    for label, permission, object_id in _held(user):
        held.setdefault((permission, label), set()).add(object_id)
    scope = Scope(user.pk, {key: frozenset(ids) for key, ids in held.items()})
    if memo is not None:
        memo[user.pk] = scope
    return scope


# They stand in the statement for whoever asks and for the day.
_ANYBODY, _ANY_DAY = uuid.UUID(int=0), dt.date.min


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


# ------------------------------------------------------------------ rules
class Rule:
    """A condition on rows that depends on what the person holds."""

    def q(self, scope: Scope) -> Q:
        """The condition, for a filter."""
        branches = self.branches(scope)
        return reduce(or_, branches) if branches else NOTHING

    def branches(self, scope: Scope) -> list[Q]:
        """The same rows as a list of narrow conditions, each served by one index (see `peph.paging`)."""
        condition = self.q(scope)
        return [] if condition == NOTHING else [condition]

    def __or__(self, other: "Rule") -> "Rule":
        return AnyOf((self, other))

    def __and__(self, other: "Rule") -> "Rule":
        return AllOf((self, other))


@dataclass(frozen=True)
class Granted(Rule):
    """The person holds `permission` on the `on` object found at `at`; without `at`, on all rows."""

    permission: str
    on: str
    at: str | None = "pk"
    few: bool = False  # such an object has a handful of rows: all are cheaper sorted than merged

    def q(self, scope: Scope) -> Q:
        ids = scope.ids(self.permission, self.on)
        if not ids:
            return NOTHING
        return EVERYTHING if self.at is None else Q((f"{self.at}__in", sorted(ids)))

    def branches(self, scope: Scope) -> list[Q]:
        ids = scope.ids(self.permission, self.on)
        if self.at is None or self.few:
            return [self.q(scope)] if ids else []
        return [Q((self.at, pk)) for pk in sorted(ids)]


@dataclass(frozen=True)
class AnyOf(Rule):
    rules: tuple[Rule, ...]

    def q(self, scope: Scope) -> Q:
        parts = [part for rule in self.rules if (part := rule.q(scope)) != NOTHING]
        if EVERYTHING in parts:
            return EVERYTHING
        return reduce(or_, parts) if parts else NOTHING

    def branches(self, scope: Scope) -> list[Q]:
        found = [branch for rule in self.rules for branch in rule.branches(scope)]
        return [EVERYTHING] if EVERYTHING in found else found


@dataclass(frozen=True)
class AllOf(Rule):
    rules: tuple[Rule, ...]

    def q(self, scope: Scope) -> Q:
        parts = [rule.q(scope) for rule in self.rules]
        if NOTHING in parts:
            return NOTHING
        narrowing = [part for part in parts if part != EVERYTHING]
        return reduce(and_, narrowing) if narrowing else EVERYTHING


@dataclass(frozen=True)
class Where(Rule):
    """A condition on the row itself, the same for everybody; combine it with `&`.

    Called at each use, so that it may depend on today's date.
    """

    condition: Callable[[], Q]

    def q(self, scope: Scope) -> Q:
        return self.condition()


@dataclass(frozen=True)
class Oneself(Rule):
    """The row names the person at `at`."""

    at: str

    def q(self, scope: Scope) -> Q:
        return Q((self.at, scope.user_id)) if scope.user_id else NOTHING


@dataclass(frozen=True)
class Through(Rule):
    """Rows that a row of `model` reached by `rule` points to with `column`."""

    model: str
    column: str
    rule: Rule
    at: str = "pk"

    def q(self, scope: Scope) -> Q:
        condition = self.rule.q(scope)
        if condition == NOTHING:
            return NOTHING
        # EXISTS, not IN: to judge one row SQLite would gather the whole scope first.
        rows = apps.get_model(self.model)._default_manager.filter(condition)
        return Q(Exists(rows.filter(**{self.column: OuterRef(self.at)}).order_by()))


class Policy:
    """Action → rule, for one model. Every question about who may do what is one of these methods."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self.rules = {str(action): rule for action, rule in rules.items()}

    def q(self, user: Any, action: str, *, fresh: bool = False) -> Q:
        """Condition selecting the rows on which `user` may do `action`."""
        scope = scope_of(user, fresh=fresh)
        return self.rules[str(action)].q(scope) if scope.user_id else NOTHING

    def branches(self, user: Any, action: str) -> list[Q]:
        scope = scope_of(user)
        return self.rules[str(action)].branches(scope) if scope.user_id else []

    def flags(self, user: Any) -> dict[str, models.Expression]:
        """One boolean annotation per action: `can_view`, `can_edit`…"""
        return {
            f"can_{action.replace('-', '_')}": _flag(self.q(user, action)) for action in self.rules
        }

    def allows(self, user: Any, action: str, obj: models.Model, *, fresh: bool = False) -> bool:
        condition = self.q(user, action, fresh=fresh)
        if condition in (EVERYTHING, NOTHING):
            return condition == EVERYTHING
        return type(obj)._base_manager.filter(condition, pk=obj.pk).exists()

    def check(self, user: Any, action: str, obj: models.Model) -> None:
        """Raise `Forbidden` unless `user` may do `action` on `obj` at this very moment."""
        if not self.allows(user, action, obj, fresh=True):
            raise Forbidden

    def anywhere(self, user: Any, action: str) -> bool:
        """Whether the person may do `action` on some row that could exist: what a menu asks."""
        return self.q(user, action) != NOTHING


def _flag(condition: Q) -> models.Expression:
    if condition in (EVERYTHING, NOTHING):
        return Value(condition == EVERYTHING, output_field=models.BooleanField())
    return models.Case(
        models.When(condition, then=Value(True)),
        default=Value(False),
        output_field=models.BooleanField(),
    )
