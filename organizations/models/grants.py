"""Who may do what, where: one table of grants for each kind of object a grant can be on."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from organizations.models.hosts import HostOrganization, HostSite
from organizations.models.program import Program
from organizations.models.regions import Region
from peph.audit.history import Tracked
from peph.records import Record
from peph.scopes import live_grants


class GrantQuerySet(models.QuerySet["Grant"]):
    def live(self) -> "GrantQuerySet":
        """Not expired; a grant holds through its last day."""
        return self.filter(live_grants())


class Grant(Record, UserObjectPermissionBase):
    """A permission given to a person on one object, with the reason, the giver and the end.

    Ending a grant deletes the row: its history and the change set keep who ended it and why.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="%(class)ss",
        verbose_name=_("person"),
    )
    permission = models.ForeignKey(
        "auth.Permission", on_delete=models.PROTECT, related_name="+", verbose_name=_("role")
    )
    reason = models.CharField(_("reason"), max_length=300)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("given by"),
        help_text=_("Empty for the first grants, set when the service is installed."),
    )
    granted_at = models.DateTimeField(_("given"), default=timezone.now, editable=False)
    expires_on = models.DateField(_("last day"), null=True, blank=True)

    objects = GrantQuerySet.as_manager()  # type: ignore[misc,assignment]  # not guardian's shortcuts
    content_object: Any
    # Roles this table can carry, as people call them, and the path to the name of the object.
    ROLES: ClassVar[dict[str, Any]] = {}
    NAMED_BY: ClassVar[str] = ""
    # Whether such a grant is an exception, which must have a last day.
    MUST_END: ClassVar[bool] = False

    class Meta(UserObjectPermissionBase.Meta):
        abstract = True
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user} · {self.permission.codename} · {self.content_object}"

    @property
    def role_label(self) -> str:
        """The role as people call it, in the running language."""
        return str(self.ROLES.get(self.permission.codename, self.permission.codename))


class ProgramGrant(Grant):
    """lead, select, audit, protect: over the whole programme."""

    ROLES: ClassVar = {
        "lead": _("Lead of the programme"),
        "select": _("Member of the selection committee"),
        "audit": _("Auditor"),
        "protect": _("Privacy officer"),
    }
    NAMED_BY = "content_object__name_fr"

    content_object = models.ForeignKey(
        Program, on_delete=models.PROTECT, related_name="grants", verbose_name=_("programme")
    )
    history = Tracked()

    class Meta(Grant.Meta):
        abstract = False
        verbose_name = _("grant on the programme")
        verbose_name_plural = _("grants on the programme")


class RegionGrant(Grant):
    """coordinate, audit, view_health: in one region."""

    ROLES: ClassVar = {
        "coordinate": _("Coordinator"),
        "audit": _("Auditor"),
        "view_health": _("Reader of health information"),
    }
    NAMED_BY = "content_object__name"

    content_object = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="grants", verbose_name=_("region")
    )
    history = Tracked(scope={"region": "content_object_id"})

    class Meta(Grant.Meta):
        abstract = False
        verbose_name = _("grant on a region")
        verbose_name_plural = _("grants on regions")


class HostOrganizationGrant(Grant):
    """represent, audit: one host organisation with all its sites."""

    ROLES: ClassVar = {
        "represent": _("Representative of the host organisation"),
        "audit": _("Auditor"),
    }
    NAMED_BY = "content_object__name"

    content_object = models.ForeignKey(
        HostOrganization,
        on_delete=models.PROTECT,
        related_name="grants",
        verbose_name=_("host organisation"),
    )
    history = Tracked(scope={"organization": "content_object_id"})

    class Meta(Grant.Meta):
        abstract = False
        verbose_name = _("grant on a host organisation")
        verbose_name_plural = _("grants on host organisations")


class HostSiteGrant(Grant):
    """supervise: one site."""

    ROLES: ClassVar = {
        "supervise": _("Supervisor of placements"),
    }
    NAMED_BY = "content_object__name"

    content_object = models.ForeignKey(
        HostSite, on_delete=models.PROTECT, related_name="grants", verbose_name=_("host site")
    )
    history = Tracked()

    class Meta(Grant.Meta):
        abstract = False
        verbose_name = _("grant on a host site")
        verbose_name_plural = _("grants on host sites")
