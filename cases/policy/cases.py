"""Who may do what with a case, its person, their consents, and the notes on it."""

from cases.policy.rules import (
    CASE,
    HEALTH,
    HOSTS,
    IN_CONFLICT,
    NEEDS_SHARED,
    OFFICERS,
    WATCHERS,
    Action,
    exception,
)
from organizations.policy import everywhere, in_region
from peph.access import Denied, Policy, Rule, Through

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
CASE_POLICY = Policy(CASE_RULES, unless=Denied(CASE))


def of_case(action: Action, *, column: str, at: str) -> Rule:
    """Rows tied to a case on which the person may do `action`."""
    return Through(CASE, column, CASE_POLICY.rules[action], at=at)


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

NOTE_POLICY = Policy(
    {
        Action.VIEW: of_case(Action.READ_NOTES, column="pk", at="case_id"),
        Action.EDIT: of_case(Action.EDIT, column="pk", at="case_id"),
    }
)

# Who is in conflict is told to those who answer for the case or watch over it. A conflict is ended by a lead,
# never by the person in it, from whom it is hidden with the case.
CONFLICT_POLICY = Policy(
    {
        Action.VIEW: of_case(Action.AUDIT, column="pk", at="case_id"),
        Action.EDIT: everywhere("lead"),
    },
    unless=IN_CONFLICT,
)

# Taking in a spreadsheet and opening a case are asked of the region the case goes to.
REGION_CASE_POLICY = Policy({Action.TAKE_IN: everywhere("lead") | in_region("coordinate", at="pk")})
