"""Writes on host organisations and their sites."""

from typing import Any

from organizations.models import HostOrganization, HostSite, Region
from organizations.policy import ORGANIZATION_POLICY, SITE_POLICY, Action
from peph.audit.changes import change
from peph.records import amend, check_version, locked, save_valid


def open_site(
    organization: HostOrganization, *, by: Any, region: Region, **fields: Any
) -> HostSite:
    """Open a unit of `organization` in `region`. Raises Forbidden or Invalid."""
    with change(by=by, verb="organizations.site.open", organization=organization, region=region):
        ORGANIZATION_POLICY.check(by, Action.OPEN_SITE, organization)
        site = HostSite(organization=organization, region=region, **fields)
        save_valid(site)
        # A coordinator opens units in the own regions only: checked on the row itself.
        SITE_POLICY.check(by, Action.EDIT, site)
    return site


def update_site(site: HostSite, *, by: Any, version: int | None = None, **fields: Any) -> HostSite:
    """Change what a site says of itself. Raises Forbidden, Stale or Invalid."""
    with change(
        by=by,
        verb="organizations.site.update",
        organization=site.organization_id,
        region=site.region_id,
    ):
        site = locked(HostSite.objects.all(), site.pk)
        SITE_POLICY.check(by, Action.EDIT, site)
        check_version(site, version)
        amend(site, fields)
    return site


def update_organization(
    organization: HostOrganization, *, by: Any, version: int | None = None, **fields: Any
) -> HostOrganization:
    """Correct what is known of a ministry or body. Raises Forbidden, Stale or Invalid."""
    with change(by=by, verb="organizations.organization.update", organization=organization):
        organization = locked(HostOrganization.objects.all(), organization.pk)
        ORGANIZATION_POLICY.check(by, Action.EDIT, organization)
        check_version(organization, version)
        amend(organization, fields)
    return organization
