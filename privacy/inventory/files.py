"""The files about the persons the programme accompanies."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from auditing.policy import FINDING_POLICY, SAMPLE_POLICY
from cases import policy as cases
from cases.policy import Action
from cases.serializers import tiers
from peph.access import Policy
from privacy.inventory.shape import Held, PersonalFile, Tier

AFTER_CLOSING = _("Until the case is closed, then for as long as the retention rules say.")
ENCRYPTED = _(
    "Each value encrypted in the database with a key kept elsewhere; own right; each read logged."
)
GUARDED = _(
    "Read through the policy only; every write in a history that proves itself; who read is logged."
)
PERSONS = _("Participants")
_TIERS = {
    Action.READ_PERSONAL: Tier.PERSONAL,
    Action.READ_NEEDS: Tier.NEEDS,
    Action.READ_COSTS: Tier.COSTS,
    Action.READ_HEALTH: Tier.HEALTH,
}


def _tiers(table: Mapping[str, Action]) -> dict[str, Tier]:
    """The tiers the API and the pages go by."""
    return {name: _TIERS[action] for name, action in table.items()}


P, CASE_PATH, SIGNED = Tier.PERSONAL, "case__participant", Q(sample__status="signed")


def _part(model: str, policy: Policy, tier: Tier = P, **more: Any) -> Held:
    """A record that belongs to a case."""
    return Held(f"cases.{model}", tier, CASE_PATH, policy, **more)


FILES = (
    PersonalFile(
        code="participants",
        name=_("Files of participants"),
        purpose=_("Decide on admission, accompany the person and answer for what was decided."),
        persons=PERSONS,
        source=_("The person, the referring agency, and the spreadsheet kept before the service."),
        security=GUARDED,
        retention=AFTER_CLOSING,
        models=(
            Held(
                "cases.Participant",
                Tier.IDENTITY,
                "",
                cases.PARTICIPANT_POLICY,
                collected=True,
                tiers=_tiers(tiers.PARTICIPANT),
                actions=tiers.PARTICIPANT,
            ),
            Held(
                "cases.Case",
                Tier.IDENTITY,
                "participant",
                cases.CASE_POLICY,
                tiers=_tiers(tiers.CASE),
                actions=tiers.CASE,
            ),
            Held("cases.Consent", P, "participant", cases.CONSENT_POLICY, collected=True),
            _part("Note", cases.NOTE_POLICY, Tier.NOTES),
            _part("FollowUp", cases.FOLLOW_UP_POLICY),
            _part("Reminder", cases.FOLLOW_UP_POLICY, Tier.TRACE),
            _part("Dismissal", cases.CASE_POLICY, Tier.TRACE, action=Action.AUDIT),
            _part("KeyDateChange", cases.KEY_DATE_POLICY),
            _part("ConflictOfInterest", cases.CONFLICT_POLICY, Tier.TRACE),
            Held(
                "cases.CaseGrant",
                Tier.TRACE,
                "content_object__participant",
                readers=_("Whoever may share the case"),
            ),
        ),
    ),
    PersonalFile(
        code="health",
        name=_("Health information"),
        purpose=_(
            "Establish that the person is eligible, and what has to be adapted where it matters."
        ),
        persons=PERSONS,
        source=_("The person, with express consent."),
        security=ENCRYPTED,
        retention=AFTER_CLOSING,
        models=(
            Held(
                "cases.DisabilityRecord",
                Tier.HEALTH,
                "participant",
                cases.PARTICIPANT_POLICY,
                action=Action.READ_HEALTH,
                collected=True,
                health=Q(),
            ),
        ),
    ),
    PersonalFile(
        code="placements",
        name=_("Matching and placements"),
        purpose=_(
            "Find a place that fits, agree on it, follow it, evaluate it and learn what came of it."
        ),
        persons=_("Participants, and the people who host them"),
        source=_("The person, the host organisation, the programme."),
        security=GUARDED,
        retention=AFTER_CLOSING,
        models=(
            _part(
                "WorkProfile",
                cases.CASE_POLICY,
                Tier.NEEDS,
                action=Action.READ_NEEDS,
                collected=True,
            ),
            _part("Match", cases.MATCH_POLICY, Tier.IDENTITY),
            Held(
                "cases.Placement",
                Tier.IDENTITY,
                "participant",
                cases.PLACEMENT_POLICY,
                tiers=_tiers(tiers.PLACEMENT),
                actions=tiers.PLACEMENT,
            ),
            _part("Signature", cases.PLACEMENT_POLICY, Tier.IDENTITY),
            _part("Suspension", cases.PLACEMENT_POLICY),
            _part("Objective", cases.OBJECTIVE_POLICY, Tier.IDENTITY),
            _part("Report", cases.REPORT_POLICY),
            _part("Evaluation", cases.EVALUATION_POLICY),
            _part("EvaluationScore", cases.EVALUATION_POLICY),
            _part(
                "Accommodation",
                cases.ACCOMMODATION_POLICY,
                Tier.NEEDS,
                tiers=_tiers(tiers.ACCOMMODATION),
                actions=tiers.ACCOMMODATION,
            ),
            _part("Outcome", cases.OUTCOME_POLICY),
            _part("TaskLink", cases.LINK_POLICY),
            _part("ReminderPause", cases.REMINDER_PAUSE_POLICY, Tier.TRACE),
        ),
    ),
    PersonalFile(
        code="documents",
        name=_("Documents"),
        purpose=_("Keep the pieces a decision or an agreement rests on."),
        persons=_("Participants, and the people who host them"),
        source=_("The person, the host organisation, the programme."),
        security=_(
            "Content checked when it is taken in; each version for its readers; who read is logged."
        ),
        retention=AFTER_CLOSING,
        models=(
            _part(
                "Document",
                cases.DOCUMENT_POLICY,
                health=Q(audience="health"),
                health_policy=cases.DOCUMENT_POLICY,
            ),
            Held("cases.DocumentContent", P, readers=_("As the document it belongs to")),
        ),
    ),
    PersonalFile(
        code="audits",
        name=_("Samples and findings of auditors"),
        purpose=_("Check that decisions are taken as the programme says, and correct what is not."),
        persons=_("Participants, and the people who work on their cases"),
        source=_("Auditors, from the files they check."),
        security=GUARDED,
        retention=_("As the cases they are about."),
        models=(
            Held("auditing.Finding", P, CASE_PATH, FINDING_POLICY, only=SIGNED),
            Held("auditing.SampleItem", P, "subject_case__participant", SAMPLE_POLICY, only=SIGNED),
            Held(
                "auditing.ItemAnswer",
                P,
                "item__subject_case__participant",
                SAMPLE_POLICY,
                only=Q(item__sample__status="signed"),
            ),
            Held("auditing.Sample", Tier.TRACE, policy=SAMPLE_POLICY),
        ),
    ),
)
