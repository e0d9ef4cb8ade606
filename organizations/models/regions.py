"""The 17 administrative regions."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from peph.audit.history import Tracked
from peph.records import Record


class Region(Record):
    """An administrative region of Québec (D-11, r. 1, annexe I). A proper noun: one name, in French."""

    code = models.CharField(
        _("code"), max_length=2, unique=True, validators=[RegexValidator(r"^(0[1-9]|1[0-7])$")]
    )
    name = models.CharField(_("name"), max_length=60, unique=True)
    office = models.CharField(_("office of the programme"), max_length=60, blank=True)

    history = Tracked(scope={"region": "id"})

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ("code",)
        default_permissions = ()
        permissions = [
            ("coordinate", "Coordinate the cases of the region"),
            ("audit", "Audit the region"),
            ("view_health", "Read the health information of the cases of the region"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
