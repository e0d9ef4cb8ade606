"""Forms of the person: identity and how to reach them, consents given and withdrawn."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Consent, ConsentText, Participant
from cases.services.consent_texts import purposes_not_agreed
from peph.forms import DateInput

IDENTITY = ("last_name", "first_name", "preferred_name", "pronoun", "birth_date")
CONTACT = (
    "email",
    "phone",
    "address",
    "municipality",
    "postal_code",
    "language",
    "contact_mode",
    "contact_format",
)
PERSON = (*IDENTITY, *CONTACT, "functional_needs")
# Whoever types is not the person: the browser must not offer its owner's data.
OFF = {"autocomplete": "off"}


class PersonForm(forms.ModelForm):
    """Who the person is and how to reach them."""

    class Meta:
        model = Participant
        fields = PERSON
        widgets = {
            "birth_date": DateInput(attrs=OFF),
            "email": forms.EmailInput(attrs=OFF),
            "phone": forms.TextInput(attrs={"type": "tel", **OFF}),
            "functional_needs": forms.Textarea(attrs={"rows": 4}),
            **{
                name: forms.TextInput(attrs=OFF)
                for name in ("last_name", "first_name", "address", "municipality", "postal_code")
            },
        }

    def clean_postal_code(self) -> str:
        """Typed g1r5m1 or G1R 5M1, it is kept as G1R 5M1."""
        code = self.cleaned_data["postal_code"].upper().replace(" ", "")
        return f"{code[:3]} {code[3:]}" if len(code) == 6 else code

    def typed(self, data: dict[str, Any]) -> Participant:
        """The person as typed, unsaved; what is not valid is left out."""
        return Participant(**{name: data[name] for name in PERSON if name in data})


class ParticipantForm(PersonForm):
    """The same, of somebody known."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class PurposeForm(forms.Form):
    """What the person is asked to agree to; what is agreed to already is not offered."""

    purpose = forms.ChoiceField(label=_("Purpose"), widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, participant: Participant) -> None:
        super().__init__(data)
        field: Any = self.fields["purpose"]
        field.choices = purposes_not_agreed(participant)


class ConsentForm(forms.ModelForm):
    """What the person agreed to, for one purpose: which of its texts, when and how."""

    class Meta:
        model = Consent
        fields = ("purpose", "text_version", "given_on", "means", "expires_on")
        widgets = {
            "purpose": forms.HiddenInput,
            "given_on": DateInput,
            "expires_on": DateInput,
        }
        help_texts = {"expires_on": _("Leave empty when the text names no end.")}

    def __init__(
        self, data: Any = None, *, participant: Participant, purpose: str, texts: list[ConsentText]
    ) -> None:
        super().__init__(data, initial={"given_on": timezone.localdate(), "purpose": purpose})
        self.instance.participant = participant
        self.in_force_from = {each.text_version: each.in_force_from for each in texts}
        self.fields["text_version"] = forms.ChoiceField(
            label=_("Version of the text"),
            help_text=_("The one that was read or signed."),
            choices=[(version, version) for version in self.in_force_from],
            initial=next(iter(self.in_force_from), ""),
        )

    def clean(self) -> dict[str, Any]:
        """A text is agreed to from the day it is in force."""
        data = super().clean() or self.cleaned_data
        given, version = data.get("given_on"), data.get("text_version")
        if given and version and given < self.in_force_from[version]:
            self.add_error(
                "given_on",
                _("This text is in force from %(day)s on.")
                % {"day": self.in_force_from[version].isoformat()},
            )
        return data


class WithdrawForm(forms.Form):
    """When, and if they said so why, the person took the agreement back."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    withdrawn_on = forms.DateField(
        label=_("Withdrawn on"), widget=DateInput, initial=timezone.localdate
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("The person does not have to give one."),
    )
