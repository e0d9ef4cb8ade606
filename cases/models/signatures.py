"""Who signed the agreement of a placement, when and how."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.parts import PlacementPart
from peph.audit.history import Tracked


class Signature(PlacementPart):
    """One signature of an agreement; the four together make it signed (DOMAIN §3.5)."""

    class Role(models.TextChoices):
        PARTICIPANT = "participant", _("Participant")
        SUPERVISOR = "supervisor", _("Supervisor")
        HOST_COORDINATOR = "host_coordinator", _("Coordinator of the host organisation")
        PROGRAM = "program", _("Programme")

    class Means(models.TextChoices):
        PAPER = "paper", _("On paper")
        ELECTRONIC = "electronic", _("Electronically")
        WITNESSED = "witnessed", _("By mark or voice, before a witness")

    role = models.CharField(_("signs as"), max_length=16, choices=Role)
    name = models.CharField(_("name of who signed"), max_length=160)
    signed_on = models.DateField(_("signed on"))
    means = models.CharField(_("how"), max_length=10, choices=Means, default=Means.PAPER)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("recorded by"),
    )

    history = Tracked(personal=("name",))

    class Meta(PlacementPart.Meta):
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ("signed_on", "id")
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=("placement", "role"),
                name="signature_once_a_role",
                violation_error_message=_("This signature is already there."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_role_display()})"
