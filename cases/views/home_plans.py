"""The first page's block of reports: whom a host has told nothing of for more than five weeks."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Placement, Report, Suspension
from cases.policy import PLACEMENT_POLICY, Action
from cases.views.home_blocks import MOST_COUNTED, MOST_ROWS, Block
from cases.workflow import PlacementStatus
from peph.paging import count_up_to

REPORT_DAYS = 35
AT_WORK = (PlacementStatus.ACTIVE, PlacementStatus.EXTENDED)


@dataclass(frozen=True, slots=True)
class Expected:
    """A placement whose report is expected, and the last day reported on, if any."""

    placement: Placement
    told_until: dt.date | None


def report_blocks(user: Any) -> list[Block]:
    """Hosts: the reports that are expected of them, the longest silence first."""
    found = _silent(timezone.localdate() - dt.timedelta(days=REPORT_DAYS)).filter(
        PLACEMENT_POLICY.q(user, Action.REPORT)
    )
    rows = found.with_people().annotate(told_until=Max("reports__to_on"))  # type: ignore[attr-defined]
    shown = rows.order_by("told_until", "started_on", "pk")[:MOST_ROWS]
    return [
        Block(
            name="reports-expected",
            kind="reports",
            title=_("Progress reports expected"),
            rows=[Expected(placement, placement.told_until) for placement in shown],
            count=count_up_to(found, MOST_COUNTED),
            empty=_("Every placement under way was reported on within the last 35 days."),
        )
    ]


def _silent(since: dt.date) -> QuerySet[Placement]:
    """At work since before that day, back from no suspension after it, and nothing reported after it."""
    reported = Report.objects.filter(placement=OuterRef("pk"), to_on__gte=since)
    back = Suspension.objects.filter(placement=OuterRef("pk"), resumed_on__gte=since)
    return Placement.objects.filter(
        ~Exists(reported), ~Exists(back), status__in=AT_WORK, started_on__lt=since
    )
