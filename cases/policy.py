"""Who may do what on the participant side. People only: *when* it is possible is `workflow.py`."""

from enum import StrEnum

from django.db.models import Q
from django.utils import timezone

from organizations.policy import at_site, everywhere, in_organization, in_region, somewhere
from peph.access import AnyOf, Granted, Policy, Rule, Through, Where

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
PROFILE_SHARED = Through(
    "cases.Consent", "participant_id", _live_consent("share_profile"), at="case__participant_id"
)
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


def by_link(action: Action, at: str = "pk") -> Rule:
    """Whoever came by a signed link holds the one action of its task, on the placement found at `at`."""
    return Granted(action, PLACEMENT, at=at, few=True)


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
        # Silencing the reminders is the programme's own decision.
        Action.PAUSE: OFFICERS,
        Action.SIGN: _PLACEMENT_EDIT | in_organization("represent") | by_link(Action.SIGN),
        Action.REPORT: _PLACEMENT_EDIT | HOSTS | by_link(Action.REPORT),
        Action.EVALUATE: _PLACEMENT_EDIT | HOSTS | by_link(Action.EVALUATE),
        # The participant has no account yet: the programme records what they say, or they use a link.
        Action.ANSWER_FOR_PARTICIPANT: _PLACEMENT_EDIT | by_link(Action.ANSWER_FOR_PARTICIPANT),
        Action.READ_NEEDS: of_case(Action.READ_NEEDS, column="pk", at="case_id"),
    }
)


def _part_of_placement(write: Rule) -> Policy:
    """A record that belongs to a placement and repeats its scope: seen with it, written by `write`."""
    return Policy(
        {
            Action.VIEW: OFFICERS
            | WATCHERS
            | HOSTS
            | exception("view_case", "change_case", at="case_id"),
            Action.EDIT: write,
        }
    )


_EDIT_PART = OFFICERS | exception("change_case", at="case_id")
# The plan is agreed with the host, and both keep its progress.
OBJECTIVE_POLICY = _part_of_placement(_EDIT_PART | HOSTS)
# A report is the host's word and is added to the placement; once written it is corrected by the programme.
REPORT_POLICY = _part_of_placement(_EDIT_PART)
# Who reports in the host's own name; whoever else may report writes on its behalf.
OWN_REPORT_POLICY = Policy({Action.REPORT: HOSTS | by_link(Action.REPORT)})
# Whose word an evaluation by the host is; anybody else writes it on their behalf.
HOST_POLICY = Policy({Action.EVALUATE: HOSTS})
# A self-evaluation is the participant's: the host reads it once it is signed.
_OWN_WORDS = Where(lambda: ~Q(kind="self") | Q(signed_on__isnull=False))
EVALUATION_POLICY = Policy(
    {
        Action.VIEW: OFFICERS
        | WATCHERS
        | (HOSTS & _OWN_WORDS)
        | exception("view_case", "change_case", at="case_id"),
        Action.EDIT: _EDIT_PART
        | (HOSTS & Where(lambda: ~Q(kind="self")))
        | by_link(Action.EVALUATE, at="placement_id"),
        Action.ANSWER_FOR_PARTICIPANT: _EDIT_PART
        | by_link(Action.ANSWER_FOR_PARTICIPANT, at="placement_id"),
    }
)
# What became of the person afterwards is not the host's to know.
OUTCOME_POLICY = Policy(
    {
        Action.VIEW: OFFICERS | WATCHERS | exception("view_case", "change_case", at="case_id"),
        Action.EDIT: _EDIT_PART,
    }
)
LINK_POLICY = Policy(
    {
        Action.VIEW: OFFICERS | WATCHERS | exception("view_case", "change_case", at="case_id"),
        Action.EDIT: _EDIT_PART,
    }
)
REMINDER_PAUSE_POLICY = Policy(
    {
        Action.VIEW: OFFICERS | WATCHERS | exception("view_case", "change_case", at="case_id"),
        Action.EDIT: OFFICERS,
    }
)
# How many links are answered is a figure of whole regions: one case opened to somebody is none.
ANSWER_RATE_POLICY = Policy({Action.VIEW: OFFICERS | WATCHERS})
_NEEDS_TOLD = Through(
    "cases.Consent", "participant_id", _live_consent("share_needs"), at="case__participant_id"
)
# The host learns of a person once the profile was sent, and as long as the consent is live; it plans the
# interview and answers. A match withdrawn before it was sent is none of its business.
_SENT = Where(lambda: Q(sent_on__isnull=False))
_TO_HOSTS = HOSTS & _SENT & PROFILE_SHARED
_KEEP_MATCH = OFFICERS | exception("change_case", at="case_id")
_READ_MATCH = OFFICERS | WATCHERS | exception("view_case", "change_case", at="case_id")
MATCH_POLICY = Policy(
    {
        Action.VIEW: _READ_MATCH | _TO_HOSTS,
        Action.EDIT: _KEEP_MATCH,
        Action.DECIDE: OFFICERS,
        Action.ANSWER: _KEEP_MATCH | _TO_HOSTS,
        # The file of the person, and what the consents allow, are for the programme.
        Action.READ_PERSONAL: _READ_MATCH,
        Action.READ_NEEDS: _READ_MATCH | (_TO_HOSTS & _NEEDS_TOLD),
    }
)
_HOST_TOLD = HOSTS & _NEEDS_TOLD
_PROGRAMME = OFFICERS | WATCHERS | exception("view_case", "change_case", at="case_id")
# The host knows what a measure costs where it pays, and never why the programme decided as it did.
_HOST_PAYS = Where(lambda: Q(funding__in=("host", "shared")))
ACCOMMODATION_POLICY = Policy(
    {
        Action.VIEW: _PROGRAMME | _HOST_TOLD,
        Action.EDIT: _EDIT_PART,
        Action.DECIDE: OFFICERS,
        # Whoever hosts says when it is in place and whether it helps.
        Action.REPORT: _EDIT_PART | _HOST_TOLD,
        Action.READ_PERSONAL: _PROGRAMME,
        Action.READ_COSTS: _PROGRAMME | (_HOST_TOLD & _HOST_PAYS),
    }
)
# A document is for the programme, for the host as well, or for those who read health information.
# The host reads what is in force: neither an earlier version nor what was withdrawn.
_FOR_HOST = Where(lambda: Q(audience="host", replaced_by__isnull=True, withdrawn_on__isnull=True))
_NOT_HEALTH = Where(lambda: ~Q(audience="health"))
DOCUMENT_POLICY = Policy(
    {
        Action.VIEW: (
            (OFFICERS | WATCHERS | exception("view_case", "change_case", at="case_id"))
            & _NOT_HEALTH
        )
        | (HOSTS & _FOR_HOST)
        | of_case(Action.READ_HEALTH, column="pk", at="case_id"),
        Action.EDIT: (_EDIT_PART & _NOT_HEALTH)
        | of_case(Action.EDIT_HEALTH, column="pk", at="case_id"),
    }
)

_SHARED = Where(lambda: Q(is_shared=True))
_FOLLOW_UP_READERS = (
    OFFICERS
    | everywhere("audit", "protect")
    | in_region("audit")
    | in_organization("audit", at="placement__organization_id")
    | exception("change_case", at="case_id")
)
_FOLLOW_UP_HOSTS = in_organization("represent", at="placement__organization_id") | at_site(
    "supervise", at="placement__site_id"
)
FOLLOW_UP_POLICY = Policy(
    {
        Action.VIEW: _FOLLOW_UP_READERS | (_SHARED & _FOLLOW_UP_HOSTS),
        Action.EDIT: OFFICERS | exception("change_case", at="case_id"),
    }
)
# That an evaluation is due is told to whoever sees its placement; nothing else of the step is.
AWAITED_EVALUATION_POLICY = Policy(
    {
        Action.VIEW: _FOLLOW_UP_READERS | exception("view_case", at="case_id") | _FOLLOW_UP_HOSTS,
        Action.EVALUATE: OFFICERS | exception("change_case", at="case_id") | _FOLLOW_UP_HOSTS,
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
