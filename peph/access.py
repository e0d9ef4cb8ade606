"""The policy engine: one rule gives the list's scope, the object's check and the page's abilities.

A *rule* turns what a person holds (`peph.scopes`) into conditions on a model. No domain word lives here:
each app declares its rules in its `policy.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value

from peph.errors import Forbidden
from peph.scopes import Scope, scope_of

EVERYTHING = Q(pk__isnull=False)
NOTHING = Q(pk__in=())


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
class Not(Rule):
    """Every row but those `rule` reaches: takes away from what another rule gives; combine it with `&`."""

    rule: Rule

    def q(self, scope: Scope) -> Q:
        condition = self.rule.q(scope)
        if condition in (EVERYTHING, NOTHING):
            return NOTHING if condition == EVERYTHING else EVERYTHING
        return ~condition


@dataclass(frozen=True)
class Denied(Rule):
    """Rows whose `on` object, found at `at`, is closed to the person whatever they hold.

    What a policy takes away with `unless=`; for whoever nothing is closed to, it is nowhere in the SQL.
    """

    on: str
    at: str = "pk"

    def q(self, scope: Scope) -> Q:
        ids = scope.denied.get(self.on)
        return Q((f"{self.at}__in", sorted(ids))) if ids else NOTHING


@dataclass(frozen=True)
class Unless(Rule):
    """What `rule` gives, less what `denial` reaches: a denial beats every grant.

    Each branch of the rule stays a branch of its own, with its index.
    """

    rule: Rule
    denial: Rule

    def q(self, scope: Scope) -> Q:
        return _less(self.rule.q(scope), self.denial.q(scope))

    def branches(self, scope: Scope) -> list[Q]:
        denied = self.denial.q(scope)
        return [_less(branch, denied) for branch in self.rule.branches(scope)]


def _less(condition: Q, denied: Q) -> Q:
    if NOTHING in (condition, denied):
        return condition
    return ~denied if condition == EVERYTHING else condition & ~denied


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
    """Action → rule, for one model. Every question about who may do what is one of these methods.

    `unless` is taken away from every action.
    """

    def __init__(self, rules: Mapping[str, Rule], *, unless: Rule | None = None) -> None:
        self.rules = {
            str(action): rule if unless is None else Unless(rule, unless)
            for action, rule in rules.items()
        }

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
