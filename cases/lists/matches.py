"""What the list of matches can be narrowed by, on the page and in the API."""

from typing import Any

import django_filters as df
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.models import Match, Participant
from cases.policy import MATCH_POLICY
from cases.policy.tiers import gated
from cases.workflow import MatchStatus
from organizations.filters import organizations, regions
from peph.filters import TieredFilterSet

ALL = _("All")


class MatchFilter(TieredFilterSet):
    policy, tiers = MATCH_POLICY, gated("Match")

    AWAITING = (
        ("interview", _("Interview to plan")),
        ("host", _("Decision of the host")),
        ("host_late", _("Decision of the host, late")),
        ("answer", _("Answer to an offer")),
        ("answer_late", _("Answer to an offer, late")),
    )
    q = df.CharFilter(method="by_text", label=_("Name"), max_length=100)
    status = df.ChoiceFilter(choices=MatchStatus, label=_("Status"), empty_label=ALL)
    region = df.ModelChoiceFilter(queryset=regions, label=_("Region"), empty_label=ALL)
    organization = df.ModelChoiceFilter(
        queryset=organizations, label=_("Host organisation"), empty_label=ALL
    )
    awaiting = df.ChoiceFilter(
        choices=AWAITING, method="by_awaiting", label=_("Awaiting"), empty_label=ALL
    )
    project = df.UUIDFilter(field_name="project_id", label=_("Project"))
    case = df.UUIDFilter(field_name="case_id", label=_("Case"))
    open = df.BooleanFilter(method="only_open", label=_("Only open matches"))

    class Meta:
        model = Match
        fields = (
            "q",
            "status",
            "region",
            "organization",
            "awaiting",
            "project",
            "case",
            "open",
        )

    def by_text(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(case__participant__in=Participant.objects.named(value))

    def by_awaiting(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        narrowed: dict[str, Any] = {
            "interview": lambda rows: rows.filter(status=MatchStatus.SENT),
            "host": lambda rows: rows.awaiting_host(),
            "host_late": lambda rows: rows.decision_late(),
            "answer": lambda rows: rows.filter(status=MatchStatus.OFFERED),
            "answer_late": lambda rows: rows.answer_late(),
        }
        return narrowed[value](queryset)

    def only_open(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        return queryset.open() if value else queryset  # type: ignore[attr-defined]
