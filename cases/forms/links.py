"""Forms of the programme: whom a link is sent to, and the period the answers are counted over."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import TaskLink
from cases.services.answers import usual_period
from peph.forms import DateInput


class LinkForm(forms.ModelForm):
    """Whom the link is sent to; the task comes from the address."""

    class Meta:
        model = TaskLink
        fields = ("recipient_name", "recipient_email", "language")
        widgets: dict[str, Any] = {
            "recipient_name": forms.TextInput(attrs={"autocomplete": "off"}),
            "recipient_email": forms.EmailInput(attrs={"autocomplete": "off"}),
        }


class PeriodForm(forms.Form):
    """The period the links counted were first sent in."""

    since = forms.DateField(label=_("From"), widget=DateInput)
    until = forms.DateField(label=_("To"), widget=DateInput)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "PeriodForm":
        """Bound to what was asked for; the last twelve months where nothing was."""
        since, until = usual_period()
        return cls({"since": given.get("since") or since, "until": given.get("until") or until})

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name, day in list(given.items()):
            # Far from anybody's life the arithmetic of dates leaves the calendar.
            if isinstance(day, dt.date) and not 1900 <= day.year <= 2100:
                self.add_error(name, _("This date is too far away."))
        since, until = given.get("since"), given.get("until")
        if isinstance(since, dt.date) and isinstance(until, dt.date) and since > until:
            self.add_error("until", _("The period ends after it begins."))
        return given
