"""Accommodation measures: the barrier, what was asked and decided, what is in place and whether it helps."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.accommodation_rows import EQUIPMENT, IN_PLACE, AccommodationQuerySet
from cases.models.cases import Case
from cases.models.placements import Placement
from cases.policy import ACCOMMODATION_POLICY
from cases.workflow import ACCOMMODATION_PENDING, ACCOMMODATION_WORKFLOW, AccommodationStatus
from organizations.models.hosts import HostOrganization, HostSite
from organizations.models.regions import Region
from peph.audit.history import Tracked
from peph.records import Record
from peph.workflow import Transition

# Approved before purchase (DOMAIN §8, the Alberta rule): said by the service at the field, and here.
BOUGHT_ONCE_APPROVED = _("Nothing is bought before the measure is approved.")


class Accommodation(Record):
    """One measure (mesure d’adaptation). The barrier is told in functional terms, never as a diagnosis."""

    class Kind(models.TextChoices):
        TECHNICAL = "technical", _("Technical aid")
        SOFTWARE = "software", _("Software")
        FURNITURE = "furniture", _("Furniture")
        SCHEDULE = "schedule", _("Working hours")
        TASK = "task", _("Tasks")
        COMMUNICATION = "communication", _("Communication")
        INTERPRETATION = "interpretation", _("Interpretation")
        TRANSPORT = "transport", _("Transport")
        TEAM = "team", _("Training of the team")

    class Funding(models.TextChoices):
        HOST = "host", _("The host organisation")
        PROGRAM = "program", _("The programme")
        SHARED = "shared", _("Shared cost")
        OTHER = "other", _("Another source")
        NONE = "none", _("No cost")

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="accommodations", verbose_name=_("case")
    )
    placement = models.ForeignKey(
        Placement,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="accommodations",
        verbose_name=_("placement"),
        help_text=_(
            "A request may come before the placement, and equipment may follow the person."
        ),
    )
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("region")
    )
    organization = models.ForeignKey(
        HostOrganization,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("host organisation"),
    )
    site = models.ForeignKey(
        HostSite,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("host site"),
    )
    barrier = models.TextField(
        _("barrier"),
        max_length=2000,
        help_text=_("What stands in the way at work, in functional terms. No diagnosis here."),
    )
    kind = models.CharField(_("kind of measure"), max_length=14, choices=Kind)
    measure = models.TextField(_("measure"), max_length=2000)
    status = models.CharField(
        _("status"),
        max_length=9,
        choices=AccommodationStatus,
        default=AccommodationStatus.REQUESTED,
        editable=False,
    )
    requested_on = models.DateField(_("requested on"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    decided_on = models.DateField(_("decided on"), null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decision_reason = models.TextField(
        _("reason of the decision"), max_length=4000, blank=True, editable=False
    )
    supplier = models.CharField(_("supplier"), max_length=160, blank=True)
    cost_estimated = models.DecimalField(
        _("estimated cost ($)"),
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    cost_actual = models.DecimalField(
        _("actual cost ($)"),
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    funding = models.CharField(_("paid by"), max_length=7, choices=Funding, blank=True)
    purchased_on = models.DateField(_("purchased on"), null=True, blank=True)
    planned_on = models.DateField(_("to be in place by"), null=True, editable=False)
    in_place_on = models.DateField(_("in place since"), null=True, editable=False)
    verified_on = models.DateField(_("verified on"), null=True, editable=False)
    returned_on = models.DateField(_("given back on"), null=True, editable=False)
    follows_person = models.BooleanField(
        _("the equipment follows the person"),
        default=False,
        help_text=_("Otherwise it goes back at the end of the placement."),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("last activity"), default=timezone.now, editable=False)

    # What `with_limit` loads.
    second_approval_from: Any

    history = Tracked(
        personal=("barrier", "measure", "decision_reason", "supplier"),
        excluded_fields=("updated_at",),
    )
    objects = AccommodationQuerySet.as_manager()

    class Meta:
        verbose_name = _("accommodation measure")
        verbose_name_plural = _("accommodation measures")
        ordering = ("-updated_at", "-id")
        default_permissions = ()
        indexes = [
            models.Index("region", F("updated_at").desc(), name="accommodation_region_newest"),
            models.Index("organization", F("updated_at").desc(), name="accommodation_host_newest"),
            models.Index("site", F("updated_at").desc(), name="accommodation_site_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["requested", "withdrawn"])
                | Q(decided_on__isnull=False, decided_by__isnull=False),
                name="accommodation_decided_has_date",
            ),
            # Without the second condition a purchase would be compared with no day, and so pass.
            models.CheckConstraint(
                condition=Q(purchased_on__isnull=True)
                | Q(decided_on__isnull=False, purchased_on__gte=F("decided_on"))
                & ~Q(status__in=["requested", "refused"]),
                name="accommodation_bought_once_approved",
                violation_error_message=BOUGHT_ONCE_APPROVED,
            ),
            models.CheckConstraint(
                condition=Q(placement__isnull=True, organization__isnull=True, site__isnull=True)
                | Q(placement__isnull=False, organization__isnull=False, site__isnull=False),
                name="accommodation_host_comes_with_placement",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["in_place", "verified", "returned"])
                | Q(in_place_on__isnull=False),
                name="accommodation_in_place_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} – {self.measure}"

    def get_absolute_url(self) -> str:
        return reverse("cases:accommodation_detail", args=[self.pk])

    def tie(self, placement: Placement | None) -> None:
        """Make it a measure of this placement and its host; of the case alone without one. Not saved."""
        self.placement = placement
        self.organization_id = placement.organization_id if placement else None
        self.site_id = placement.site_id if placement else None

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.updated_at = timezone.now()
        super().save(*args, **kwargs)

    @property
    def abilities(self) -> frozenset[str]:
        """Actions of the person this measure was loaded for; needs `with_abilities`."""
        return frozenset(
            name for name in ACCOMMODATION_POLICY.rules if getattr(self, f"can_{name}", False)
        )

    @property
    def available_transitions(self) -> list[Transition]:
        """Rows of the table open now to the person this measure was loaded for."""
        rows = ACCOMMODATION_WORKFLOW.open_from(self.status, self.abilities)
        return [row for row in rows if row.name != "give-back" or self.is_equipment]

    @property
    def is_equipment(self) -> bool:
        """Whether there is something to give back one day."""
        return self.kind in EQUIPMENT

    @property
    def is_pending(self) -> bool:
        return self.status in ACCOMMODATION_PENDING

    @property
    def is_for_day_one(self) -> bool:
        """Asked for before the first day worked: the placement should not begin without it."""
        placement = self.placement
        return placement is not None and (
            placement.started_on is None or self.requested_on < placement.started_on
        )

    def is_late_on(self, today: dt.date) -> bool:
        """Not in place on the day promised, or on the first day, or promised for after it."""
        placement = self.placement
        if not self.is_pending or (placement is not None and not placement.is_current):
            return False
        if self.planned_on is not None and self.planned_on < today:
            return True
        if placement is None or not self.is_for_day_one:
            return False
        starts = placement.starts_on
        return starts <= today or (self.planned_on is not None and self.planned_on > starts)

    @property
    def is_late(self) -> bool:
        return self.is_late_on(timezone.localdate())

    @property
    def is_to_give_back(self) -> bool:
        """Equipment still there although its placement is over, and that does not go with the person."""
        return (
            self.status in IN_PLACE
            and self.is_equipment
            and not self.follows_person
            and self.placement is not None
            and not self.placement.is_current
        )
