"""The register of disclosures: what was told of somebody to a third party without their consent."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import Participant
from peph.audit.history import Tracked
from privacy.models.entries import Entry, EntryQuerySet
from privacy.policy import DISCLOSURE_POLICY


class Disclosure(Entry):
    """One disclosure (Access Act, s. 67.3): nature, recipient, purpose, reason, outside Québec or not."""

    class Basis(models.TextChoices):
        """The provisions disclosures without consent rest on; s. 67.3 asks for most of them here."""

        S59 = "s59", _("s. 59, second paragraph (prosecutor, police, emergency…)")
        S59_1 = "s59_1", _("s. 59.1 (to prevent violence or a suicide)")
        S66 = "s66", _("s. 66 (identity, at the request of an investigator)")
        S67 = "s67", _("s. 67 (needed to apply an Act)")
        S67_1 = "s67_1", _("s. 67.1 (needed to apply a collective agreement)")
        S67_2 = "s67_2", _("s. 67.2 (mandate or contract)")
        S67_2_1 = "s67_2_1", _("s. 67.2.1 (study, research, statistics)")
        S68 = "s68", _("s. 68 (another public body)")
        OTHER = "other", _("Another provision, named in the reason")

    policy = DISCLOSURE_POLICY
    prefix = "COM"
    shown_with = ("noted_by", "participant")
    past = ("disclosed_on",)

    disclosed_on = models.DateField(_("disclosed on"))
    recipient = models.CharField(_("recipient"), max_length=200)
    information = models.TextField(
        _("nature of the information"),
        max_length=2000,
        help_text=_("Which kinds of information, not their content."),
    )
    purpose = models.TextField(_("purpose"), max_length=2000)
    basis = models.CharField(
        pgettext_lazy("of a disclosure", "legal basis"), max_length=8, choices=Basis
    )
    justification = models.TextField(_("reason that justifies it"), max_length=2000)
    outside_quebec = models.BooleanField(_("goes outside Québec"), default=False)
    agreement = models.CharField(_("agreement, mandate or request"), max_length=120, blank=True)
    measures = models.TextField(_("protection measures"), max_length=2000)
    persons = models.PositiveIntegerField(
        _("number of persons concerned"), default=1, validators=[MinValueValidator(1)]
    )
    participant = models.ForeignKey(
        Participant,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="disclosures",
        verbose_name=_("person concerned"),
    )

    history = Tracked(
        personal=(
            "recipient",
            "information",
            "purpose",
            "justification",
            "agreement",
            "measures",
        ),
        excluded_fields=("updated_at",),
    )
    objects = EntryQuerySet.as_manager()

    class Meta(Entry.Meta):
        verbose_name = _("disclosure")
        verbose_name_plural = _("disclosures")
        indexes = [
            models.Index(F("updated_at").desc(), F("id").desc(), name="disclosure_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(persons__gte=1), name="disclosure_of_somebody"
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("privacy:entry_detail", args=["disclosures", self.pk])
