"""The person, the consents and the health information: shown by tier, read strictly."""

from typing import ClassVar

from rest_framework import serializers

from cases.models import Consent, ConsentText, DisabilityRecord, Participant
from cases.serializers import related, tiers
from cases.workflow import CaseStatus
from peph.api import Body, Day, Reference


class ParticipantCaseReference(Reference):
    id = serializers.UUIDField()
    number = serializers.CharField()
    status = serializers.ChoiceField(CaseStatus.choices)


class ParticipantSerializer(tiers.Tiered):
    """A person as the reader may know them."""

    tiers: ClassVar = tiers.PARTICIPANT

    actions = serializers.SerializerMethodField()

    class Meta:
        model = Participant
        fields: ClassVar[tuple[str, ...]] = (
            "id", "version", "last_name", "first_name", "preferred_name", "pronoun", "birth_date",
            "email", "phone", "address", "municipality", "postal_code", "language",
            "contact_mode", "contact_format", "functional_needs", "created_at", "actions",
        )  # fmt: skip
        read_only_fields = fields

    def get_actions(self, person: Participant) -> list[str]:
        return ["edit"] if person.can_edit else []  # type: ignore[attr-defined]


class ParticipantDetailSerializer(ParticipantSerializer):
    """One person, with those of their cases the reader may see."""

    cases = ParticipantCaseReference(many=True, read_only=True)

    class Meta(ParticipantSerializer.Meta):
        fields = (*ParticipantSerializer.Meta.fields, "cases")
        read_only_fields = fields


class ConsentTextSerializer(serializers.ModelSerializer):
    """One version of the text of one purpose, and what refusing entails."""

    class Meta:
        model = ConsentText
        fields = read_only_fields = (
            "id", "version", "purpose", "text_version", "text_fr", "text_en", "refusal_fr",
            "refusal_en", "in_force_from",
        )  # fmt: skip


class ConsentSerializer(serializers.ModelSerializer):
    """One agreement for one purpose."""

    participant = related.ParticipantReference(read_only=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = Consent
        fields = read_only_fields = (
            "id", "version", "participant", "purpose", "text_version", "given_on", "means",
            "expires_on", "withdrawn_on", "actions",
        )  # fmt: skip

    def get_actions(self, consent: Consent) -> list[str]:
        is_open = consent.can_edit and consent.withdrawn_on is None  # type: ignore[attr-defined]
        return ["withdraw"] if is_open else []


class HealthSerializer(serializers.ModelSerializer):
    """The health information; version 0 when nothing was ever written."""

    class Meta:
        model = DisabilityRecord
        fields = read_only_fields = ("version", *DisabilityRecord.HEALTH_FIELDS)


# ------------------------------------------------------------------ what a request may say
class PersonBody(Body):
    """Who a person is and how to reach them."""

    last_name = serializers.CharField(max_length=80)
    first_name = serializers.CharField(max_length=80)
    preferred_name = serializers.CharField(max_length=80, allow_blank=True, required=False)
    pronoun = serializers.CharField(max_length=20, allow_blank=True, required=False)
    birth_date = Day()
    email = serializers.EmailField(max_length=254, allow_blank=True, required=False)
    phone = serializers.CharField(max_length=30, allow_blank=True, required=False)
    address = serializers.CharField(max_length=200, allow_blank=True, required=False)
    municipality = serializers.CharField(max_length=80, allow_blank=True, required=False)
    postal_code = serializers.CharField(max_length=7, allow_blank=True, required=False)
    language = serializers.ChoiceField(Participant.Language.choices, required=False)
    contact_mode = serializers.ChoiceField(Participant.ContactMode.choices, required=False)
    contact_format = serializers.CharField(max_length=120, allow_blank=True, required=False)
    functional_needs = serializers.CharField(max_length=2000, allow_blank=True, required=False)


class ConsentNewBody(Body):
    """A consent to record."""

    participant = related.a_participant()
    purpose = serializers.ChoiceField(Consent.Purpose.choices)
    text_version = serializers.CharField(max_length=40)
    given_on = Day()
    means = serializers.ChoiceField(Consent.Means.choices, required=False)
    expires_on = Day(allow_null=True, required=False)


class ConsentWithdrawBody(Body):
    """The day a person took an agreement back."""

    withdrawn_on = Day()
    reason = serializers.CharField(max_length=4000, allow_blank=True, required=False)


class HealthBody(Body):
    """The whole of the health information: what is left out is emptied."""

    declared_on = Day(allow_null=True, default=None)
    attestation_kind = serializers.CharField(max_length=200, allow_blank=True, default="")
    attestation_issuer = serializers.CharField(max_length=200, allow_blank=True, default="")
    attested_on = Day(allow_null=True, default=None)
    attestation_expires_on = Day(allow_null=True, default=None)
    nature = serializers.CharField(max_length=2000, allow_blank=True, default="")
