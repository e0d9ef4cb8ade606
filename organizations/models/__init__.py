"""Models of the host side, one file a noun."""

from organizations.models.calls import Call, EvaluationCriterion, ProjectCriterion
from organizations.models.grants import (
    Grant,
    HostOrganizationGrant,
    HostSiteGrant,
    ProgramGrant,
    RegionGrant,
)
from organizations.models.hosts import HostOrganization, HostSite, JobClass
from organizations.models.program import FollowUpStep, Program
from organizations.models.projects import Project, ProjectScore
from organizations.models.regions import Region

__all__ = [
    "Call",
    "EvaluationCriterion",
    "FollowUpStep",
    "Grant",
    "HostOrganization",
    "HostOrganizationGrant",
    "HostSite",
    "HostSiteGrant",
    "JobClass",
    "Program",
    "ProgramGrant",
    "Project",
    "ProjectCriterion",
    "ProjectScore",
    "Region",
    "RegionGrant",
]
