"""Sending what is due: one message a person and day, written with the reminders it stands for.

However often and on however many machines it runs: the key of the message and the rows of the reminders
are unique in the database, and both are written in one change.
"""

import datetime as dt
import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.http import Http404
from django.utils import timezone

from cases.models import FollowUp, Reminder
from cases.policy import FOLLOW_UP_POLICY, Action
from cases.services.due_reminders import Wanted, to_remind, wanted
from cases.services.letters import reminder_letter
from peph.audit.changes import SYSTEM, change
from peph.outbox.services import post
from peph.records import locked

logger = logging.getLogger(__name__)


@dataclass
class Sent:
    """What a run of the reminders wrote, and whom it could not write to."""

    messages: int = 0
    reminders: int = 0
    problems: list[str] = field(default_factory=list)


def send_reminders(
    day: dt.date | None = None,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Sent:
    """Queue today's message of everybody who is to be reminded of something."""
    day = day or timezone.localdate()
    people = sorted(wanted(day).items())
    result = Sent()
    for done, (person, reminders) in enumerate(people, 1):
        try:
            count = remind(person, reminders, day=day)
        except ValueError as error:
            # An address that is none: the others get theirs.
            logger.error("No reminder could be written to %s", person)
            result.problems.append(f"{person}: {error}")
        else:
            result.reminders += count
            result.messages += count > 0
        progress(done, len(people))
    return result


def remind(person: uuid.UUID, reminders: Sequence[Wanted], *, day: dt.date) -> int:
    """Write these reminders and the one message of the day; how many were written.

    What was done, moved, paused, hidden or reminded of since it was found is left out. None are written
    when the person's message of the day is there already: they go with tomorrow's.
    """
    with change(by=SYSTEM, verb="cases.reminder.send"):
        # The person's row is the turnstile: two runs that found the same go through one by one.
        try:
            user = locked(get_user_model()._default_manager.filter(is_active=True), person)
        except Http404:
            return 0
        rows = _still_wanted(user, reminders, day)
        if not rows:
            return 0
        subject, body = reminder_letter(user, rows, day=day)
        if not post(
            key=f"reminder:{user.pk}:{day}",
            to=user.email,
            language=user.language,
            subject=subject,
            body=body,
        ):
            return 0
        Reminder.objects.bulk_create(rows)
    return len(rows)


def _still_wanted(user: Any, reminders: Sequence[Wanted], day: dt.date) -> list[Reminder]:
    """The reminders to write, the most urgent first, judged again now that nobody else can."""
    keys = {each.follow_up_id for each in reminders}
    follow_ups: dict[uuid.UUID, FollowUp] = (
        to_remind(day)
        .filter(FOLLOW_UP_POLICY.q(user, Action.VIEW, fresh=True))
        .select_related("case", "step", "region", "responsible", "case__coordinator")
        .in_bulk(keys)
    )
    sent = set(
        Reminder.objects.filter(recipient=user, follow_up__in=keys).values_list(
            "follow_up_id", "due_on", "days"
        )
    )
    found = []
    for each in reminders:
        follow_up = follow_ups.get(each.follow_up_id)
        if follow_up is None or follow_up.due_on != each.due_on:
            continue
        if (each.follow_up_id, each.due_on, each.days) in sent:
            continue
        found.append(
            Reminder(
                follow_up=follow_up,
                case_id=follow_up.case_id,
                region_id=follow_up.region_id,
                recipient=user,
                due_on=each.due_on,
                days=each.days,
            )
        )
    return sorted(found, key=lambda row: (row.due_on, str(row.follow_up_id)))
