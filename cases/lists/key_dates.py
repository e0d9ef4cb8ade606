"""What the list of corrections of key dates can be narrowed by, on the page and in the API."""

import datetime as dt
from typing import Any, ClassVar

import django_filters as df
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.models import KeyDate, KeyDateChange
from cases.workflow import KeyDateChangeStatus
from organizations.filters import organizations, regions
from peph.accounts.models import User
from peph.forms import DateInput
from peph.moments import midnight

ALL = _("All")


def _askers(request: Any) -> QuerySet[User]:
    """Those who asked for a correction that the reader may see."""
    seen = KeyDateChange.objects.visible_to(getattr(request, "user", None))
    return User.objects.filter(pk__in=seen.order_by().values("asked_by")).order_by(
        "last_name", "first_name", "pk"
    )


class KeyDateChangeFilter(df.FilterSet):
    status = df.ChoiceFilter(choices=KeyDateChangeStatus, label=_("Status"), empty_label=ALL)
    key_date = df.ChoiceFilter(choices=KeyDate, label=_("Key date"), empty_label=ALL)
    region = df.ModelChoiceFilter(queryset=regions, label=_("Region"), empty_label=ALL)
    organization = df.ModelChoiceFilter(
        queryset=organizations, label=_("Host organisation"), empty_label=ALL
    )
    asked_by = df.ModelChoiceFilter(queryset=_askers, label=_("Asked by"), empty_label=ALL)
    since = df.DateFilter(method="from_day", label=_("Asked from"), widget=DateInput)
    until = df.DateFilter(method="to_day", label=_("Asked up to"), widget=DateInput)
    mine = df.BooleanFilter(method="only_mine", label=_("Only those that wait for me"))
    case = df.UUIDFilter(field_name="case_id", label=_("Case"))
    placement = df.UUIDFilter(field_name="placement_id", label=_("Placement"))

    class Meta:
        model = KeyDateChange
        fields: ClassVar = (
            "status", "key_date", "region", "organization", "asked_by", "since", "until", "mine",
            "case", "placement",
        )  # fmt: skip

    def from_day(self, queryset: QuerySet, name: str, value: dt.date) -> QuerySet:
        return queryset.filter(asked_at__gte=midnight(value))

    def to_day(self, queryset: QuerySet, name: str, value: dt.date) -> QuerySet:
        return queryset.filter(asked_at__lt=midnight(value + dt.timedelta(days=1)))

    def only_mine(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        return queryset.to_decide_by(self.request.user) if value else queryset  # type: ignore[attr-defined]
