"""What the lists of the host side can be narrowed by, on pages and in the API alike."""

from typing import Any

import django_filters as df
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from organizations.models import HostOrganization, HostSite, Region
from organizations.policy import ORGANIZATION_POLICY, Action


def regions(request: Any) -> QuerySet[Region]:
    """Regions are public facts: anybody signed in chooses among the seventeen."""
    return Region.objects.all()


def organizations(request: Any) -> QuerySet[HostOrganization]:
    """The organisations the person may see; the others do not exist for them."""
    user = getattr(request, "user", None)
    return HostOrganization.objects.filter(ORGANIZATION_POLICY.q(user, Action.VIEW))


def sites(request: Any) -> QuerySet[HostSite]:
    """The sites the person may see."""
    user = getattr(request, "user", None)
    return HostSite.objects.visible_to(user).select_related("organization")


class HostOrganizationFilter(df.FilterSet):
    q = df.CharFilter(method="by_text", label=_("Name or acronym"), max_length=100)
    kind = df.ChoiceFilter(choices=HostOrganization.Kind, label=_("Kind"), empty_label=_("All"))

    class Meta:
        model = HostOrganization
        fields = ("q", "kind")

    def by_text(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.named(value)  # type: ignore[attr-defined]


class HostSiteFilter(df.FilterSet):
    region = df.ModelChoiceFilter(queryset=regions, label=_("Region"), empty_label=_("All"))
    organization = df.ModelChoiceFilter(
        queryset=organizations, label=_("Host organisation"), empty_label=_("All")
    )

    class Meta:
        model = HostSite
        fields = ("region", "organization")
