"""Which information each field of the participant side is: the one table of it, field by field.

Serializers, pages, filters, exports and the history read it; a field without a tier fails the tests. Whom
a tier is for is said by the rule of its name in the policy of the record (`read_needs`…), in
`docs/access.md` for people. To hold a tier is to read it: a hidden field is neither filtered by nor written.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache

from cases.policy.case_parts import ACCOMMODATION_POLICY, MATCH_POLICY
from cases.policy.cases import CASE_POLICY, PARTICIPANT_POLICY
from cases.policy.placements import PLACEMENT_POLICY
from cases.policy.rules import Action
from peph.access import Policy


class Tier(StrEnum):
    """A kind of information; each is an action of the policies, but for what no reader is shown."""

    # With the record itself: of a person, whom a host hosts and how to reach them.
    SEEN = "view"
    # Identity and employment (I, E of the design) beyond what a host has to know.
    PERSONAL = "read_personal"
    # Functional needs (F): what has to be adapted.
    NEEDS = "read_needs"
    COSTS = "read_costs"
    # Internal notes (N).
    NOTES = "read_notes"
    # Health (H): declaration, attestation, nature of the disability.
    HEALTH = "read_health"
    # Who has access, what was set aside: for those who answer for the file or watch over it.
    WATCH = "audit"
    # Digests, drafts, search keys: for no reader.
    NEVER = ""


# Of every record: its key, its version, what it belongs to.
_COMMON = "id version case region organization site placement participant"
_S, _P, _F, _C, _N, _H, _W, _X = Tier

_TABLE: Mapping[str, Mapping[Tier, str]] = {
    "Participant": {
        _S: "last_name first_name preferred_name email phone",
        # A relay service or large print tells of a disability.
        _P: "pronoun birth_date address municipality postal_code language contact_mode contact_format"
        " created_at",
        _F: "functional_needs",
        _X: "search_key",
    },
    "DisabilityRecord": {
        _H: "declared_on attestation_kind attestation_issuer attested_on attestation_expires_on nature"
    },
    "Consent": {_P: "purpose text_version given_on means expires_on withdrawn_on"},
    "ConsentText": {
        _S: "purpose text_version text_fr text_en refusal_fr refusal_en in_force_from",
    },
    # A host knows whom it hosts and where the placement stands, not who answers for the file.
    "Case": {
        _S: "number status resume_on closed_on created_at updated_at",
        _P: "legacy_number is_imported coordinator fiscal_year resumes_as job_class referring_agency"
        " referred_on first_contact_on applied_on decided_on decided_by closure_reason",
    },
    "CaseGrant": {_W: "user permission reason granted_by granted_at expires_on content_object"},
    "ConflictOfInterest": {
        _W: "user reason declared_by declared_at ended_at ended_by end_reason",
    },
    "Dismissal": {_W: "check_code object_id reason until dismissed_by created_at"},
    "Placement": {
        _S: "project is_imported job_class status hours_per_week supervisor_name supervisor_email"
        " mentor_name planned_start planned_end initial_end signed_on started_on ended_on suspended_on"
        " resume_on extension_end extension_by expected_on ended_by hours_missed created_at updated_at",
    },
    "Signature": {_S: "role name signed_on means", _P: "recorded_by"},
    "Suspension": {_S: "suspended_on expected_on resumed_on", _P: "reason"},
    # A measure is told to a host with the consent to tell the needs. The host knows what it costs where it
    # pays, and never by whom nor why it was decided.
    "Accommodation": {
        _F: "barrier kind measure status requested_on decided_on supplier purchased_on planned_on"
        " in_place_on verified_on returned_on follows_person created_at updated_at",
        _P: "requested_by decided_by decision_reason",
        _C: "cost_estimated cost_actual funding",
    },
    # The profile that is sent; the rest of it is for the programme.
    "WorkProfile": {
        _S: "hours_least hours_most telework available_from experience",
        _P: "other_regions wants_mentor",
        _F: "needs_entrance needs_lift needs_washroom needs_parking needs_paratransit needs_hearing_loop"
        " needs_light_and_noise",
    },
    "Match": {
        _S: "project status sent_on interview_on interviewed_on decide_by decided_on offered_on answer_by"
        " answered_on planned_start refusal_reason created_at updated_at",
        # The file of the person is the programme’s.
        _P: "case proposed_by",
    },
    # What is shared with a host, or written by it.
    "FollowUp": {
        _S: "step subject due_on responsible is_shared done_on done_by mode concern summary",
    },
    "Evaluation": {
        _S: "kind follow_up author_name is_on_behalf recorded_by objectives needs recommendation signed_on"
        " answer answer_comment answered_on created_at updated_at",
        _P: "answer_follow_up",
    },
    "EvaluationScore": {_S: "evaluation criterion level is_observed comment"},
    "Objective": {_S: "text indicator due_on state progress created_at"},
    "Report": {
        _S: "from_on to_on hours_worked hours_absent progress concern author_name is_on_behalf recorded_by"
        " created_at",
    },
    # Each version says for whom it is (`DOCUMENT_POLICY`).
    "Document": {
        _S: "kind title audience filename media_type size sha256 number replaces uploaded_by uploaded_at"
        " withdrawn_on",
    },
    "DocumentContent": {_S: "sha256 content scan scanned_at"},
    "KeyDateChange": {
        _P: "key_date former corrected reason evidence status asked_by asked_at decided_by decided_at"
        " decision_comment",
    },
    "Outcome": {
        _P: "moment follow_up situation job_class started_on is_linked is_retained source checked_on comment"
        " evidence recorded_by created_at",
    },
    "Note": {_N: "author text created_at"},
    "TaskLink": {
        _P: "task role evaluation follow_up recipient_name recipient_email language sent_at expires_on"
        " answered_on revoked_on created_by created_at serial",
        _X: "draft",
    },
    "Reminder": {_W: "follow_up recipient due_on days created_at"},
    "ReminderPause": {_P: "reason until ended_on paused_by created_at"},
    # Its owner’s alone.
    "CalendarFeed": {_S: "user created_at", _X: "digest"},
    "ImportUpload": {_S: "uploaded_by name uploaded_at", _X: "content"},
}
# What is computed and shown beside the fields.
_COMPUTED: Mapping[str, Mapping[str, Tier]] = {
    # Whether something is missing for the first day tells that something is needed.
    "Placement": {"readiness": _F},
}
# Whose records are shown with some of their fields left out, and the policy that says which.
POLICIES: Mapping[str, Policy] = {
    "Participant": PARTICIPANT_POLICY,
    "Case": CASE_POLICY,
    "Placement": PLACEMENT_POLICY,
    "Accommodation": ACCOMMODATION_POLICY,
    "Match": MATCH_POLICY,
}


@cache
def tiers_of(model: str) -> Mapping[str, Tier]:
    """Field → tier, of one model."""
    named = {name: tier for tier, names in _TABLE[model].items() for name in names.split()}
    return dict.fromkeys(_COMMON.split(), Tier.SEEN) | dict(_COMPUTED.get(model, {})) | named


@cache
def gated(model: str) -> Mapping[str, Action]:
    """Field → the action its reader must hold, of the fields that not every reader of a record is shown."""
    rules = POLICIES[model].rules
    return {
        name: Action(tier)
        for name, tier in tiers_of(model).items()
        if tier not in (Tier.SEEN, Tier.NEVER) and tier in rules
    }
