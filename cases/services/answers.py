"""How many of the links sent were answered, and how fast, by region and task.

How it is counted, and why, is in docs/hosts-answer.md.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from cases.models import TaskLink
from cases.policy import ANSWER_RATE_POLICY, Action
from organizations.models import Region
from peph.moments import midnight

USUAL_DAYS = 365
# The best peer published went from 10 % of forms answered to 75 %, by links (docs/hosts-answer.md).
BEST_PEER = 75


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Links first sent in a period; `task` empty: all tasks together."""

    region: Region | None
    task: str
    sent: int
    answered: int
    median_days: float | None = None

    @property
    def percent(self) -> int | None:
        """Of 100 links sent, how many were answered; None when none was sent."""
        return round(100 * self.answered / self.sent) if self.sent else None

    @property
    def task_label(self) -> Any:
        return TaskLink.Task(self.task).label if self.task else ""


def usual_period(today: dt.date | None = None) -> tuple[dt.date, dt.date]:
    """The last twelve months, today included."""
    until = today or timezone.localdate()
    return until - dt.timedelta(days=USUAL_DAYS - 1), until


def may_read(user: Any) -> bool:
    """Whether the figures of some region are this person's to read."""
    return ANSWER_RATE_POLICY.anywhere(user, Action.VIEW)


def answer_rates(user: Any, *, since: dt.date, until: dt.date) -> list[Rate]:
    """What `user` may read: each region in order, all its tasks first, then each task; the total last."""
    found: dict[tuple[str, str], list[int | None]] = defaultdict(list)
    rows = _first_sent(user, since, until).order_by()
    for region, task, created_at, answered_on in rows.values_list(
        "region__code", "task", "created_at", "answered_on"
    ):
        sent_on = timezone.localdate(created_at)
        days = None if answered_on is None else max((answered_on - sent_on).days, 0)
        for key in ((region, ""), (region, task), ("", ""), ("", task)):
            found[key].append(days)
    regions = {region.code: region for region in Region.objects.all()}
    codes = [*(code for code in sorted(regions) if (code, "") in found), ""]
    return [
        _rate(regions.get(code), task, found[code, task])
        for code in codes
        for task in ("", *TaskLink.Task.values)
        if (code, task) in found
    ]


def _rate(region: Region | None, task: str, days: Iterable[int | None]) -> Rate:
    all_days = list(days)
    known = [each for each in all_days if each is not None]
    return Rate(
        region=region,
        task=task,
        sent=len(all_days),
        answered=len(known),
        median_days=median(known) if known else None,
    )


def rates_by_region(user: Any, *, since: dt.date, until: dt.date) -> list[Rate]:
    """The regions alone, counted by the database: what a first page can afford."""
    counted = {
        row["region"]: row
        for row in _first_sent(user, since, until)
        .order_by()
        .values("region")
        .annotate(sent=Count("pk"), answered=Count("pk", filter=Q(answered_on__isnull=False)))
    }
    return [
        Rate(
            region=region,
            task="",
            sent=counted[region.pk]["sent"],
            answered=counted[region.pk]["answered"],
        )
        for region in Region.objects.all()
        if region.pk in counted
    ]


def _first_sent(user: Any, since: dt.date, until: dt.date) -> QuerySet[TaskLink]:
    seen: Any = ANSWER_RATE_POLICY.q(user, Action.VIEW)
    return TaskLink.objects.filter(
        seen,
        created_at__gte=midnight(since),
        created_at__lt=midnight(until + dt.timedelta(days=1)),
    )
