"""What can be asked of the list of pauses."""

from typing import Any, ClassVar

import django_filters as df
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.models import ReminderPause


class ReminderPauseFilter(df.FilterSet):
    placement = df.UUIDFilter(field_name="placement_id", label=_("Placement"))
    case = df.UUIDFilter(field_name="case_id", label=_("Case"))
    live = df.BooleanFilter(method="only_live", label=_("Only those that hold today"))

    class Meta:
        model = ReminderPause
        fields: ClassVar = ("placement", "case", "live")

    def only_live(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        return queryset.live() if value else queryset  # type: ignore[attr-defined]
