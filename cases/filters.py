"""What the lists of the participant side can be narrowed by, on pages and in the API alike."""

import datetime as dt
from typing import Any, ClassVar

import django_filters as df
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, FollowUp, Participant, Placement
from cases.policy import CASE_POLICY, PARTICIPANT_POLICY, PLACEMENT_POLICY
from cases.policy.tiers import gated
from cases.workflow import CaseStatus, PlacementStatus
from organizations.filters import organizations, regions, sites
from peph.filters import TieredFilterSet
from peph.fiscal import fiscal_year_label, fiscal_year_of

ALL = _("All")


def _fiscal_years() -> list[tuple[int, str]]:
    now = fiscal_year_of(timezone.localdate())
    return [(year, fiscal_year_label(year)) for year in range(now + 1, now - 8, -1)]


class CaseFilter(TieredFilterSet):
    policy, tiers = CASE_POLICY, gated("Case")
    by_field: ClassVar = {"mine": "coordinator"}

    q = df.CharFilter(method="by_text", label=_("Name or file number"), max_length=100)
    status = df.ChoiceFilter(choices=CaseStatus, label=_("Status"), empty_label=ALL)
    region = df.ModelChoiceFilter(queryset=regions, label=_("Region"), empty_label=ALL)
    organization = df.ModelChoiceFilter(
        queryset=organizations, label=_("Host organisation"), empty_label=ALL
    )
    fiscal_year = df.ChoiceFilter(choices=_fiscal_years, label=_("Fiscal year"), empty_label=ALL)
    mine = df.BooleanFilter(method="only_mine", label=_("Only my cases"))
    open = df.BooleanFilter(method="only_open", label=_("Only open cases"))
    awaited = df.BooleanFilter(
        method="only_awaited", label=_("Only those whose expected return has passed")
    )

    class Meta:
        model = Case
        fields = (
            "q",
            "status",
            "region",
            "organization",
            "fiscal_year",
            "mine",
            "open",
            "awaited",
        )

    def by_text(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        readable = CASE_POLICY.q(getattr(self.request, "user", None), self.tiers["legacy_number"])
        return queryset.matching_text(value, legacy=readable)  # type: ignore[attr-defined]

    def only_mine(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        return queryset.filter(coordinator=self.request.user) if value else queryset

    def only_open(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        return queryset.exclude(status=CaseStatus.CLOSED) if value else queryset

    def only_awaited(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        return queryset.awaited() if value else queryset  # type: ignore[attr-defined]


class PlacementFilter(TieredFilterSet):
    policy, tiers = PLACEMENT_POLICY, gated("Placement")

    q = df.CharFilter(method="by_text", label=_("Name"), max_length=100)
    status = df.ChoiceFilter(choices=PlacementStatus, label=_("Status"), empty_label=ALL)
    region = df.ModelChoiceFilter(queryset=regions, label=_("Region"), empty_label=ALL)
    organization = df.ModelChoiceFilter(
        queryset=organizations, label=_("Host organisation"), empty_label=ALL
    )
    site = df.ModelChoiceFilter(queryset=sites, label=_("Host site"), empty_label=ALL)
    current = df.BooleanFilter(method="only_current", label=_("Only placements under way"))
    ending_within = df.NumberFilter(
        method="by_end", label=_("Ending within (days)"), min_value=0, max_value=730
    )

    class Meta:
        model = Placement
        fields = ("q", "status", "region", "organization", "site", "current", "ending_within")

    def by_text(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(participant__in=Participant.objects.named(value))

    def only_current(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        return queryset.current() if value else queryset  # type: ignore[attr-defined]

    def by_end(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        last = timezone.localdate() + dt.timedelta(days=int(value))
        return queryset.ending_by(last)  # type: ignore[attr-defined]


class FollowUpFilter(df.FilterSet):
    WHEN = (
        ("overdue", _("Late")),
        ("week", _("Due within 7 days")),
        ("month", _("Due within 30 days")),
        ("to_do", _("To do")),
        ("done", _("Done")),
    )
    when = df.ChoiceFilter(choices=WHEN, method="by_when", label=_("When"), empty_label=ALL)
    region = df.ModelChoiceFilter(queryset=regions, label=_("Region"), empty_label=ALL)
    concern = df.ChoiceFilter(choices=FollowUp.Concern, label=_("Concern"), empty_label=ALL)
    case = df.UUIDFilter(field_name="case_id", label=_("Case"))
    mine = df.BooleanFilter(method="only_mine", label=_("Only mine"))

    class Meta:
        model = FollowUp
        fields = ("when", "region", "concern", "case", "mine")

    def by_when(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        narrowed = {
            "overdue": lambda rows: rows.overdue(),
            "week": lambda rows: rows.due_within(7),
            "month": lambda rows: rows.due_within(30),
            "to_do": lambda rows: rows.to_do(),
            "done": lambda rows: rows.filter(done_on__isnull=False),
        }
        return narrowed[value](queryset)

    def only_mine(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        return queryset.filter(responsible=self.request.user) if value else queryset


class ParticipantFilter(TieredFilterSet):
    policy, tiers = PARTICIPANT_POLICY, gated("Participant")

    q = df.CharFilter(method="by_text", label=_("Name"), max_length=100)

    class Meta:
        model = Participant
        fields = ("q",)

    def by_text(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.named(value)  # type: ignore[attr-defined]
