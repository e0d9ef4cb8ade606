"""A finding: what an auditor noted, how grave it is, and what the programme answered."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from auditing.models.checklist import ChecklistQuestion
from auditing.models.sample_parts import SampleItem
from auditing.models.samples import LOCKED, Sample, person
from auditing.policy import FINDING_POLICY
from auditing.workflow import FINDING_WORKFLOW, FindingState, SampleStatus
from cases.models import Case
from cases.policy import Action
from peph.audit.history import Tracked
from peph.errors import Conflict
from peph.records import Record
from peph.workflow import Transition

# What the auditor said, fixed once the sample is signed.
NOTED = (
    "sample_id",
    "item_id",
    "question_id",
    "case_id",
    "severity",
    "text",
    "recommendation",
    "due_on",
)


class FindingQuerySet(models.QuerySet["Finding"]):
    def visible_to(self, user: Any) -> "FindingQuerySet":
        return self.filter(FINDING_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "FindingQuerySet":
        """Load each finding knowing what `user` may do with it."""
        return self.annotate(**FINDING_POLICY.flags(user))

    def with_people(self) -> "FindingQuerySet":
        """Everything a row of a list shows, in one query."""
        return self.select_related(
            "sample",
            "sample__mandate_region",
            "sample__mandate_organization",
            "item",
            "question",
            "case",
            "case__region",
            "case__organization",
            "noted_by",
            "answered_by",
            "closed_by",
        )

    def standing(self) -> "FindingQuerySet":
        """Not withdrawn."""
        return self.exclude(state=FindingState.WITHDRAWN)

    def to_answer(self) -> "FindingQuerySet":
        return self.filter(state=FindingState.OPEN)


class Finding(Record):
    """Noted on a sample, mostly on one of its records. Whoever decides on the case answers it."""

    class Severity(models.TextChoices):
        MINOR = "minor", pgettext_lazy("severity", "Minor")
        MODERATE = "moderate", pgettext_lazy("severity", "Moderate")
        MAJOR = "major", pgettext_lazy("severity", "Major")
        CRITICAL = "critical", pgettext_lazy("severity", "Critical")

    sample = models.ForeignKey(
        Sample, on_delete=models.PROTECT, related_name="findings", verbose_name=_("sample")
    )
    number = models.PositiveSmallIntegerField(_("number"), editable=False)
    item = models.ForeignKey(
        SampleItem,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="findings",
        verbose_name=_("record of the sample"),
    )
    question = models.ForeignKey(
        ChecklistQuestion,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="findings",
        verbose_name=_("question"),
    )
    case = models.ForeignKey(
        Case,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="findings",
        verbose_name=_("case"),
    )
    severity = models.CharField(_("severity"), max_length=8, choices=Severity)
    text = models.TextField(
        pgettext_lazy("of a finding", "finding"),
        max_length=4000,
        help_text=_("The facts. No health information."),
    )
    recommendation = models.TextField(_("recommendation"), max_length=4000, blank=True)
    due_on = models.DateField(_("answer expected by"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=9, choices=FindingState, default=FindingState.OPEN, editable=False
    )
    answer = models.TextField(_("answer"), max_length=4000, blank=True, editable=False)
    closing_note = models.TextField(
        _("note of the auditor"), max_length=4000, blank=True, editable=False
    )
    noted_by = person(_("noted by"))
    answered_by = person(_("answered by"))
    answered_at = models.DateTimeField(_("answered on"), null=True, editable=False)
    closed_by = person(_("closed by"))
    closed_at = models.DateTimeField(_("closed on"), null=True, editable=False)
    created_at = models.DateTimeField(_("noted"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("last activity"), default=timezone.now, editable=False)

    history = Tracked(
        personal=("text", "recommendation", "answer", "closing_note"),
        excluded_fields=("updated_at",),
    )
    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit finding")
        verbose_name_plural = _("audit findings")
        ordering = ("-updated_at", "-id")
        default_permissions = ()
        indexes = [
            models.Index(F("updated_at").desc(), F("id").desc(), name="finding_newest"),
            models.Index(fields=("case", "state"), name="finding_of_case"),
        ]
        constraints = [
            models.UniqueConstraint(fields=("sample", "number"), name="finding_number"),
            models.CheckConstraint(
                condition=Q(severity__in=["minor", "moderate", "major", "critical"]),
                name="finding_has_severity",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["answered", "closed"])
                | ~Q(answer="") & Q(answered_at__isnull=False),
                name="finding_answered_has_answer",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False, closed_by__isnull=False)
                | ~Q(state="closed") & Q(closed_at__isnull=True, closed_by__isnull=True),
                name="finding_closed_by_somebody",
            ),
            # Nobody answers what they noted, nobody closes what they answered.
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("noted_by")),
                name="finding_answered_by_another",
            ),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True) | ~Q(closed_by=F("answered_by")),
                name="finding_closed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sample} / {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("auditing:finding_detail", args=[self.pk])

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._check_noted()
        self.updated_at = timezone.now()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refused: a finding is withdrawn, with a reason."""
        raise Conflict

    def _check_noted(self) -> None:
        """Raise Conflict for a word of the auditor that changes after the sample was open."""
        if not Sample.objects.filter(pk=self.sample_id).exclude(status=SampleStatus.OPEN).exists():
            return
        kept = Finding.objects.filter(pk=self.pk).values(*NOTED).first()
        if kept != {name: getattr(self, name) for name in NOTED}:
            raise Conflict(LOCKED)

    @property
    def tone(self) -> str:
        """The colour that repeats the severity."""
        return {"minor": "neutral", "moderate": "warning"}.get(self.severity, "error")

    @property
    def is_late(self) -> bool:
        """Still to answer, and the day of the answer has passed."""
        return self.state == FindingState.OPEN and bool(
            self.due_on and self.due_on < timezone.localdate()
        )

    @property
    def abilities(self) -> frozenset[str]:
        """Actions of the person this finding was loaded for; needs `with_abilities`."""
        return frozenset(
            name for name in FINDING_POLICY.rules if getattr(self, f"can_{name}", False)
        )

    @property
    def available_transitions(self) -> list[Transition]:
        """Rows of the table open now to the person this finding was loaded for."""
        steps = FINDING_WORKFLOW.open_from(self.state, self.abilities)
        return [step for step in steps if step.name != "withdraw" or self.sample.is_open]
