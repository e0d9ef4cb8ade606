"""Who may do what on the participant side. People only: *when* it is possible is `workflow.py`."""

from enum import StrEnum

from django.db.models import Q
from django.utils import timezone

from organizations.policy import at_site, everywhere, in_organization, in_region, somewhere
from peph.access import AnyOf, Granted, Policy, Rule, Through, Where

CASE = "cases.Case"


class Action(StrEnum):
    """What can be done on the participant side. The `read_…` actions are the tiers of information."""

    VIEW = "view"
    EDIT = "edit"
    DECIDE = "decide"
    SHARE = "share"
    UPDATE = "update"
    SIGN = "sign"
    REPORT = "report"
    TAKE_IN = "take_in"
    READ_PERSONAL = "read_personal"
    READ_NEEDS = "read_needs"
    READ_NOTES = "read_notes"
    READ_HEALTH = "read_health"
    EDIT_HEALTH = "edit_health"
    AUDIT = "audit"


def exception(*permissions: str, at: str = "pk") -> Rule:
    """The person holds one of these on the case itself found at `at`: an exception with an end."""
    return AnyOf(tuple(Granted(name, CASE, at=at, few=True) for name in permissions))


def _live_consent(purpose: str) -> Where:
    def condition() -> Q:
        today = timezone.localdate()
        return Q(purpose=purpose, withdrawn_on__isnull=True) & (
            Q(expires_on__isnull=True) | Q(expires_on__gte=today)
        )

    return Where(condition)


OFFICERS = everywhere("lead") | in_region("coordinate")
WATCHERS = everywhere("audit", "protect") | in_region("audit") | in_organization("audit")
HOSTS = in_organization("represent") | at_site("supervise")
NEEDS_SHARED = Through(
    "cases.Consent", "participant_id", _live_consent("share_needs"), at="participant_id"
)
HEALTH = in_region("view_health") | exception("view_health")

# Tier (DESIGN §4) → who reads it. Hosts know whom they host and what has to be adapted once the
# participant agreed; birth date, home address, notes and health are not theirs.
CASE_RULES: dict[str, Rule] = {
    Action.VIEW: OFFICERS | WATCHERS | HOSTS | exception("view_case", "change_case"),
    Action.EDIT: OFFICERS | exception("change_case"),
    Action.DECIDE: OFFICERS,
    Action.SHARE: OFFICERS,
    Action.AUDIT: OFFICERS | WATCHERS,
    Action.READ_PERSONAL: OFFICERS | WATCHERS | exception("view_case", "change_case"),
    Action.READ_NEEDS: OFFICERS
    | WATCHERS
    | exception("view_case", "change_case")
    | (HOSTS & NEEDS_SHARED),
    Action.READ_NOTES: OFFICERS | WATCHERS | exception("change_case"),
    Action.READ_HEALTH: (OFFICERS | exception("view_case", "change_case")) & HEALTH,
    Action.EDIT_HEALTH: (OFFICERS | exception("change_case")) & HEALTH,
}
CASE_POLICY = Policy(CASE_RULES)


def of_case(action: Action, *, column: str, at: str) -> Rule:
    """Rows tied to a case on which the person may do `action`."""
    return Through(CASE, column, CASE_RULES[action], at=at)


PARTICIPANT_POLICY = Policy(
    {
        action: of_case(action, column="participant_id", at="pk")
        for action in (
            Action.VIEW,
            Action.EDIT,
            Action.READ_PERSONAL,
            Action.READ_NEEDS,
            Action.READ_HEALTH,
            Action.EDIT_HEALTH,
        )
    }
)

CONSENT_POLICY = Policy(
    {
        Action.VIEW: of_case(Action.READ_PERSONAL, column="participant_id", at="participant_id"),
        Action.EDIT: of_case(Action.EDIT, column="participant_id", at="participant_id"),
    }
)

_PLACEMENT_EDIT = OFFICERS | exception("change_case", at="case_id")
PLACEMENT_POLICY = Policy(
    {
        Action.VIEW: OFFICERS
        | WATCHERS
        | HOSTS
        | exception("view_case", "change_case", at="case_id"),
        Action.EDIT: _PLACEMENT_EDIT,
        # What the host keeps up to date: supervisor, mentor, hours.
        Action.UPDATE: _PLACEMENT_EDIT | HOSTS,
        Action.SIGN: _PLACEMENT_EDIT | in_organization("represent"),
        Action.REPORT: _PLACEMENT_EDIT | HOSTS,
        Action.READ_NEEDS: of_case(Action.READ_NEEDS, column="pk", at="case_id"),
    }
)

_SHARED = Where(lambda: Q(is_shared=True))
FOLLOW_UP_POLICY = Policy(
    {
        Action.VIEW: OFFICERS
        | everywhere("audit", "protect")
        | in_region("audit")
        | in_organization("audit", at="placement__organization_id")
        | exception("change_case", at="case_id")
        | (
            _SHARED
            & (
                in_organization("represent", at="placement__organization_id")
                | at_site("supervise", at="placement__site_id")
            )
        ),
        Action.EDIT: OFFICERS | exception("change_case", at="case_id"),
    }
)

NOTE_POLICY = Policy(
    {
        Action.VIEW: of_case(Action.READ_NOTES, column="pk", at="case_id"),
        Action.EDIT: of_case(Action.EDIT, column="pk", at="case_id"),
    }
)

# Taking in a spreadsheet and opening a case are asked of the region the case goes to.
REGION_CASE_POLICY = Policy({Action.TAKE_IN: everywhere("lead") | in_region("coordinate", at="pk")})

# The history: officers and auditors, each inside the own scope. A change set that touches several
# regions (an import) shows a regional reader the rows of the region only.
_TOUCHED = (
    everywhere("lead", "audit", "protect")
    | in_region("coordinate", "audit")
    | in_organization("audit")
)
# A person, a consent, a health record name no region: such a row is read with its change set.
_UNPLACED = Where(
    lambda: Q(case_id__isnull=True, region_id__isnull=True, organization_id__isnull=True)
)
_TOUCHED_WITH_SET = _UNPLACED & (
    in_region("coordinate", "audit", at="change_set__region_id")
    | in_organization("audit", at="change_set__organization_id")
)
CHANGED_ROW_POLICY = Policy(
    {Action.VIEW: _TOUCHED | of_case(Action.AUDIT, column="pk", at="case_id") | _TOUCHED_WITH_SET}
)
CHANGE_SET_POLICY = Policy(
    {
        Action.VIEW: _TOUCHED
        | of_case(Action.AUDIT, column="pk", at="case_id")
        | Through("audit.ChangedRow", "change_set_id", _TOUCHED)
    }
)

ACCESS_LOG_POLICY = Policy(
    {
        Action.VIEW: everywhere("lead", "audit", "protect")
        | of_case(Action.AUDIT, column="pk", at="case_id")
    }
)

READS_HISTORY = somewhere("coordinate", "audit") | everywhere("lead", "audit", "protect")
