"""Who may do what on the host side. People only: rules are over grants, never over states."""

from enum import StrEnum

from django.db.models import Q

from peph.access import AnyOf, Granted, Not, Policy, Rule, Through, Where

PROGRAM = "organizations.Program"
REGION = "organizations.Region"
HOST_ORGANIZATION = "organizations.HostOrganization"
HOST_SITE = "organizations.HostSite"


class Action(StrEnum):
    """What can be done on the host side."""

    VIEW = "view"
    EDIT = "edit"
    OPEN_SITE = "open_site"
    PROPOSE = "propose"
    SUBMIT = "submit"
    SCORE = "score"
    READ_SCORES = "read_scores"
    DECIDE = "decide"
    FILL = "fill"
    GRANT = "grant"


def everywhere(*permissions: str) -> Rule:
    """The person holds one of these over the whole programme."""
    return AnyOf(tuple(Granted(name, PROGRAM, at=None) for name in permissions))


def in_region(*permissions: str, at: str = "region_id") -> Rule:
    """The person holds one of these on the region found at `at`."""
    return AnyOf(tuple(Granted(name, REGION, at=at) for name in permissions))


def in_organization(*permissions: str, at: str = "organization_id") -> Rule:
    """The person holds one of these on the host organisation found at `at`."""
    return AnyOf(tuple(Granted(name, HOST_ORGANIZATION, at=at) for name in permissions))


def at_site(*permissions: str, at: str = "site_id") -> Rule:
    """The person holds one of these on the host site found at `at`."""
    return AnyOf(tuple(Granted(name, HOST_SITE, at=at) for name in permissions))


def somewhere(*permissions: str) -> Rule:
    """The person holds one of these on some region: enough to see every row, as officers need."""
    return AnyOf(tuple(Granted(name, REGION, at=None) for name in permissions))


# The whole programme: they see every host.
CENTRAL = everywhere("lead", "select", "audit", "protect")

SITE_VIEW = (
    CENTRAL
    | in_region("coordinate", "audit")
    | in_organization("represent", "audit")
    | at_site("supervise", at="pk")
)

SITE_POLICY = Policy(
    {
        Action.VIEW: SITE_VIEW,
        Action.EDIT: everywhere("lead")
        | in_region("coordinate")
        | in_organization("represent")
        | at_site("supervise", at="pk"),
        # Whose site it is proposes its projects; the programme may type one in for the host.
        Action.PROPOSE: everywhere("lead")
        | in_region("coordinate")
        | in_organization("represent")
        | at_site("supervise", at="pk"),
    }
)

# Which ministries exist is public: whoever places people sees them all. An auditor of a region sees
# those with a site there, a host its own.
ORGANIZATION_POLICY = Policy(
    {
        Action.VIEW: CENTRAL
        | somewhere("coordinate")
        | in_organization("represent", "audit", at="pk")
        | Through("organizations.HostSite", "organization_id", SITE_VIEW),
        Action.EDIT: everywhere("lead"),
        Action.OPEN_SITE: everywhere("lead")
        | somewhere("coordinate")
        | in_organization("represent", at="pk"),
    }
)

# Reference data: whoever signed in with any grant reads it; the lead keeps it.
REGION_POLICY = Policy(
    {
        Action.VIEW: CENTRAL
        | somewhere("coordinate", "audit", "view_health")
        | AnyOf(
            (
                Granted("represent", HOST_ORGANIZATION, at=None),
                Granted("audit", HOST_ORGANIZATION, at=None),
                Granted("supervise", HOST_SITE, at=None),
            )
        ),
        Action.EDIT: everywhere("lead"),
    }
)

PROGRAM_POLICY = Policy(
    {
        Action.VIEW: everywhere("lead", "select", "audit", "protect"),
        Action.EDIT: everywhere("lead"),
        Action.GRANT: everywhere("lead"),
    }
)

# Calls are public to whoever takes part; the lead keeps them.
CALL_POLICY = Policy(
    {Action.VIEW: REGION_POLICY.rules[Action.VIEW], Action.EDIT: everywhere("lead")}
)

# The committee reads what was submitted, never a host's draft, not even one that was withdrawn.
_SUBMITTED = Where(lambda: Q(submitted_on__isnull=False))
_PROJECT_OFFICERS = everywhere("lead") | in_region("coordinate")
_PROJECT_HOSTS = in_organization("represent") | at_site("supervise")
_PROJECT_READERS = everywhere("audit", "protect") | in_region("audit") | in_organization("audit")
# A member of the committee who stands for the organisation, or supervises in any unit of it.
_ONES_OWN = in_organization("represent") | Through(
    HOST_SITE, "organization_id", at_site("supervise", at="pk"), at="organization_id"
)
PROJECT_POLICY = Policy(
    {
        Action.VIEW: _PROJECT_OFFICERS
        | _PROJECT_READERS
        | _PROJECT_HOSTS
        | (everywhere("select") & _SUBMITTED),
        Action.EDIT: _PROJECT_OFFICERS | _PROJECT_HOSTS,
        Action.SUBMIT: _PROJECT_OFFICERS | in_organization("represent"),
        Action.SCORE: everywhere("select") & _SUBMITTED & Not(_ONES_OWN),
        # Whatever was scored, by whomever, at any time. The host learns the decision and its reason, not
        # who scored what; a member of the committee reads the others through the own scores.
        Action.READ_SCORES: everywhere("lead", "audit") | in_region("audit"),
        Action.DECIDE: everywhere("lead"),
        Action.FILL: _PROJECT_OFFICERS,
    }
)
# Asked only to tell a member of the committee why a project is not theirs to score.
PROJECT_CONFLICT = Policy({Action.SCORE: _ONES_OWN})

# Figures only, over projects: places offered, retained, free. A site is too small a part of a ministry
# for its supervisor to be told the ministry's figures from it.
CAPACITY_POLICY = Policy(
    {
        Action.VIEW: everywhere("lead", "audit")
        | in_region("coordinate", "audit")
        | in_organization("represent", "audit")
    }
)
