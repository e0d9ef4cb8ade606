"""The two moments that are put side by side, typed."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from auditing.services.as_of import Side, side_of
from peph.errors import Invalid

LONGEST_MOMENT = 40


class MomentInput(forms.DateTimeInput):
    """The browser's own field for a date and a time, to the second."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(attrs={"step": "1"})

    def format_value(self, value: Any) -> str | None:
        """What the field understands: it cannot show “today” or “change-123”, it shows their moment."""
        try:
            side = side_of(str(value or ""))
        except Invalid:
            return str(value)
        return timezone.localtime(side.at).strftime("%Y-%m-%dT%H:%M:%S") if side.at else None


class SideField(forms.CharField):
    """One side: a moment, a day, a change, or nothing."""

    widget = MomentInput

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def clean(self, value: Any) -> Side | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return side_of(text[:LONGEST_MOMENT])
        except Invalid as error:
            raise forms.ValidationError(str(error)) from error


class AsOfForm(forms.Form):
    """Then and now. Without `at`, nothing is shown yet; without `with`, the other side is today."""

    at = SideField(label=_("As it was on"), help_text=_("A date and a time."))
    differing = forms.BooleanField(label=_("Only what differs"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        # A word of the language cannot be the name of an attribute.
        other = SideField(label=_("Beside"), help_text=_("Leave empty for today."))
        self.fields = {
            "at": self.fields["at"],
            "with": other,
            "differing": self.fields["differing"],
        }
