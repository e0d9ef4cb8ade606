"""The key dates, those that rights and figures rest on, and the corrections of one once it is set.

The one table of them is `KeyDate` with the groups below. A key date is set by the step it belongs to.
Afterwards it changes in two ways only: a step of the workflow that sets it anew, or a `KeyDateChange`.
"""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case
from cases.models.documents import Document
from cases.models.placements import Placement
from cases.policy import KEY_DATE_POLICY, Action
from cases.workflow import KEY_DATE_WORKFLOW, KeyDateChangeStatus, PlacementStatus
from organizations.models.hosts import HostOrganization
from organizations.models.regions import Region
from peph.audit.history import Tracked
from peph.records import Record
from peph.workflow import Transition


class KeyDate(models.TextChoices):
    """Each is a field of the case or of the placement, by its name."""

    REFERRED = "referred_on", _("Referred on")
    CONTACTED = "first_contact_on", _("First contact")
    APPLIED = "applied_on", _("Application")
    DECIDED = "decided_on", _("Eligibility decided")
    CLOSED = "closed_on", _("Closing date")
    SIGNED = "signed_on", _("Agreement signed")
    PLANNED_START = "planned_start", _("Planned start")
    PLANNED_END = "planned_end", _("Planned end")
    STARTED = "started_on", _("First day worked")
    ENDED = "ended_on", _("Last day worked")


K = KeyDate
OF_CASE = (K.REFERRED, K.CONTACTED, K.APPLIED, K.DECIDED, K.CLOSED)
OF_PLACEMENT = (K.SIGNED, K.PLANNED_START, K.PLANNED_END, K.STARTED, K.ENDED)
# Agreed, not lived: they may lie ahead, and are free until the agreement is signed.
PLANNED = frozenset({K.PLANNED_START, K.PLANNED_END})
# What happened, in the order in which it happens.
IN_ORDER = (
    K.REFERRED, K.CONTACTED, K.APPLIED, K.DECIDED, K.SIGNED, K.STARTED, K.ENDED, K.CLOSED,
)  # fmt: skip


def key_dates_of(record: Case | Placement) -> tuple[KeyDate, ...]:
    """The key dates a record has."""
    return OF_CASE if isinstance(record, Case) else OF_PLACEMENT


def is_set(record: Case | Placement, key_date: str) -> bool:
    """Whether a key date stands: from then on one person alone does not change it."""
    if key_date in PLANNED and getattr(record, "status", "") == PlacementStatus.TO_SIGN:
        return False
    return getattr(record, key_date) is not None


class KeyDateChangeQuerySet(models.QuerySet["KeyDateChange"]):
    def visible_to(self, user: Any) -> "KeyDateChangeQuerySet":
        return self.filter(KEY_DATE_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "KeyDateChangeQuerySet":
        """Load each correction knowing what `user` may do with it."""
        return self.annotate(**KEY_DATE_POLICY.flags(user))

    def with_people(self) -> "KeyDateChangeQuerySet":
        """Everything a row of a list shows, in one query."""
        return self.select_related(
            "case__participant",
            "placement__participant",
            "placement__site__organization",
            "region",
            "organization",
            "evidence",
            "asked_by",
            "decided_by",
        )

    def open(self) -> "KeyDateChangeQuerySet":
        """Asked for, not decided."""
        return self.filter(status=KeyDateChangeStatus.PROPOSED)

    def to_decide_by(self, user: Any) -> "KeyDateChangeQuerySet":
        """Those that wait for this very person: open, theirs to decide, asked by somebody else."""
        return (
            self.open().filter(KEY_DATE_POLICY.q(user, Action.DECIDE)).exclude(asked_by_id=user.pk)
        )


class KeyDateChange(Record):
    """One correction of a key date: asked for with a reason, decided by somebody else."""

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="key_date_changes", verbose_name=_("case")
    )
    placement = models.ForeignKey(
        Placement,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="key_date_changes",
        verbose_name=_("placement"),
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
    key_date = models.CharField(_("key date"), max_length=16, choices=KeyDate, editable=False)
    former = models.DateField(_("date at the time of the request"), editable=False)
    corrected = models.DateField(_("correct date"))
    reason = models.TextField(_("reason"), max_length=4000)
    evidence = models.ForeignKey(
        Document,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("evidence"),
    )
    status = models.CharField(
        _("status"),
        max_length=9,
        choices=KeyDateChangeStatus,
        default=KeyDateChangeStatus.PROPOSED,
        editable=False,
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        editable=False,
        related_name="+",
        verbose_name=_("asked by"),
    )
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided on"), null=True, editable=False)
    decision_comment = models.TextField(
        _("comment on the decision"), max_length=4000, blank=True, editable=False
    )

    history = Tracked(personal=("reason", "decision_comment"))
    objects = KeyDateChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction of a key date")
        verbose_name_plural = _("corrections of key dates")
        ordering = ("-asked_at", "-id")
        default_permissions = ()
        indexes = [
            models.Index(F("asked_at").desc(), F("id").desc(), name="key_date_newest"),
            models.Index(
                "region", F("asked_at").desc(), F("id").desc(), name="key_date_region_newest"
            ),
            models.Index(
                "organization", F("asked_at").desc(), F("id").desc(), name="key_date_host_newest"
            ),
            models.Index(
                "region",
                "asked_at",
                condition=Q(status=KeyDateChangeStatus.PROPOSED),
                name="key_date_to_decide",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("case", "key_date"),
                condition=Q(status=KeyDateChangeStatus.PROPOSED, placement__isnull=True),
                name="key_date_one_open_a_case",
            ),
            models.UniqueConstraint(
                fields=("placement", "key_date"),
                condition=Q(status=KeyDateChangeStatus.PROPOSED),
                name="key_date_one_open_a_placement",
            ),
            models.CheckConstraint(
                condition=Q(placement__isnull=True, key_date__in=sorted(OF_CASE))
                | Q(placement__isnull=False, key_date__in=sorted(OF_PLACEMENT)),
                name="key_date_is_of_its_record",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="key_date_has_reason"),
            models.CheckConstraint(
                condition=~Q(corrected=F("former")), name="key_date_change_changes"
            ),
            models.CheckConstraint(
                condition=Q(
                    status=KeyDateChangeStatus.PROPOSED,
                    decided_by__isnull=True,
                    decided_at__isnull=True,
                )
                | ~Q(status=KeyDateChangeStatus.PROPOSED)
                & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="key_date_decided_has_who_and_when",
            ),
            # Separation of duties, held by the database as well.
            models.CheckConstraint(
                condition=~Q(status__in=["applied", "refused"]) | ~Q(decided_by=F("asked_by")),
                name="key_date_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(status="refused") | ~Q(decision_comment=""),
                name="key_date_refused_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_key_date_display()} : {self.former} → {self.corrected}"

    def get_absolute_url(self) -> str:
        return reverse("cases:key_date_detail", args=[self.pk])

    @property
    def record(self) -> Case | Placement:
        """The record whose date it is."""
        return self.placement or self.case

    @property
    def present(self) -> dt.date | None:
        """The date as it stands now."""
        return getattr(self.record, self.key_date)

    @property
    def is_open(self) -> bool:
        return self.status == KeyDateChangeStatus.PROPOSED

    @property
    def abilities(self) -> frozenset[str]:
        """Actions of the person this correction was loaded for; needs `with_abilities`."""
        return frozenset(
            name for name in KEY_DATE_POLICY.rules if getattr(self, f"can_{name}", False)
        )

    @property
    def available_transitions(self) -> list[Transition]:
        """Rows of the table open now to the person this correction was loaded for."""
        return KEY_DATE_WORKFLOW.open_from(self.status, self.abilities)
