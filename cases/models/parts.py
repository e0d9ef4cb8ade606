"""What the records that belong to a placement have in common."""

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case
from cases.models.placements import Placement
from organizations.models.hosts import HostOrganization, HostSite
from organizations.models.regions import Region
from peph.records import Record


class PlacementPart(Record):
    """Base of a record of a placement. The scope is repeated: each reader finds the rows by an index."""

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="%(class)ss", verbose_name=_("case")
    )
    placement = models.ForeignKey(
        Placement,
        on_delete=models.PROTECT,
        related_name="%(class)ss",
        verbose_name=_("placement"),
    )
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("region")
    )
    organization = models.ForeignKey(
        HostOrganization,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("host organisation"),
    )
    site = models.ForeignKey(
        HostSite, on_delete=models.PROTECT, related_name="+", verbose_name=_("host site")
    )

    class Meta:
        abstract = True
        default_permissions = ()

    @classmethod
    def of(cls, placement: Placement, **fields: Any) -> Self:
        """A new row of this placement, not saved."""
        return cls(
            case_id=placement.case_id,
            placement=placement,
            region_id=placement.region_id,
            organization_id=placement.organization_id,
            site_id=placement.site_id,
            **fields,
        )
