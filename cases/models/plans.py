"""The plan of a placement: what is to be learned, and how it goes, told period by period."""

from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.followups import FollowUp
from cases.models.parts import PlacementPart
from cases.policy import OBJECTIVE_POLICY, REPORT_POLICY, Action
from peph.audit.history import Tracked


class ObjectiveQuerySet(models.QuerySet["Objective"]):
    def visible_to(self, user: Any) -> "ObjectiveQuerySet":
        return self.filter(OBJECTIVE_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "ObjectiveQuerySet":
        """Load each objective knowing what `user` may do with it."""
        return self.annotate(**OBJECTIVE_POLICY.flags(user))


class Objective(PlacementPart):
    """One objective of the plan: how one sees that it is reached, by when, and where it stands."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        UNDER_WAY = "under_way", _("Under way")
        REACHED = "reached", _("Reached")
        PARTLY = "partly", _("Reached in part")
        DROPPED = "dropped", _("Given up")

    text = models.CharField(_("objective"), max_length=400)
    indicator = models.CharField(_("how one sees that it is reached"), max_length=400, blank=True)
    due_on = models.DateField(_("by when"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.PLANNED)
    progress = models.TextField(_("progress"), max_length=2000, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    history = Tracked(personal=("text", "indicator", "progress"))
    objects = ObjectiveQuerySet.as_manager()

    class Meta(PlacementPart.Meta):
        abstract = False
        verbose_name = _("objective")
        verbose_name_plural = _("objectives")
        ordering = ("created_at", "id")

    def __str__(self) -> str:
        return self.text


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: Any) -> "ReportQuerySet":
        return self.filter(REPORT_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "ReportQuerySet":
        """Load each report knowing what `user` may do with it."""
        return self.annotate(**REPORT_POLICY.flags(user))


class Report(PlacementPart):
    """What the host says of a period: hours of presence and absence, progress, concern.

    Absences are a sum of hours: the reason of an absence may be health, and is not asked.
    """

    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("to"))
    hours_worked = models.DecimalField(
        _("hours worked"), max_digits=6, decimal_places=1, validators=[MinValueValidator(0)]
    )
    hours_absent = models.DecimalField(
        _("hours absent"),
        max_digits=6,
        decimal_places=1,
        default=0,
        validators=[MinValueValidator(0)],
    )
    progress = models.TextField(
        _("how it goes"),
        max_length=4000,
        blank=True,
        help_text=_("What goes well, what is difficult. No health information here."),
    )
    concern = models.CharField(
        _("concern"),
        max_length=6,
        choices=FollowUp.Concern,
        default=FollowUp.Concern.NONE,
    )
    author_name = models.CharField(_("reported by"), max_length=160)
    is_on_behalf = models.BooleanField(
        _("written by the programme for the host"), default=False, editable=False
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    history = Tracked(personal=("progress", "author_name"))
    objects = ReportQuerySet.as_manager()

    class Meta(PlacementPart.Meta):
        abstract = False
        verbose_name = _("progress report")
        verbose_name_plural = _("progress reports")
        ordering = ("-to_on", "-id")
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on__gte=F("from_on")),
                name="report_dates",
                violation_error_message=_("The period ends after it begins."),
            ),
            models.CheckConstraint(
                condition=Q(hours_worked__gte=0, hours_absent__gte=0), name="report_hours"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_on} – {self.to_on}"
