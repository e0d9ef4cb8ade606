"""The form of an internal note."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Note


class NoteForm(forms.ModelForm):
    """A remark that only the programme reads."""

    class Meta:
        model = Note
        fields = ("text",)
        widgets = {"text": forms.Textarea(attrs={"rows": 8})}
        help_texts = {
            "text": _("Read by the programme, never by a host organisation. No health detail here.")
        }


class CorrectedNoteForm(NoteForm):
    """The same, of a note already written."""

    version = forms.IntegerField(widget=forms.HiddenInput)
