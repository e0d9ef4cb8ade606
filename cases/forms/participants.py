"""Forms of the person: identity and how to reach them, consents given and withdrawn."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Consent, Participant
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


class ConsentForm(forms.ModelForm):
    """What the person agreed to, for one purpose; those already agreed to are not offered."""

    class Meta:
        model = Consent
        fields = ("purpose", "text_version", "given_on", "means", "expires_on")
        widgets = {"given_on": DateInput, "expires_on": DateInput}
        help_texts = {
            "text_version": _("As printed on the form that was read or signed."),
            "expires_on": _("Leave empty when the text names no end."),
        }

    def __init__(self, data: Any = None, *, participant: Participant) -> None:
        super().__init__(data, initial={"given_on": timezone.localdate()})
        self.instance.participant = participant
        agreed = set(
            participant.consents.filter(withdrawn_on__isnull=True).values_list("purpose", flat=True)
        )
        offered = [(code, label) for code, label in Consent.Purpose.choices if code not in agreed]
        self.fields["purpose"].choices = [("", _("Choose")), *offered]  # type: ignore[attr-defined]


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
