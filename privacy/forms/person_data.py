"""What is wanted of a person's data."""

from django import forms
from django.utils.translation import gettext_lazy as _


class PersonDataForm(forms.Form):
    """What is in it besides the records as they are now."""

    history = forms.BooleanField(
        label=_("With what was changed since the beginning (ZIP and JSON)"), required=False
    )
    accesses = forms.BooleanField(label=_("With who opened the file"), required=False)
    collected = forms.BooleanField(
        label=_("Only what the person gave (portability)"), required=False
    )
