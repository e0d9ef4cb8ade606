"""Entries of the registers as the API shows and reads them."""

from typing import Any

from rest_framework import serializers

from cases.serializers import related
from peph.api import Body, Day
from privacy.models import AccessRequest, Anonymisation, Disclosure, Incident

TEXT, LONG = 2000, 4000
# Of each entry, before and after its own columns.
FIRST = ("id", "version", "number")
LAST = ("noted_by", "created_at", "updated_at", "actions")


class EntrySerializer(serializers.ModelSerializer):
    """Base of an entry: who noted it, and what its reader may do with it now."""

    noted_by = related.PersonReference(read_only=True, allow_null=True)
    actions = serializers.SerializerMethodField()

    def get_actions(self, entry: Any) -> list[str]:
        return [step.name for step in entry.available_transitions]


class DisclosureSerializer(EntrySerializer):
    """A disclosure without consent (Access Act, s. 67.3)."""

    participant = related.ParticipantReference(read_only=True, allow_null=True)

    class Meta:
        model = Disclosure
        fields = read_only_fields = (
            *FIRST, "disclosed_on", "recipient", "information", "purpose", "basis", "justification",
            "outside_quebec", "agreement", "measures", "persons", "participant", *LAST,
        )  # fmt: skip


class IncidentSerializer(EntrySerializer):
    """A confidentiality incident, with the eight items of A-2.1, r. 3.1."""

    kept_until = serializers.DateField(read_only=True)

    class Meta:
        model = Incident
        fields = read_only_fields = (
            *FIRST, "kind", "information", "circumstances", "occurred_from", "occurred_to",
            "occurred_is_approximate", "known_on", "persons", "persons_is_approximate", "serious_risk",
            "risk_assessment", "cai_notified_on", "persons_notified_on", "notice_note", "measures",
            "state", "closed_on", "kept_until", *LAST,
        )  # fmt: skip


class AnonymisationSerializer(EntrySerializer):
    """A set of information made anonymous (A-2.1, r. 0.1)."""

    class Meta:
        model = Anonymisation
        fields = read_only_fields = (
            *FIRST, "information", "purposes", "supervised_by", "techniques", "security_measures",
            "individualisation", "correlation", "inference", "conclusion", "analysed_on",
            "analysis_updated_on", "next_review_on", *LAST,
        )  # fmt: skip


class AccessRequestSerializer(EntrySerializer):
    """A request of a person about their own information, with its clock in calendar days."""

    participant = related.ParticipantReference(read_only=True, allow_null=True)
    is_late = serializers.BooleanField(read_only=True)
    review_until = serializers.DateField(read_only=True, allow_null=True)

    class Meta:
        model = AccessRequest
        fields = read_only_fields = (
            *FIRST, "kind", "received_on", "requester_name", "requester_quality", "requester_contact",
            "identity_checked_on", "participant", "wanted", "format_needed", "due_on", "is_late",
            "extended_on", "extension_reason", "state", "answered_on", "answer", "refusal_article",
            "refusal_reason", "recourse_told_on", "review_until", *LAST,
        )  # fmt: skip


# ------------------------------------------------------------------ bodies
def _text(most: int = TEXT, **options: Any) -> serializers.CharField:
    return serializers.CharField(max_length=most, **options)


def _left_empty(most: int = TEXT) -> serializers.CharField:
    return serializers.CharField(max_length=most, allow_blank=True, required=False)


class Corrected(Body):
    """A correction says why."""

    reason = serializers.CharField(max_length=300)


class DisclosureNewBody(Body):
    """What is told, to whom, why, under which provision."""

    disclosed_on = Day()
    recipient = _text(200)
    information = _text()
    purpose = _text()
    basis = serializers.ChoiceField(Disclosure.Basis.choices)
    justification = _text()
    outside_quebec = serializers.BooleanField(required=False)
    agreement = _left_empty(120)
    measures = _text()
    persons = serializers.IntegerField(min_value=1, max_value=2_147_483_647, required=False)
    participant = related.a_participant(allow_null=True, required=False)


class DisclosureBody(DisclosureNewBody, Corrected):
    """A disclosure corrected."""


class IncidentNewBody(Body):
    """What happened, when, to how many; the assessment and the notices are moves."""

    kind = serializers.ChoiceField(Incident.Kind.choices)
    information = _text()
    circumstances = _text(LONG)
    occurred_from = Day()
    occurred_to = Day(allow_null=True, required=False)
    occurred_is_approximate = serializers.BooleanField(required=False)
    known_on = Day()
    persons = serializers.IntegerField(
        min_value=0, max_value=2_147_483_647, allow_null=True, required=False
    )
    persons_is_approximate = serializers.BooleanField(required=False)
    measures = _left_empty(LONG)


class IncidentBody(IncidentNewBody, Corrected):
    """An incident corrected."""


class AnonymisationNewBody(Body):
    """What was made anonymous, how, under whose supervision, and how sure it is."""

    information = _text()
    purposes = _text()
    supervised_by = _text(160)
    techniques = _text()
    security_measures = _text()
    individualisation = _text()
    correlation = _text()
    inference = _text()
    conclusion = _text()
    analysed_on = Day()
    analysis_updated_on = Day(allow_null=True, required=False)
    next_review_on = Day(allow_null=True, required=False)


class AnonymisationBody(AnonymisationNewBody, Corrected):
    """An anonymisation corrected."""


class AccessRequestNewBody(Body):
    """Who asks for what, and when it was received: the clock is counted from there."""

    kind = serializers.ChoiceField(AccessRequest.Kind.choices)
    received_on = Day()
    requester_name = _text(160)
    requester_quality = serializers.ChoiceField(AccessRequest.Quality.choices, required=False)
    requester_contact = _text(200)
    identity_checked_on = Day(allow_null=True, required=False)
    participant = related.a_participant(allow_null=True, required=False)
    wanted = _text(LONG)
    format_needed = _left_empty(120)


class AccessRequestBody(AccessRequestNewBody, Corrected):
    """A request corrected."""
