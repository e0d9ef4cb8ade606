"""The pause of reminders: as its reader sees it, and what a request may say of it."""

from rest_framework import serializers

from cases.models import ReminderPause
from cases.serializers import related
from peph.api import Body, Day


class ReminderPauseSerializer(serializers.ModelSerializer):
    """Nobody is reminded of the placement up to and including `until`, unless it was ended before."""

    case = related.CaseReference(read_only=True)
    placement = serializers.UUIDField(source="placement_id", read_only=True)
    paused_by = related.PersonReference(read_only=True, allow_null=True)
    is_live = serializers.BooleanField(read_only=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = ReminderPause
        fields = read_only_fields = (
            "id", "version", "case", "placement", "reason", "until", "ended_on", "paused_by",
            "created_at", "is_live", "actions",
        )  # fmt: skip

    def get_actions(self, pause: ReminderPause) -> list[str]:
        return ["end"] if pause.is_live and pause.can_edit else []  # type: ignore[attr-defined]


class ReminderPauseNewBody(Body):
    """The reminders of a placement to pause: why, and up to which day."""

    placement = related.a_placement()
    reason = serializers.CharField(max_length=400)
    until = Day()
