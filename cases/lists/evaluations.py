"""What the list of evaluations can be narrowed by, and that of the evaluations still awaited."""

import datetime as dt
from typing import ClassVar

import django_filters as df
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import STEPS, Evaluation, FollowUp
from organizations.filters import organizations, regions

ALL = _("All")
UNSETTLED = ("unsettled", _("Disagreement to look into"))
# No evaluation yet: the page then lists the steps of the schedule that wait for one.
DUE = ("due", _("Still to write"))
SOON_DAYS = 21


class EvaluationFilter(df.FilterSet):
    kind = df.ChoiceFilter(choices=Evaluation.Kind, label=_("Kind"), empty_label=ALL)
    state = df.ChoiceFilter(
        choices=[*Evaluation.State.choices, UNSETTLED],
        method="by_state",
        label=_("State"),
        empty_label=ALL,
    )
    recommendation = df.ChoiceFilter(
        choices=Evaluation.Recommendation, label=_("Recommendation"), empty_label=ALL
    )
    region = df.ModelChoiceFilter(queryset=regions, label=_("Region"), empty_label=ALL)
    organization = df.ModelChoiceFilter(
        queryset=organizations, label=_("Host organisation"), empty_label=ALL
    )
    placement = df.UUIDFilter(field_name="placement_id", label=_("Placement"))
    case = df.UUIDFilter(field_name="case_id", label=_("Case"))

    class Meta:
        model = Evaluation
        fields: ClassVar = (
            "kind",
            "state",
            "recommendation",
            "region",
            "organization",
            "placement",
            "case",
        )

    def by_state(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        if value == UNSETTLED[0]:
            return queryset.unsettled()  # type: ignore[attr-defined]
        return queryset.in_state(value)  # type: ignore[attr-defined]


class EvaluationPageFilter(EvaluationFilter):
    """The same, with the choice that leads to the other list."""

    state = df.ChoiceFilter(
        choices=[DUE, *Evaluation.State.choices, UNSETTLED],
        method="by_state",
        label=_("State"),
        empty_label=ALL,
    )


class AwaitedFilter(df.FilterSet):
    """Steps of the schedule that wait for an evaluation."""

    WHEN = (
        ("late", _("Late")),
        ("soon", _("Late or due within 21 days")),
    )
    kind = df.ChoiceFilter(
        choices=[(kind.value, kind.label) for kind in STEPS],
        method="by_kind",
        label=_("Kind"),
        empty_label=ALL,
    )
    when = df.ChoiceFilter(choices=WHEN, method="by_when", label=_("When"), empty_label=ALL)
    region = df.ModelChoiceFilter(queryset=regions, label=_("Region"), empty_label=ALL)
    organization = df.ModelChoiceFilter(
        field_name="placement__organization",
        queryset=organizations,
        label=_("Host organisation"),
        empty_label=ALL,
    )

    class Meta:
        model = FollowUp
        fields: ClassVar[tuple[str, ...]] = ("kind", "when", "region", "organization")

    def by_kind(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(step__code=STEPS[Evaluation.Kind(value)])

    def by_when(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        today = timezone.localdate()
        last = today - dt.timedelta(days=1) if value == "late" else soon(today)
        return queryset.filter(due_on__lte=last)


class AwaitedPageFilter(AwaitedFilter):
    """The same on the page that shows both lists: the state says which."""

    state = df.ChoiceFilter(
        choices=[DUE, *Evaluation.State.choices, UNSETTLED],
        method="as_it_is",
        label=_("State"),
        empty_label=ALL,
    )

    class Meta(AwaitedFilter.Meta):
        fields: ClassVar[tuple[str, ...]] = ("kind", "state", "when", "region", "organization")

    def as_it_is(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset


def soon(today: dt.date | None = None) -> dt.date:
    """The last day of what is worth beginning now."""
    return (today or timezone.localdate()) + dt.timedelta(days=SOON_DAYS)
