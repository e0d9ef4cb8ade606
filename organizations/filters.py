"""What the lists of the host side can be narrowed by, on pages and in the API alike."""

from typing import Any

import django_filters as df
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from organizations.models import Call, HostOrganization, HostSite, JobClass, Project, Region
from organizations.policy import ORGANIZATION_POLICY, Action
from organizations.workflow import CallStatus, ProjectStatus


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


def calls(request: Any) -> QuerySet[Call]:
    """The calls the person may see."""
    return Call.objects.visible_to(getattr(request, "user", None))


def job_classes(request: Any) -> QuerySet[JobClass]:
    """Job classes are public facts, like the regions."""
    return JobClass.objects.all()


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


class CallFilter(df.FilterSet):
    status = df.ChoiceFilter(choices=CallStatus, label=_("Status"), empty_label=_("All"))
    fiscal_year = df.NumberFilter(
        label=_("Fiscal year"), min_value=2000, max_value=2100, help_text=_("The year it begins.")
    )

    class Meta:
        model = Call
        fields = ("status", "fiscal_year")


class ProjectFilter(df.FilterSet):
    q = df.CharFilter(method="by_text", label=_("Title"), max_length=100)
    call = df.ModelChoiceFilter(queryset=calls, label=_("Call for projects"), empty_label=_("All"))
    status = df.ChoiceFilter(choices=ProjectStatus, label=_("Status"), empty_label=_("All"))
    region = df.ModelChoiceFilter(queryset=regions, label=_("Region"), empty_label=_("All"))
    organization = df.ModelChoiceFilter(
        queryset=organizations, label=_("Host organisation"), empty_label=_("All")
    )
    job_class = df.ModelChoiceFilter(
        queryset=job_classes, label=_("Job class"), empty_label=_("All")
    )
    site = df.UUIDFilter(field_name="site_id", label=_("Host site"))
    late = df.BooleanFilter(method="only_late", label=_("Only those submitted late"))
    undecided = df.BooleanFilter(method="only_undecided", label=_("Only those to decide"))
    to_score = df.BooleanFilter(method="only_to_score", label=_("Only those waiting for my score"))

    class Meta:
        model = Project
        fields = (
            "q",
            "call",
            "status",
            "region",
            "organization",
            "job_class",
            "site",
            "late",
            "undecided",
            "to_score",
        )

    def by_text(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.titled(value)  # type: ignore[attr-defined]

    def only_late(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        return queryset.filter(is_late=True) if value else queryset

    def only_undecided(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        return queryset.undecided() if value else queryset  # type: ignore[attr-defined]

    def only_to_score(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        return queryset.to_score_by(self.request.user) if value else queryset  # type: ignore[attr-defined]
