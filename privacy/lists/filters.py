"""What the registers can be narrowed by, on pages and in the API alike."""

from typing import Any

import django_filters as df
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.filters import ALL
from peph.forms import DateInput
from privacy.models import AccessRequest, Anonymisation, Disclosure, Incident
from privacy.workflow import IncidentState, RequestState, SeriousRisk


def _anywhere(*columns: str) -> Any:
    """A filter by text over these columns, and by the number of the entry."""

    def narrowed(self: Any, queryset: QuerySet, name: str, value: str) -> QuerySet:
        word = value.strip()
        found = Q(number=word.upper())
        for column in columns:
            found |= Q((f"{column}__icontains", word))
        return queryset.filter(found)

    return narrowed


class DisclosureFilter(df.FilterSet):
    q = df.CharFilter(method="by_text", label=_("Number, recipient or purpose"), max_length=100)
    basis = df.ChoiceFilter(
        choices=Disclosure.Basis,
        label=pgettext_lazy("of a disclosure", "Legal basis"),
        empty_label=ALL,
    )
    since = df.DateFilter("disclosed_on", "gte", label=_("From"), widget=DateInput)
    until = df.DateFilter("disclosed_on", "lte", label=_("To"), widget=DateInput)
    outside_quebec = df.BooleanFilter(label=_("Only those outside Québec"), method="only_outside")
    participant = df.UUIDFilter("participant_id", label=_("Person"))

    class Meta:
        model = Disclosure
        fields = ("q", "basis", "since", "until", "outside_quebec", "participant")

    by_text = _anywhere("recipient", "purpose")

    def only_outside(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        return queryset.filter(outside_quebec=True) if value else queryset


class IncidentFilter(df.FilterSet):
    q = df.CharFilter(method="by_text", label=_("Number or circumstances"), max_length=100)
    state = df.ChoiceFilter(choices=IncidentState, label=_("State"), empty_label=ALL)
    kind = df.ChoiceFilter(choices=Incident.Kind, label=_("Kind of incident"), empty_label=ALL)
    serious_risk = df.ChoiceFilter(
        choices=SeriousRisk, label=_("Risk of serious injury"), empty_label=ALL
    )
    since = df.DateFilter("known_on", "gte", label=_("From"), widget=DateInput)
    until = df.DateFilter("known_on", "lte", label=_("To"), widget=DateInput)
    open = df.BooleanFilter(label=_("Only those not closed"), method="only_open")

    class Meta:
        model = Incident
        fields = ("q", "state", "kind", "serious_risk", "since", "until", "open")

    by_text = _anywhere("circumstances", "information")

    def only_open(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        return queryset.open() if value else queryset  # type: ignore[attr-defined]


class AnonymisationFilter(df.FilterSet):
    q = df.CharFilter(method="by_text", label=_("Number, information or purpose"), max_length=100)
    since = df.DateFilter("analysed_on", "gte", label=_("From"), widget=DateInput)
    until = df.DateFilter("analysed_on", "lte", label=_("To"), widget=DateInput)
    to_review = df.BooleanFilter(label=_("Only those to analyse again"), method="only_to_review")

    class Meta:
        model = Anonymisation
        fields = ("q", "since", "until", "to_review")

    by_text = _anywhere("information", "purposes")

    def only_to_review(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        return queryset.to_review() if value else queryset  # type: ignore[attr-defined]


class AccessRequestFilter(df.FilterSet):
    q = df.CharFilter(method="by_text", label=_("Number or name"), max_length=100)
    kind = df.ChoiceFilter(choices=AccessRequest.Kind, label=_("Kind of request"), empty_label=ALL)
    state = df.ChoiceFilter(choices=RequestState, label=_("State"), empty_label=ALL)
    since = df.DateFilter("received_on", "gte", label=_("From"), widget=DateInput)
    until = df.DateFilter("received_on", "lte", label=_("To"), widget=DateInput)
    open = df.BooleanFilter(label=_("Only those to answer"), method="only_open")
    late = df.BooleanFilter(label=_("Only late answers"), method="only_late")
    participant = df.UUIDFilter("participant_id", label=_("Person"))

    class Meta:
        model = AccessRequest
        fields = ("q", "kind", "state", "since", "until", "open", "late", "participant")

    by_text = _anywhere("requester_name")

    def only_open(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        return queryset.open() if value else queryset  # type: ignore[attr-defined]

    def only_late(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        return queryset.late() if value else queryset  # type: ignore[attr-defined]
