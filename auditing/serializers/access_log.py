"""Lines of the access log, and what of them is out of the ordinary, for programs."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from peph.answers import Quick
from peph.audit.models.change_sets import Channel


@extend_schema_field({"type": "object", "additionalProperties": True})
class Detail(serializers.JSONField):
    """What else is known of an access: names and values."""


class AccessLineSerializer(Quick, serializers.Serializer):
    """One access: who, what, when; `sentence` says it in the language of the request."""

    id = serializers.IntegerField(source="row.pk")
    at = serializers.DateTimeField(source="row.at")
    actor = serializers.UUIDField(source="row.actor_id", allow_null=True)
    actor_name = serializers.CharField(source="who")
    verb = serializers.CharField(source="row.verb")
    sentence = serializers.CharField()
    model = serializers.CharField(source="row.model")
    object = serializers.CharField(source="row.object_id")
    objects = serializers.ListField(
        child=serializers.CharField(), source="row.object_ids", allow_null=True
    )
    case = serializers.UUIDField(source="row.case_id", allow_null=True)
    channel = serializers.ChoiceField(Channel.choices, source="row.channel")
    path = serializers.CharField(source="row.path")
    detail = Detail(source="row.detail", allow_null=True)
    request = serializers.UUIDField(source="row.request_id", allow_null=True)
