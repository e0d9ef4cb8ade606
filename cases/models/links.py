"""Links to one task: sent to somebody without an account, signed, expiring, renewable."""

import datetime as dt
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.followups import FollowUp
from cases.models.participants import Participant
from cases.models.parts import PlacementPart
from cases.models.signatures import Signature
from cases.policy import LINK_POLICY, Action
from peph.audit.history import Tracked


class TaskLinkQuerySet(models.QuerySet["TaskLink"]):
    def visible_to(self, user: Any) -> "TaskLinkQuerySet":
        return self.filter(LINK_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "TaskLinkQuerySet":
        """Load each link knowing what `user` may do with it."""
        return self.annotate(**LINK_POLICY.flags(user))

    def with_people(self) -> "TaskLinkQuerySet":
        """Everything a row of a list shows, in one query."""
        return self.select_related(
            "case",
            "region",
            "placement",
            "placement__participant",
            "evaluation",
            "created_by",
        )

    def awaiting(self) -> "TaskLinkQuerySet":
        """Sent, neither answered nor called back; the day it stays valid until may have passed."""
        return self.filter(answered_on__isnull=True, revoked_on__isnull=True)


class TaskLink(PlacementPart):
    """One task for one person. The address is signed and holds the key and the serial: a renewed link has
    the next serial, and the address before it opens nothing."""

    class Task(models.TextChoices):
        CONFIRM_START = "confirm_start", _("Confirm the start")
        SIGN = "sign", _("Sign the agreement")
        REPORT = "report", _("Report progress")
        EVALUATE = "evaluate", _("Evaluate")
        ANSWER = "answer", _("Answer an evaluation")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for an answer")
        ANSWERED = "answered", _("Answered")
        EXPIRED = "expired", _("Expired")
        REVOKED = "revoked", _("Called back")

    task = models.CharField(_("task"), max_length=13, choices=Task)
    role = models.CharField(_("signs as"), max_length=16, choices=Signature.Role, blank=True)
    evaluation = models.ForeignKey(
        "cases.Evaluation",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="links",
        verbose_name=_("evaluation"),
    )
    follow_up = models.ForeignKey(
        FollowUp,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="links",
        verbose_name=_("step of the schedule it answers"),
    )
    recipient_name = models.CharField(_("sent to"), max_length=160)
    recipient_email = models.EmailField(_("e-mail"))
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=Participant.Language,
        default=Participant.Language.FRENCH,
    )
    serial = models.PositiveSmallIntegerField(_("times renewed"), default=1, editable=False)
    # Sent for the last time; the first time is when it was created.
    sent_at = models.DateTimeField(_("sent"), default=timezone.now, editable=False)
    expires_on = models.DateField(_("valid until"), editable=False)
    draft = models.JSONField(_("what was filled in so far"), null=True, editable=False)
    answered_on = models.DateField(_("answered"), null=True, editable=False)
    revoked_on = models.DateField(_("called back"), null=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("sent by"),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    # A draft is not yet said: only what was sent is history.
    # Its name is made of it: the history loads both at once.
    NAMED_WITH: ClassVar = ("evaluation",)
    history = Tracked(personal=("recipient_name", "recipient_email"), excluded_fields=("draft",))
    objects = TaskLinkQuerySet.as_manager()

    class Meta(PlacementPart.Meta):
        abstract = False
        verbose_name = _("link to a task")
        verbose_name_plural = _("links to a task")
        ordering = ("-created_at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=Q(task="sign") & ~Q(role="") | ~Q(task="sign") & Q(role=""),
                name="task_link_signs_as",
            ),
            # Sending again renews: somebody never has two addresses open for one task.
            models.UniqueConstraint(
                fields=("placement", "task", "role"),
                condition=Q(
                    evaluation__isnull=True, answered_on__isnull=True, revoked_on__isnull=True
                ),
                name="task_link_one_open_a_task",
            ),
            models.UniqueConstraint(
                fields=("evaluation", "task"),
                condition=Q(
                    evaluation__isnull=False, answered_on__isnull=True, revoked_on__isnull=True
                ),
                name="task_link_one_open_an_evaluation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} – {self.recipient_name}"

    def get_absolute_url(self) -> str:
        return f"{reverse('cases:placement_detail', args=[self.placement_id])}#links"

    @property
    def title(self) -> str:
        """The task in words: as whom one signs, which evaluation it is about."""
        detail = self.get_role_display() or self.evaluation or ""
        return f"{self.get_task_display()} ({detail})" if detail else self.get_task_display()

    @property
    def abilities(self) -> frozenset[str]:
        """Actions of the person this link was loaded for; needs `with_abilities`."""
        return frozenset(name for name in LINK_POLICY.rules if getattr(self, f"can_{name}", False))

    @property
    def state(self) -> "TaskLink.State":
        """Where it stands today."""
        if self.answered_on is not None:
            return self.State.ANSWERED
        if self.revoked_on is not None:
            return self.State.REVOKED
        return self.State.EXPIRED if self.has_expired() else self.State.WAITING

    def has_expired(self, today: dt.date | None = None) -> bool:
        """Whether its last day has passed."""
        return self.expires_on < (today or timezone.localdate())
