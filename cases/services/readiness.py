"""Whether everything a person needs is there before the first day: one function of a placement's measures."""

import datetime as dt
from dataclasses import dataclass

from django.db import models
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Accommodation, Placement
from cases.models.accommodation_rows import IN_PLACE
from cases.workflow import PLACEMENT_CURRENT, PLACEMENT_STARTED, AccommodationStatus

THERE = IN_PLACE | {AccommodationStatus.RETURNED}


class ReadinessState(models.TextChoices):
    READY = "ready", _("Ready")
    WAITING = "waiting", _("Not ready")
    NOTHING_NEEDED = "nothing_needed", _("Nothing needed")


@dataclass(frozen=True, slots=True)
class Readiness:
    """`waiting` is not in place; `late` will not be, or was not, on the first day."""

    state: ReadinessState
    waiting: tuple[Accommodation, ...] = ()
    late: tuple[Accommodation, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether the first day finds, or found, everything in place."""
        return self.state != ReadinessState.WAITING and not self.late


def readiness(placement: Placement, today: dt.date | None = None) -> Readiness:
    """Ready, waiting for which measures, or nothing needed. Measures asked for later do not count.

    Reads `placement.accommodations`, prefetched for a list.
    """
    day = today or timezone.localdate()
    wanted = [each for each in placement.accommodations.all() if each.is_for_day_one]
    waiting = tuple(each for each in wanted if each.is_pending)
    there = [each for each in wanted if each.status in THERE]
    if waiting:
        late = tuple(each for each in waiting if each.is_late_on(day))
        return Readiness(ReadinessState.WAITING, waiting, late)
    if not there:
        return Readiness(ReadinessState.NOTHING_NEEDED)
    first_day = placement.started_on
    after = [
        each for each in there if first_day and each.in_place_on and each.in_place_on > first_day
    ]
    return Readiness(ReadinessState.READY, late=tuple(after))


def starting_unready(days: int, today: dt.date | None = None) -> QuerySet[Placement]:
    """Placements not begun whose first day is at most `days` away, and that wait for a measure."""
    day = today or timezone.localdate()
    waited_for = Accommodation.objects.pending().filter(placement=OuterRef("pk"))
    return Placement.objects.filter(
        Exists(waited_for),
        status__in=PLACEMENT_CURRENT - PLACEMENT_STARTED,
        planned_start__lte=day + dt.timedelta(days=days),
    )
