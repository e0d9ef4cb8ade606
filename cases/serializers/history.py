"""The history as a program reads it: change sets, what each did, a record as it was."""

from rest_framework import serializers

from peph.answers import Quick
from peph.audit.models import ChangedRow
from peph.audit.models.change_sets import Channel


class ActorSerializer(Quick, serializers.Serializer):
    """Who did it: the name stays readable where the account is gone."""

    id = serializers.UUIDField(source="change_set.actor_id")
    name = serializers.CharField(source="actor_name")


class FieldChangeSerializer(serializers.Serializer):
    """One field, from what to what, as a person reads it; `modified` hides both values."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    old = serializers.CharField()
    new = serializers.CharField()
    state = serializers.ChoiceField(["shown", "erased", "modified"])


class RecordChangeSerializer(serializers.Serializer):
    """One record a change set touched: created `+`, changed `~`, deleted `-`."""

    type = serializers.ChoiceField(ChangedRow.Type.choices, source="kind")
    model = serializers.CharField(source="row.model")
    id = serializers.CharField(source="row.object_id")
    label = serializers.CharField()  # type: ignore[assignment]
    title = serializers.CharField()
    fields = FieldChangeSerializer(many=True)  # type: ignore[assignment]


class ChangeSetSerializer(Quick, serializers.Serializer):
    """One action of somebody: when, what, why, and where."""

    number = serializers.IntegerField(source="change_set.number")
    at = serializers.DateTimeField(source="change_set.at")
    actor = ActorSerializer(source="*")
    role = serializers.CharField(
        source="change_set.role",
        allow_null=True,
        help_text="The widest role the actor held when acting; null where they held none.",
    )
    channel = serializers.ChoiceField(Channel.choices, source="change_set.channel")
    verb = serializers.CharField(source="change_set.verb")
    label = serializers.CharField(source="change_set.label")  # type: ignore[assignment]
    reason = serializers.CharField(source="change_set.reason")
    case = serializers.UUIDField(source="change_set.case_id", allow_null=True)
    region = serializers.UUIDField(source="change_set.region_id", allow_null=True)
    organization = serializers.UUIDField(source="change_set.organization_id", allow_null=True)
    request = serializers.UUIDField(source="change_set.request_id", allow_null=True)
    receipt = serializers.CharField(source="change_set.receipt")


class EntrySerializer(ChangeSetSerializer):
    """A change set with those of its records the reader may see; `more` were left out."""

    records = RecordChangeSerializer(many=True)
    more = serializers.IntegerField()


class SnapshotSerializer(serializers.Serializer):
    """A record as it was at a moment: each field by name, hidden values as “modified”."""

    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    change_set = serializers.IntegerField(help_text="Number of the change set that left it so.")
    values = serializers.DictField(child=serializers.JSONField(allow_null=True))
