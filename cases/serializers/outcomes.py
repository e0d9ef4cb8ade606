"""An outcome as its reader sees it, and what a request may say of it."""

from rest_framework import serializers

from cases.models import FollowUp, Outcome
from cases.serializers import related
from organizations.serializers import JobClassReference, RegionReference
from peph.api import Body, Day


class OutcomeSerializer(serializers.ModelSerializer):
    """The situation found at one moment, with who said so and on what evidence."""

    case = related.CaseReference(read_only=True)
    placement = serializers.UUIDField(source="placement_id", read_only=True)
    region = RegionReference(read_only=True)
    job_class = JobClassReference(read_only=True, allow_null=True)
    evidence = serializers.UUIDField(source="evidence_id", read_only=True, allow_null=True)
    follow_up = serializers.UUIDField(source="follow_up_id", read_only=True, allow_null=True)
    recorded_by = related.PersonReference(read_only=True, allow_null=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = Outcome
        fields = read_only_fields = (
            "id", "version", "case", "placement", "region", "moment", "situation", "job_class",
            "started_on", "is_linked", "is_retained", "source", "checked_on", "comment", "evidence",
            "follow_up", "recorded_by", "created_at", "actions",
        )  # fmt: skip

    def get_actions(self, outcome: Outcome) -> list[str]:
        return ["edit"] if outcome.can_edit else []  # type: ignore[attr-defined]


class OutcomeBody(Body):
    """What was found; `is_retained` only where a job was found at an earlier moment."""

    situation = serializers.ChoiceField(Outcome.Situation.choices)
    job_class = related.a_job_class(allow_null=True, required=False)
    started_on = Day(allow_null=True, required=False)
    is_linked = serializers.BooleanField(required=False)
    is_retained = serializers.BooleanField(allow_null=True, required=False)
    source = serializers.ChoiceField(Outcome.Source.choices)  # type: ignore[assignment]
    checked_on = Day()
    comment = serializers.CharField(max_length=2000, allow_blank=True, required=False)
    evidence = related.a_document(allow_null=True, required=False)


class OutcomeNewBody(OutcomeBody):
    """What was found at one moment of a placement; `mode` is how the person or the source was reached."""

    placement = related.a_placement()
    moment = serializers.ChoiceField(Outcome.Moment.choices)
    mode = serializers.ChoiceField(FollowUp.Mode.choices, required=False)
