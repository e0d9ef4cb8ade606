"""Reminders already sent, pauses of reminders, and the secret address of a calendar."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case
from cases.models.followups import FollowUp
from cases.models.parts import PlacementPart
from cases.policy import REMINDER_PAUSE_POLICY, Action
from organizations.models.regions import Region
from peph.audit.history import Tracked
from peph.records import Record


class Reminder(Record):
    """One reminder of one follow-up at one distance from its due day; the database refuses a second one."""

    follow_up = models.ForeignKey(
        FollowUp, on_delete=models.CASCADE, related_name="reminders", verbose_name=_("follow-up")
    )
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="+", verbose_name=_("case")
    )
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("region")
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("recipient"),
    )
    due_on = models.DateField(_("due"))
    days = models.SmallIntegerField(_("days after the due day"))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    history = Tracked()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ("created_at", "id")
        default_permissions = ()
        constraints = [
            # A follow-up that moves to another day is reminded of anew.
            models.UniqueConstraint(
                fields=("follow_up", "due_on", "days", "recipient"), name="reminder_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.follow_up_id} {self.days:+d}"


class ReminderPauseQuerySet(models.QuerySet["ReminderPause"]):
    def visible_to(self, user: Any) -> "ReminderPauseQuerySet":
        return self.filter(REMINDER_PAUSE_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "ReminderPauseQuerySet":
        """Load each pause knowing what `user` may do with it."""
        return self.annotate(**REMINDER_PAUSE_POLICY.flags(user))

    def live(self, day: dt.date | None = None) -> "ReminderPauseQuerySet":
        """Holding on `day`: not ended, and its last day is not past."""
        return self.filter(ended_on__isnull=True, until__gte=day or timezone.localdate())


class ReminderPause(PlacementPart):
    """Nobody is reminded of this placement until that day: a call settled it."""

    reason = models.CharField(_("reason"), max_length=400)
    until = models.DateField(_("until"))
    ended_on = models.DateField(_("taken up again"), null=True, editable=False)
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("paused by"),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    history = Tracked(personal=("reason",))
    objects = ReminderPauseQuerySet.as_manager()

    class Meta(PlacementPart.Meta):
        abstract = False
        verbose_name = _("pause of the reminders")
        verbose_name_plural = _("pauses of the reminders")
        constraints = [
            models.UniqueConstraint(
                fields=("placement",),
                condition=Q(ended_on__isnull=True),
                name="reminder_pause_one_a_placement",
                violation_error_message=_("The reminders of this placement are already paused."),
            ),
        ]

    def __str__(self) -> str:
        return self.reason

    @property
    def is_live(self) -> bool:
        """Whether it holds today: it was not ended, and its last day is not past."""
        return self.ended_on is None and self.until >= timezone.localdate()


class CalendarFeed(Record):
    """The secret address of a person's calendar; only its digest is kept. A new one ends the old one."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="calendar_feed",
        verbose_name=_("person"),
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    history = Tracked(hidden=("digest",))

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.user)
