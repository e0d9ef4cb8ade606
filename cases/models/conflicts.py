"""Conflicts of interest: whoever is too close to a person sees nothing of them, whatever they hold."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case
from cases.policy import CONFLICT_POLICY, Action
from peph.audit.history import Tracked
from peph.records import Record


class ConflictQuerySet(models.QuerySet["ConflictOfInterest"]):
    def visible_to(self, user: Any) -> "ConflictQuerySet":
        return self.filter(CONFLICT_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "ConflictQuerySet":
        """Load each conflict knowing what `user` may do with it."""
        return self.annotate(**CONFLICT_POLICY.flags(user))

    def with_people(self) -> "ConflictQuerySet":
        """Everything a row of a list shows, in one query."""
        return self.select_related("case", "user", "declared_by", "ended_by")

    def in_force(self) -> "ConflictQuerySet":
        """Declared and not ended: what they hide is hidden now."""
        return self.filter(ended_at__isnull=True)

    def keep_out(self, user: Any, participant_id: Any) -> bool:
        """Whether the cases of this person are closed to `user`."""
        return self.in_force().filter(case__participant=participant_id, user=user).exists()


class ConflictOfInterest(Record):
    """Somebody with an account is too close to the person of a case: a relative, a colleague, a neighbour.

    Entered on one case, it is about the person: it hides every case of theirs from `user`.
    """

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="conflicts", verbose_name=_("case")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="conflicts",
        verbose_name=_("person in conflict"),
    )
    reason = models.CharField(_("reason"), max_length=300)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        editable=False,
        related_name="+",
        verbose_name=_("declared by"),
    )
    declared_at = models.DateTimeField(_("declared"), default=timezone.now, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("ended by"),
    )
    end_reason = models.CharField(_("why it ended"), max_length=300, blank=True, editable=False)

    # Told to whoever audits the case, not to everybody who reads its timeline.
    history = Tracked(personal=("reason", "end_reason"), hidden=("reason", "end_reason"))
    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")
        ordering = ("-declared_at", "-id")
        default_permissions = ()
        constraints: ClassVar = [
            # Its index answers what is closed to a person: the first question of every request.
            models.UniqueConstraint(
                fields=("user", "case"),
                condition=Q(ended_at__isnull=True),
                name="conflict_one_open",
                violation_error_message=_("This conflict of interest is already declared."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, end_reason="")
                | (Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(end_reason="")),
                name="conflict_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.case}"

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None
