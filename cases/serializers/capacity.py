"""The figures of capacity: places by host organisation, region and fiscal year, and their totals."""

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from organizations.serializers import HostOrganizationReference, RegionReference


class PlacesSerializer(serializers.Serializer):
    """How many places there are of each kind; `freeing` is within 60 days."""

    offered = serializers.IntegerField()
    retained = serializers.IntegerField()
    filled = serializers.IntegerField()
    completed = serializers.IntegerField()
    free = serializers.IntegerField()
    freeing = serializers.IntegerField()


class CapacityRowSerializer(serializers.Serializer):
    """The places of one organisation in one region and fiscal year of the call."""

    organization = HostOrganizationReference()
    region = RegionReference()
    fiscal_year = serializers.IntegerField()
    places = PlacesSerializer()


@extend_schema_serializer(many=False)
class CapacitySerializer(serializers.Serializer):
    """Every row the reader may count, and the totals."""

    rows = CapacityRowSerializer(many=True)
    totals = PlacesSerializer()
