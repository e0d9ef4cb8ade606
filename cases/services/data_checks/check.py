"""What a check of the data is, whose eyes its problems are for, and what was set aside."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from cases.models import Case, Dismissal
from cases.policy import CASE_POLICY, Action
from peph.access import EVERYTHING


@dataclass(frozen=True, slots=True)
class DataCheck:
    """One check: `find(today)` gives the records at fault, each with `since`; `case` leads to its case."""

    code: str
    label: Any
    advice: Any
    find: Callable[[dt.date], QuerySet[Any]]
    case: str = ""

    def at(self, field: str) -> str:
        """The path of a field of the case, from the record at fault."""
        return f"{self.case}__{field}" if self.case else field

    def problems(self, today: dt.date | None = None) -> QuerySet[Any]:
        """The records at fault, less those set aside."""
        day = today or timezone.localdate()
        aside = Dismissal.objects.filter(
            Q(until__isnull=True) | Q(until__gte=day),
            check_code=self.code,
            object_id=OuterRef("pk"),
        )
        return self.find(day).filter(~Exists(aside))

    def visible_to(self, user: Any) -> QuerySet[Any]:
        """Those of the cases the person answers for or audits."""
        scope = CASE_POLICY.q(user, Action.AUDIT)
        found = self.problems()
        if scope == EVERYTHING:
            return found
        if not self.case:
            return found.filter(scope)
        return found.filter(case__in=Case.objects.filter(scope))

    def with_people(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """What a line shows, in one query."""
        related = ("participant", "region", "coordinator")
        return rows.select_related(*(self.at(name) for name in related))

    def case_of(self, row: Any) -> Case:
        """The case of a record at fault."""
        return row.case if self.case else row
