"""Who may do what with a placement and the records that belong to it."""

from django.db.models import Q

from cases.policy.cases import of_case
from cases.policy.rules import (
    HOSTS,
    IN_CONFLICT,
    KEEPERS,
    OFFICERS,
    READERS,
    WATCHERS,
    Action,
    by_link,
    exception,
)
from organizations.policy import at_site, everywhere, in_organization, in_region
from peph.access import Policy, Rule, Where

PLACEMENT_POLICY = Policy(
    {
        Action.VIEW: READERS | HOSTS,
        Action.EDIT: KEEPERS,
        # What the host keeps up to date: supervisor, mentor, hours.
        Action.UPDATE: KEEPERS | HOSTS,
        # Silencing the reminders is the programme's own decision.
        Action.PAUSE: OFFICERS,
        Action.SIGN: KEEPERS | in_organization("represent") | by_link(Action.SIGN),
        Action.REPORT: KEEPERS | HOSTS | by_link(Action.REPORT),
        Action.EVALUATE: KEEPERS | HOSTS | by_link(Action.EVALUATE),
        # The participant has no account yet: the programme records what they say, or they use a link.
        Action.ANSWER_FOR_PARTICIPANT: KEEPERS | by_link(Action.ANSWER_FOR_PARTICIPANT),
        Action.READ_NEEDS: of_case(Action.READ_NEEDS, column="pk", at="case_id"),
        Action.AUDIT: OFFICERS | WATCHERS,
    },
    unless=IN_CONFLICT,
)


def _part_of_placement(write: Rule) -> Policy:
    """A record that belongs to a placement and repeats its scope: seen with it, written by `write`."""
    return Policy({Action.VIEW: READERS | HOSTS, Action.EDIT: write}, unless=IN_CONFLICT)


# The plan is agreed with the host, and both keep its progress.
OBJECTIVE_POLICY = _part_of_placement(KEEPERS | HOSTS)
# A report is the host's word and is added to the placement; once written it is corrected by the programme.
REPORT_POLICY = _part_of_placement(KEEPERS)
# Who speaks in the host's own name; whoever else may report or evaluate writes on its behalf.
HOST_POLICY = Policy(
    {Action.REPORT: HOSTS | by_link(Action.REPORT), Action.EVALUATE: HOSTS}, unless=IN_CONFLICT
)
# A self-evaluation is the participant's: the host reads it once it is signed.
_OWN_WORDS = Where(lambda: ~Q(kind="self") | Q(signed_on__isnull=False))
EVALUATION_POLICY = Policy(
    {
        Action.VIEW: READERS | (HOSTS & _OWN_WORDS),
        Action.EDIT: KEEPERS
        | (HOSTS & Where(lambda: ~Q(kind="self")))
        | by_link(Action.EVALUATE, at="placement_id"),
        Action.ANSWER_FOR_PARTICIPANT: KEEPERS
        | by_link(Action.ANSWER_FOR_PARTICIPANT, at="placement_id"),
    },
    unless=IN_CONFLICT,
)
# What became of the person afterwards is not the host's to know.
OUTCOME_POLICY = Policy(
    {
        Action.VIEW: READERS,
        Action.EDIT: KEEPERS,
    },
    unless=IN_CONFLICT,
)
LINK_POLICY = Policy(
    {
        Action.VIEW: READERS,
        Action.EDIT: KEEPERS,
    },
    unless=IN_CONFLICT,
)
REMINDER_PAUSE_POLICY = Policy(
    {
        Action.VIEW: READERS,
        Action.EDIT: OFFICERS,
    },
    unless=IN_CONFLICT,
)
# How many links are answered is a figure of whole regions: one case opened to somebody is none.
ANSWER_RATE_POLICY = Policy({Action.VIEW: OFFICERS | WATCHERS}, unless=IN_CONFLICT)

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
        Action.EDIT: KEEPERS,
    },
    unless=IN_CONFLICT,
)
# That an evaluation is due is told to whoever sees its placement; nothing else of the step is.
AWAITED_EVALUATION_POLICY = Policy(
    {
        Action.VIEW: _FOLLOW_UP_READERS | exception("view_case", at="case_id") | _FOLLOW_UP_HOSTS,
        Action.EVALUATE: KEEPERS | _FOLLOW_UP_HOSTS,
    },
    unless=IN_CONFLICT,
)
