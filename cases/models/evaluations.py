"""Evaluations of a placement: scored, commented, signed, and answered by the participant."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models.followups import FollowUp, FollowUpQuerySet
from cases.models.parts import PlacementPart
from cases.policy import EVALUATION_POLICY, Action
from cases.workflow import PLACEMENT_ENDED, PLACEMENT_STARTED
from peph.audit.history import Tracked


class EvaluationQuerySet(models.QuerySet["Evaluation"]):
    def visible_to(self, user: Any) -> "EvaluationQuerySet":
        return self.filter(EVALUATION_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "EvaluationQuerySet":
        """Load each evaluation knowing what `user` may do with it."""
        return self.annotate(**EVALUATION_POLICY.flags(user))

    def with_people(self) -> "EvaluationQuerySet":
        """Everything a row of a list shows, in one query."""
        return self.select_related(
            "case",
            "placement__participant",
            "region",
            "organization",
            "site__organization",
            "follow_up",
            "answer_follow_up",
            "recorded_by",
        )

    def drafts(self) -> "EvaluationQuerySet":
        return self.filter(signed_on__isnull=True)

    def in_state(self, state: str) -> "EvaluationQuerySet":
        """Those whose `state` is this one."""
        conditions = {
            Evaluation.State.DRAFT: Q(signed_on__isnull=True),
            Evaluation.State.SIGNED: Q(signed_on__isnull=False, answer=""),
            Evaluation.State.AGREED: Q(answer=Evaluation.Answer.AGREES),
            Evaluation.State.DISAGREED: Q(answer=Evaluation.Answer.DISAGREES),
        }
        return self.filter(conditions[Evaluation.State(state)])

    def unsettled(self) -> "EvaluationQuerySet":
        """The participant disagrees, and nobody has followed it up yet."""
        return self.filter(
            answer=Evaluation.Answer.DISAGREES,
            answer_follow_up__isnull=False,
            answer_follow_up__done_on__isnull=True,
        )


class Evaluation(PlacementPart):
    """One evaluation. Once signed, its content is locked; the participant then agrees or disagrees."""

    class Kind(models.TextChoices):
        MID_TERM = "mid_term", _("Mid-term evaluation")
        FINAL = "final", _("Final evaluation")
        SELF = "self", _("Self-evaluation")

    class Recommendation(models.TextChoices):
        CONTINUE = "continue", pgettext_lazy("recommendation", "Continue")
        EXTEND = "extend", pgettext_lazy("recommendation", "Extend")
        HIRE = "hire", pgettext_lazy("recommendation", "Hire")
        STOP = "stop", pgettext_lazy("recommendation", "Stop")

    class Answer(models.TextChoices):
        AGREES = "agrees", _("Agrees")
        DISAGREES = "disagrees", _("Disagrees")

    class State(models.TextChoices):
        """How far it is; told by the dates and the answer, kept in no column."""

        DRAFT = "draft", _("Draft")
        SIGNED = "signed", _("Signed")
        AGREED = "agreed", _("Signed, in agreement")
        DISAGREED = "disagreed", _("Signed, in disagreement")

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
    signed_on = models.DateField(_("evaluation signed"), null=True, editable=False)
    answer = models.CharField(
        _("answer of the participant"), max_length=9, choices=Answer, blank=True, editable=False
    )
    answer_comment = models.TextField(
        _("comment of the participant"), max_length=4000, blank=True, editable=False
    )
    answered_on = models.DateField(_("answered"), null=True, editable=False)
    answer_follow_up = models.ForeignKey(
        FollowUp,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("follow-up of the disagreement"),
    )
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
        indexes = [
            models.Index(F("updated_at").desc(), F("id").desc(), name="evaluation_newest"),
            *(
                models.Index(
                    scope, F("updated_at").desc(), F("id").desc(), name=f"evaluation_{scope}_newest"
                )
                for scope in ("region", "organization", "site")
            ),
        ]
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
            models.CheckConstraint(
                condition=~Q(kind="self") | Q(answer="", recommendation=""),
                name="evaluation_self_stands_alone",
                violation_error_message=_(
                    "A self-evaluation recommends nothing, and nobody answers it."
                ),
            ),
            models.CheckConstraint(
                condition=Q(signed_on__isnull=True) | Q(kind="self") | ~Q(recommendation=""),
                name="evaluation_signed_recommends",
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

    @property
    def is_own_word(self) -> bool:
        """Whether it is what the participants say of themselves."""
        return self.kind == self.Kind.SELF

    @property
    def is_disputed(self) -> bool:
        return self.answer == self.Answer.DISAGREES

    @property
    def state(self) -> "Evaluation.State":
        if not self.is_locked:
            return self.State.DRAFT
        return {
            "": self.State.SIGNED,
            self.Answer.AGREES: self.State.AGREED,
            self.Answer.DISAGREES: self.State.DISAGREED,
        }[self.answer]

    @property
    def actions(self) -> list[str]:
        """What the person it was loaded for may do with it now; needs `with_abilities` and the case."""
        if self.is_locked:
            waits = not self.answer and not self.is_own_word and self.case.is_open
            return (
                ["answer"] if waits and getattr(self, "can_answer_for_participant", False) else []
            )
        if not getattr(self, "can_edit", False):
            return []
        return ["edit", "sign", "discard"] if self.case.is_open else ["discard"]


# The step of the schedule an evaluation answers. A self-evaluation accompanies both and has none.
STEPS = {
    Evaluation.Kind.MID_TERM: "mid-evaluation",
    Evaluation.Kind.FINAL: "final-evaluation",
}
KIND_OF_STEP = {code: kind for kind, code in STEPS.items()}


def awaited_evaluations() -> FollowUpQuerySet:
    """The steps that wait for an evaluation of a placement that has begun; `has_draft`: it was begun."""
    drafts = Evaluation.objects.drafts().filter(follow_up=OuterRef("pk"))
    return (
        FollowUp.objects.to_do()
        .filter(
            step__code__in=KIND_OF_STEP,
            placement__status__in=sorted(PLACEMENT_STARTED | PLACEMENT_ENDED),
        )
        .annotate(has_draft=Exists(drafts.order_by()))
        .select_related(
            "step", "case", "region", "placement__participant", "placement__site__organization"
        )
    )
