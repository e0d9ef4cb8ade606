"""The form of a finding."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from auditing.models import ChecklistQuestion, Finding, Sample
from peph.forms import DateInput
from peph.templatetags.peph import localized


class QuestionField(forms.ModelChoiceField):
    """Questions in the running language."""

    def label_from_instance(self, obj: ChecklistQuestion) -> str:
        return str(localized(obj, "text"))


class FindingForm(forms.ModelForm):
    """What was found, how grave it is, what to do about it, and by when an answer is expected."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    question = QuestionField(
        label=_("Question of the checklist"),
        queryset=ChecklistQuestion.objects.none(),
        required=False,
        empty_label=_("None"),
    )

    class Meta:
        model = Finding
        fields = ("severity", "text", "recommendation", "question", "due_on")
        widgets = {
            "severity": forms.RadioSelect,
            "text": forms.Textarea(attrs={"rows": 5}),
            "recommendation": forms.Textarea(attrs={"rows": 3}),
            "due_on": DateInput,
        }

    def __init__(self, data: Any = None, *, sample: Sample, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        question: Any = self.fields["question"]
        question.queryset = ChecklistQuestion.objects.filter(asked_in__sample=sample).order_by(
            "position", "code"
        )
        severity: Any = self.fields["severity"]
        severity.choices = Finding.Severity.choices
        if "version" not in self.initial:
            # Nobody else can have changed what is not there yet.
            del self.fields["version"]

    def validate_constraints(self) -> None:
        """Left to the service."""
