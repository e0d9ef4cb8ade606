"""Requests of persons about their own information: access, a copy to reuse, rectification, deletion."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import Participant
from peph.audit.history import Tracked
from privacy.models.clocks import deadline, first_deadline, review_deadline
from privacy.models.entries import Entry, EntryQuerySet
from privacy.policy import ACCESS_REQUEST_POLICY
from privacy.workflow import ACCESS_REQUEST_WORKFLOW, RequestState


class AccessRequestQuerySet(EntryQuerySet):
    def open(self) -> "AccessRequestQuerySet":
        """Not answered yet: their clock runs."""
        return self.filter(state=RequestState.OPEN)

    def late(self) -> "AccessRequestQuerySet":
        return self.open().filter(due_on__lt=timezone.localdate())


class AccessRequest(Entry):
    """Answered within 20 days, 30 with a notice (Access Act, s. 98): `privacy.models.clocks`."""

    class Kind(models.TextChoices):
        ACCESS = "access", pgettext_lazy("kind of request", "Access to the information")
        PORTABILITY = "portability", _("Copy in a structured format (portability)")
        RECTIFICATION = "rectification", _("Rectification")
        DELETION = "deletion", _("Deletion of information")

    class Quality(models.TextChoices):
        PERSON = "person", _("The person")
        REPRESENTATIVE = "representative", _("A representative")
        RELATIVE = "relative", _("An heir or a relative of a deceased person")

    policy = ACCESS_REQUEST_POLICY
    workflow = ACCESS_REQUEST_WORKFLOW
    prefix = "DEM"
    shown_with = ("noted_by", "participant")
    past = ("received_on", "identity_checked_on")

    kind = models.CharField(_("kind of request"), max_length=13, choices=Kind)
    received_on = models.DateField(pgettext_lazy("of a request", "received on"))
    requester_name = models.CharField(_("name of the requester"), max_length=160)
    requester_quality = models.CharField(
        _("who asks"), max_length=14, choices=Quality, default=Quality.PERSON
    )
    requester_contact = models.CharField(
        _("how to answer"), max_length=200, help_text=_("Postal address, e-mail or telephone.")
    )
    identity_checked_on = models.DateField(_("identity checked on"), null=True, blank=True)
    participant = models.ForeignKey(
        Participant,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="access_requests",
        verbose_name=_("person concerned"),
    )
    wanted = models.TextField(_("what is asked for"), max_length=4000)
    format_needed = models.CharField(
        _("format needed"),
        max_length=120,
        blank=True,
        help_text=_("Large print, braille, sign-language interpretation, plain text…"),
    )
    due_on = models.DateField(_("to answer by"), editable=False)
    extended_on = models.DateField(_("notice of the extension sent on"), null=True, editable=False)
    extension_reason = models.TextField(
        _("reason of the extension"), max_length=4000, blank=True, editable=False
    )
    state = models.CharField(
        _("state"),
        max_length=9,
        choices=RequestState,
        default=RequestState.OPEN,
        editable=False,
    )
    answered_on = models.DateField(_("answered on"), null=True, editable=False)
    answer = models.TextField(_("answer"), max_length=4000, blank=True, editable=False)
    refusal_article = models.CharField(
        _("provision of the law"), max_length=200, blank=True, editable=False
    )
    refusal_reason = models.TextField(
        _("reasons for the refusal"), max_length=4000, blank=True, editable=False
    )
    recourse_told_on = models.DateField(_("recourse told on"), null=True, editable=False)

    history = Tracked(
        personal=(
            "requester_name",
            "requester_contact",
            "wanted",
            "format_needed",
            "extension_reason",
            "answer",
            "refusal_article",
            "refusal_reason",
        ),
        excluded_fields=("updated_at",),
    )
    objects = AccessRequestQuerySet.as_manager()

    class Meta(Entry.Meta):
        verbose_name = _("access request")
        verbose_name_plural = _("access requests")
        indexes = [
            models.Index(F("updated_at").desc(), F("id").desc(), name="access_request_newest"),
            models.Index(fields=("state", "due_on"), name="access_request_clock"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["open", "withdrawn"], answered_on__isnull=True)
                | Q(
                    state__in=["granted", "partly", "refused"],
                    answered_on__isnull=False,
                    answered_on__gte=F("received_on"),
                ),
                name="access_request_answered_on_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["granted", "partly"]) | ~Q(answer=""),
                name="access_request_granted_says_what",
            ),
            # A refusal names its provision, its reasons and the recourse.
            models.CheckConstraint(
                condition=~Q(state__in=["partly", "refused"])
                | ~Q(refusal_article="")
                & ~Q(refusal_reason="")
                & Q(recourse_told_on__isnull=False),
                name="access_request_refusal_says_why",
            ),
            models.CheckConstraint(
                condition=Q(extended_on__isnull=True, extension_reason="")
                | Q(extended_on__isnull=False) & ~Q(extension_reason=""),
                name="access_request_extension_says_why",
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("privacy:entry_detail", args=["requests", self.pk])

    def clean(self) -> None:
        super().clean()
        problems = {}
        for name in ("extended_on", "answered_on", "recourse_told_on", "identity_checked_on"):
            day = getattr(self, name)
            if day and self.received_on and day < self.received_on:
                problems[name] = _("This is before the request was received.")
        if self.extended_on and self.received_on and self.extended_on > self.first_due_on:
            problems["extended_on"] = _(
                "The notice is sent within the first twenty days: after them there is no extension."
            )
        if problems:
            raise ValidationError(problems)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.due_on = deadline(self.received_on, extended=self.extended_on is not None)
        super().save(*args, **kwargs)

    @property
    def first_due_on(self) -> dt.date:
        """The end of the twenty days."""
        return first_deadline(self.received_on)

    @property
    def is_open(self) -> bool:
        return self.state == RequestState.OPEN

    @property
    def is_late(self) -> bool:
        """Not answered, and the last day has passed: the person may ask for a review."""
        return self.is_open and self.due_on < timezone.localdate()

    @property
    def days_left(self) -> int | None:
        """Calendar days until the last day, negative after it; None once it is answered."""
        return (self.due_on - timezone.localdate()).days if self.is_open else None

    @property
    def review_until(self) -> dt.date | None:
        """The last day to ask for a review of a refusal, or of a silence."""
        if self.is_late:
            return review_deadline(self.due_on)
        if self.state in (RequestState.PARTLY, RequestState.REFUSED):
            return review_deadline(self.answered_on) if self.answered_on else None
        return None

    def obstacle(self, name: str) -> Any:
        if name == "extend" and self.extended_on is not None:
            return _("A request is extended once.")
        return None
