"""A case with everything under it as it was, for programs: each record and field on both sides."""

from rest_framework import serializers

STATES = [("same", "same"), ("different", "different"), ("added", "added"), ("removed", "removed")]
FIELD_STATES = [("same", "same"), ("different", "different"), ("erased", "erased")]


class SideSerializer(serializers.Serializer):
    """One side: after change set `change_set`; null for today, 0 before the first."""

    asked = serializers.CharField(source="text")
    change_set = serializers.IntegerField(source="number", allow_null=True)
    at = serializers.DateTimeField(allow_null=True)


class FieldPairSerializer(serializers.Serializer):
    """One field then and now as a person reads it; a hidden one says only whether it differs."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    then = serializers.CharField()
    now = serializers.CharField()
    state = serializers.ChoiceField(FIELD_STATES)
    is_hidden = serializers.BooleanField()


class RecordPairSerializer(serializers.Serializer):
    """One record then and now; a number is null where the record was not there."""

    model = serializers.CharField(source="label")
    id = serializers.CharField(source="key")
    label = serializers.CharField(source="kind")  # type: ignore[assignment]
    title = serializers.CharField()
    state = serializers.ChoiceField(STATES)
    then_change_set = serializers.IntegerField(source="then_number", allow_null=True)
    now_change_set = serializers.IntegerField(source="now_number", allow_null=True)
    fields = FieldPairSerializer(many=True)  # type: ignore[assignment]


class WholeSerializer(serializers.Serializer):
    """The case, its person and everything under it, the case first."""

    then = SideSerializer()
    now = SideSerializer()
    records = RecordPairSerializer(many=True)
