"""The placement: as its reader sees it, and what a request may say of it."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.models import Placement, Signature, Suspension
from cases.serializers import related, tiers
from cases.serializers.accommodations import ReadinessSerializer
from cases.services.placements import offered
from cases.services.readiness import readiness
from organizations.serializers import (
    HostOrganizationReference,
    HostSiteReference,
    JobClassReference,
    RegionReference,
)
from peph.api import Body, Day


class SuspensionSerializer(serializers.ModelSerializer):
    """One interruption: from when, to when. Its reason stays with the programme, in the history."""

    class Meta:
        model = Suspension
        fields = read_only_fields = ("suspended_on", "expected_on", "resumed_on")


class SignatureSerializer(serializers.ModelSerializer):
    """One signature of the agreement: who, as what, when and how."""

    class Meta:
        model = Signature
        fields = read_only_fields = ("role", "name", "signed_on", "means")


class PlacementSerializer(tiers.Tiered):
    """A placement: `actions` lists the moves open to the reader now, and `edit`."""

    tiers: ClassVar = tiers.PLACEMENT

    case = related.CaseReference(read_only=True)
    participant = related.ParticipantReference(read_only=True)
    region = RegionReference(read_only=True)
    organization = HostOrganizationReference(read_only=True)
    site = HostSiteReference(read_only=True)
    job_class = JobClassReference(read_only=True, allow_null=True)
    project = serializers.UUIDField(source="project_id", read_only=True, allow_null=True)
    extension_by = related.PersonReference(read_only=True, allow_null=True)
    signatures = SignatureSerializer(many=True, read_only=True)
    suspensions = SuspensionSerializer(many=True, read_only=True)
    readiness = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()

    class Meta:
        model = Placement
        fields = read_only_fields = (
            "id", "version", "case", "participant", "region", "organization", "site", "project",
            "job_class", "status", "hours_per_week", "supervisor_name", "supervisor_email", "mentor_name",
            "planned_start", "planned_end", "initial_end", "signed_on", "signatures", "started_on",
            "ended_on", "suspended_on", "resume_on", "suspensions", "extension_end", "extension_by",
            "expected_on", "ended_by", "hours_missed", "is_imported", "created_at", "updated_at",
            "readiness", "actions",
        )  # fmt: skip

    @extend_schema_field(ReadinessSerializer)
    def get_readiness(self, placement: Placement) -> Any:
        return ReadinessSerializer(readiness(placement)).data

    def get_actions(self, placement: Placement) -> list[str]:
        user = self.context["request"].user
        moves = [step.name for step in offered(placement, by=user)]
        return [*moves, "edit"] if placement.can_update else moves  # type: ignore[attr-defined]


class PlacementBody(Body):
    """What is kept up to date on a placement; a host may say only who supervises and the hours.

    The planned dates until the agreement is signed; then a correction is asked for (`key-date-changes`).
    """

    job_class = related.a_job_class(allow_null=True, required=False)
    hours_per_week = serializers.DecimalField(
        max_digits=4, decimal_places=1, min_value=1, max_value=60, allow_null=True, required=False
    )
    supervisor_name = serializers.CharField(max_length=160, allow_blank=True, required=False)
    supervisor_email = serializers.EmailField(max_length=254, allow_blank=True, required=False)
    mentor_name = serializers.CharField(max_length=160, allow_blank=True, required=False)
    planned_start = Day()
    planned_end = Day(required=False)


class SignatureBody(Body):
    """One signature to record; the fourth makes the agreement signed."""

    role = serializers.ChoiceField(Signature.Role.choices)
    name = serializers.CharField(max_length=160)
    signed_on = Day()
    means = serializers.ChoiceField(Signature.Means.choices, required=False)


class PlacementNewBody(PlacementBody):
    """A placement to open; without an end it has the programme's usual length."""

    case = related.a_case()
    site = related.a_site()
