"""What a coordinator who leaves still answers for: the open cases go to the successor."""

from typing import Any

from cases.models import Case
from cases.services.cases import is_coordinator, update_case
from organizations.services import transfers


def register() -> None:
    """Called once at start-up."""
    transfers.register(hand_over_cases)


def hand_over_cases(user: Any, to: Any, by: Any) -> None:
    """Cases of regions the successor coordinates; the follow-ups still to do go along."""
    for case in Case.objects.open().filter(coordinator=user).order_by("pk"):
        if is_coordinator(to, case.region_id):
            update_case(case, by=by, coordinator=to)
