"""What the list of accommodation measures can be narrowed by, on pages and in the API alike."""

from typing import Any

import django_filters as df
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.models import Accommodation, Participant
from cases.policy import ACCOMMODATION_POLICY
from cases.policy.tiers import gated
from cases.workflow import AccommodationStatus
from organizations.filters import regions
from peph.filters import TieredFilterSet

ALL = _("All")


class AccommodationFilter(TieredFilterSet):
    policy, tiers = ACCOMMODATION_POLICY, gated("Accommodation")

    q = df.CharFilter(method="by_text", label=_("Name"), max_length=100)
    status = df.ChoiceFilter(choices=AccommodationStatus, label=_("Status"), empty_label=ALL)
    region = df.ModelChoiceFilter(queryset=regions, label=_("Region"), empty_label=ALL)
    kind = df.ChoiceFilter(choices=Accommodation.Kind, label=_("Kind of measure"), empty_label=ALL)
    case = df.UUIDFilter(field_name="case_id", label=_("Case"))
    placement = df.UUIDFilter(field_name="placement_id", label=_("Placement"))
    pending = df.BooleanFilter(method="only_pending", label=_("Only those not in place yet"))
    late = df.BooleanFilter(method="only_late", label=_("Only late ones"))
    to_give_back = df.BooleanFilter(
        method="only_to_give_back", label=_("Only equipment to give back")
    )

    class Meta:
        model = Accommodation
        fields = (
            "q", "status", "region", "kind", "case", "placement", "pending", "late", "to_give_back",
        )  # fmt: skip

    def by_text(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(case__participant__in=Participant.objects.named(value))

    def only_pending(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        return queryset.pending() if value else queryset  # type: ignore[attr-defined]

    def only_late(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        return queryset.late() if value else queryset  # type: ignore[attr-defined]

    def only_to_give_back(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        return queryset.to_give_back() if value else queryset  # type: ignore[attr-defined]
