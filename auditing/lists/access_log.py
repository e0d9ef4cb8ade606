"""What the access log can be narrowed by, on the page and in the API alike."""

import datetime as dt
from functools import reduce
from operator import or_
from typing import Any

import django_filters as df
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from auditing.lists.asked import cases_numbered, people_named
from auditing.policy import ACCESS_LOG_POLICY
from auditing.services import unusual
from auditing.services.access_lines import ACTIONS, kind_text
from cases.filters import ALL
from cases.policy import Action
from peph.audit.history import declarations
from peph.audit.models import AccessLog
from peph.audit.models.change_sets import Channel
from peph.forms import DateInput
from peph.text import plain

# Lines are numbered as they are written, a moment after their time was taken: workers may cross.
CROSSING = 1000
ONE_DAY = dt.timedelta(days=1)


def _kinds() -> list[tuple[str, str]]:
    labels = {each.model._meta.label_lower for each in declarations()}
    found = [(label, kind_text(label)) for label in {*labels, "audit.changeset", "audit.accesslog"}]
    return sorted(found, key=lambda kind: plain(kind[1]))


class AccessLogFilter(df.FilterSet):
    """Who read what, when. Each question narrows what the policy already allows."""

    since = df.DateFilter(method="from_day", label=_("From"), widget=DateInput)
    until = df.DateFilter(method="to_day", label=_("To"), widget=DateInput)
    person = df.CharFilter(method="by_person", label=_("Read by (name or e-mail)"), max_length=100)
    actor = df.UUIDFilter(field_name="actor_id", widget=forms.HiddenInput)
    verb = df.ChoiceFilter(choices=list(ACTIONS.items()), label=_("Action"), empty_label=ALL)
    model = df.ChoiceFilter(choices=_kinds, label=_("Kind of record"), empty_label=ALL)
    number = df.CharFilter(method="by_case", label=_("File number"), max_length=40)
    channel = df.ChoiceFilter(choices=Channel, label=_("Channel"), empty_label=ALL)
    unusual = df.BooleanFilter(method="only_unusual", label=_("Only what is out of the ordinary"))

    class Meta:
        model = AccessLog
        fields = (
            "since",
            "until",
            "person",
            "actor",
            "verb",
            "model",
            "number",
            "channel",
            "unusual",
        )

    # The number bounds the walk, for the list is read in its order; the time decides.
    def from_day(self, queryset: QuerySet, name: str, value: dt.date) -> QuerySet:
        at = unusual.midnight(value)
        first = AccessLog.objects.filter(at__gte=at).order_by("at").values_list("pk", flat=True)[:1]
        numbers = list(first)
        return queryset.filter(at__gte=at, pk__gte=numbers[0] - CROSSING if numbers else 0)

    def to_day(self, queryset: QuerySet, name: str, value: dt.date) -> QuerySet:
        at = unusual.midnight(value + ONE_DAY)
        last = AccessLog.objects.filter(at__lt=at).order_by("-at").values_list("pk", flat=True)[:1]
        numbers = list(last)
        return queryset.filter(at__lt=at, pk__lte=numbers[0] + CROSSING if numbers else 0)

    def by_person(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(actor_id__in=people_named(value))

    def by_case(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        found = cases_numbered(getattr(self.request, "user", None), value)
        return queryset.filter(case_id__in=found)

    def only_unusual(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        if not value:
            return queryset
        # Counted over everything in the scope, whatever else the list is narrowed to.
        seen = ACCESS_LOG_POLICY.q(getattr(self.request, "user", None), Action.VIEW)
        given: Any = self.form.cleaned_data
        since, until = unusual.period(given.get("since"), given.get("until"))
        found = unusual.flags(AccessLog.objects.filter(seen), since, until)
        wanted = [flag.q for flag in found]
        return queryset.filter(reduce(or_, wanted)) if wanted else queryset.none()
