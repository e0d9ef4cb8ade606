"""The form of a question of the checklist."""

from typing import Any

from django import forms

from auditing.models import ChecklistQuestion


class QuestionForm(forms.ModelForm):
    """A question in both languages, what it is asked of, and how to check it."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = ChecklistQuestion
        fields = (
            "population",
            "code",
            "text_fr",
            "text_en",
            "help_fr",
            "help_en",
            "position",
            "is_active",
        )
        widgets = dict.fromkeys(("help_fr", "help_en"), forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "version" not in self.initial:
            # Nobody else can have changed what is not there yet.
            del self.fields["version"]

    def validate_unique(self) -> None:
        """Left to the service, which names the field at fault."""
