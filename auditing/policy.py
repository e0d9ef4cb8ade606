"""Who reads the history and the access log: officers and auditors, each inside the own scope."""

from django.db.models import Q

from cases.policy.cases import of_case
from cases.policy.rules import Action
from organizations.policy import everywhere, in_organization, in_region, somewhere
from peph.access import Policy, Through, Where

# The history: officers and auditors, each inside the own scope. A change set that touches several
# regions (an import) shows a regional reader the rows of the region only.
_TOUCHED = (
    everywhere("lead", "audit", "protect")
    | in_region("coordinate", "audit")
    | in_organization("audit")
)
# The same rule by the place alone: the index answers it (`auditing.lists.searching`).
TOUCHED_POLICY = Policy({Action.VIEW: _TOUCHED})
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
