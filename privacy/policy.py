"""Who keeps the registers, answers access requests, approves an erasure."""

from cases.policy import Action
from organizations.policy import everywhere
from peph.access import Policy

# ------------------------------------------------------------------ retention and erasure
RETENTION_RULE_POLICY = Policy(
    {
        Action.VIEW: everywhere("lead", "audit", "protect"),
        Action.EDIT: everywhere("protect"),
    }
)
LEGAL_HOLD_POLICY = Policy(
    {
        Action.VIEW: everywhere("lead", "audit", "protect"),
        Action.EDIT: everywhere("lead", "protect"),
    }
)
# Whoever proposes is never whoever approves: the service and the database both see to that.
ERASURE_POLICY = Policy(
    {
        Action.VIEW: everywhere("lead", "audit", "protect"),
        Action.EDIT: everywhere("protect"),
        Action.DECIDE: everywhere("lead", "protect"),
    }
)
