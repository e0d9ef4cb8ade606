"""The form of one signature of an agreement."""

from typing import Any

from django import forms
from django.utils import timezone

from cases.models import Signature
from peph.forms import DateInput


class SignatureForm(forms.ModelForm):
    """Who signed, when and how; the role comes from the address. `version` is the placement's."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Signature
        fields = ("name", "signed_on", "means")
        widgets: dict[str, Any] = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "signed_on": DateInput,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["signed_on"].initial = timezone.localdate
