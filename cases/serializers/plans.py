"""Plan, reports and presence of a placement: as their reader sees them, and what a request may say."""

from typing import Any

from rest_framework import serializers

from cases.models import FollowUp, Objective, Report
from cases.serializers import related
from peph.api import Body, Day


class ObjectiveSerializer(serializers.ModelSerializer):
    """An objective of the plan; `actions` holds `edit` while the reader may keep it up to date."""

    case = related.CaseReference(read_only=True)
    placement = serializers.UUIDField(source="placement_id", read_only=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = Objective
        fields = read_only_fields = (
            "id", "version", "case", "placement", "text", "indicator", "due_on", "state", "progress",
            "created_at", "actions",
        )  # fmt: skip

    def get_actions(self, objective: Objective) -> list[str]:
        may = objective.can_edit and objective.placement.is_current  # type: ignore[attr-defined]
        return ["edit"] if may else []


class ObjectiveBody(Body):
    """What is kept up to date of an objective."""

    text = serializers.CharField(max_length=400)
    indicator = serializers.CharField(max_length=400, allow_blank=True, required=False)
    due_on = Day(allow_null=True, required=False)
    state = serializers.ChoiceField(Objective.State.choices, required=False)
    progress = serializers.CharField(max_length=2000, allow_blank=True, required=False)


class ObjectiveNewBody(ObjectiveBody):
    """An objective to add to the plan of a placement."""

    placement = related.a_placement()


class ObjectiveToldBody(Body):
    """What a report tells of an objective; `version`, the one it was read at, guards it."""

    state = serializers.ChoiceField(Objective.State.choices, required=False)
    progress = serializers.CharField(max_length=2000, allow_blank=True, required=False)
    version = serializers.IntegerField(min_value=1, max_value=2_147_483_647, required=False)


class ReportSerializer(serializers.ModelSerializer):
    """A progress report. `is_on_behalf`: the programme wrote down what the host said."""

    case = related.CaseReference(read_only=True)
    placement = serializers.UUIDField(source="placement_id", read_only=True)
    recorded_by = related.PersonReference(read_only=True, allow_null=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = Report
        fields = read_only_fields = (
            "id", "version", "case", "placement", "from_on", "to_on", "hours_worked", "hours_absent",
            "progress", "concern", "author_name", "is_on_behalf", "recorded_by", "created_at",
            "actions",
        )  # fmt: skip

    def get_actions(self, report: Report) -> list[str]:
        return ["edit"] if report.can_edit else []  # type: ignore[attr-defined]


def _hours(**options: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=6, decimal_places=1, min_value=0, **options)


class ReportBody(Body):
    """What a report says of its period. Absences are a sum of hours, never a reason."""

    from_on = Day()
    to_on = Day()
    hours_worked = _hours()
    hours_absent = _hours(required=False)
    progress = serializers.CharField(max_length=4000, allow_blank=True, required=False)
    concern = serializers.ChoiceField(FollowUp.Concern.choices, required=False)
    author_name = serializers.CharField(max_length=160)


class ReportNewBody(ReportBody):
    """A report to write; `objectives` tells of those of the plan by their key, in the same change."""

    placement = related.a_placement()
    objectives = serializers.DictField(child=ObjectiveToldBody(), required=False)


class ReportCorrectionBody(ReportBody):
    """A report to correct, and why."""

    reason = serializers.CharField(max_length=4000)


class PresenceSerializer(serializers.Serializer):
    """Hours reported beside the hours agreed; null where something is not known. No reason of an absence."""

    hours_worked = serializers.DecimalField(max_digits=8, decimal_places=1)
    hours_absent = serializers.DecimalField(max_digits=8, decimal_places=1)
    rate = serializers.DecimalField(max_digits=4, decimal_places=1, allow_null=True)
    weeks = serializers.DecimalField(max_digits=5, decimal_places=1)
    hours_expected = serializers.DecimalField(max_digits=8, decimal_places=1, allow_null=True)
    hours_untold = serializers.DecimalField(max_digits=8, decimal_places=1, allow_null=True)
    reported_until = serializers.DateField(allow_null=True)
    hours_missed = serializers.IntegerField(allow_null=True)
