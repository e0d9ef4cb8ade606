"""The period of a page about readings."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from peph.forms import DateInput


class PeriodForm(forms.Form):
    """From a day to a day, both included; an empty one is for the page to choose."""

    since = forms.DateField(label=_("From"), required=False, widget=DateInput)
    until = forms.DateField(label=_("To"), required=False, widget=DateInput)

    def clean(self) -> dict[str, Any]:
        """The days in order."""
        given = self.cleaned_data
        since, until = given.get("since"), given.get("until")
        if since and until and since > until:
            self.add_error("until", _("The last day is before the first."))
        return given

    def days(self) -> tuple[dt.date | None, dt.date | None]:
        """What was given; nothing where it made no sense."""
        if not self.is_valid():
            return None, None
        return self.cleaned_data["since"], self.cleaned_data["until"]
