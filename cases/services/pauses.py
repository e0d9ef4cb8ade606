"""Pausing the reminders of a placement, and taking them up again."""

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Placement, ReminderPause
from cases.policy import PLACEMENT_POLICY, REMINDER_PAUSE_POLICY, Action
from cases.services.context import changing
from peph.errors import Conflict, Invalid
from peph.records import check_version, locked, save_valid
from peph.scopes import account_of

# A silence longer than this is a case to interrupt or to close.
LONGEST_DAYS = 92


def pause_reminders(placement: Placement, *, by: Any, reason: str, until: dt.date) -> ReminderPause:
    """Remind nobody of this placement up to and including `until`.

    Raises Forbidden, Conflict (case closed, paused already), Invalid.
    """
    with changing(placement.case, by=by, verb="cases.reminder.pause", reason=reason):
        # Who pauses and who pauses too go one by one.
        placement = locked(Placement.objects.select_related("case"), placement.pk)
        PLACEMENT_POLICY.check(by, Action.PAUSE, placement)
        if not placement.case.is_open:
            raise Conflict(_("This case is closed: reopen it first."))
        _check_until(until)
        _end_past(placement)
        if placement.reminderpauses.filter(ended_on__isnull=True).exists():
            raise Conflict(_("The reminders of this placement are already paused."))
        pause = ReminderPause.of(
            placement, reason=reason.strip(), until=until, paused_by=account_of(by)
        )
        save_valid(pause)
    return pause


def end_pause(pause: ReminderPause, *, by: Any, version: int | None = None) -> ReminderPause:
    """Take the reminders up again from today on. Raises Forbidden, Stale, Conflict (over already)."""
    with changing(pause.case, by=by, verb="cases.reminder.resume"):
        pause = locked(ReminderPause.objects.all(), pause.pk)
        REMINDER_PAUSE_POLICY.check(by, Action.EDIT, pause)
        check_version(pause, version)
        if not pause.is_live:
            raise Conflict(_("This pause is over already."))
        pause.ended_on = timezone.localdate()
        save_valid(pause)
    return pause


def _check_until(until: dt.date) -> None:
    today = timezone.localdate()
    if until < today:
        raise Invalid(fields={"until": [_("The last day is already past.")]})
    if until > today + dt.timedelta(days=LONGEST_DAYS):
        raise Invalid(
            fields={
                "until": [
                    _("A pause lasts %(days)s days at most: it can be renewed.")
                    % {"days": LONGEST_DAYS}
                ]
            }
        )


def _end_past(placement: Placement) -> None:
    """A pause that ran out by itself gets the day after its last as its end, and makes room."""
    for old in placement.reminderpauses.filter(
        ended_on__isnull=True, until__lt=timezone.localdate()
    ):
        old.ended_on = old.until + dt.timedelta(days=1)
        save_valid(old)
