"""Evaluations of a placement: scored, commented, signed, and answered by the participant."""

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case
from cases.models.followups import FollowUp
from cases.models.parts import PlacementPart
from cases.policy import EVALUATION_POLICY, Action
from organizations.models.calls import EvaluationCriterion
from organizations.models.regions import Region
from peph.audit.history import Tracked
from peph.records import Record


class EvaluationQuerySet(models.QuerySet["Evaluation"]):
    def visible_to(self, user: Any) -> "EvaluationQuerySet":
        return self.filter(EVALUATION_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "EvaluationQuerySet":
        """Load each evaluation knowing what `user` may do with it."""
        return self.annotate(**EVALUATION_POLICY.flags(user))

    def with_people(self) -> "EvaluationQuerySet":
        """Everything a row of a list shows, in one query."""
        return self.select_related(
            "case", "placement", "placement__participant", "region", "organization", "site"
        )


class Evaluation(PlacementPart):
    """One evaluation. Once signed, its content is locked; the participant then agrees or disagrees."""

    class Kind(models.TextChoices):
        MID_TERM = "mid_term", _("Mid-term evaluation")
        FINAL = "final", _("Final evaluation")
        SELF = "self", _("Self-evaluation")

    class Recommendation(models.TextChoices):
        CONTINUE = "continue", _("Continue")
        EXTEND = "extend", _("Extend")
        HIRE = "hire", _("Hire")
        STOP = "stop", _("Stop")

    class Answer(models.TextChoices):
        AGREES = "agrees", _("Agrees")
        DISAGREES = "disagrees", _("Disagrees")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    follow_up = models.ForeignKey(
        FollowUp,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="evaluations",
        verbose_name=_("step of the schedule it answers"),
    )
    author_name = models.CharField(_("written by"), max_length=160, blank=True)
    is_on_behalf = models.BooleanField(
        _("filled in by the programme for its author"), default=False, editable=False
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    objectives = models.TextField(_("objectives reached"), max_length=4000, blank=True)
    needs = models.TextField(
        _("what would help from now on"),
        max_length=4000,
        blank=True,
        help_text=_("In functional terms. No diagnosis here."),
    )
    recommendation = models.CharField(
        _("recommendation"), max_length=8, choices=Recommendation, blank=True
    )
    signed_on = models.DateField(_("signed"), null=True, editable=False)
    answer = models.CharField(
        _("answer of the participant"), max_length=9, choices=Answer, blank=True, editable=False
    )
    answer_comment = models.TextField(
        _("comment of the participant"), max_length=4000, blank=True, editable=False
    )
    answered_on = models.DateField(_("answered"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("last activity"), default=timezone.now, editable=False)

    history = Tracked(
        personal=("author_name", "objectives", "needs", "answer_comment"),
        excluded_fields=("updated_at",),
    )
    objects = EvaluationQuerySet.as_manager()

    class Meta(PlacementPart.Meta):
        abstract = False
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")
        ordering = ("created_at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=("placement", "kind"),
                condition=Q(signed_on__isnull=True),
                name="evaluation_one_draft_a_kind",
                violation_error_message=_("There is already a draft of this evaluation."),
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_on__isnull=True)
                | ~Q(answer="") & Q(answered_on__isnull=False, signed_on__isnull=False),
                name="evaluation_answered_once_signed",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    def get_absolute_url(self) -> str:
        return reverse("cases:evaluation_detail", args=[self.pk])

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.updated_at = timezone.now()
        super().save(*args, **kwargs)

    @property
    def is_locked(self) -> bool:
        return self.signed_on is not None


class EvaluationScore(Record):
    """One criterion of an evaluation: a level from 1 to 4 (none: not observed) and a comment."""

    class Level(models.IntegerChoices):
        TO_ACQUIRE = 1, _("1 – To acquire")
        PARTLY = 2, _("2 – Acquired in part")
        ACQUIRED = 3, _("3 – Acquired")
        MASTERED = 4, _("4 – Mastered")

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="scores", verbose_name=_("evaluation")
    )
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="+", verbose_name=_("case")
    )
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("region")
    )
    criterion = models.ForeignKey(
        EvaluationCriterion, on_delete=models.PROTECT, related_name="+", verbose_name=_("criterion")
    )
    level = models.PositiveSmallIntegerField(
        _("level"),
        choices=Level,
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(4)],
    )
    comment = models.TextField(_("comment"), max_length=2000, blank=True)

    history = Tracked(personal=("comment",))

    class Meta:
        verbose_name = _("score of an evaluation")
        verbose_name_plural = _("scores of evaluations")
        ordering = ("criterion__rank", "id")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=("evaluation", "criterion"), name="evaluation_score_once"
            ),
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__gte=1, level__lte=4),
                name="evaluation_score_level",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion} : {self.get_level_display()}"
