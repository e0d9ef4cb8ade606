"""Forms of a document: putting one in, a new version of one, taking one out of use."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Document
from cases.services.file_formats import ACCEPTED
from peph.uploads import megabytes


def file_help() -> str:
    """Which files are taken, and how large."""
    text = _("PDF, DOCX, ODT, PNG, JPEG or plain text, %(most)s MB at most.")
    return str(text % {"most": megabytes(settings.DOCUMENT_MAX_BYTES)})


class FileForm(forms.Form):
    """The file itself, and what it is called in the service."""

    file = forms.FileField(
        label=_("File"),
        # Its name is cut and cleaned by the service: a long one is no fault.
        max_length=None,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )
    title = forms.CharField(
        label=_("Title"),
        max_length=160,
        required=False,
        help_text=_("Leave empty to use the name of the file."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = file_help()


class DocumentForm(FileForm):
    """A document of a case; the health tier is offered to whoever may write it."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("Choose")), *Document.Kind.choices])
    audience = forms.ChoiceField(
        label=_("Who may read it"),
        choices=Document.Audience,
        widget=forms.RadioSelect,
        initial=Document.Audience.PROGRAM,
    )
    placement: Any = forms.ModelChoiceField(
        label=_("Placement"),
        queryset=None,
        required=False,
        help_text=_("The host organisation of this placement reads it when it is for the host."),
    )

    def __init__(self, *args: Any, user: Any, case: Case, placement: Any = None) -> None:
        super().__init__(*args, initial={"placement": placement})
        seen = case.placements.visible_to(user)
        self.fields["placement"].queryset = seen.select_related(  # type: ignore[attr-defined]
            "site__organization", "participant"
        )
        if not case.can_edit_health:  # type: ignore[attr-defined]
            _without_health(self)


class VersionOfDocumentForm(FileForm):
    """A file that replaces one; kind and placement stay."""

    audience = forms.ChoiceField(
        label=_("Who may read it"), choices=Document.Audience, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, document: Document, may_health: bool) -> None:
        now = {"title": document.title, "audience": document.audience}
        super().__init__(*args, initial=now)
        if not may_health:
            _without_health(self)


def _without_health(form: forms.Form) -> None:
    field: Any = form.fields["audience"]
    field.choices = [each for each in field.choices if each[0] != Document.Audience.HEALTH]


class WithdrawDocumentForm(forms.Form):
    """Why the document is taken out of use."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
