"""Records less what is outside the tiers of their reader, as the table of `cases.policy.tiers` says."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from cases.policy import Action
from cases.policy.tiers import gated
from peph.answers import Quick
from peph.errors import Forbidden

PARTICIPANT, CASE, PLACEMENT = gated("Participant"), gated("Case"), gated("Placement")
# The page of a measure reads this one as well.
ACCOMMODATION, MATCH = gated("Accommodation"), gated("Match")


def withheld(row: Any, tiers: Mapping[str, Action]) -> frozenset[str]:
    """Fields of `row` its reader may not know; the row was loaded `with_abilities`."""
    return frozenset(name for name, tier in tiers.items() if not getattr(row, f"can_{tier}"))


def check_written(row: Any, names: Iterable[str], tiers: Mapping[str, Action]) -> None:
    """Raise Forbidden when a field the person may not read is among those to be written."""
    if withheld(row, tiers) & set(names):
        raise Forbidden


class Tiered(Quick, serializers.ModelSerializer):
    """A record less what its reader may not know, as `tiers` says."""

    tiers: ClassVar[Mapping[str, Action]] = {}

    def to_representation(self, instance: Any) -> dict[str, Any]:
        hidden = withheld(instance, self.tiers)
        shown = super().to_representation(instance)
        return {name: value for name, value in shown.items() if name not in hidden}


class TieredSchema(OpenApiSerializerExtension):
    """In the API's description, a field that may be absent is not required."""

    target_class = Tiered
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)  # noqa: SLF001
        required = [name for name in schema.get("required", ()) if name not in self.target.tiers]
        return schema | {"required": required}
