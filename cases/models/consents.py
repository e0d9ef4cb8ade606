"""The texts that people are asked to agree to, one a purpose and a version, with what refusing entails."""

import datetime as dt

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.participants import Consent
from peph.audit.history import Tracked
from peph.records import Record


class ConsentTextQuerySet(models.QuerySet["ConsentText"]):
    def in_force(self, on: dt.date | None = None) -> "ConsentTextQuerySet":
        """Those that could be read that day, the latest first; the earlier ones stay valid."""
        return self.filter(in_force_from__lte=on or timezone.localdate()).order_by(
            "purpose", "-in_force_from", "-version"
        )


class ConsentText(Record):
    """One version of the text of one purpose. A new wording is a new version, never a correction."""

    purpose = models.CharField(_("purpose"), max_length=20, choices=Consent.Purpose)
    # Named apart from the version of the record, which counts its corrections.
    text_version = models.CharField(_("version of the text"), max_length=40)
    text_fr = models.TextField(_("text in French"), max_length=4000)
    text_en = models.TextField(_("text in English"), max_length=4000)
    refusal_fr = models.TextField(_("what refusing entails, in French"), max_length=2000)
    refusal_en = models.TextField(_("what refusing entails, in English"), max_length=2000)
    in_force_from = models.DateField(_("in force from"))

    history = Tracked()
    objects = ConsentTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("text of a consent")
        verbose_name_plural = _("texts of consents")
        default_permissions = ()
        ordering = ("purpose", "-in_force_from")
        constraints = [
            models.UniqueConstraint(
                fields=("purpose", "text_version"), name="consent_text_once_a_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} ({self.text_version})"

    def text(self, language: str) -> str:
        """The text in the language of the person it is read to."""
        return self.text_en if language == "en" else self.text_fr

    def refusal(self, language: str) -> str:
        """What refusing entails, in the language of the person."""
        return self.refusal_en if language == "en" else self.refusal_fr
