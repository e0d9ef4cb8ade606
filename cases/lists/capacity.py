"""What the figures of capacity can be narrowed by, on the page and in the API."""

import django_filters as df
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.filters import organizations, regions
from organizations.models import Project
from peph.fiscal import fiscal_year_label, fiscal_year_of

ALL = _("All")


def _years() -> list[tuple[int, str]]:
    now = fiscal_year_of(timezone.localdate())
    return [(year, fiscal_year_label(year)) for year in range(now + 2, now - 8, -1)]


class CapacityFilter(df.FilterSet):
    fiscal_year = df.ChoiceFilter(
        field_name="call__fiscal_year",
        choices=_years,
        label=_("Fiscal year of the call"),
        empty_label=ALL,
    )
    region = df.ModelChoiceFilter(queryset=regions, label=_("Region"), empty_label=ALL)
    organization = df.ModelChoiceFilter(
        queryset=organizations, label=_("Host organisation"), empty_label=ALL
    )

    class Meta:
        model = Project
        fields = ("fiscal_year", "region", "organization")
