"""Forms of an accommodation measure: asking for it, and keeping it up to date."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Accommodation, Case
from cases.services.accommodations import changeable
from peph.forms import DateInput

SHARED_WIDGETS: dict[str, Any] = {
    "barrier": forms.Textarea(attrs={"rows": 4}),
    "measure": forms.Textarea(attrs={"rows": 4}),
    "requested_on": DateInput,
}
HELP = {
    "measure": _("What would take the barrier away."),
    "cost_estimated": _("From the programme’s threshold on, a second person decides."),
}
PLACEMENT_HELP = _("Leave empty when it is for a placement still to come.")


class _AccommodationForm(forms.ModelForm):
    def offer_placements(self, case: Case, user: Any) -> None:
        """Those under way that the reader may see; without any, no question."""
        field: Any = self.fields["placement"]
        field.queryset = (
            case.placements.current()
            .visible_to(user)
            .select_related("site__organization", "participant")
        )
        field.help_text = PLACEMENT_HELP
        if not field.queryset:
            del self.fields["placement"]


class NewAccommodationForm(_AccommodationForm):
    """What stands in the way, and what would take it away. Asked from a placement, it is of that one."""

    class Meta:
        model = Accommodation
        fields = (
            "placement", "kind", "barrier", "measure", "requested_on", "cost_estimated", "funding",
            "follows_person",
        )  # fmt: skip
        widgets = SHARED_WIDGETS
        help_texts = HELP

    def __init__(self, data: Any = None, *, case: Case, user: Any, asks_where: bool) -> None:
        super().__init__(data, initial={"requested_on": timezone.localdate()})
        if asks_where:
            self.offer_placements(case, user)
            # The placement under way is what most requests are about.
            if offered := self.fields.get("placement"):
                offered.initial = offered.queryset[0]  # type: ignore[attr-defined]
        else:
            del self.fields["placement"]


class AccommodationForm(_AccommodationForm):
    """What can be changed in the present status: before the decision, or what became known after it."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    planned_on = forms.DateField(label=_("To be in place by"), widget=DateInput)
    # Promised, then bought, then paid.
    field_order = ("version", "placement", "planned_on")

    class Meta:
        model = Accommodation
        fields = (
            "placement", "kind", "barrier", "measure", "requested_on", "cost_estimated",
            "purchased_on", "supplier", "cost_actual", "funding", "follows_person",
        )  # fmt: skip
        widgets = {
            **SHARED_WIDGETS,
            "purchased_on": DateInput,
            "supplier": forms.TextInput(attrs={"autocomplete": "off"}),
        }
        help_texts = HELP

    def __init__(self, data: Any = None, *, user: Any, instance: Accommodation) -> None:
        known = {"version": instance.version, "planned_on": instance.planned_on}
        super().__init__(data, instance=instance, initial=known)
        may = changeable(instance)
        for name in list(self.fields):
            if name != "version" and name not in may:
                del self.fields[name]
        if "placement" in self.fields:
            self.offer_placements(instance.case, user)
