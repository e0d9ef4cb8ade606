"""The forms of the registers: what a new entry says, and a correction with its reason."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from peph.forms import DateInput
from privacy.models import AccessRequest, Anonymisation, Contact, Disclosure, Incident


class EntryForm(forms.ModelForm):
    """Base of the form of an entry: correcting asks why, and is done on the version that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason for the correction"), max_length=300)

    def __init__(self, data: Any = None, *, user: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.user = user
        if self.instance._state.adding:  # noqa: SLF001 Django's own
            # Nobody else can have changed what is not there yet.
            del self.fields["version"], self.fields["reason"]
        for field in self.fields.values():
            if isinstance(field, forms.DateField):
                field.widget = DateInput(attrs={"max": timezone.localdate().isoformat()})
                field.widget.is_required = field.required
            elif isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 3

    def validate_constraints(self) -> None:
        """Left to the service."""


class AboutSomebodyForm(EntryForm):
    """The person concerned is named by a file number: there are too many for a list."""

    file_number = forms.CharField(
        label=_("File number of the person concerned"),
        max_length=40,
        required=False,
        help_text=_("Empty when the person has no file here, or is not known."),
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        participant = self.instance.participant
        if participant is not None:
            latest = participant.cases.order_by("-created_at").first()
            self.fields["file_number"].initial = latest.number if latest else ""
        # The reason of a correction comes last.
        if "reason" in self.fields:
            self.order_fields([name for name in self.fields if name != "reason"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        number = (cleaned.pop("file_number", "") or "").strip()
        found = Case.objects.visible_to(self.user).filter(
            Q(number=number.upper()) | Q(legacy_number=number)
        )
        case = found.select_related("participant").first() if number else None
        if number and case is None:
            self.add_error("file_number", _("No file has this number."))
        cleaned["participant"] = case.participant if case else None
        return cleaned


class DisclosureForm(AboutSomebodyForm):
    class Meta:
        model = Disclosure
        fields = (
            "disclosed_on",
            "recipient",
            "information",
            "purpose",
            "basis",
            "justification",
            "outside_quebec",
            "agreement",
            "measures",
            "persons",
        )


class IncidentForm(EntryForm):
    class Meta:
        model = Incident
        fields = (
            "kind",
            "known_on",
            "occurred_from",
            "occurred_to",
            "occurred_is_approximate",
            "information",
            "circumstances",
            "persons",
            "persons_is_approximate",
            "measures",
        )


class AnonymisationForm(EntryForm):
    class Meta:
        model = Anonymisation
        fields = (
            "information",
            "purposes",
            "supervised_by",
            "techniques",
            "security_measures",
            "individualisation",
            "correlation",
            "inference",
            "conclusion",
            "analysed_on",
            "analysis_updated_on",
            "next_review_on",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["next_review_on"].widget = DateInput()


class AccessRequestForm(AboutSomebodyForm):
    class Meta:
        model = AccessRequest
        fields = (
            "kind",
            "received_on",
            "requester_name",
            "requester_quality",
            "requester_contact",
            "identity_checked_on",
            "wanted",
            "format_needed",
        )


class ContactForm(forms.ModelForm):
    """What the public pages name. Empty is told as missing."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Contact
        fields = (
            "body",
            "name",
            "title",
            "email",
            "phone",
            "address",
            "policy_on",
            "accessibility_email",
            "accessibility_on",
        )
        widgets = {"policy_on": DateInput, "accessibility_on": DateInput}
