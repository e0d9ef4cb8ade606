"""What the lists of objectives and of progress reports can be narrowed by."""

from typing import ClassVar

import django_filters as df
from django.utils.translation import gettext_lazy as _

from cases.models import FollowUp, Objective, Report


class ObjectiveFilter(df.FilterSet):
    placement = df.UUIDFilter(field_name="placement_id", label=_("Placement"))
    case = df.UUIDFilter(field_name="case_id", label=_("Case"))
    state = df.ChoiceFilter(choices=Objective.State, label=_("State"))

    class Meta:
        model = Objective
        fields: ClassVar = ("placement", "case", "state")


class ReportFilter(df.FilterSet):
    placement = df.UUIDFilter(field_name="placement_id", label=_("Placement"))
    case = df.UUIDFilter(field_name="case_id", label=_("Case"))
    concern = df.ChoiceFilter(choices=FollowUp.Concern, label=_("Concern"))

    class Meta:
        model = Report
        fields: ClassVar = ("placement", "case", "concern")
