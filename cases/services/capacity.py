"""Places by host organisation, region and fiscal year of the call: offered, retained, filled, free.

A placement counts with its project, wherever its participant comes from; one opened without a match
takes no seat and is not counted here.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from cases.models import Placement
from cases.workflow import PLACEMENT_CURRENT, PLACEMENT_SEATED, PlacementStatus
from organizations.models import HostOrganization, Project, Region
from organizations.workflow import PROJECT_RETAINED, ProjectStatus
from peph.fiscal import fiscal_year_label

FREEING_DAYS = 60
# Seats that are still filled: those of a completed project are not.
STILL_FILLED = frozenset({ProjectStatus.SELECTED, ProjectStatus.OPEN, ProjectStatus.FILLED})
# What its host or the programme took back is not offered any more.
TAKEN_BACK = (ProjectStatus.WITHDRAWN, ProjectStatus.CANCELLED)
KEY = ("organization_id", "region_id", "call__fiscal_year")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """How many places there are of each kind."""

    offered: int = 0
    retained: int = 0
    filled: int = 0
    completed: int = 0
    free: int = 0
    freeing: int = 0


@dataclass(frozen=True, slots=True)
class CapacityRow:
    """The places of one organisation in one region and fiscal year."""

    organization: HostOrganization
    region: Region
    fiscal_year: int
    places: Places

    @property
    def fiscal_year_label(self) -> str:
        return fiscal_year_label(self.fiscal_year)


@dataclass(frozen=True, slots=True)
class Capacity:
    """The rows and their totals."""

    rows: list[CapacityRow]
    totals: Places


def capacity(projects: QuerySet[Project], *, today: dt.date | None = None) -> Capacity:
    """The places of these projects, already narrowed to what the reader may count. Four queries."""
    day = (today or timezone.localdate()) + dt.timedelta(days=FREEING_DAYS)
    submitted = Q(submitted_on__isnull=False) & ~Q(status__in=TAKEN_BACK)
    seats = _by_key(
        projects,
        KEY,
        offered=Sum("seats", filter=submitted, default=0),
        retained=Sum("seats", filter=Q(status__in=PROJECT_RETAINED), default=0),
        to_fill=Sum("seats", filter=Q(status__in=STILL_FILLED), default=0),
    )
    current = Q(status__in=PLACEMENT_CURRENT)
    seated = _by_key(
        Placement.objects.filter(project__in=projects.order_by().values("pk")),
        tuple(f"project__{name}" for name in KEY),
        filled=Count("pk", filter=current),
        completed=Count("pk", filter=Q(status=PlacementStatus.COMPLETED)),
        freeing=Count("pk", filter=current & Q(planned_end__lte=day)),
        taken=Count(
            "pk",
            filter=Q(status__in=PLACEMENT_SEATED, project__status__in=STILL_FILLED),
        ),
    )
    organizations = HostOrganization.objects.in_bulk({key[0] for key in seats})
    regions = Region.objects.in_bulk({key[1] for key in seats})
    rows = [
        CapacityRow(organizations[key[0]], regions[key[1]], key[2], _places(found, seated.get(key)))
        for key, found in seats.items()
        if any(found.values()) or key in seated
    ]
    rows.sort(key=lambda row: (-row.fiscal_year, row.organization.acronym, row.region.code))
    return Capacity(rows, _total(row.places for row in rows))


def _by_key(rows: QuerySet, key: tuple[str, ...], **counts: Any) -> dict[Any, dict[str, int]]:
    found = rows.order_by().values(*key).annotate(**counts)
    return {tuple(row[name] for name in key): {name: row[name] for name in counts} for row in found}


def _places(seats: dict[str, int], seated: dict[str, int] | None) -> Places:
    people = seated or {"filled": 0, "completed": 0, "freeing": 0, "taken": 0}
    return Places(
        offered=seats["offered"],
        retained=seats["retained"],
        filled=people["filled"],
        completed=people["completed"],
        free=max(0, seats["to_fill"] - people["taken"]),
        freeing=people["freeing"],
    )


def _total(rows: Iterable[Places]) -> Places:
    kept = list(rows)
    return Places(**{name: sum(getattr(each, name) for each in kept) for name in Places.__slots__})
