"""Who may do what with the matches, measures, documents and corrections of key dates of a case."""

from django.db.models import Q

from cases.policy.cases import of_case
from cases.policy.rules import (
    HOSTS,
    IN_CONFLICT,
    KEEPERS,
    NEEDS_TOLD,
    OFFICERS,
    PROFILE_SHARED,
    READERS,
    Action,
)
from peph.access import Oneself, Policy, Where

# The host learns of a person once the profile was sent, and as long as the consent is live; it plans the
# interview and answers. A match withdrawn before it was sent is none of its business.
_SENT = Where(lambda: Q(sent_on__isnull=False))
_TO_HOSTS = HOSTS & _SENT & PROFILE_SHARED
MATCH_POLICY = Policy(
    {
        Action.VIEW: READERS | _TO_HOSTS,
        Action.EDIT: KEEPERS,
        Action.DECIDE: OFFICERS,
        Action.ANSWER: KEEPERS | _TO_HOSTS,
        # The file of the person, and what the consents allow, are for the programme.
        Action.READ_PERSONAL: READERS,
        Action.READ_NEEDS: READERS | (_TO_HOSTS & NEEDS_TOLD),
    },
    unless=IN_CONFLICT,
)
_HOST_TOLD = HOSTS & NEEDS_TOLD
# The host knows what a measure costs where it pays, and never why the programme decided as it did.
_HOST_PAYS = Where(lambda: Q(funding__in=("host", "shared")))
ACCOMMODATION_POLICY = Policy(
    {
        Action.VIEW: READERS | _HOST_TOLD,
        Action.EDIT: KEEPERS,
        Action.DECIDE: OFFICERS,
        # Whoever hosts says when it is in place and whether it helps.
        Action.REPORT: KEEPERS | _HOST_TOLD,
        Action.READ_PERSONAL: READERS,
        Action.READ_COSTS: READERS | (_HOST_TOLD & _HOST_PAYS),
    },
    unless=IN_CONFLICT,
)
# A document is for the programme, for the host as well, or for those who read health information.
# The host reads what is in force: neither an earlier version nor what was withdrawn.
_FOR_HOST = Where(lambda: Q(audience="host", replaced_by__isnull=True, withdrawn_on__isnull=True))
_NOT_HEALTH = Where(lambda: ~Q(audience="health"))
DOCUMENT_POLICY = Policy(
    {
        Action.VIEW: (READERS & _NOT_HEALTH)
        | (HOSTS & _FOR_HOST)
        | of_case(Action.READ_HEALTH, column="pk", at="case_id"),
        Action.EDIT: (KEEPERS & _NOT_HEALTH)
        | of_case(Action.EDIT_HEALTH, column="pk", at="case_id"),
    },
    unless=IN_CONFLICT,
)
# A correction of a key date: hosts neither ask nor decide nor read. Whoever asked takes it back; an officer
# decides, and never the one who asked (`cases.services.key_date_changes.obstacle` says why).
KEY_DATE_POLICY = Policy(
    {
        Action.VIEW: READERS,
        Action.EDIT: KEEPERS & Oneself("asked_by_id"),
        Action.DECIDE: OFFICERS,
    },
    unless=IN_CONFLICT,
)
