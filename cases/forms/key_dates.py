"""The form that asks for a correction of a key date."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.forms.documents import file_help
from cases.forms.outcomes import EvidenceField
from cases.models import Case, Document
from cases.models.key_dates import PLANNED
from cases.services.file_formats import ACCEPTED
from cases.services.key_date_changes import usable_evidence
from peph.forms import DateInput


class KeyDateChangeForm(forms.Form):
    """The correct date, why, and what proves it: a document of the case, or one to put in."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    corrected = forms.DateField(label=_("Correct date"), widget=DateInput)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What was wrong, and how it is known. No health detail here."),
    )
    evidence = EvidenceField(
        label=_("Evidence"),
        queryset=Document.objects.none(),
        required=False,
        help_text=_("A document that is in the case already."),
    )
    file = forms.FileField(
        label=_("Or a document to add"),
        required=False,
        # Its name is cut and cleaned by the service: a long one is no fault.
        max_length=None,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )

    def __init__(
        self, data: Any, files: Any, *, case: Case, user: Any, key_date: str, version: int
    ) -> None:
        super().__init__(data, files, initial={"version": version})
        evidence: Any = self.fields["evidence"]
        evidence.queryset = usable_evidence(case, user)
        self.fields["file"].help_text = file_help()
        if key_date not in PLANNED:
            self.fields["corrected"].widget.attrs["max"] = timezone.localdate().isoformat()
