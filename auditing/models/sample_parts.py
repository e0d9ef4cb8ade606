"""What a sample holds: the questions asked, the records drawn, and the answers about each of them."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from auditing.models.checklist import ChecklistQuestion
from auditing.models.samples import Sample, check_open, person
from auditing.policy import ITEM_POLICY
from cases.models import Case
from cases.policy import Action
from peph.audit.history import Tracked
from peph.records import Record


class SamplePart(Record):
    """A record of a sample: neither written nor deleted once the sample is no longer open."""

    class Meta:
        abstract = True
        default_permissions = ()

    @property
    def of_sample(self) -> Any:
        """The key of the sample."""
        return self.sample_id  # type: ignore[attr-defined]

    def save(self, *args: Any, **kwargs: Any) -> None:
        check_open(self.of_sample)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        check_open(self.of_sample)
        return super().delete(*args, **kwargs)


class ItemQuerySet(models.QuerySet["SampleItem"]):
    def visible_to(self, user: Any) -> "ItemQuerySet":
        return self.filter(ITEM_POLICY.q(user, Action.VIEW))


class SampleQuestion(SamplePart):
    """A question of the checklist as it stood when the sample was drawn."""

    sample = models.ForeignKey(
        Sample, on_delete=models.PROTECT, related_name="asked", verbose_name=_("sample")
    )
    question = models.ForeignKey(
        ChecklistQuestion,
        on_delete=models.PROTECT,
        related_name="asked_in",
        verbose_name=_("question"),
    )
    position = models.PositiveSmallIntegerField(_("position"))

    history = Tracked()

    class Meta(SamplePart.Meta):
        abstract = False
        verbose_name = _("question of a sample")
        verbose_name_plural = _("questions of a sample")
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(fields=("sample", "question"), name="sample_question_once"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.question}"


class SampleItem(SamplePart):
    """One record that was drawn, as it was called at the drawing."""

    sample = models.ForeignKey(
        Sample, on_delete=models.PROTECT, related_name="items", verbose_name=_("sample")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    object_key = models.CharField(_("record"), max_length=36)
    label = models.CharField(_("name at drawing"), max_length=200)
    subject_case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("case")
    )
    done_by = person(_("done by"))
    done_at = models.DateTimeField(_("done"), null=True, editable=False)

    history = Tracked(personal=("label",))
    objects = ItemQuerySet.as_manager()

    class Meta(SamplePart.Meta):
        abstract = False
        verbose_name = _("record of a sample")
        verbose_name_plural = _("records of a sample")
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(fields=("sample", "position"), name="sample_item_position"),
            models.UniqueConstraint(fields=("sample", "object_key"), name="sample_item_once"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="sample_item_done_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.label}"

    @property
    def is_done(self) -> bool:
        return self.done_at is not None


class ItemAnswer(SamplePart):
    """The answer to one question about one record; a no says why."""

    class Value(models.TextChoices):
        YES = "yes", _("Yes")
        NO = "no", _("No")
        NOT_APPLICABLE = "not_applicable", _("Not applicable")

    item = models.ForeignKey(
        SampleItem, on_delete=models.PROTECT, related_name="answers", verbose_name=_("record")
    )
    question = models.ForeignKey(
        ChecklistQuestion,
        on_delete=models.PROTECT,
        related_name="answers",
        verbose_name=_("question"),
    )
    value = models.CharField(_("answer"), max_length=14, choices=Value)
    comment = models.TextField(_("comment"), max_length=2000, blank=True)

    history = Tracked(personal=("comment",))

    class Meta(SamplePart.Meta):
        abstract = False
        verbose_name = _("answer to the checklist")
        verbose_name_plural = _("answers to the checklist")
        constraints = [
            models.UniqueConstraint(fields=("item", "question"), name="item_answer_once"),
            models.CheckConstraint(
                condition=~Q(value="no") | ~Q(comment=""),
                name="item_answer_no_says_why",
                violation_error_message=_("A “no” needs a comment that says why."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} – {self.get_value_display()}"

    @property
    def of_sample(self) -> Any:
        return self.item.sample_id
