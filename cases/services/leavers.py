"""What a coordinator who leaves still answers for: the open cases go to the successor."""

from typing import Any

from cases.models import Case
from cases.policy import CASE_POLICY, Action
from cases.services.cases import may_answer_for, update_case
from organizations.services import transfers


def register() -> None:
    """Called once at start-up."""
    transfers.register(hand_over_cases)


def hand_over_cases(user: Any, to: Any, by: Any) -> None:
    """Cases the successor may answer for; the follow-ups still to do go along.

    A case that a conflict of interest closes to `by` is left to another lead.
    """
    answered_for = Case.objects.open().filter(coordinator=user)
    for case in answered_for.filter(CASE_POLICY.q(by, Action.EDIT, fresh=True)).order_by("pk"):
        if may_answer_for(case, to):
            update_case(case, by=by, coordinator=to)
