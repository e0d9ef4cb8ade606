"""Weaknesses of a rule: one action of one policy, given to somebody it is not for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from auditing import policy as auditing_policy
from cases.policy import case_parts, placements
from cases.policy import cases as case_policy
from cases.policy.rules import (
    CASE,
    HEALTH,
    HOSTS,
    KEEPERS,
    OFFICERS,
    READERS,
    WATCHERS,
)
from organizations import policy as host_policy
from peph.access import EVERYTHING, Granted, Policy, Rule
from peph.scopes import Scope
from tests.access.planting import Patch, Weakness


@dataclass(frozen=True)
class Everybody(Rule):
    """Whoever it is, every row."""

    def q(self, scope: Scope) -> Any:
        return EVERYTHING


def rule(policy: Policy, action: str, wrong: Rule) -> Callable[[Patch], None]:
    return lambda patch: patch.setitem(policy.rules, str(action), wrong)


LEAD_ON_PROGRAM = host_policy.everywhere("lead", "audit", "protect")
# name, policy, action, the wrong rule, where it is met, as whom
POLICIES: list[tuple[str, Policy, str, Rule, tuple[str, ...], str]] = [
    ("an exception on one case opens every case", case_policy.CASE_POLICY, "view",
     case_policy.CASE_RULES["view"] | Granted("view_case", CASE, at=None),
     ("api-case-detail", "cases:case_detail"), "reader of one case"),
    ("whoever watches may also write", case_policy.CASE_POLICY, "edit",
     OFFICERS | WATCHERS, ("cases:case_edit", "cases:note_new"), "auditor"),
    ("an exception to read lets one write", case_policy.CASE_POLICY, "edit",
     case_policy.CASE_RULES["edit"] | Granted("view_case", CASE),
     ("cases:case_edit", "cases:follow_up_new"), "reader of one case"),
    ("health is read without the right to it", case_policy.CASE_POLICY, "read_health",
     OFFICERS, ("cases:health", "api-case-health"), "coordinator"),
    ("the right to health alone opens a case", case_policy.CASE_POLICY, "view",
     case_policy.CASE_RULES["view"] | HEALTH, ("api-case-detail", "cases:case_detail"),
     "reader of health only"),
    ("a host reads the notes", case_policy.NOTE_POLICY, "view", Everybody(), ("api-note-detail",),
     "representative"),
    ("a host reads a profile that was not sent", case_parts.MATCH_POLICY, "view",
     READERS | HOSTS, ("api-match-detail", "cases:match_detail"), "representative"),
    ("a host reads every document", case_parts.DOCUMENT_POLICY, "view", READERS | HOSTS,
     ("api-document-detail", "cases:document_detail", "api-document-content"), "representative"),
    ("needs are told without the consent", case_parts.ACCOMMODATION_POLICY, "view",
     READERS | HOSTS, ("api-accommodation-detail", "cases:accommodation_detail"), "representative"),
    ("a host reads a self-evaluation in progress", placements.EVALUATION_POLICY, "view",
     READERS | HOSTS, ("api-evaluation-detail", "cases:evaluation_detail"), "representative"),
    ("a host reads what was not shared", placements.FOLLOW_UP_POLICY, "view",
     READERS | placements._FOLLOW_UP_HOSTS, ("api-follow-up-detail",), "representative"),
    ("a host reads what became of the person", placements.OUTCOME_POLICY, "view",
     READERS | HOSTS, ("api-outcome-detail",), "representative"),
    ("the committee reads drafts", host_policy.PROJECT_POLICY, "view",
     host_policy.PROJECT_POLICY.rules["view"] | host_policy.everywhere("select"),
     ("organizations:project_detail", "api-project-detail"), "committee"),
    ("somebody scores the project of their own ministry", host_policy.PROJECT_POLICY, "score",
     host_policy.everywhere("select"), ("organizations:project_score", "api-project-scores"),
     "committee and representative"),
    ("a supervisor signs for the ministry", placements.PLACEMENT_POLICY, "sign",
     KEEPERS | HOSTS, ("cases:signature_new", "api-placement-sign"), "supervisor"),
    ("a host takes the programme’s decisions", case_policy.CASE_POLICY, "decide",
     OFFICERS | HOSTS, ("cases:placement_new", "api-case-admit"), "representative"),
    ("whoever works on cases reads the access log", auditing_policy.ACCESS_LOG_POLICY, "view",
     Everybody(), ("auditing:access_log", "api-access-log-list"), "coordinator"),
    ("a sample in progress is read by the audited", auditing_policy.SAMPLE_POLICY, "view",
     auditing_policy.SAMPLE_POLICY.rules["view"] | host_policy.everywhere("lead"),
     ("auditing:sample_detail", "api-sample-detail"), "lead"),
    ("the history tells a sample in progress", auditing_policy.CHANGED_ROW_POLICY, "view",
     auditing_policy.CHANGED_ROW_POLICY.rules["view"] | LEAD_ON_PROGRAM,
     ("auditing:change_set_export", "api-change-set-export", "auditing:change_set_detail"), "lead"),
]  # fmt: skip
RULES = [
    Weakness(name, rule(policy, action, wrong), "", routes, who)
    for name, policy, action, wrong, routes, who in POLICIES
]
