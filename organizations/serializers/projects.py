"""The project and its scores: as their reader sees them, and what a request may say of them."""

from decimal import ROUND_HALF_UP
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from organizations.models import Call, HostSite, JobClass, Project, ProjectScore
from organizations.score_table import ScoreTable
from organizations.serializers import (
    HostOrganizationReference,
    HostSiteReference,
    JobClassReference,
    RegionReference,
)
from organizations.services.projects import reason_given
from organizations.workflow import CallStatus, ProjectStatus, RejectionReason
from peph.api import Body, Day, Reference, RelatedId
from peph.api_schema import name_choices

name_choices(
    ProjectStatus=ProjectStatus.choices,
    ProjectRejectionReason=RejectionReason.choices,
    HiringAfterwards=Project.Hiring.choices,
)


class CallReference(Reference):
    id = serializers.UUIDField()
    fiscal_year = serializers.IntegerField()
    status = serializers.ChoiceField(CallStatus.choices)


class ProjectReference(Reference):
    id = serializers.UUIDField()
    title = serializers.CharField()


class ProjectSerializer(serializers.ModelSerializer):
    """A project: `actions` lists the moves open to the reader now, `edit` and `score`."""

    call = CallReference(read_only=True)
    region = RegionReference(read_only=True)
    organization = HostOrganizationReference(read_only=True)
    site = HostSiteReference(read_only=True)
    job_class = JobClassReference(read_only=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = Project
        fields: tuple[str, ...] = (
            "id", "version", "call", "region", "organization", "site", "title", "status",
            "job_class", "tasks", "objectives", "supervision", "adaptations", "supervisor_name",
            "supervisor_email", "mentor_name", "hours_per_week", "telework", "seats", "starts_from",
            "hiring", "submitted_on", "is_late", "reply_by", "decided_on", "minute",
            "rejection_reason", "decision_comment", "fill_by", "created_at", "updated_at", "actions",
        )  # fmt: skip
        read_only_fields = fields

    def get_actions(self, project: Project) -> list[str]:
        return project.offered


class ProjectDetailSerializer(ProjectSerializer):
    """One project, with what was said when it was returned, withdrawn or cancelled."""

    reason_given = serializers.SerializerMethodField()

    class Meta(ProjectSerializer.Meta):
        fields = (*ProjectSerializer.Meta.fields, "reason_given")
        read_only_fields = fields

    def get_reason_given(self, project: Project) -> str:
        return reason_given(project)


class ProjectBody(Body):
    """What a host says of a post it offers."""

    call = RelatedId(Call.objects.visible_to, _("Unknown call for projects."))
    title = serializers.CharField(max_length=160)
    job_class = RelatedId(lambda user: JobClass.objects.all(), _("Unknown job class."))
    tasks = serializers.CharField(max_length=4000)
    objectives = serializers.CharField(max_length=4000)
    supervision = serializers.CharField(max_length=4000)
    adaptations = serializers.CharField(max_length=2000, allow_blank=True, required=False)
    supervisor_name = serializers.CharField(max_length=160)
    supervisor_email = serializers.EmailField(max_length=254, allow_blank=True, required=False)
    mentor_name = serializers.CharField(max_length=160, allow_blank=True, required=False)
    hours_per_week = serializers.DecimalField(
        max_digits=4, decimal_places=1, min_value=1, max_value=60
    )
    telework = serializers.BooleanField(required=False)
    seats = serializers.IntegerField(min_value=1, max_value=50, required=False)
    starts_from = Day()
    hiring = serializers.ChoiceField(Project.Hiring.choices, required=False)


class ProjectNewBody(ProjectBody):
    """A project to draft for a site."""

    site = RelatedId(HostSite.objects.visible_to, _("Unknown host site."))


# ------------------------------------------------------------------ scores
class ProjectScoreBody(Body):
    """One score: a level from 1 to 4, and why."""

    level = serializers.IntegerField(min_value=1, max_value=4)
    comment = serializers.CharField(max_length=2000, allow_blank=True, required=False)


class ScoresBody(Body):
    """One’s own scores by code of the criterion; a criterion left out keeps what was given before."""

    scores = serializers.DictField(child=ProjectScoreBody(), allow_empty=False)


class ScoreSerializer(serializers.ModelSerializer):
    criterion = serializers.CharField(source="criterion.code")

    class Meta:
        model = ProjectScore
        fields = read_only_fields = ("criterion", "level", "comment")


def _mean(**options: Any) -> serializers.DecimalField:
    return serializers.DecimalField(
        max_digits=5, decimal_places=2, rounding=ROUND_HALF_UP, allow_null=True, **options
    )


class CriterionSerializer(serializers.Serializer):
    """A criterion of the committee with its mean."""

    code = serializers.CharField()
    label_fr = serializers.CharField()
    label_en = serializers.CharField()
    weight = serializers.IntegerField()
    mean = _mean()


class MemberScoresSerializer(serializers.Serializer):
    """What one member gave; the weighted mean once every criterion is scored."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    is_own = serializers.BooleanField()
    mean = _mean()
    scores = ScoreSerializer(many=True)


class ScoreTableSerializer(serializers.Serializer):
    """The scores the reader may see; those of others are hidden until the own ones are complete."""

    criteria = CriterionSerializer(many=True)
    members = MemberScoresSerializer(many=True)
    mean = _mean()
    others_hidden = serializers.BooleanField()

    def to_representation(self, instance: ScoreTable) -> dict[str, Any]:
        codes = {each.pk: each for each in instance.criteria}
        for member in instance.members:
            for key, score in member.scores.items():
                score.criterion = codes[key]
        return super().to_representation(
            {
                "criteria": [
                    {
                        "code": each.code,
                        "label_fr": each.label_fr,
                        "label_en": each.label_en,
                        "weight": each.weight,
                        "mean": instance.means.get(each.pk),
                    }
                    for each in instance.criteria
                ],
                "members": [
                    {
                        "id": member.member.pk,
                        "name": member.name,
                        "is_own": member.is_own,
                        "mean": member.mean,
                        "scores": [member.scores[pk] for pk in codes if pk in member.scores],
                    }
                    for member in instance.members
                ],
                "mean": instance.mean,
                "others_hidden": instance.others_hidden,
            }
        )
