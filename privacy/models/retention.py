"""How long each kind of record is kept, and what stands in the way of letting it go."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import Case, Participant
from cases.policy import Action
from peph.audit.history import Tracked
from peph.records import Record
from privacy.policy import LEGAL_HOLD_POLICY, RETENTION_RULE_POLICY


class RecordClass(models.TextChoices):
    """The kinds of record a rule is about."""

    PLACED = "placed", _("Closed case, with a placement")
    NOT_PLACED = "not_placed", _("Closed case, without a placement")
    NOT_TAKEN = "not_taken", _("Referral not taken further")
    CONSENTS = "consents", _("Consents, notes, documents, evaluations of a case")
    FINDINGS = "findings", _("Words of an audit about a case")
    HISTORY = "history", _("History of the changes")
    ACCESS_LOG = "access_log", _("Access log")
    MAILS = "mails", _("Text of the mails sent")
    UPLOADS = "uploads", _("Spreadsheets sent for import")
    EXPORTS = "exports", _("Exports and reports")


# The classes whose term makes a person due, each counted from the end of a case.
OF_CASE = (RecordClass.PLACED, RecordClass.NOT_PLACED, RecordClass.NOT_TAKEN)


class Effect(models.TextChoices):
    """What happens at the end of the term."""

    ERASE = "erase", _("Erase the person, once two people approved")
    DELETE = "delete", _("Delete the rows, each night")
    WITH_PERSON = "with_person", _("Erased with the person")
    BY_ITSELF = "by_itself", _("Erased by the service after a few days")
    NOT_KEPT = "not_kept", _("Never kept by the service")


class RetentionRuleQuerySet(models.QuerySet["RetentionRule"]):
    def visible_to(self, user: Any) -> "RetentionRuleQuerySet":
        return self.filter(RETENTION_RULE_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "RetentionRuleQuerySet":
        """Load each rule knowing what `user` may do with it."""
        return self.annotate(**RETENTION_RULE_POLICY.flags(user))


class RetentionRule(Record):
    """One line of the schedule: what, how long, from when, and then what; with where it comes from."""

    record_class = models.CharField(
        _("kind of record"), max_length=12, choices=RecordClass, unique=True, editable=False
    )
    position = models.PositiveSmallIntegerField(_("position"), default=100, editable=False)
    effect = models.CharField(
        pgettext_lazy("retention", "then"), max_length=11, choices=Effect, editable=False
    )
    months = models.PositiveSmallIntegerField(
        _("months kept"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1200)],
        help_text=_("Counted from the date beside. The rules that have no term follow another."),
    )
    counted_from_fr = models.CharField(_("counted from, in French"), max_length=160, blank=True)
    counted_from_en = models.CharField(_("counted from, in English"), max_length=160, blank=True)
    source = models.TextField(_("source of the rule"), max_length=1000)
    is_confirmed = models.BooleanField(
        _("confirmed by the retention schedule of the archives"), default=False
    )
    applied_on = models.DateField(_("last carried out"), null=True, editable=False)
    applied_count = models.PositiveIntegerField(_("rows deleted then"), default=0, editable=False)

    history = Tracked()
    objects = RetentionRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("retention rule")
        verbose_name_plural = _("retention rules")
        ordering = ("position", "record_class")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(effect__in=["erase", "delete"], months__isnull=False)
                | ~Q(effect__in=["erase", "delete"]) & Q(months__isnull=True),
                name="retention_rule_term_where_it_counts",
                violation_error_message=_("This rule needs a number of months, or none at all."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_record_class_display())

    def get_absolute_url(self) -> str:
        return f"{reverse('privacy:retention_rule_list')}#{self.record_class}"

    def counted_from(self, language: str) -> str:
        """The date the months run from, in the language of the reader."""
        return self.counted_from_en if language.startswith("en") else self.counted_from_fr


class LegalHoldQuerySet(models.QuerySet["LegalHold"]):
    def visible_to(self, user: Any) -> "LegalHoldQuerySet":
        return self.filter(LEGAL_HOLD_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "LegalHoldQuerySet":
        """Load each hold knowing what `user` may do with it."""
        return self.annotate(**LEGAL_HOLD_POLICY.flags(user))

    def with_people(self) -> "LegalHoldQuerySet":
        """Everything a row of a list shows, in one query."""
        return self.select_related("participant", "case", "placed_by", "lifted_by")

    def live(self, day: dt.date | None = None) -> "LegalHoldQuerySet":
        """Holding on that day: not lifted, and its last day is not past."""
        return self.filter(
            Q(until__isnull=True) | Q(until__gte=day or timezone.localdate()),
            lifted_on__isnull=True,
        )


class LegalHold(Record):
    """Nothing of this person goes while it holds: a complaint, a court, an investigation."""

    participant = models.ForeignKey(
        Participant,
        on_delete=models.PROTECT,
        related_name="legal_holds",
        verbose_name=_("participant"),
    )
    case = models.ForeignKey(
        Case,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="legal_holds",
        verbose_name=_("case"),
    )
    reason = models.TextField(_("reason"), max_length=2000)
    until = models.DateField(
        _("until"), null=True, blank=True, help_text=_("Empty: until somebody lifts it.")
    )
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        editable=False,
        related_name="+",
        verbose_name=_("placed by"),
    )
    placed_at = models.DateTimeField(_("placed"), default=timezone.now, editable=False)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("lifted by"),
    )
    lifted_on = models.DateField(_("lifted"), null=True, editable=False)

    # That a hold stands is told to whoever works on the case; why is read on the hold alone.
    history = Tracked(personal=("reason",), hidden=("reason",))
    objects = LegalHoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        ordering = ("-placed_at", "-id")
        default_permissions = ()
        indexes = [models.Index(fields=("participant", "lifted_on"), name="legal_hold_of_person")]
        constraints = [
            models.CheckConstraint(
                condition=Q(lifted_on__isnull=True, lifted_by__isnull=True)
                | Q(lifted_on__isnull=False, lifted_by__isnull=False),
                name="legal_hold_lifted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {timezone.localdate(self.placed_at)}"

    @property
    def is_live(self) -> bool:
        """Whether it holds today."""
        return self.lifted_on is None and (self.until is None or self.until >= timezone.localdate())
