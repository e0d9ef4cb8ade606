"""What a list of outcomes can be narrowed by."""

import django_filters as df
from django.utils.translation import gettext_lazy as _

from cases.models import Outcome
from organizations.filters import organizations, regions

ALL = _("All")


class OutcomeFilter(df.FilterSet):
    case = df.UUIDFilter(field_name="case_id", label=_("Case"))
    placement = df.UUIDFilter(field_name="placement_id", label=_("Placement"))
    moment = df.ChoiceFilter(choices=Outcome.Moment, label=_("Moment"), empty_label=ALL)
    situation = df.ChoiceFilter(choices=Outcome.Situation, label=_("Situation"), empty_label=ALL)
    region = df.ModelChoiceFilter(queryset=regions, label=_("Region"), empty_label=ALL)
    organization = df.ModelChoiceFilter(
        queryset=organizations, label=_("Host organisation"), empty_label=ALL
    )

    class Meta:
        model = Outcome
        fields = ("case", "placement", "moment", "situation", "region", "organization")
