"""The placement: twelve months of paid work of one participant at one host site."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case
from cases.models.participants import Participant
from cases.policy import PLACEMENT_POLICY, Action
from cases.workflow import (
    PLACEMENT_CURRENT,
    PLACEMENT_ENDED,
    PLACEMENT_SEATED,
    PLACEMENT_STARTED,
    PLACEMENT_WORKFLOW,
    EndedBy,
    PlacementStatus,
)
from organizations.models.hosts import HostOrganization, HostSite, JobClass
from organizations.models.projects import Project
from organizations.models.regions import Region
from peph.audit.history import Tracked
from peph.records import Record
from peph.workflow import Transition


class PlacementQuerySet(models.QuerySet["Placement"]):
    def visible_to(self, user: Any) -> "PlacementQuerySet":
        return self.filter(PLACEMENT_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "PlacementQuerySet":
        """Load each placement knowing what `user` may do with it (`placement.can_sign`, …)."""
        return self.annotate(**PLACEMENT_POLICY.flags(user))

    def with_people(self) -> "PlacementQuerySet":
        """Everything a row of a list shows, in one query."""
        return self.select_related(
            "case",
            "participant",
            "region",
            "organization",
            "site",
            "site__organization",
            "job_class",
        )

    def current(self) -> "PlacementQuerySet":
        """Agreed or running, not over."""
        return self.filter(status__in=PLACEMENT_CURRENT)

    def seated(self) -> "PlacementQuerySet":
        """Taking a seat of their project: not over, or completed."""
        return self.filter(status__in=PLACEMENT_SEATED)

    def ending_by(self, day: dt.date) -> "PlacementQuerySet":
        """Running, and planned to end by that day."""
        return self.filter(status__in=PLACEMENT_STARTED, planned_end__lte=day)


class Placement(Record):
    """One placement. Region, organization, site and participant repeat what case and site say, so that
    each scope reads its placements from one index."""

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="placements", verbose_name=_("case")
    )
    participant = models.ForeignKey(
        Participant,
        on_delete=models.PROTECT,
        related_name="placements",
        verbose_name=_("participant"),
    )
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="placements", verbose_name=_("region")
    )
    organization = models.ForeignKey(
        HostOrganization,
        on_delete=models.PROTECT,
        related_name="placements",
        verbose_name=_("host organisation"),
    )
    site = models.ForeignKey(
        HostSite, on_delete=models.PROTECT, related_name="placements", verbose_name=_("host site")
    )
    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="placements",
        verbose_name=_("project"),
        help_text=_("Whose seat it takes; none for a placement opened without a match."),
    )
    is_imported = models.BooleanField(_("imported"), default=False, editable=False)
    job_class = models.ForeignKey(
        JobClass,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("job class"),
    )
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=PlacementStatus,
        default=PlacementStatus.TO_SIGN,
        editable=False,
    )
    hours_per_week = models.DecimalField(
        _("hours a week"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    supervisor_name = models.CharField(_("supervisor"), max_length=160, blank=True)
    supervisor_email = models.EmailField(_("e-mail of the supervisor"), blank=True)
    mentor_name = models.CharField(
        _("mentor"),
        max_length=160,
        blank=True,
        help_text=_("Somebody else than the supervisor."),
    )
    planned_start = models.DateField(_("planned start"))
    planned_end = models.DateField(_("planned end"))
    initial_end = models.DateField(_("end first agreed"), editable=False)
    signed_on = models.DateField(_("signed"), null=True, editable=False)
    started_on = models.DateField(_("first day worked"), null=True, editable=False)
    ended_on = models.DateField(_("last day worked"), null=True, editable=False)
    suspended_on = models.DateField(_("suspended from"), null=True, editable=False)
    resume_on = models.DateField(_("expected return"), null=True, editable=False)
    extension_end = models.DateField(_("end asked for"), null=True, editable=False)
    extension_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("extension asked by"),
    )
    expected_on = models.DateField(_("day expected"), null=True, editable=False)
    ended_by = models.CharField(
        _("ended by"), max_length=12, choices=EndedBy, blank=True, editable=False
    )
    hours_missed = models.PositiveSmallIntegerField(_("hours missed"), null=True, editable=False)
    created_at = models.DateTimeField(_("opened"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("last activity"), default=timezone.now, editable=False)

    history = Tracked(
        personal=("supervisor_name", "supervisor_email", "mentor_name"),
        excluded_fields=("updated_at",),
    )
    objects = PlacementQuerySet.as_manager()

    class Meta:
        verbose_name = _("placement")
        verbose_name_plural = _("placements")
        ordering = ("-updated_at", "-id")
        default_permissions = ()
        indexes = [
            models.Index(F("updated_at").desc(), F("id").desc(), name="placement_newest"),
            models.Index(
                "region", F("updated_at").desc(), F("id").desc(), name="placement_region_newest"
            ),
            models.Index(
                "organization", F("updated_at").desc(), F("id").desc(), name="placement_host_newest"
            ),
            models.Index(
                "site", F("updated_at").desc(), F("id").desc(), name="placement_site_newest"
            ),
            models.Index("region", "status", "planned_end", name="placement_ending"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("participant",),
                condition=Q(status__in=sorted(PLACEMENT_CURRENT)),
                name="placement_one_current_a_participant",
                violation_error_message=_("This person already has a placement under way."),
            ),
            models.CheckConstraint(
                condition=Q(planned_end__gt=F("planned_start")),
                name="placement_planned_dates",
                violation_error_message=_("The planned end must come after the planned start."),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[PlacementStatus.PREPARATION, PlacementStatus.SIGNED])
                | Q(signed_on__isnull=False),
                name="placement_signed_has_date",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=sorted(PLACEMENT_STARTED | PLACEMENT_ENDED), started_on__isnull=False
                )
                | ~Q(status__in=sorted(PLACEMENT_STARTED | PLACEMENT_ENDED))
                & Q(started_on__isnull=True),
                name="placement_started_has_date",
            ),
            models.CheckConstraint(
                condition=Q(status__in=sorted(PLACEMENT_ENDED), ended_on__isnull=False)
                | ~Q(status__in=sorted(PLACEMENT_ENDED)) & Q(ended_on__isnull=True),
                name="placement_ended_has_date",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="placement_ended_after_started",
                violation_error_message=_("The last day cannot come before the first day."),
            ),
            models.CheckConstraint(
                condition=Q(
                    status=PlacementStatus.SUSPENDED,
                    suspended_on__isnull=False,
                    resume_on__isnull=False,
                )
                | ~Q(status=PlacementStatus.SUSPENDED) & Q(resume_on__isnull=True),
                name="placement_suspended_has_return",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=PlacementStatus.EXTENDED,
                    extension_end__isnull=False,
                    extension_by__isnull=False,
                )
                | ~Q(status=PlacementStatus.EXTENDED) & Q(extension_end__isnull=True),
                name="placement_extension_has_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant} – {self.site}"

    def get_absolute_url(self) -> str:
        return reverse("cases:placement_detail", args=[self.pk])

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding and self.initial_end is None:
            self.initial_end = self.planned_end
        self.updated_at = timezone.now()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "updated_at"}
        super().save(*args, **kwargs)

    @property
    def starts_on(self) -> dt.date:
        """The first day worked once known, the planned one until then."""
        return self.started_on or self.planned_start

    @property
    def ends_on(self) -> dt.date:
        """The last day worked once known, the planned one until then."""
        return self.ended_on or self.planned_end

    @property
    def is_current(self) -> bool:
        return self.status in PLACEMENT_CURRENT

    @property
    def was_extended(self) -> bool:
        return self.planned_end > self.initial_end

    @property
    def abilities(self) -> frozenset[str]:
        """Actions of the person this placement was loaded for; needs `with_abilities`."""
        return frozenset(
            name for name in PLACEMENT_POLICY.rules if getattr(self, f"can_{name}", False)
        )

    @property
    def available_transitions(self) -> list[Transition]:
        """Rows of the table open now to the person this placement was loaded for."""
        steps = PLACEMENT_WORKFLOW.open_from(self.status, self.abilities)
        if self.status == PlacementStatus.TO_SIGN and self.signatures.all():
            # Signed one party at a time: the last signature makes the move.
            return [step for step in steps if step.name != "sign"]
        return steps
