"""The history narrowed by what is asked and by what its reader may see, in the order of its numbers.

The index gives candidates in order; the policy, and what the index cannot tell exactly, judge each of
them before it is shown. A place of the scope counts where a set names it, or its case stands there now.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from auditing.policy import CHANGE_SET_POLICY, CHANGED_ROW_POLICY, TOUCHED_POLICY
from cases.policy import Action
from peph.access import EVERYTHING
from peph.audit import index
from peph.audit.index_terms import field_term, kind_term, now_term, place_term
from peph.audit.models import ChangedRow, ChangeSet
from peph.audit.questions import Condition, Question, first_number_at, numbers
from peph.moments import midnight
from peph.paging import Order, Page, page_of

NEWEST_NUMBER_FIRST = Order("number")
# Change sets a list takes into the index before it answers; a job does the rest.
MOST_INDEXED = 1000
# A set has its moment before it queues for its number: no queue is as long as this.
SLACK = dt.timedelta(hours=1)
_MOST_CANDIDATES = 2000
BATCH = 200


@dataclass(frozen=True)
class Search:
    """What is looked for: candidates by the index, and what each must hold besides (None: nothing)."""

    question: Question
    exact: Q | None = None
    behind: int = 0

    def page(self, cursor: str = "", size: int = 25) -> Page:
        """One page, newest first. Raises Invalid on a cursor that is not ours."""
        return page_of(self._fetch, order=NEWEST_NUMBER_FIRST, cursor=cursor, size=size)

    def count(self, most: int = 1000) -> int:
        """How many there are, counted no further than `most` + 1."""
        if self.exact is None:
            return len(numbers(self.question, limit=most + 1))
        return len(self._fetch(False, None, most + 1, only="number"))

    def keys(self, most: int) -> list[Any]:
        """The keys of the first ones, for the access log."""
        return self._fetch(False, None, most, only="pk")

    def batches(self) -> Iterator[list[ChangeSet]]:
        """All of it, newest first, a few at a time: memory stays flat."""
        edge = None
        while rows := self._fetch(False, edge and (edge, None), BATCH):
            yield rows
            edge = rows[-1].number

    def _fetch(self, backwards: bool, key: Any, limit: int, only: str = "") -> list[Any]:
        """The next change sets beyond a key, or of each of them `only` one column."""
        edge = int(key[0]) if key else None
        found: list[Any] = []
        asked = limit
        while True:
            candidates = numbers(self.question, edge=edge, backwards=backwards, limit=asked)
            if candidates:
                sets = ChangeSet.objects.filter(number__in=candidates)
                if self.exact is not None:
                    sets = sets.filter(self.exact)
                sets = sets.order_by("number" if backwards else "-number")
                found += sets.values_list(only, flat=True) if only else sets
            if len(found) >= limit or len(candidates) < asked:
                return found[:limit]
            edge = candidates[-1]
            asked = min(2 * asked, _MOST_CANDIDATES)


def search(user: Any, asked: Mapping[str, Any]) -> Search:
    """What `asked` (the cleaned filter, empty values left out) finds in the history `user` may see."""
    scope = scope_condition(user)
    least, most, moments = _period(asked.get("since"), asked.get("until"))
    conditions = [*_columns(asked), *_terms(asked)]
    if scope is not None:
        conditions.append(scope)
    seen = CHANGE_SET_POLICY.q(user, Action.VIEW)
    question = Question(tuple(conditions), least, most)
    checks = [*moments]
    if scope is not None or seen != EVERYTHING:
        checks += [seen, *_not_telling(user, scope, asked)]
    exact = Q(*checks) if checks else None
    return Search(question, exact, index.catch_up(MOST_INDEXED) if question.needs_index else 0)


def scope_condition(user: Any) -> Condition | None:
    """What the reader may see, as terms of the index; None for who sees everything."""
    terms = []
    for branch in TOUCHED_POLICY.branches(user, Action.VIEW):
        if branch == EVERYTHING:
            return None
        # Each is one column and one key.
        ((name, key),) = branch.deconstruct()[1]
        terms += [place_term(name.removesuffix("_id"), key), now_term(key)]
    return Condition(tuple(terms))


def _columns(asked: Mapping[str, Any]) -> Iterator[Condition]:
    for name, column in (("people", "actor_id"), ("cases", "case")):
        if name in asked:
            yield Condition(tuple(asked[name]), column)
    for name in ("role", "channel", "verb"):
        if asked.get(name):
            yield Condition((asked[name],), name)


def _terms(asked: Mapping[str, Any]) -> Iterator[Condition]:
    for name in ("region", "organization"):
        if asked.get(name):
            yield Condition((place_term(name, asked[name].pk),))
    if asked.get("kind"):
        yield Condition((kind_term(asked["kind"]),))
    if asked.get("field"):
        label, _dot, field = asked["field"].rpartition(".")
        yield Condition((field_term(label, field),))


def _period(since: dt.date | None, until: dt.date | None) -> tuple[int | None, int | None, list[Q]]:
    """The numbers of some days, a little wide, and the exact moments."""
    least = most = None
    moments = []
    if since:
        moments.append(Q(GreaterThanOrEqual(_unindexed_at(), midnight(since))))
        # Nothing so late: no number is.
        least = first_number_at(midnight(since) - SLACK) or 2**62
    if until:
        end = midnight(until + dt.timedelta(days=1))
        moments.append(Q(LessThan(_unindexed_at(), end)))
        most = first_number_at(end + SLACK)
    return least, most, moments


def _unindexed_at() -> Coalesce:
    """The moment, where the numbers already lead: its own index would read the whole period."""
    return Coalesce(F("at"), F("at"))


def _not_telling(user: Any, scope: Condition | None, asked: Mapping[str, Any]) -> Iterator[Q]:
    """An import touches several regions: a filter must not tell what it did outside the scope."""
    seen = CHANGED_ROW_POLICY.q(user, Action.VIEW)
    rows = ChangedRow.objects.filter(seen, change_set=OuterRef("pk")).order_by()
    for name in ("region", "organization"):
        if asked.get(name) and (
            scope is None or place_term(name, asked[name].pk) not in scope.values
        ):
            own = {f"{name}_id": asked[name].pk}
            yield Q(**own) | Q(Exists(rows.filter(**own)))
    kinds = {asked.get("kind"), (asked.get("field") or "").rpartition(".")[0]} - {None, ""}
    for kind in kinds:
        yield Q(Exists(rows.filter(model=kind)))
