"""What the lists of samples and findings can be narrowed by, on pages and in the API alike."""

from typing import Any

import django_filters as df
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from auditing.models import Finding, Population, Sample
from auditing.workflow import FindingState, SampleStatus
from cases.filters import ALL
from organizations.filters import regions


def samples(request: Any) -> QuerySet[Sample]:
    """The samples the person may see."""
    return Sample.objects.visible_to(getattr(request, "user", None)).order_by("-number")


class SampleFilter(df.FilterSet):
    q = df.CharFilter(method="by_text", label=_("Title or number"), max_length=100)
    status = df.ChoiceFilter(choices=SampleStatus, label=_("Status"), empty_label=ALL)
    population = df.ChoiceFilter(choices=Population, label=_("Drawn from"), empty_label=ALL)

    class Meta:
        model = Sample
        fields = ("q", "status", "population")

    def by_text(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        word = value.strip()
        found = queryset.filter(number=word.upper())
        return found | queryset.filter(title__icontains=word)


class FindingFilter(df.FilterSet):
    severity = df.ChoiceFilter(choices=Finding.Severity, label=_("Severity"), empty_label=ALL)
    state = df.ChoiceFilter(choices=FindingState, label=_("State"), empty_label=ALL)
    region = df.ModelChoiceFilter(
        queryset=regions, field_name="case__region", label=_("Region"), empty_label=ALL
    )
    sample = df.ModelChoiceFilter(queryset=samples, label=_("Sample"), empty_label=ALL)
    case = df.UUIDFilter(field_name="case_id", label=_("Case"))
    late = df.BooleanFilter(method="only_late", label=_("Only late answers"))

    class Meta:
        model = Finding
        fields = ("severity", "state", "region", "sample", "case", "late")

    def only_late(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        if not value:
            return queryset
        return queryset.filter(state=FindingState.OPEN, due_on__lt=timezone.localdate())
