"""A problem of the data, and what setting one aside asks for."""

from rest_framework import serializers

from cases.serializers import related
from cases.services.data_checks.table import CHECKS
from organizations.serializers import RegionReference
from peph.api import Body, Day
from peph.api_schema import name_choices

CODES = tuple((check.code, check.label) for check in CHECKS)
name_choices(DataCheckCode=CODES)


class DataProblemSerializer(serializers.Serializer):
    """One line of the queue: what is wrong since when, and who mends it."""

    check = serializers.ChoiceField(CODES, source="check.code", read_only=True)
    problem = serializers.CharField(source="check.label", read_only=True)
    advice = serializers.CharField(source="check.advice", read_only=True)
    object_id = serializers.UUIDField(source="pk", read_only=True)
    since = serializers.DateField(read_only=True)
    case = related.CaseReference(read_only=True)
    region = RegionReference(source="case.region", read_only=True)
    coordinator = related.PersonReference(
        source="case.coordinator", read_only=True, allow_null=True
    )


class DismissalBody(Body):
    """A problem to set aside."""

    check = serializers.ChoiceField(CODES)
    object_id = serializers.UUIDField()
    reason = serializers.CharField(max_length=400)
    until = Day(required=False, allow_null=True)


class DismissalSerializer(serializers.Serializer):
    """A problem set aside."""

    id = serializers.UUIDField(read_only=True)
    check = serializers.ChoiceField(CODES, source="check_code", read_only=True)
    object_id = serializers.UUIDField(read_only=True)
    reason = serializers.CharField(read_only=True)
    until = serializers.DateField(read_only=True, allow_null=True)
