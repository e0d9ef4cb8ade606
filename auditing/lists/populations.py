"""The filters a sample is drawn from: those of the lists, and how each reads in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import django_filters as df
from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from auditing.lists.change_sets import ChangeSetFilter
from auditing.models import Population, Sample
from auditing.services.mandates import Mandate, mandate_of
from auditing.services.populations import SOURCES
from cases.filters import CaseFilter, PlacementFilter
from cases.lists.accommodations import AccommodationFilter
from peph.errors import Invalid

FILTERS: dict[str, type[df.FilterSet]] = {
    Population.CASES: CaseFilter,
    Population.PLACEMENTS: PlacementFilter,
    Population.ACCOMMODATIONS: AccommodationFilter,
    Population.CHANGE_SETS: ChangeSetFilter,
}
# An auditor has no cases of the own; the same drawing must come out whoever asks.
OF_THE_READER = ("mine",)
LONGEST_QUERY = 1000


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a filter leaves, the parameters that did it, and the same in words."""

    rows: QuerySet
    filterset: df.FilterSet
    query: str
    words: str


def narrowed(population: str, asked: QueryDict, *, mandate: Mandate, by: Any) -> Narrowed:
    """The rows a filter leaves, under a mandate. Raises Invalid for a filter that makes no sense."""
    filters = FILTERS[population]
    kept = QueryDict(mutable=True)
    for name in sorted(filters.base_filters):
        # A period has two ends, and a choice may be of several.
        for key in sorted(asked):
            if key == name or key.startswith(f"{name}_") and key not in filters.base_filters:
                kept.setlist(key, [value for value in asked.getlist(key) if value])
    for name in OF_THE_READER:
        kept.pop(name, None)
    filterset = _filterset(population, kept, mandate, by)
    if not filterset.is_valid():
        problems = {name: list(found) for name, found in filterset.errors.items()}
        raise Invalid(fields=problems)
    query = kept.urlencode()
    if len(query) > LONGEST_QUERY:
        raise Invalid(_("This filter is too long to be kept with a sample."))
    return Narrowed(filterset.qs, filterset, query, words_of(filterset))


def _filterset(population: str, data: QueryDict, mandate: Mandate, by: Any) -> df.FilterSet:
    # The filter asks who reads: whoever holds the mandate and nothing else.
    request: Any = SimpleNamespace(user=mandate.reader(by), GET=data, query_params=data)
    rows = SOURCES[population].model._default_manager.all()
    filterset = FILTERS[population](data, queryset=rows, request=request)
    for name in OF_THE_READER:
        filterset.form.fields.pop(name, None)
        filterset.filters.pop(name, None)
    return filterset


def narrowed_of(sample: Sample, *, by: Any) -> Narrowed:
    """What the filter of a sample leaves today. Raises Invalid where the filter no longer exists."""
    asked = QueryDict(sample.filter_query)
    return narrowed(sample.population, asked, mandate=mandate_of(sample), by=by)


def words_of(filterset: df.FilterSet) -> str:
    """“Region: Montréal; Status: Active”, in the running language; “No filter” without one."""
    said = []
    values: Mapping[str, Any] = filterset.form.cleaned_data
    for name, field in filterset.form.fields.items():
        value = values.get(name)
        if value in (None, "", False, []):
            continue
        label = str(filterset.filters[name].label)
        colon = pgettext("before a value", ":")
        said.append(label if value is True else f"{label}{colon} {_text(field, value)}")
    return "; ".join(said) if said else _("No filter")


def french_words_of(filterset: df.FilterSet) -> str:
    """The same in French, as it is kept with the sample."""
    with translation.override("fr"):
        return words_of(filterset)


def _text(field: Any, value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_text(field, each) for each in value)
    if isinstance(value, Model):
        return str(value)
    for code, label in getattr(field, "choices", ()):
        # A group of choices is a pair of its name and its choices.
        for key, text in label if isinstance(label, list | tuple) else ((code, label),):
            if str(key) == str(value):
                return str(text)
    return str(value)
