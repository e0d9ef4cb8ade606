"""What the list of links can be narrowed by."""

from typing import Any, ClassVar

import django_filters as df
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import TaskLink
from organizations.filters import regions

ALL = _("All")


class LinkFilter(df.FilterSet):
    placement = df.UUIDFilter(field_name="placement_id", label=_("Placement"))
    task = df.ChoiceFilter(choices=TaskLink.Task, label=_("Task"), empty_label=ALL)
    state = df.ChoiceFilter(
        choices=TaskLink.State, method="by_state", label=_("State"), empty_label=ALL
    )
    region = df.ModelChoiceFilter(queryset=regions, label=_("Region"), empty_label=ALL)

    class Meta:
        model = TaskLink
        fields: ClassVar = ("placement", "task", "state", "region")

    def by_state(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        today, state = timezone.localdate(), TaskLink.State
        open_ones: Any = {"answered_on": None, "revoked_on": None}
        narrowing: dict[str, dict[str, Any]] = {
            state.WAITING: {**open_ones, "expires_on__gte": today},
            state.EXPIRED: {**open_ones, "expires_on__lt": today},
            state.ANSWERED: {"answered_on__isnull": False},
            state.REVOKED: {"answered_on": None, "revoked_on__isnull": False},
        }
        return queryset.filter(**narrowing[value])
