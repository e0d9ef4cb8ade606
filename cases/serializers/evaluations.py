"""Evaluations: as their reader sees them, and what a request may say of them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.models import KIND_OF_STEP, STEPS, Evaluation, EvaluationScore, FollowUp
from cases.serializers import related
from organizations.serializers import (
    HostOrganizationReference,
    HostSiteReference,
    RegionReference,
)
from peph.api import Body, Day


class EvaluationScoreSerializer(serializers.ModelSerializer):
    """One criterion: its level, or that it was not observed, and the comment."""

    criterion = serializers.CharField(source="criterion.code", read_only=True)
    label = serializers.CharField(source="criterion.label", read_only=True)  # type: ignore[assignment]
    level = serializers.IntegerField(read_only=True, allow_null=True, min_value=1, max_value=4)

    class Meta:
        model = EvaluationScore
        fields = read_only_fields = ("criterion", "label", "level", "is_observed", "comment")


class EvaluationSerializer(serializers.ModelSerializer):
    """An evaluation in a list; `actions` lists what the reader may do with it now."""

    case = related.CaseReference(read_only=True)
    placement = serializers.UUIDField(source="placement_id", read_only=True)
    participant = related.ParticipantReference(source="placement.participant", read_only=True)
    region = RegionReference(read_only=True)
    organization = HostOrganizationReference(read_only=True)
    site = HostSiteReference(read_only=True)
    state = serializers.ChoiceField(Evaluation.State.choices, read_only=True)
    due_on = serializers.DateField(
        source="follow_up.due_on", default=None, read_only=True, allow_null=True
    )
    actions = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Evaluation
        fields: tuple[str, ...] = (
            "id", "version", "case", "placement", "participant", "region", "organization", "site",
            "kind", "state", "due_on", "author_name", "is_on_behalf", "recommendation", "signed_on",
            "answer", "answered_on", "created_at", "updated_at", "actions",
        )  # fmt: skip
        read_only_fields: tuple[str, ...] = fields


class EvaluationDetailSerializer(EvaluationSerializer):
    """One evaluation with all that is written in it."""

    scores = EvaluationScoreSerializer(many=True, read_only=True)
    recorded_by = related.PersonReference(read_only=True, allow_null=True)

    class Meta(EvaluationSerializer.Meta):
        fields = read_only_fields = (
            *EvaluationSerializer.Meta.fields,
            "scores", "objectives", "needs", "answer_comment", "recorded_by",
        )  # fmt: skip


class AwaitedEvaluationSerializer(serializers.ModelSerializer):
    """A step of the schedule that waits for an evaluation: of whom, of which kind, until when."""

    case = related.CaseReference(read_only=True)
    placement = serializers.UUIDField(source="placement_id", read_only=True)
    participant = related.ParticipantReference(source="placement.participant", read_only=True)
    region = RegionReference(read_only=True)
    organization = HostOrganizationReference(source="placement.site.organization", read_only=True)
    site = HostSiteReference(source="placement.site", read_only=True)
    kind = serializers.SerializerMethodField()
    is_overdue = serializers.BooleanField(read_only=True)
    has_draft = serializers.BooleanField(read_only=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = FollowUp
        fields = read_only_fields = (
            "id", "version", "case", "placement", "participant", "region", "organization", "site",
            "kind", "due_on", "is_overdue", "has_draft", "actions",
        )  # fmt: skip

    @extend_schema_field(serializers.ChoiceField([(kind.value, kind.label) for kind in STEPS]))
    def get_kind(self, step: Any) -> str:
        return KIND_OF_STEP[step.step.code].value

    def get_actions(self, step: Any) -> list[str]:
        return ["write"] if step.can_evaluate and step.case.is_open else []


class ScoreBody(Body):
    """One criterion: a level from 1 to 4, null for not observed; without `level` it stays as it is."""

    level = serializers.IntegerField(min_value=1, max_value=4, allow_null=True, required=False)
    comment = serializers.CharField(max_length=2000, allow_blank=True, required=False)


class EvaluationBody(Body):
    """What is filled in on a draft, as far as one got; `scores` by the code of the criterion."""

    scores = serializers.DictField(child=ScoreBody(), required=False)
    objectives = serializers.CharField(max_length=4000, allow_blank=True, required=False)
    needs = serializers.CharField(max_length=4000, allow_blank=True, required=False)
    recommendation = serializers.ChoiceField(
        Evaluation.Recommendation.choices, allow_blank=True, required=False
    )
    author_name = serializers.CharField(max_length=160, allow_blank=True, required=False)


class EvaluationNewBody(EvaluationBody):
    """An evaluation to begin, with what is known already; given `signed_on` it is signed at once."""

    placement = related.a_placement()
    kind = serializers.ChoiceField(Evaluation.Kind.choices)
    signed_on = Day(allow_null=True, required=False)


class EvaluationSignBody(EvaluationBody):
    """Who wrote it and when it was signed, with the last of its content."""

    author_name = serializers.CharField(max_length=160)
    signed_on = Day()


class EvaluationAnswerBody(Body):
    """Whether the participant agrees; a disagreement says with what."""

    answer = serializers.ChoiceField(Evaluation.Answer.choices)
    comment = serializers.CharField(max_length=4000, allow_blank=True, required=False)
    answered_on = Day()
