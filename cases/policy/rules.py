"""The words the policies of the participant side are written in: actions, people, consents."""

from enum import StrEnum

from django.db.models import Q
from django.utils import timezone

from organizations.policy import at_site, everywhere, in_organization, in_region
from peph.access import AnyOf, Denied, Granted, Rule, Through, Where

CASE = "cases.Case"
PLACEMENT = "cases.Placement"


class Action(StrEnum):
    """What can be done on the participant side. The `read_…` actions are the tiers of information."""

    VIEW = "view"
    EDIT = "edit"
    DECIDE = "decide"
    SHARE = "share"
    UPDATE = "update"
    SIGN = "sign"
    PAUSE = "pause"
    REPORT = "report"
    TAKE_IN = "take_in"
    ANSWER = "answer"
    EVALUATE = "evaluate"
    ANSWER_FOR_PARTICIPANT = "answer_for_participant"
    READ_PERSONAL = "read_personal"
    READ_NEEDS = "read_needs"
    READ_COSTS = "read_costs"
    READ_NOTES = "read_notes"
    READ_HEALTH = "read_health"
    EDIT_HEALTH = "edit_health"
    AUDIT = "audit"


def exception(*permissions: str, at: str = "pk") -> Rule:
    """The person holds one of these on the case itself found at `at`: an exception with an end."""
    return AnyOf(tuple(Granted(name, CASE, at=at, few=True) for name in permissions))


def live_consent(purpose: str) -> Where:
    def condition() -> Q:
        today = timezone.localdate()
        return Q(purpose=purpose, withdrawn_on__isnull=True) & (
            Q(expires_on__isnull=True) | Q(expires_on__gte=today)
        )

    return Where(condition)


# A conflict of interest hides the person, with every case of theirs, from whoever is in it. Every policy of
# what belongs to a case takes this away, and `tests/cases/test_conflicts.py` finds one that does not.
IN_CONFLICT = Denied(CASE, at="case_id")

OFFICERS = everywhere("lead") | in_region("coordinate")
WATCHERS = everywhere("audit", "protect") | in_region("audit") | in_organization("audit")
HOSTS = in_organization("represent") | at_site("supervise")
PROFILE_SHARED = Through(
    "cases.Consent", "participant_id", live_consent("share_profile"), at="case__participant_id"
)
NEEDS_SHARED = Through(
    "cases.Consent", "participant_id", live_consent("share_needs"), at="participant_id"
)
HEALTH = in_region("view_health") | exception("view_health")

# Of a record that belongs to a case: who keeps it, and who reads what the programme reads.
KEEPERS = OFFICERS | exception("change_case", at="case_id")
READERS = OFFICERS | WATCHERS | exception("view_case", "change_case", at="case_id")
NEEDS_TOLD = Through(
    "cases.Consent", "participant_id", live_consent("share_needs"), at="case__participant_id"
)


def by_link(action: Action, at: str = "pk") -> Rule:
    """Whoever came by a signed link holds the one action of its task, on the placement found at `at`."""
    return Granted(action, PLACEMENT, at=at, few=True)
