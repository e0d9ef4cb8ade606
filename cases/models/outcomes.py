"""What became of the person: at the end of the placement, and 13, 26 and 52 weeks later."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.documents import Document
from cases.models.followups import FollowUp
from cases.models.parts import PlacementPart
from cases.policy import OUTCOME_POLICY, Action
from organizations.models.hosts import JobClass
from peph.audit.history import Tracked


class OutcomeQuerySet(models.QuerySet["Outcome"]):
    def visible_to(self, user: Any) -> "OutcomeQuerySet":
        return self.filter(OUTCOME_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "OutcomeQuerySet":
        """Load each outcome knowing what `user` may do with it."""
        return self.annotate(**OUTCOME_POLICY.flags(user))

    def with_people(self) -> "OutcomeQuerySet":
        """Everything a row of a list shows, in one query."""
        return self.select_related("case", "region", "job_class", "recorded_by")


class Outcome(PlacementPart):
    """The situation found at one of the four moments, with who said so and on what evidence."""

    class Moment(models.TextChoices):
        END = "end", _("At the end")
        WEEK_13 = "week_13", _("13 weeks later")
        WEEK_26 = "week_26", _("26 weeks later")
        WEEK_52 = "week_52", _("52 weeks later")

    class Situation(models.TextChoices):
        CASUAL_SAME = "casual_same", _("Casual position, same ministry or body")
        REGULAR_SAME = "regular_same", _("Regular position, same ministry or body")
        OTHER_MINISTRY = "other_ministry", _("Another ministry or body")
        PARAPUBLIC = "parapublic", _("Parapublic sector")
        PRIVATE = "private", _("Private sector or community organisation")
        STUDIES = "studies", _("Studies")
        SEARCHING = "searching", _("Looking for work")
        INACTIVE = "inactive", _("Not looking for work")
        UNKNOWN = "unknown", _("Unknown")

    class Source(models.TextChoices):
        PARTICIPANT = "participant", _("The participant")
        HOST = "host", _("The host organisation")
        AGENCY = "agency", _("The referring agency")

    EMPLOYED = frozenset(
        {
            Situation.CASUAL_SAME,
            Situation.REGULAR_SAME,
            Situation.OTHER_MINISTRY,
            Situation.PARAPUBLIC,
            Situation.PRIVATE,
        }
    )

    moment = models.CharField(_("moment"), max_length=7, choices=Moment)
    follow_up = models.ForeignKey(
        FollowUp,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="outcomes",
        verbose_name=_("step of the schedule it answers"),
    )
    situation = models.CharField(_("situation"), max_length=14, choices=Situation)
    job_class = models.ForeignKey(
        JobClass,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("job class"),
    )
    started_on = models.DateField(_("since"), null=True, blank=True)
    is_linked = models.BooleanField(_("thanks to the placement"), default=False)
    is_retained = models.BooleanField(
        _("still in the position found before"), null=True, blank=True
    )
    source = models.CharField(_("according to"), max_length=11, choices=Source)
    checked_on = models.DateField(_("checked on"))
    comment = models.TextField(_("comment"), max_length=2000, blank=True)
    evidence = models.ForeignKey(
        Document,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("evidence"),
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

    history = Tracked(personal=("comment",))
    objects = OutcomeQuerySet.as_manager()

    class Meta(PlacementPart.Meta):
        abstract = False
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        ordering = ("checked_on", "id")
        constraints = [
            models.UniqueConstraint(
                fields=("placement", "moment"),
                name="outcome_once_a_moment",
                violation_error_message=_("The outcome at this moment is already there."),
            ),
            models.CheckConstraint(
                condition=~Q(situation="unknown") | Q(job_class__isnull=True),
                name="outcome_unknown_has_no_job",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_moment_display()} : {self.get_situation_display()}"

    @property
    def is_employed(self) -> bool:
        return self.situation in self.EMPLOYED
