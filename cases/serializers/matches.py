"""Matching: the work profile, a match as its reader sees it, the suggestions, and what a request may say."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.models import Match, WorkProfile
from cases.serializers import related, tiers
from cases.services.fit import Fit
from organizations.models import Project
from organizations.serializers import (
    HostOrganizationReference,
    HostSiteReference,
    JobClassReference,
    RegionReference,
)
from peph.api import Body, Day, Reference, RelatedId

NEEDS = tuple(f"needs_{name}" for name in WorkProfile.NEEDS)


class MatchProjectReference(Reference):
    id = serializers.UUIDField()
    title = serializers.CharField()


class WorkProfileSerializer(serializers.ModelSerializer):
    """What a person looks for and needs; version 0 when nothing was ever written."""

    other_regions = serializers.SerializerMethodField(help_text="Codes of regions.")

    class Meta:
        model = WorkProfile
        fields = read_only_fields = (
            "version", "hours_least", "hours_most", "telework", "other_regions", "available_from",
            "wants_mentor", "experience", *NEEDS,
        )  # fmt: skip

    def get_other_regions(self, profile: WorkProfile) -> list[str]:
        return profile.other_regions.split()


class SentProfileSerializer(serializers.Serializer):
    """The profile as a host reads it. `needs` is there for whoever may know what has to be adapted."""

    job_class = JobClassReference(allow_null=True)
    hours_least = serializers.DecimalField(max_digits=4, decimal_places=1, allow_null=True)
    hours_most = serializers.DecimalField(max_digits=4, decimal_places=1, allow_null=True)
    telework = serializers.ChoiceField(WorkProfile.Telework.choices)
    available_from = serializers.DateField(allow_null=True)
    experience = serializers.CharField()
    needs = serializers.ListField(
        child=serializers.ChoiceField([(name, name) for name in WorkProfile.NEEDS]),
        required=False,
    )


class MatchSerializer(tiers.Tiered):
    """A person proposed for a project: `actions` lists the moves open to the reader now."""

    tiers: ClassVar = tiers.MATCH

    case = related.CaseReference(read_only=True)
    participant = related.ParticipantReference(source="case.participant", read_only=True)
    project = MatchProjectReference(read_only=True)
    region = RegionReference(read_only=True)
    organization = HostOrganizationReference(read_only=True)
    site = HostSiteReference(read_only=True)
    placement = serializers.UUIDField(source="placement_id", read_only=True, allow_null=True)
    proposed_by = related.PersonReference(read_only=True, allow_null=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = Match
        fields: ClassVar[tuple[str, ...]] = (
            "id", "version", "case", "participant", "project", "region", "organization", "site",
            "status", "proposed_by", "sent_on", "interview_on", "interviewed_on", "decide_by",
            "decided_on", "offered_on", "answer_by", "answered_on", "planned_start",
            "refusal_reason", "placement", "created_at", "updated_at", "actions",
        )  # fmt: skip
        read_only_fields = fields

    def get_actions(self, match: Match) -> list[str]:
        return [step.name for step in match.available_transitions]


class MatchDetailSerializer(MatchSerializer):
    """One match with the profile as the host reads it; null when none was written."""

    profile = serializers.SerializerMethodField()

    class Meta(MatchSerializer.Meta):
        fields = (*MatchSerializer.Meta.fields, "profile")
        read_only_fields = fields

    @extend_schema_field(SentProfileSerializer(allow_null=True))
    def get_profile(self, match: Match) -> dict[str, Any] | None:
        profile = getattr(match.case, "work_profile", None)
        if profile is None:
            return None
        shown = {
            "job_class": match.case.job_class,
            **{name: getattr(profile, name) for name in _PROFILE},
        }
        if match.can_read_needs:  # type: ignore[attr-defined]
            shown["needs"] = profile.needed
        return SentProfileSerializer(shown).data


_PROFILE = ("hours_least", "hours_most", "telework", "available_from", "experience")


# ------------------------------------------------------------------ suggestions
class FitCriterionSerializer(serializers.Serializer):
    """One criterion: what is sought, what is offered, and whether the one meets the other."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    fit = serializers.ChoiceField(Fit.choices)
    sought = serializers.CharField()
    offered = serializers.CharField()


class SuggestionSerializer(serializers.Serializer):
    """One row of a ranking; `match` is the last match of the two, `is_proposed` whether it is open."""

    criteria = FitCriterionSerializer(many=True)
    match = serializers.UUIDField(source="match.pk", default=None, allow_null=True)
    is_proposed = serializers.BooleanField()


class SuggestedProjectReference(Reference):
    id = serializers.UUIDField()
    title = serializers.CharField()
    organization = HostOrganizationReference()
    site = HostSiteReference()
    region = RegionReference()
    starts_from = serializers.DateField()

    def to_representation(self, instance: Project) -> dict[str, Any]:
        return {
            "id": instance.pk,
            "title": instance.title,
            "organization": self.fields["organization"].to_representation(instance.organization),
            "site": self.fields["site"].to_representation(instance.site),
            "region": self.fields["region"].to_representation(instance.region),
            "starts_from": instance.starts_from.isoformat(),
        }


class SuggestedProjectSerializer(SuggestionSerializer):
    """An open project, ranked for a case."""

    project = SuggestedProjectReference(source="record")


class SuggestedCaseReference(Reference):
    id = serializers.UUIDField()
    number = serializers.CharField()
    name = serializers.CharField(source="participant.full_name")
    status = serializers.CharField()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {
            "id": instance.pk,
            "number": instance.number,
            "name": instance.participant.full_name,
            "status": instance.status,
        }


class SuggestedCaseSerializer(SuggestionSerializer):
    """A case that waits, ranked for a project."""

    case = SuggestedCaseReference(source="record")


class SuggestedProjectsSerializer(serializers.Serializer):
    """The first open projects: fewest criteria not met, then most met, then by title."""

    weighed = serializers.IntegerField(source="count", help_text="How many were compared.")
    is_partial = serializers.BooleanField(help_text="There were more than can be compared.")
    results = SuggestedProjectSerializer(many=True, source="rows")


class SuggestedCasesSerializer(serializers.Serializer):
    """The first waiting cases: fewest criteria not met, then most met, then the longest waiting."""

    weighed = serializers.IntegerField(source="count", help_text="How many were compared.")
    is_partial = serializers.BooleanField(help_text="There were more than can be compared.")
    results = SuggestedCaseSerializer(many=True, source="rows")


# ------------------------------------------------------------------ what a request may say
class WorkProfileBody(Body):
    """The whole of a work profile: what is left out is emptied."""

    hours_least = serializers.DecimalField(
        max_digits=4, decimal_places=1, min_value=1, max_value=60, allow_null=True, default=None
    )
    hours_most = serializers.DecimalField(
        max_digits=4, decimal_places=1, min_value=1, max_value=60, allow_null=True, default=None
    )
    telework = serializers.ChoiceField(
        WorkProfile.Telework.choices, default=WorkProfile.Telework.WELCOME
    )
    other_regions = serializers.ListField(
        child=serializers.CharField(max_length=2), max_length=17, default=list
    )
    available_from = Day(allow_null=True, default=None)
    wants_mentor = serializers.BooleanField(default=False)
    experience = serializers.CharField(max_length=2000, allow_blank=True, default="")

    def get_fields(self) -> dict[str, serializers.Field]:
        needs = {name: serializers.BooleanField(default=False) for name in NEEDS}
        return super().get_fields() | needs

    def validate_other_regions(self, codes: list[str]) -> str:
        """As the profile keeps them."""
        return " ".join(codes)


class MatchNewBody(Body):
    """The person of a case to propose for an open project."""

    case = related.a_case()
    project = RelatedId(Project.objects.visible_to, _("Unknown project."))
