"""The case: as its reader sees it, and what a request may say of it."""

from typing import ClassVar

from rest_framework import serializers

from cases.models import Case, CaseGrant
from cases.serializers import related, tiers
from cases.serializers.participants import PersonBody
from cases.workflow import PlacementStatus
from organizations.serializers import (
    HostOrganizationReference,
    HostSiteReference,
    JobClassReference,
    RegionReference,
)
from peph.api import Body, Day, Reference


class CaseSerializer(tiers.Tiered):
    """A case as its reader sees it: `actions` lists the moves open to them now, and `edit`."""

    tiers: ClassVar = tiers.CASE

    participant = related.ParticipantReference(read_only=True)
    region = RegionReference(read_only=True)
    coordinator = related.PersonReference(read_only=True, allow_null=True)
    organization = HostOrganizationReference(read_only=True, allow_null=True)
    site = HostSiteReference(read_only=True, allow_null=True)
    job_class = JobClassReference(read_only=True, allow_null=True)
    decided_by = related.PersonReference(read_only=True, allow_null=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = Case
        fields: ClassVar[tuple[str, ...]] = (
            "id", "version", "number", "legacy_number", "status", "participant", "region",
            "coordinator", "organization", "site", "fiscal_year", "job_class", "referring_agency",
            "referred_on", "first_contact_on", "applied_on", "decided_on", "decided_by",
            "resume_on", "closed_on", "closure_reason", "is_imported", "created_at", "updated_at",
            "actions",
        )  # fmt: skip
        read_only_fields = fields

    def get_actions(self, case: Case) -> list[str]:
        moves = [step.name for step in case.available_transitions]
        return [*moves, "edit"] if case.can_edit else moves  # type: ignore[attr-defined]


class CasePlacementReference(Reference):
    id = serializers.UUIDField()
    status = serializers.ChoiceField(PlacementStatus.choices)
    planned_start = serializers.DateField()
    planned_end = serializers.DateField()


class CaseDetailSerializer(CaseSerializer):
    """One case, with those of its placements the reader may see."""

    placements = CasePlacementReference(many=True, read_only=True)

    class Meta(CaseSerializer.Meta):
        fields = (*CaseSerializer.Meta.fields, "placements")
        read_only_fields = fields


class CaseGrantSerializer(serializers.ModelSerializer):
    """An exception given to somebody on one case."""

    role = serializers.CharField(source="permission.codename", read_only=True)
    person = serializers.CharField(source="user.get_full_name", read_only=True)
    email = serializers.EmailField(source="user.email", read_only=True)
    granted_by = related.PersonReference(read_only=True, allow_null=True)

    class Meta:
        model = CaseGrant
        fields = read_only_fields = (
            "id", "version", "role", "person", "email", "reason", "granted_by", "granted_at",
            "expires_on",
        )  # fmt: skip


# ------------------------------------------------------------------ what a request may say
class CaseBody(Body):
    """What is kept up to date on a case."""

    coordinator = related.a_coordinator(allow_null=True, required=False)
    job_class = related.a_job_class(allow_null=True, required=False)
    referring_agency = serializers.CharField(max_length=160, allow_blank=True, required=False)


class CaseNewBody(CaseBody):
    """A case to open: of somebody known (`participant`) or of a new person (`person`)."""

    region = related.a_region()
    referred_on = Day(required=False)
    participant = related.a_participant(required=False)
    person = PersonBody(required=False)


class CaseTransferBody(Body):
    """The region a case goes to, and why."""

    region = related.a_region()
    reason = serializers.CharField(max_length=4000)


class CaseShareBody(Body):
    """An exception to give: to whom, which, until when and why."""

    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(sorted(CaseGrant.ROLES))
    reason = serializers.CharField(max_length=300)
    expires_on = Day()


class CaseGrantExtendBody(Body):
    """Another last day."""

    expires_on = Day()
    reason = serializers.CharField(max_length=300)
