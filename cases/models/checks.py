"""Problems of the data somebody looked at and judged to be none."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case
from organizations.models.regions import Region
from peph.audit.history import Tracked
from peph.records import Record


class Dismissal(Record):
    """One problem of one record set aside with a reason, for good or until a day."""

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="+", verbose_name=_("case")
    )
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("region")
    )
    check_code = models.CharField(_("check"), max_length=40)
    object_id = models.UUIDField(_("record"))
    reason = models.CharField(_("reason"), max_length=400)
    until = models.DateField(_("until"), null=True, blank=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("set aside by"),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    history = Tracked(personal=("reason",))

    class Meta:
        verbose_name = _("problem set aside")
        verbose_name_plural = _("problems set aside")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=("check_code", "object_id"), name="dismissal_once"),
        ]

    def __str__(self) -> str:
        return f"{self.check_code} {self.object_id}"
