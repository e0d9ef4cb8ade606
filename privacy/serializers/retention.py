"""Rules, legal holds, people due and erasures as their reader sees them, and what may be asked of them."""

import datetime as dt

from rest_framework import serializers

from cases.models import Case
from cases.serializers import related
from organizations.serializers import RegionReference
from peph.api import Body, Day
from privacy.models import OF_CASE, Erasure, LegalHold, RecordClass, RetentionRule
from privacy.services.retention import Due, explain

PROPOSABLE = [each for each in Erasure.Ground.choices if each[0] != Erasure.Ground.RESTORED]
KINDS_OF_CASE = [(each.value, each.label) for each in RecordClass if each in OF_CASE]


class RetentionRuleSerializer(serializers.ModelSerializer):
    """How long a kind of record is kept, from when, and what happens then."""

    can_edit = serializers.BooleanField(read_only=True)

    class Meta:
        model = RetentionRule
        fields = read_only_fields = (
            "id", "version", "record_class", "effect", "months", "counted_from_fr",
            "counted_from_en", "source", "is_confirmed", "applied_on", "applied_count", "can_edit",
        )  # fmt: skip


class RetentionRuleBody(Body):
    """What can be changed of a rule. The reason goes to the history."""

    months = serializers.IntegerField(min_value=1, max_value=1200)
    counted_from_fr = serializers.CharField(max_length=160, allow_blank=True)
    counted_from_en = serializers.CharField(max_length=160, allow_blank=True)
    source = serializers.CharField(max_length=1000)  # type: ignore[assignment]  # a column of ours
    is_confirmed = serializers.BooleanField()
    reason = serializers.CharField(max_length=4000)


class LegalHoldSerializer(serializers.ModelSerializer):
    """Why nothing of a person goes, who said so, and until when."""

    participant = related.ParticipantReference(read_only=True)
    case = related.CaseReference(read_only=True, allow_null=True)
    placed_by = related.PersonReference(read_only=True)
    lifted_by = related.PersonReference(read_only=True, allow_null=True)
    is_live = serializers.BooleanField(read_only=True)
    can_edit = serializers.BooleanField(read_only=True)

    class Meta:
        model = LegalHold
        fields = read_only_fields = (
            "id", "version", "participant", "case", "reason", "until", "placed_by", "placed_at",
            "lifted_by", "lifted_on", "is_live", "can_edit",
        )  # fmt: skip


class LegalHoldNewBody(Body):
    """A hold on everything about a person, or placed because of one of the cases."""

    participant = related.a_participant()
    case = related.a_case(allow_null=True, required=False)
    reason = serializers.CharField(max_length=2000)
    until = Day(allow_null=True, required=False)


class DueSerializer(serializers.ModelSerializer):
    """Somebody whose retention period is over: by which rule, since when, held back by what."""

    participant = related.ParticipantReference(read_only=True)
    region = RegionReference(read_only=True)
    kind = serializers.ChoiceField(KINDS_OF_CASE, source="kept_as", read_only=True)
    from_on = serializers.SerializerMethodField()
    due_on = serializers.SerializerMethodField()
    is_held = serializers.BooleanField(read_only=True)
    erasure = serializers.UUIDField(source="erasure_id", read_only=True, allow_null=True)

    class Meta:
        model = Case
        fields = read_only_fields = (
            "id", "number", "participant", "region", "kind", "closed_on", "from_on", "due_on",
            "is_held", "erasure",
        )  # fmt: skip

    def get_from_on(self, case: Case) -> dt.date:
        return self._due(case).from_on

    def get_due_on(self, case: Case) -> dt.date:
        return self._due(case).due_on

    def _due(self, case: Case) -> Due:
        return explain(case, self.context["view"].rules)


class ErasureSerializer(serializers.ModelSerializer):
    """One erasure: `actions` lists what the reader may do with it now."""

    participant = related.ParticipantReference(read_only=True, allow_null=True)
    rule = serializers.UUIDField(source="rule_id", read_only=True, allow_null=True)
    proposed_by = related.PersonReference(read_only=True, allow_null=True)
    decided_by = related.PersonReference(read_only=True, allow_null=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = Erasure
        fields = read_only_fields = (
            "id", "version", "number", "participant", "ground", "rule", "due_on", "comment",
            "preview", "status", "proposed_by", "proposed_at", "decided_by", "decided_at",
            "decision_comment", "not_before", "done_at", "counts", "actions",
        )  # fmt: skip

    def get_actions(self, erasure: Erasure) -> list[str]:
        own = erasure.proposed_by_id == self.context["request"].user.pk
        steps = [step.name for step in erasure.available_transitions]
        return [name for name in steps if not (own and name in ("approve", "refuse"))]


class ErasureNewBody(Body):
    """Whom to erase and on what ground; another person approves."""

    participant = related.a_participant()
    ground = serializers.ChoiceField(PROPOSABLE)
    comment = serializers.CharField(max_length=2000, allow_blank=True, required=False)
