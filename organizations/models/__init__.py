"""Models of the host side, one file a noun."""

from organizations.models.grants import (
    Grant,
    HostOrganizationGrant,
    HostSiteGrant,
    ProgramGrant,
    RegionGrant,
)
from organizations.models.hosts import HostOrganization, HostSite, JobClass
from organizations.models.program import FollowUpStep, Program
from organizations.models.regions import Region

__all__ = [
    "FollowUpStep",
    "Grant",
    "HostOrganization",
    "HostOrganizationGrant",
    "HostSite",
    "HostSiteGrant",
    "JobClass",
    "Program",
    "ProgramGrant",
    "Region",
    "RegionGrant",
]
