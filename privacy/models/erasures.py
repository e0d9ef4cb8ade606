"""Forgetting one person: proposed by one, approved by another, carried out, never undone."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import Participant
from cases.policy import Action
from peph.audit.history import Tracked
from peph.records import Record
from peph.workflow import Transition
from privacy.models.retention import RetentionRule
from privacy.policy import ERASURE_POLICY
from privacy.workflow import ERASURE_OPEN, ERASURE_WORKFLOW, ErasureStatus


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def visible_to(self, user: Any) -> "ErasureQuerySet":
        return self.filter(ERASURE_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "ErasureQuerySet":
        """Load each erasure knowing what `user` may do with it."""
        return self.annotate(**ERASURE_POLICY.flags(user))

    def with_people(self) -> "ErasureQuerySet":
        """Everything a row of a list shows, in one query."""
        return self.select_related("participant", "rule", "proposed_by", "decided_by")

    def open(self) -> "ErasureQuerySet":
        """Proposed or approved, not carried out yet."""
        return self.filter(status__in=sorted(ERASURE_OPEN))

    def to_decide_by(self, user: Any) -> "ErasureQuerySet":
        """Those that wait for this very person: proposed by somebody else."""
        return self.filter(
            ERASURE_POLICY.q(user, Action.DECIDE), status=ErasureStatus.PROPOSED
        ).exclude(proposed_by_id=user.pk)


class Erasure(Record):
    """One person to forget. It names the person by key only, and outlives what it erases."""

    class Ground(models.TextChoices):
        TERM = "term", _("End of the retention period")
        REQUEST = "request", _("Request of the person")
        ORDER = "order", _("Order of a court or of the Commission d’accès à l’information")
        RESTORED = "restored", _("Erased before a backup was restored")

    participant = models.ForeignKey(
        Participant,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="erasures",
        verbose_name=_("participant"),
    )
    # What the ledger holds: the key of the person, also of one a restored backup does not know.
    subject_id = models.UUIDField(editable=False)
    number = models.PositiveIntegerField(_("number"), unique=True, null=True, editable=False)
    ground = models.CharField(
        pgettext_lazy("of an erasure", "ground"), max_length=8, choices=Ground, default=Ground.TERM
    )
    rule = models.ForeignKey(
        RetentionRule,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("retention rule"),
    )
    due_on = models.DateField(_("due since"), null=True, editable=False)
    comment = models.TextField(_("comment"), max_length=2000, blank=True)
    preview = models.JSONField(default=dict, editable=False)
    status = models.CharField(
        _("status"),
        max_length=11,
        choices=ErasureStatus,
        default=ErasureStatus.PROPOSED,
        editable=False,
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    proposed_at = models.DateTimeField(_("proposed"), default=timezone.now, editable=False)
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
        _("comment on the decision"), max_length=2000, blank=True, editable=False
    )
    not_before = models.DateTimeField(_("carried out from"), null=True, editable=False)
    done_at = models.DateTimeField(_("carried out"), null=True, editable=False)
    counts = models.JSONField(default=dict, editable=False)
    # Since when no old page of the database file can hold anything of the person.
    pages_forgotten_at = models.DateTimeField(null=True, editable=False)
    updated_at = models.DateTimeField(_("last activity"), default=timezone.now, editable=False)

    history = Tracked(
        personal=("comment", "decision_comment"),
        excluded_fields=("updated_at", "pages_forgotten_at"),
    )
    objects = ErasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ("-updated_at", "-id")
        default_permissions = ()
        indexes = [
            models.Index(F("updated_at").desc(), F("id").desc(), name="erasure_newest"),
            models.Index("subject_id", "status", name="erasure_of_person"),
            models.Index("not_before", condition=Q(status="approved"), name="erasure_to_carry_out"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("participant",),
                condition=Q(status__in=["proposed", "approved", "done"]),
                name="erasure_one_a_person",
                violation_error_message=_("There is already an erasure of this person."),
            ),
            # Separation of duties, held by the database as well.
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "refused"]) | ~Q(decided_by=F("proposed_by")),
                name="erasure_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(status="approved")
                | Q(decided_by__isnull=False, not_before__isnull=False),
                name="erasure_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(status="done", number__isnull=False, done_at__isnull=False)
                | ~Q(status="done") & Q(number__isnull=True, done_at__isnull=True),
                name="erasure_done_has_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.number or timezone.localdate(self.proposed_at)}"

    def get_absolute_url(self) -> str:
        return reverse("privacy:erasure_detail", args=[self.pk])

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.updated_at = timezone.now()
        super().save(*args, **kwargs)

    @property
    def is_open(self) -> bool:
        return self.status in ERASURE_OPEN

    @property
    def abilities(self) -> frozenset[str]:
        """Actions of the person this erasure was loaded for; needs `with_abilities`."""
        return frozenset(
            name for name in ERASURE_POLICY.rules if getattr(self, f"can_{name}", False)
        )

    @property
    def available_transitions(self) -> list[Transition]:
        """Rows of the table open now to the person this erasure was loaded for."""
        return ERASURE_WORKFLOW.open_from(self.status, self.abilities)
