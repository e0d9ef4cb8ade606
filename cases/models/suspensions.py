"""When a placement stood still: each interruption with its dates and its reason."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models.parts import PlacementPart
from peph.audit.history import Tracked


class Suspension(PlacementPart):
    """One interruption of a placement; until the return is known it lasts to the expected one.

    What is due is computed from these rows, so an early or late return corrects it exactly.
    """

    suspended_on = models.DateField(_("suspended from"))
    expected_on = models.DateField(_("expected return"))
    resumed_on = models.DateField(_("back since"), null=True, blank=True)
    reason = models.TextField(_("reason"), max_length=4000, blank=True)

    history = Tracked(personal=("reason",))

    class Meta(PlacementPart.Meta):
        verbose_name = _("suspension")
        verbose_name_plural = _("suspensions")
        ordering = ("suspended_on", "id")
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=("placement",),
                condition=Q(resumed_on__isnull=True),
                name="suspension_one_open_a_placement",
            ),
            models.CheckConstraint(
                condition=Q(expected_on__gte=F("suspended_on"))
                & (Q(resumed_on__isnull=True) | Q(resumed_on__gte=F("suspended_on"))),
                name="suspension_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.suspended_on} – {self.resumed_on or self.expected_on}"
