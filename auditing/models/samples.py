"""A sample: what it was drawn from, how, under which mandate, and how it ended.

Region and organisation are called after the mandate: a column `region_id` or `case_id` would put a sample
still being worked through into the history that the audited read.
"""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from auditing.models.populations import Population
from auditing.policy import SAMPLE_POLICY
from auditing.workflow import SAMPLE_WORKFLOW, SampleStatus
from cases.numbers import new_number
from cases.policy import Action
from organizations.models import HostOrganization, Region
from peph.audit.history import Tracked
from peph.errors import Conflict
from peph.fiscal import fiscal_year_of
from peph.records import Record
from peph.workflow import Transition

MOST_ITEMS = 500
LOCKED = _("This sample is no longer open: nothing in it can change.")


class SampleQuerySet(models.QuerySet["Sample"]):
    def visible_to(self, user: Any) -> "SampleQuerySet":
        return self.filter(SAMPLE_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "SampleQuerySet":
        """Load each sample knowing what `user` may do with it."""
        return self.annotate(**SAMPLE_POLICY.flags(user))

    def with_people(self) -> "SampleQuerySet":
        """Everything a row of a list shows, in one query."""
        done = apps.get_model("auditing.SampleItem").objects.filter(
            sample=OuterRef("pk"), done_at__isnull=False
        )
        return self.select_related(
            "mandate_region", "mandate_organization", "drawn_by", "signed_by"
        ).annotate(items_done=_count(done))

    def open(self) -> "SampleQuerySet":
        return self.filter(status=SampleStatus.OPEN)


def _count(rows: QuerySet) -> Coalesce:
    counted = rows.order_by().values("sample").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=models.IntegerField()), 0)


def person(label: Any) -> models.ForeignKey:
    """A column that names an account; empty until somebody did it."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=label,
    )


class Sample(Record):
    """Records drawn by chance from a filter under a mandate; with seed and digest anybody can redo it."""

    number = models.CharField(_("number of the sample"), max_length=14, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=160)
    purpose = models.TextField(_("purpose"), max_length=2000, blank=True)
    population = models.CharField(_("drawn from"), max_length=14, choices=Population)
    filter_query = models.CharField(_("filter"), max_length=1000, blank=True, editable=False)
    filter_text = models.TextField(_("filter in words"), editable=False)
    mandate_region = models.ForeignKey(
        Region,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("mandate: region"),
    )
    mandate_organization = models.ForeignKey(
        HostOrganization,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("mandate: host organisation"),
    )
    population_size = models.PositiveBigIntegerField(_("size of the population"), editable=False)
    population_digest = models.CharField(
        _("digest of the population"), max_length=64, editable=False
    )
    seed = models.CharField(_("seed"), max_length=64, editable=False)
    size = models.PositiveSmallIntegerField(
        _("size of the sample"),
        validators=[MinValueValidator(1), MaxValueValidator(MOST_ITEMS)],
        editable=False,
    )
    # What was in the history when it was drawn: nothing younger is in the population.
    head_number = models.BigIntegerField(_("last change at drawing"), editable=False)
    drawn_by = person(_("drawn by"))
    drawn_at = models.DateTimeField(_("drawn"), default=timezone.now, editable=False)
    status = models.CharField(
        _("status"),
        max_length=9,
        choices=SampleStatus,
        default=SampleStatus.OPEN,
        editable=False,
    )
    conclusion = models.TextField(_("conclusion"), max_length=4000, blank=True, editable=False)
    signed_by = person(pgettext_lazy("of a sample", "signed by"))
    signed_at = models.DateTimeField(
        pgettext_lazy("of a sample", "signed"), null=True, editable=False
    )
    abandon_reason = models.TextField(
        _("why it was abandoned"), max_length=4000, blank=True, editable=False
    )
    updated_at = models.DateTimeField(_("last activity"), default=timezone.now, editable=False)

    # A filter may hold a name that was searched for.
    history = Tracked(
        personal=("filter_query", "filter_text", "conclusion"), excluded_fields=("updated_at",)
    )
    objects = SampleQuerySet.as_manager()

    class Meta:
        verbose_name = _("sample")
        verbose_name_plural = _("samples")
        ordering = ("-updated_at", "-id")
        default_permissions = ()
        indexes = [models.Index(F("updated_at").desc(), F("id").desc(), name="sample_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="signed", signed_at__isnull=False, signed_by__isnull=False)
                & ~Q(conclusion="")
                | ~Q(status="signed") & Q(signed_at__isnull=True, signed_by__isnull=True),
                name="sample_signed_has_conclusion",
            ),
            models.CheckConstraint(
                condition=Q(status="abandoned") & ~Q(abandon_reason="")
                | ~Q(status="abandoned") & Q(abandon_reason=""),
                name="sample_abandoned_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(mandate_region__isnull=True) | Q(mandate_organization__isnull=True),
                name="sample_one_mandate",
            ),
            models.CheckConstraint(
                condition=Q(size__gte=1, size__lte=F("population_size")), name="sample_size"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("auditing:sample_detail", args=[self.pk])

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.number = self.number or _free_number()
        else:
            check_open(self.pk)
        self.updated_at = timezone.now()
        super().save(*args, **kwargs)

    @property
    def mandate_text(self) -> str:
        """Under which mandate it was drawn, in words."""
        return str(self.mandate_region or self.mandate_organization or _("The whole programme"))

    @property
    def tone(self) -> str:
        """The colour that repeats the status."""
        return {"open": "info", "signed": "success"}.get(self.status, "neutral")

    @property
    def is_open(self) -> bool:
        return self.status == SampleStatus.OPEN

    @property
    def is_signed(self) -> bool:
        return self.status == SampleStatus.SIGNED

    @property
    def abilities(self) -> frozenset[str]:
        """Actions of the person this sample was loaded for; needs `with_abilities`."""
        return frozenset(
            name for name in SAMPLE_POLICY.rules if getattr(self, f"can_{name}", False)
        )

    @property
    def available_transitions(self) -> list[Transition]:
        """Rows of the table open now to the person this sample was loaded for."""
        return SAMPLE_WORKFLOW.open_from(self.status, self.abilities)


def _free_number() -> str:
    year = fiscal_year_of(timezone.localdate())
    while Sample.objects.filter(number=(number := f"E-{new_number(year)}")).exists():
        continue
    return number


def check_open(sample_id: Any) -> None:
    """Raise Conflict unless the sample is open in the database: whatever code comes this way."""
    if Sample.objects.filter(pk=sample_id).exclude(status=SampleStatus.OPEN).exists():
        raise Conflict(LOCKED)
