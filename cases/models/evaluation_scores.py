"""What an evaluation says of each criterion."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case
from cases.models.evaluations import Evaluation
from organizations.models.calls import EvaluationCriterion
from organizations.models.regions import Region
from peph.audit.history import Tracked
from peph.records import Record


class EvaluationScore(Record):
    """One criterion of an evaluation: a level from 1 to 4, or not observed and why; and a comment."""

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
    is_observed = models.BooleanField(_("observed"), default=True)
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
            models.CheckConstraint(
                condition=Q(is_observed=True) | Q(level__isnull=True),
                name="evaluation_score_level_was_observed",
            ),
        ]

    def __str__(self) -> str:
        return str(self.criterion)

    @property
    def is_complete(self) -> bool:
        """A level was given, or a comment says why none could be."""
        return self.level is not None or not self.is_observed and bool(self.comment.strip())

    @property
    def text(self) -> str:
        """The level in words; empty while it is open."""
        if self.level is not None:
            return str(self.Level(self.level).label)
        return "" if self.is_observed else str(_("Not observed"))
