"""The exceptional grants on one case."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case
from organizations.models.grants import Grant
from peph.audit.history import Tracked


class CaseGrant(Grant):
    """view_case, change_case, view_health: an exception for one case, with a reason and an end."""

    ROLES: ClassVar = {
        "view_case": _("Reader of the case"),
        "change_case": _("Keeper of the case"),
        "view_health": _("Reader of health information"),
    }
    NAMED_BY = "content_object__number"
    MUST_END = True

    content_object = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="grants", verbose_name=_("case")
    )
    history = Tracked(personal=("reason",), scope={"case": "content_object_id"})

    class Meta(Grant.Meta):
        abstract = False
        verbose_name = _("grant on a case")
        verbose_name_plural = _("grants on cases")
