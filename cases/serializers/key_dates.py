"""The correction of a key date as its reader sees it, and what a request may say of it."""

from rest_framework import serializers

from cases.models import KeyDate, KeyDateChange
from cases.serializers import related
from cases.services.key_date_changes import offered
from organizations.serializers import HostOrganizationReference, RegionReference
from peph.api import Body, Day


class KeyDateChangeSerializer(serializers.ModelSerializer):
    """One correction: `actions` lists what the reader may do with it now."""

    case = related.CaseReference(read_only=True)
    placement = serializers.UUIDField(source="placement_id", read_only=True, allow_null=True)
    region = RegionReference(read_only=True)
    organization = HostOrganizationReference(read_only=True, allow_null=True)
    evidence = serializers.UUIDField(source="evidence_id", read_only=True, allow_null=True)
    present = serializers.DateField(read_only=True, allow_null=True)
    asked_by = related.PersonReference(read_only=True)
    decided_by = related.PersonReference(read_only=True, allow_null=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = KeyDateChange
        fields = read_only_fields = (
            "id", "version", "case", "placement", "region", "organization", "key_date", "former",
            "corrected", "present", "reason", "evidence", "status", "asked_by", "asked_at",
            "decided_by", "decided_at", "decision_comment", "actions",
        )  # fmt: skip

    def get_actions(self, asked: KeyDateChange) -> list[str]:
        return [step.name for step in offered(asked, by=self.context["request"].user)]


class KeyDateChangeNewBody(Body):
    """A correction to ask for: of a date of a `case` or of a `placement`, one of the two."""

    case = related.a_case(required=False)
    placement = related.a_placement(required=False)
    key_date = serializers.ChoiceField(KeyDate.choices)
    corrected = Day()
    reason = serializers.CharField(max_length=4000)
    evidence = related.a_document(allow_null=True, required=False)
