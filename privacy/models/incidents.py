"""The register of confidentiality incidents: the eight items of the regulation, whatever their gravity."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from peph.audit.history import Tracked
from privacy.models.clocks import incident_kept_until
from privacy.models.entries import Entry, EntryQuerySet
from privacy.policy import REGISTER_POLICY
from privacy.workflow import INCIDENT_WORKFLOW, IncidentState, SeriousRisk


class IncidentQuerySet(EntryQuerySet):
    def open(self) -> "IncidentQuerySet":
        """Not closed: to assess, to notify, or to close."""
        return self.exclude(state=IncidentState.CLOSED)


class Incident(Entry):
    """An access, use, disclosure or loss the law does not allow (A-2.1, s. 63.9; A-2.1, r. 3.1, s. 7)."""

    class Kind(models.TextChoices):
        ACCESS = "access", _("Access not authorised")
        USE = "use", _("Use not authorised")
        DISCLOSURE = "disclosure", _("Disclosure not authorised")
        LOSS = "loss", _("Loss, or another breach of protection")

    policy = REGISTER_POLICY
    workflow = INCIDENT_WORKFLOW
    prefix = "INC"
    past = ("occurred_from", "occurred_to", "known_on", "cai_notified_on", "persons_notified_on")

    kind = models.CharField(_("kind of incident"), max_length=10, choices=Kind)
    information = models.TextField(
        _("personal information concerned"),
        max_length=2000,
        help_text=_("Which kinds; or, if it is not known, why it cannot be described."),
    )
    circumstances = models.TextField(_("circumstances of the incident"), max_length=4000)
    occurred_from = models.DateField(_("occurred on, or from"))
    occurred_to = models.DateField(_("to"), null=True, blank=True)
    occurred_is_approximate = models.BooleanField(_("these dates are approximate"), default=False)
    known_on = models.DateField(_("known on"))
    persons = models.PositiveIntegerField(
        _("number of persons concerned"),
        null=True,
        blank=True,
        help_text=_("Empty while it is not known."),
    )
    persons_is_approximate = models.BooleanField(_("this number is approximate"), default=False)
    serious_risk = models.CharField(
        _("risk of serious injury"),
        max_length=3,
        choices=SeriousRisk,
        blank=True,
        editable=False,
    )
    risk_assessment = models.TextField(
        _("elements of the assessment"), max_length=4000, blank=True, editable=False
    )
    cai_notified_on = models.DateField(
        _("notice to the Commission d’accès à l’information"), null=True, editable=False
    )
    persons_notified_on = models.DateField(
        _("notice to the persons concerned"), null=True, editable=False
    )
    notice_note = models.TextField(
        _("public notice, or why the persons were not told"),
        max_length=4000,
        blank=True,
        editable=False,
    )
    measures = models.TextField(_("measures taken"), max_length=4000, blank=True)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=IncidentState,
        default=IncidentState.DISCOVERED,
        editable=False,
    )
    closed_on = models.DateField(_("closed on"), null=True, editable=False)

    history = Tracked(
        personal=("information", "circumstances", "risk_assessment", "notice_note", "measures"),
        excluded_fields=("updated_at",),
    )
    objects = IncidentQuerySet.as_manager()

    class Meta(Entry.Meta):
        verbose_name = _("confidentiality incident")
        verbose_name_plural = _("confidentiality incidents")
        indexes = [models.Index(F("updated_at").desc(), F("id").desc(), name="incident_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(occurred_to__isnull=True) | Q(occurred_to__gte=F("occurred_from")),
                name="incident_ends_after_it_begins",
                violation_error_message=_("The period ends after it begins."),
            ),
            models.CheckConstraint(
                condition=Q(known_on__gte=F("occurred_from")),
                name="incident_known_after_it_began",
                violation_error_message=_("An incident is known after it began."),
            ),
            models.CheckConstraint(
                condition=Q(state="discovered") | ~Q(serious_risk="") & ~Q(risk_assessment=""),
                name="incident_assessed_has_assessment",
            ),
            # Access Act, s. 63.8: a risk of serious injury is told to the Commission.
            models.CheckConstraint(
                condition=~Q(state="closed")
                | Q(serious_risk="no")
                | Q(cai_notified_on__isnull=False),
                name="incident_serious_is_notified",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_on__isnull=False) & ~Q(measures="")
                | ~Q(state="closed") & Q(closed_on__isnull=True),
                name="incident_closed_with_measures",
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("privacy:entry_detail", args=["incidents", self.pk])

    def clean(self) -> None:
        super().clean()
        if self.known_on and self.occurred_from and self.known_on < self.occurred_from:
            raise ValidationError({"known_on": _("An incident is known after it began.")})

    @property
    def kept_until(self) -> dt.date:
        """The entry stays at least until then."""
        return incident_kept_until(self.known_on)

    @property
    def is_serious(self) -> bool:
        return self.serious_risk == SeriousRisk.YES

    @property
    def is_late(self) -> bool:
        """A serious risk that nobody told the Commission yet: the law says promptly."""
        return self.is_serious and self.cai_notified_on is None

    def obstacle(self, name: str) -> Any:
        if name == "close" and self.is_late:
            return _("There is a risk of serious injury: record the notices first.")
        if name == "notify" and not self.is_serious:
            return _("No risk of serious injury was found: assess it again first.")
        return None
