"""The accommodation measure: as its reader sees it, what a request may say of it, and readiness."""

from typing import Any, ClassVar

from rest_framework import serializers

from cases.models import Accommodation
from cases.serializers import related, tiers
from cases.services.accommodations import changeable, offered
from cases.services.readiness import Readiness, ReadinessState
from organizations.serializers import HostOrganizationReference, HostSiteReference, RegionReference
from peph.api import Body, Day


class AccommodationSerializer(tiers.Tiered):
    """A measure: `actions` lists the moves open to the reader now, and `edit`."""

    tiers: ClassVar = tiers.ACCOMMODATION

    case = related.CaseReference(read_only=True)
    participant = related.ParticipantReference(source="case.participant", read_only=True)
    placement = serializers.UUIDField(source="placement_id", read_only=True, allow_null=True)
    region = RegionReference(read_only=True)
    organization = HostOrganizationReference(read_only=True, allow_null=True)
    site = HostSiteReference(read_only=True, allow_null=True)
    requested_by = related.PersonReference(read_only=True, allow_null=True)
    decided_by = related.PersonReference(read_only=True, allow_null=True)
    is_late = serializers.BooleanField(read_only=True)
    is_to_give_back = serializers.BooleanField(read_only=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = Accommodation
        fields: ClassVar[tuple[str, ...]] = (
            "id", "version", "case", "participant", "placement", "region", "organization", "site",
            "barrier", "kind", "measure", "status", "requested_on", "requested_by", "decided_on",
            "decided_by", "decision_reason", "planned_on", "is_late", "cost_estimated",
            "cost_actual", "funding", "supplier", "purchased_on", "in_place_on", "verified_on",
            "returned_on", "follows_person", "is_to_give_back", "created_at", "updated_at",
            "actions",
        )  # fmt: skip
        read_only_fields = fields

    def get_actions(self, accommodation: Accommodation) -> list[str]:
        user = self.context["request"].user
        moves = [step.name for step in offered(accommodation, by=user)]
        may = accommodation.can_edit and changeable(accommodation)  # type: ignore[attr-defined]
        return [*moves, "edit"] if may else moves


class WaitingSerializer(serializers.ModelSerializer):
    """A measure the first day waits for."""

    class Meta:
        model = Accommodation
        fields = read_only_fields = ("id", "kind", "status", "planned_on", "is_late")

    is_late = serializers.BooleanField(read_only=True)


class ReadinessSerializer(serializers.Serializer):
    """Whether everything is there before the first day, and what is not."""

    state = serializers.ChoiceField(ReadinessState.choices, read_only=True)
    is_ready = serializers.BooleanField(read_only=True)
    is_late = serializers.SerializerMethodField()
    waiting = WaitingSerializer(many=True, read_only=True)

    def get_is_late(self, found: Readiness) -> bool:
        return bool(found.late)


# ------------------------------------------------------------------ what a request may say
def _cost() -> Any:
    return serializers.DecimalField(
        max_digits=9, decimal_places=2, min_value=0, allow_null=True, required=False
    )


class AccommodationBody(Body):
    """What is kept up to date on a measure; the present status says which of it."""

    placement = related.a_placement(allow_null=True, required=False)
    kind = serializers.ChoiceField(Accommodation.Kind.choices)
    barrier = serializers.CharField(max_length=2000)
    measure = serializers.CharField(max_length=2000)
    requested_on = Day(required=False)
    cost_estimated = _cost()
    funding = serializers.ChoiceField(
        Accommodation.Funding.choices, allow_blank=True, required=False
    )
    supplier = serializers.CharField(max_length=160, allow_blank=True, required=False)
    follows_person = serializers.BooleanField(required=False)


class AccommodationNewBody(AccommodationBody):
    """A measure to ask for, with or without a placement."""

    case = related.a_case()


class AccommodationEditBody(AccommodationBody):
    """The same, and what becomes known once it is approved."""

    planned_on = Day(required=False)
    purchased_on = Day(allow_null=True, required=False)
    cost_actual = _cost()
