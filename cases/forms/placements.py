"""Forms of a placement: opening one, and keeping it up to date as the programme or as the host."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Placement
from cases.models.key_dates import is_set
from organizations.models import HostSite
from peph.forms import DateInput

DATES: dict[str, Any] = {"planned_start": DateInput, "planned_end": DateInput}
# The people named here are not who fills in the form: the browser must not offer its owner's data.
OTHERS: dict[str, Any] = {
    "supervisor_name": forms.TextInput(attrs={"autocomplete": "off"}),
    "supervisor_email": forms.EmailInput(attrs={"autocomplete": "off"}),
    "mentor_name": forms.TextInput(attrs={"autocomplete": "off"}),
}
BY_HOST = ("hours_per_week", "supervisor_name", "supervisor_email", "mentor_name")


class NewPlacementForm(forms.ModelForm):
    """Where and when; `version` is the case's. An empty end means the programme's usual length."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Placement
        fields = ("site", "planned_start", "planned_end", "job_class", *BY_HOST)
        widgets = {**DATES, **OTHERS}

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = HostSite.objects.visible_to(user).select_related("organization")
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]
        self.fields["planned_end"].required = False
        self.fields["planned_end"].help_text = _("Leave empty for the usual length of a placement.")


class HostPlacementForm(forms.ModelForm):
    """What the host keeps up to date."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Placement
        fields: tuple[str, ...] = BY_HOST
        widgets = OTHERS


class PlacementForm(HostPlacementForm):
    """What the programme keeps up to date: the host's fields and what was agreed."""

    class Meta(HostPlacementForm.Meta):
        fields = ("planned_start", "planned_end", "job_class", *BY_HOST)
        widgets = {**DATES, **OTHERS}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Once the agreement is signed these are key dates: a correction is asked for.
        for name in DATES:
            if is_set(self.instance, name):
                del self.fields[name]
