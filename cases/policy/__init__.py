"""Who may do what on the participant side. People only: *when* it is possible is `workflow.py`.

`rules` has the words; the other files declare, noun by noun, which action takes which rule.
"""

from cases.policy.case_parts import (
    ACCOMMODATION_POLICY,
    DOCUMENT_POLICY,
    KEY_DATE_POLICY,
    MATCH_POLICY,
)
from cases.policy.cases import (
    CASE_POLICY,
    CONFLICT_POLICY,
    CONSENT_POLICY,
    NOTE_POLICY,
    PARTICIPANT_POLICY,
    REGION_CASE_POLICY,
    of_case,
)
from cases.policy.placements import (
    ANSWER_RATE_POLICY,
    AWAITED_EVALUATION_POLICY,
    EVALUATION_POLICY,
    FOLLOW_UP_POLICY,
    HOST_POLICY,
    LINK_POLICY,
    OBJECTIVE_POLICY,
    OUTCOME_POLICY,
    PLACEMENT_POLICY,
    REMINDER_PAUSE_POLICY,
    REPORT_POLICY,
)
from cases.policy.rules import HOSTS, OFFICERS, Action, exception

__all__ = [
    "ACCOMMODATION_POLICY",
    "ANSWER_RATE_POLICY",
    "AWAITED_EVALUATION_POLICY",
    "CASE_POLICY",
    "CONFLICT_POLICY",
    "CONSENT_POLICY",
    "DOCUMENT_POLICY",
    "EVALUATION_POLICY",
    "FOLLOW_UP_POLICY",
    "HOSTS",
    "HOST_POLICY",
    "KEY_DATE_POLICY",
    "LINK_POLICY",
    "MATCH_POLICY",
    "NOTE_POLICY",
    "OBJECTIVE_POLICY",
    "OFFICERS",
    "OUTCOME_POLICY",
    "PARTICIPANT_POLICY",
    "PLACEMENT_POLICY",
    "REGION_CASE_POLICY",
    "REMINDER_PAUSE_POLICY",
    "REPORT_POLICY",
    "Action",
    "exception",
    "of_case",
]
