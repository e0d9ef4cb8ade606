"""The form of any transition, made from what its row of the table asks for."""

import datetime as dt

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from peph.forms import DateInput
from peph.workflow import Input, Transition


class VersionForm(forms.Form):
    """Nothing but the version of the record that the page was opened with."""

    version = forms.IntegerField(widget=forms.HiddenInput)


def transition_form(step: Transition) -> type[VersionForm]:
    """The form class of one transition; the service has the last word on what is typed."""
    return type("TransitionForm", (VersionForm,), {item.name: _field(item) for item in step.inputs})


def _field(item: Input) -> forms.Field:
    shared = {"label": item.label, "required": item.required, "help_text": item.help}
    match item.kind:
        case "date":
            return forms.DateField(widget=DateInput(attrs=_bounds(item)), **shared)
        case "choice":
            choices = [("", _("Choose")), *item.choices]
            return forms.ChoiceField(choices=choices, **shared)
        case "integer":
            return forms.IntegerField(min_value=0, **shared)
        case _:
            text = forms.Textarea(attrs={"rows": 4})
            return forms.CharField(max_length=4000, widget=text, **shared)


def _bounds(item: Input) -> dict[str, str]:
    # What the calendar of the browser offers.
    today = timezone.localdate()
    return {
        "": {},
        "past": {"max": today.isoformat()},
        "future": {"min": (today + dt.timedelta(days=1)).isoformat()},
    }[item.limit]
