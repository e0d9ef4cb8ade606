"""Which fields belong to which tier of information: what is outside the reader's tiers is absent.

A host knows whom it hosts, how to reach the person and where the placement stands; nothing else.
"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from cases.policy import Action
from peph.errors import Forbidden

PARTICIPANT: dict[str, Action] = {
    "pronoun": Action.READ_PERSONAL,
    "birth_date": Action.READ_PERSONAL,
    "address": Action.READ_PERSONAL,
    "municipality": Action.READ_PERSONAL,
    "postal_code": Action.READ_PERSONAL,
    "language": Action.READ_PERSONAL,
    # A relay service or large print tells of a disability.
    "contact_mode": Action.READ_PERSONAL,
    "contact_format": Action.READ_PERSONAL,
    "functional_needs": Action.READ_NEEDS,
    "created_at": Action.READ_PERSONAL,
}
CASE: dict[str, Action] = {
    "legacy_number": Action.READ_PERSONAL,
    "job_class": Action.READ_PERSONAL,
    "referring_agency": Action.READ_PERSONAL,
    "referred_on": Action.READ_PERSONAL,
    "first_contact_on": Action.READ_PERSONAL,
    "applied_on": Action.READ_PERSONAL,
    "decided_on": Action.READ_PERSONAL,
    "decided_by": Action.READ_PERSONAL,
    "closure_reason": Action.READ_PERSONAL,
}
# Whether something is missing for the first day tells that something is needed.
PLACEMENT: dict[str, Action] = {"readiness": Action.READ_NEEDS}
# The page of a measure reads this table as well. A host knows what was decided, not by whom nor why.
ACCOMMODATION: dict[str, Action] = {
    "requested_by": Action.READ_PERSONAL,
    "decided_by": Action.READ_PERSONAL,
    "decision_reason": Action.READ_PERSONAL,
    "cost_estimated": Action.READ_COSTS,
    "cost_actual": Action.READ_COSTS,
    "funding": Action.READ_COSTS,
}


def withheld(row: Any, tiers: Mapping[str, Action]) -> frozenset[str]:
    """Fields of `row` its reader may not know; the row was loaded `with_abilities`."""
    return frozenset(name for name, tier in tiers.items() if not getattr(row, f"can_{tier}"))


def check_written(row: Any, names: Iterable[str], tiers: Mapping[str, Action]) -> None:
    """Raise Forbidden when a field the person may not read is among those to be written."""
    if withheld(row, tiers) & set(names):
        raise Forbidden


class Tiered(serializers.ModelSerializer):
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
