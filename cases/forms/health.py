"""The form of the health information, on a page of its own."""

from django import forms

from cases.models import DisabilityRecord
from peph.forms import DateInput

OFF = {"autocomplete": "off"}


class HealthForm(forms.ModelForm):
    """What the person declared; `version` 0 stands for nothing written yet."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = DisabilityRecord
        fields = (
            "declared_on",
            "attestation_kind",
            "attestation_issuer",
            "attested_on",
            "attestation_expires_on",
            "nature",
        )
        widgets = {
            "declared_on": DateInput(attrs=OFF),
            "attested_on": DateInput(attrs=OFF),
            "attestation_expires_on": DateInput(attrs=OFF),
            "attestation_kind": forms.TextInput(attrs=OFF),
            "attestation_issuer": forms.TextInput(attrs=OFF),
            "nature": forms.Textarea(attrs={"rows": 4, **OFF}),
        }
