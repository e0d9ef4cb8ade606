"""What the links sent out say of the key they were signed with: how many still need it."""

import datetime as dt

from django.db.models import Max
from django.utils import timezone

from cases.models import TaskLink
from peph.keys import steps


def open_links(since: dt.datetime) -> tuple[int, dt.date | None]:
    """Links sent before that moment that somebody may still answer, and the last day of the last one."""
    rows = TaskLink.objects.awaiting().filter(
        sent_at__lt=since, expires_on__gte=timezone.localdate()
    )
    return rows.count(), rows.aggregate(last=Max("expires_on"))["last"]


def register() -> None:
    steps.register_signed("Links to one task", open_links)
