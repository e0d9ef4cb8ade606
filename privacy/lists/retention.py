"""What the lists of retention can be narrowed by, on the pages and in the API."""

import datetime as dt
from typing import Any, ClassVar

import django_filters as df
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from organizations.filters import regions
from peph.forms import DateInput
from privacy.models import OF_CASE, Erasure, LegalHold, RecordClass
from privacy.workflow import ErasureStatus

ALL = _("All")
STATES = (
    ("free", _("Nothing holds it back")),
    ("held", _("Legal hold")),
    ("waiting", _("Erasure under way")),
)


def day_asked(text: str) -> dt.date | None:
    """The day of the address; None when it is none, which the form of the filter then says."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


class DueFilter(df.FilterSet):
    """The people due on a day; the rows are made for the day, which this only shows."""

    on = df.DateFilter(method="that_day", label=_("Due on"), widget=DateInput)
    kind = df.ChoiceFilter(
        field_name="kept_as",
        choices=[(each.value, each.label) for each in RecordClass if each in OF_CASE],
        label=_("Kind of record"),
        empty_label=ALL,
    )
    region = df.ModelChoiceFilter(queryset=regions, label=_("Region"), empty_label=ALL)
    state = df.ChoiceFilter(
        method="in_state", choices=STATES, label=_("What holds it back"), empty_label=ALL
    )

    class Meta:
        model = Case
        fields: ClassVar = ("on", "kind", "region", "state")

    def that_day(self, queryset: QuerySet, name: str, value: dt.date) -> QuerySet:
        return queryset

    def in_state(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        if value == "held":
            return queryset.filter(is_held=True)
        if value == "waiting":
            return queryset.filter(erasure_id__isnull=False)
        return queryset.filter(is_held=False, erasure_id__isnull=True)


class LegalHoldFilter(df.FilterSet):
    live = df.BooleanFilter(method="only_live", label=_("Only those that hold today"))
    participant = df.UUIDFilter(field_name="participant_id", label=_("Participant"))

    class Meta:
        model = LegalHold
        fields: ClassVar = ("live", "participant")

    def only_live(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        return queryset.live() if value else queryset  # type: ignore[attr-defined]


class ErasureFilter(df.FilterSet):
    status = df.ChoiceFilter(choices=ErasureStatus, label=_("Status"), empty_label=ALL)
    ground = df.ChoiceFilter(choices=Erasure.Ground, label=_("Ground"), empty_label=ALL)
    mine = df.BooleanFilter(method="only_mine", label=_("Only those that wait for me"))
    participant = df.UUIDFilter(field_name="participant_id", label=_("Participant"))

    class Meta:
        model = Erasure
        fields: ClassVar = ("status", "ground", "mine", "participant")

    def only_mine(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        return queryset.to_decide_by(self.request.user) if value else queryset  # type: ignore[attr-defined]
