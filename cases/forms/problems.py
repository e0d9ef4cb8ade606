"""The form that sets a problem of the data aside."""

from django import forms
from django.utils.translation import gettext_lazy as _

from peph.forms import DateInput


class DismissalForm(forms.Form):
    """Why it is no problem, and until when."""

    reason = forms.CharField(label=_("Reason"), max_length=400, widget=forms.Textarea)
    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=DateInput,
        help_text=_("Leave empty to set it aside for good."),
    )
