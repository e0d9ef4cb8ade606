"""What is due for a case, when it was done and what came of it."""

import datetime as dt
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case
from cases.models.placements import Placement
from cases.policy import FOLLOW_UP_POLICY, Action
from organizations.models.program import FollowUpStep
from organizations.models.regions import Region
from peph.audit.history import Tracked
from peph.records import Record


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def visible_to(self, user: Any) -> "FollowUpQuerySet":
        return self.filter(FOLLOW_UP_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "FollowUpQuerySet":
        """Load each follow-up knowing what `user` may do with it."""
        return self.annotate(**FOLLOW_UP_POLICY.flags(user))

    def with_people(self) -> "FollowUpQuerySet":
        """Everything a row of a list shows, in one query."""
        return self.select_related(
            "case",
            "case__participant",
            "case__organization",
            "region",
            "step",
            "responsible",
            "done_by",
        )

    def to_do(self) -> "FollowUpQuerySet":
        return self.filter(done_on__isnull=True)

    def overdue(self, today: dt.date | None = None) -> "FollowUpQuerySet":
        """Due before today and not done."""
        return self.to_do().filter(due_on__lt=today or timezone.localdate())

    def due_within(self, days: int, today: dt.date | None = None) -> "FollowUpQuerySet":
        """Due from today up to `days` days from now and not done."""
        day = today or timezone.localdate()
        return self.to_do().filter(due_on__gte=day, due_on__lte=day + dt.timedelta(days=days))


class FollowUp(Record):
    """One follow-up. Those of the schedule carry their step; the others a subject of their own."""

    class Mode(models.TextChoices):
        CALL = "call", _("Call")
        MEETING = "meeting", _("Meeting")
        EMAIL = "email", _("E-mail")
        VISIT = "visit", _("Visit")

    class Concern(models.TextChoices):
        NONE = "none", _("No concern")
        WATCH = "watch", _("To watch")
        URGENT = "urgent", _("Urgent")

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="follow_ups", verbose_name=_("case")
    )
    placement = models.ForeignKey(
        Placement,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="follow_ups",
        verbose_name=_("placement"),
    )
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("region")
    )
    step = models.ForeignKey(
        FollowUpStep,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("step of the schedule"),
    )
    subject = models.CharField(_("subject"), max_length=120, blank=True)
    due_on = models.DateField(_("due"))
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("responsible"),
    )
    is_shared = models.BooleanField(
        _("shared with the host organisation"),
        default=False,
        help_text=_("Otherwise only the programme reads it."),
    )
    done_on = models.DateField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("done by"),
    )
    mode = models.CharField(_("how"), max_length=8, choices=Mode, blank=True)
    concern = models.CharField(_("concern"), max_length=6, choices=Concern, default=Concern.NONE)
    summary = models.TextField(
        _("summary"),
        blank=True,
        max_length=4000,
        help_text=_("What was said and agreed. No health detail here."),
    )

    # Its name is made of it: the history loads both at once.
    NAMED_WITH: ClassVar = ("step",)
    history = Tracked(personal=("subject", "summary"))
    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ("due_on", "id")
        default_permissions = ()
        indexes = [
            models.Index("due_on", "id", condition=Q(done_on__isnull=True), name="follow_up_due"),
            models.Index(
                "region",
                "due_on",
                "id",
                condition=Q(done_on__isnull=True),
                name="follow_up_region_due",
            ),
            models.Index("case", "due_on", name="follow_up_of_case"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("placement", "step"),
                condition=Q(step__isnull=False),
                name="follow_up_once_a_step",
            ),
            models.CheckConstraint(
                condition=Q(step__isnull=False) | ~Q(subject=""), name="follow_up_has_subject"
            ),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True, done_by__isnull=True)
                | Q(done_on__isnull=False) & ~Q(mode=""),
                name="follow_up_done_has_mode",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{reverse('cases:case_detail', args=[self.case_id])}#follow-up-{self.pk}"

    @property
    def title(self) -> str:
        """The step's label in the reader's language, or the own subject."""
        if self.step is None:
            return self.subject
        english = (get_language() or "fr").startswith("en")
        return self.step.label_en if english else self.step.label_fr

    @property
    def is_overdue(self) -> bool:
        return self.done_on is None and self.due_on < timezone.localdate()

    @property
    def days_late(self) -> int:
        """Days since it was due; 0 when it is not late."""
        return (timezone.localdate() - self.due_on).days if self.is_overdue else 0
