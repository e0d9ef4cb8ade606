"""What a sample is drawn from: for each kind its model, who sees which rows, its keys, what existed when."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from auditing.models import Population
from auditing.policy import CHANGE_SET_POLICY
from auditing.services.mandates import Mandate
from cases.models import Accommodation, Case, Placement
from cases.policy import ACCOMMODATION_POLICY, CASE_POLICY, PLACEMENT_POLICY, Action
from peph.access import Policy
from peph.audit.models import ChangeSet

# Rows read from the database at a time.
CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of population. `key` is the column a record is drawn by; it never changes and has an order."""

    model: Any
    policy: Policy
    key: str
    related: tuple[str, ...]
    label: Callable[[Any], str]
    case_of: Callable[[Any], Any]

    def existing(self, head: int, moment: dt.datetime) -> Q:
        """What was there at the drawing."""
        return Q(number__lte=head) if self.key == "number" else Q(created_at__lte=moment)

    def seen_by(self, mandate: Mandate, user: Any, rows: QuerySet | None = None) -> QuerySet:
        """The rows of `rows`, or of everything, that the mandate covers."""
        every = self.model._default_manager.all() if rows is None else rows
        return every.filter(self.policy.q(mandate.reader(user), Action.VIEW))

    def keys(self, rows: QuerySet) -> Iterator[str]:
        """The keys of these rows in ascending order, a chunk at a time."""
        # The whole row is not needed, and a list's order is another.
        found = rows.order_by(self.key).values_list(self.key, flat=True)
        return (str(key) for key in found.iterator(chunk_size=CHUNK))

    def records(self, keys: Iterable[str]) -> dict[str, Any]:
        """The records with these keys that still exist, by key."""
        rows = self.model._default_manager.select_related(*self.related)
        found = rows.filter(**{f"{self.key}__in": list(keys)})
        return {str(getattr(row, self.key)): row for row in found}


# File numbers, places and dates: a label is kept, so it names nobody.
SOURCES: dict[str, Source] = {
    Population.CASES: Source(
        model=Case,
        policy=CASE_POLICY,
        key="pk",
        related=("region",),
        label=lambda case: case.number,
        case_of=lambda case: case.pk,
    ),
    Population.PLACEMENTS: Source(
        model=Placement,
        policy=PLACEMENT_POLICY,
        key="pk",
        related=("case", "site__organization"),
        label=lambda placement: (
            f"{placement.case.number} – {placement.site} – {placement.planned_start}"
        ),
        case_of=lambda placement: placement.case_id,
    ),
    Population.ACCOMMODATIONS: Source(
        model=Accommodation,
        policy=ACCOMMODATION_POLICY,
        key="pk",
        related=("case",),
        label=lambda measure: f"{measure.case.number} – {measure.requested_on}",
        case_of=lambda measure: measure.case_id,
    ),
    Population.CHANGE_SETS: Source(
        model=ChangeSet,
        policy=CHANGE_SET_POLICY,
        key="number",
        related=(),
        label=lambda change_set: f"{change_set.number} – {change_set.verb}",
        case_of=lambda change_set: change_set.case_id,
    ),
}
