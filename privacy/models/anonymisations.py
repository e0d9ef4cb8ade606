"""The register of anonymisations: what was made anonymous, for which purpose, how, and how sure it is."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from peph.audit.history import Tracked
from privacy.models.entries import Entry, EntryQuerySet
from privacy.policy import REGISTER_POLICY


class AnonymisationQuerySet(EntryQuerySet):
    def to_review(self) -> "AnonymisationQuerySet":
        """The day of the next analysis has come."""
        return self.filter(next_review_on__lte=timezone.localdate())


class Anonymisation(Entry):
    """One set of information (A-2.1, r. 0.1). How often the analysis is done again is not fixed there."""

    policy = REGISTER_POLICY
    prefix = "ANO"
    past = ("analysed_on", "analysis_updated_on")

    information = models.TextField(_("information made anonymous"), max_length=2000)
    purposes = models.TextField(_("purposes it is to be used for"), max_length=2000)
    supervised_by = models.CharField(
        _("person qualified in the field who supervised"), max_length=160
    )
    techniques = models.TextField(_("anonymisation techniques"), max_length=2000)
    security_measures = models.TextField(_("protection and security measures"), max_length=2000)
    individualisation = models.TextField(
        _("individualisation"),
        max_length=2000,
        help_text=_("Why nobody can be isolated or told apart in it."),
    )
    correlation = models.TextField(
        _("correlation"),
        max_length=2000,
        help_text=_("Why sets of data about the same person cannot be linked."),
    )
    inference = models.TextField(
        _("inference"),
        max_length=2000,
        help_text=_(
            "Why nothing about a person can be deduced from it and what else is available."
        ),
    )
    conclusion = models.TextField(_("conclusion on the risk of re-identification"), max_length=2000)
    analysed_on = models.DateField(_("analysis completed on"))
    analysis_updated_on = models.DateField(_("analysis updated on"), null=True, blank=True)
    next_review_on = models.DateField(
        _("next analysis"),
        null=True,
        blank=True,
        help_text=_(
            "The regulation asks for an analysis from time to time; how often depends on the risks found."
        ),
    )

    history = Tracked(excluded_fields=("updated_at",))
    objects = AnonymisationQuerySet.as_manager()

    class Meta(Entry.Meta):
        verbose_name = _("anonymisation")
        verbose_name_plural = _("anonymisations")
        indexes = [
            models.Index(F("updated_at").desc(), F("id").desc(), name="anonymisation_newest")
        ]

    def get_absolute_url(self) -> str:
        return reverse("privacy:entry_detail", args=["anonymisations", self.pk])

    def clean(self) -> None:
        super().clean()
        updated = self.analysis_updated_on
        if updated and self.analysed_on and updated < self.analysed_on:
            raise ValidationError(
                {"analysis_updated_on": _("An analysis is updated after it was completed.")}
            )

    @property
    def is_late(self) -> bool:
        """The day of the next analysis has passed."""
        return bool(self.next_review_on and self.next_review_on < timezone.localdate())
