"""The yearly call for projects, and the criteria the committee scores by."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from organizations.models.program import Program
from organizations.policy import CALL_POLICY, Action
from organizations.workflow import CALL_OVER, CALL_TAKES_PROJECTS, CALL_WORKFLOW, CallStatus
from peph.audit.history import Tracked
from peph.fiscal import fiscal_year_label
from peph.records import Record
from peph.workflow import Transition


class CallQuerySet(models.QuerySet["Call"]):
    def visible_to(self, user: Any) -> "CallQuerySet":
        return self.filter(CALL_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "CallQuerySet":
        """Load each call knowing what `user` may do with it."""
        return self.annotate(**CALL_POLICY.flags(user))

    def taking_projects(self) -> "CallQuerySet":
        """Those a project may still be submitted to, late or not."""
        return self.filter(status__in=CALL_TAKES_PROJECTS)


class Call(Record):
    """One yearly call (appel de projets): its dates, and the window in which placements start.

    The calendar is the programme's to set each year (DOMAIN §3.1: the defaults are from memory).
    """

    fiscal_year = models.PositiveSmallIntegerField(
        _("fiscal year of the placements"),
        unique=True,
        validators=[MinValueValidator(2000), MaxValueValidator(2100)],
    )
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=CallStatus,
        default=CallStatus.PLANNED,
        editable=False,
    )
    opens_on = models.DateField(_("opens"))
    closes_on = models.DateField(_("deadline for projects"))
    committee_on = models.DateField(_("the committee meets"))
    results_on = models.DateField(_("results"))
    start_from = models.DateField(_("placements start from"))
    start_to = models.DateField(_("placements start until"))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    history = Tracked()
    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call for projects")
        verbose_name_plural = _("calls for projects")
        ordering = ("-fiscal_year",)
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on"))
                & Q(committee_on__gte=F("closes_on"))
                & Q(results_on__gte=F("committee_on"))
                & Q(start_to__gte=F("start_from")),
                name="call_dates_in_order",
                violation_error_message=_(
                    "The dates of a call follow one another: opening, deadline, committee, results."
                ),
            ),
        ]

    def __str__(self) -> str:
        return str(_("Call %(year)s") % {"year": fiscal_year_label(self.fiscal_year)})

    def get_absolute_url(self) -> str:
        return reverse("organizations:call_detail", args=[self.pk])

    @property
    def takes_projects(self) -> bool:
        return self.status in CALL_TAKES_PROJECTS

    @property
    def abilities(self) -> frozenset[str]:
        """Actions of the person this call was loaded for; needs `with_abilities`."""
        return frozenset(name for name in CALL_POLICY.rules if getattr(self, f"can_{name}", False))

    @property
    def available_transitions(self) -> list[Transition]:
        """Rows of the table open now to the person this call was loaded for."""
        return CALL_WORKFLOW.open_from(self.status, self.abilities)

    @property
    def offered(self) -> list[str]:
        """All that is open now to the person this call was loaded for: the moves, and `edit`."""
        names = [step.name for step in self.available_transitions]
        return (
            [*names, "edit"] if "edit" in self.abilities and self.status not in CALL_OVER else names
        )


class Criterion(Record):
    """Something that is scored from 1 to 4, with its words in both languages; a base of two lists."""

    program = models.ForeignKey(
        Program, on_delete=models.PROTECT, related_name="+", verbose_name=_("programme")
    )
    code = models.SlugField(_("code"), max_length=40, unique=True)
    rank = models.PositiveSmallIntegerField(_("order"))
    label_fr = models.CharField(_("label in French"), max_length=200)
    label_en = models.CharField(_("label in English"), max_length=200)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        abstract = True
        ordering = ("rank",)
        default_permissions = ()

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """In the reader’s language."""
        english = (get_language() or "fr").startswith("en")
        return self.label_en if english else self.label_fr


class ProjectCriterion(Criterion):
    """What the committee scores a project by; the weight is the programme’s."""

    weight = models.PositiveSmallIntegerField(_("weight"), default=1)
    history = Tracked()

    class Meta(Criterion.Meta):
        verbose_name = _("criterion of the committee")
        verbose_name_plural = _("criteria of the committee")


class EvaluationCriterion(Criterion):
    """What an evaluation of a placement looks at."""

    history = Tracked()

    class Meta(Criterion.Meta):
        verbose_name = _("criterion of the evaluations")
        verbose_name_plural = _("criteria of the evaluations")
