"""Who keeps the registers, answers access requests, hands somebody their own data, approves an erasure."""

from enum import StrEnum

from cases.policy.rules import CASE
from organizations.policy import everywhere
from peph.access import Denied, Policy, Rule


class Action(StrEnum):
    """What can be done to protect personal information."""

    VIEW = "view"
    EDIT = "edit"
    EXPORT = "export"
    DECIDE = "decide"


# The privacy officer keeps them; who leads the programme answers for them, and who audits it checks them.
# They name no region: what they say of somebody is no business of those who work on the case.
_KEPT: dict[str, Rule] = {
    Action.VIEW: everywhere("protect", "lead", "audit"),
    Action.EDIT: everywhere("protect"),
}
# Of entries that name nobody of the programme.
REGISTER_POLICY = Policy(_KEPT)
CONTACT_POLICY = Policy(_KEPT)
# A conflict of interest closes whatever is about the person, as it closes their cases.
_IN_CONFLICT = Denied(CASE, at="participant__cases")
ACCESS_REQUEST_POLICY = Policy(_KEPT, unless=_IN_CONFLICT)
DISCLOSURE_POLICY = Policy(_KEPT, unless=_IN_CONFLICT)
# Which files are kept, of what, for whom: no name is in it.
INVENTORY_POLICY = Policy({Action.VIEW: everywhere("protect", "lead", "audit")})

# Everything held about somebody, to be handed to them: produced by who reads the whole programme. The health
# part goes with the right to read it there, which the privacy officer never holds.
PERSON_DATA_POLICY = Policy(
    {Action.EXPORT: everywhere("protect", "lead")}, unless=Denied(CASE, at="cases")
)

# ------------------------------------------------------------------ retention and erasure
RETENTION_RULE_POLICY = Policy(
    {
        Action.VIEW: everywhere("lead", "audit", "protect"),
        Action.EDIT: everywhere("protect"),
    }
)
# The list of who is due is one of cases: what is closed to its reader is not in it.
DUE_POLICY = Policy({Action.VIEW: everywhere("lead", "audit", "protect")}, unless=Denied(CASE))
LEGAL_HOLD_POLICY = Policy(
    {
        Action.VIEW: everywhere("lead", "audit", "protect"),
        Action.EDIT: everywhere("lead", "protect"),
    },
    unless=_IN_CONFLICT,
)
# Whoever proposes is never whoever approves: the service and the database both see to that.
ERASURE_POLICY = Policy(
    {
        Action.VIEW: everywhere("lead", "audit", "protect"),
        Action.EDIT: everywhere("protect"),
        Action.DECIDE: everywhere("lead", "protect"),
    },
    unless=_IN_CONFLICT,
)
