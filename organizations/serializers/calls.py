"""The call for projects: as its reader sees it, and what a request may say of it."""

from django.db.models import Count
from rest_framework import serializers

from organizations.models import Call, Project
from organizations.workflow import CallStatus
from peph.api import Body, Day
from peph.api_schema import name_choices

name_choices(CallStatus=CallStatus.choices)


class CallSerializer(serializers.ModelSerializer):
    """A call: `actions` lists the moves open to the reader now, and `edit`."""

    takes_projects = serializers.BooleanField(read_only=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = Call
        fields: tuple[str, ...] = (
            "id", "version", "fiscal_year", "status", "takes_projects", "opens_on", "closes_on",
            "committee_on", "results_on", "start_from", "start_to", "created_at", "actions",
        )  # fmt: skip
        read_only_fields = fields

    def get_actions(self, call: Call) -> list[str]:
        return call.offered


class CallDetailSerializer(CallSerializer):
    """One call, with how many of its projects the reader sees in each status."""

    project_counts = serializers.SerializerMethodField()

    class Meta(CallSerializer.Meta):
        fields = (*CallSerializer.Meta.fields, "project_counts")
        read_only_fields = fields

    def get_project_counts(self, call: Call) -> dict[str, int]:
        seen = Project.objects.visible_to(self.context["request"].user).filter(call=call)
        return dict(seen.order_by("status").values_list("status").annotate(number=Count("pk")))


class CallBody(Body):
    """The calendar of a call."""

    fiscal_year = serializers.IntegerField(min_value=2000, max_value=2100)
    opens_on = Day()
    closes_on = Day()
    committee_on = Day()
    results_on = Day()
    start_from = Day()
    start_to = Day()
