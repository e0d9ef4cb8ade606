"""Forms of a sample: drawing it, and answering the checklist about one record."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from auditing.models import MOST_ITEMS, ItemAnswer, Sample, SampleItem, SampleQuestion
from auditing.services.mandates import Mandate
from peph.templatetags.peph import localized


class DrawForm(forms.ModelForm):
    """What for, under which mandate, and how many; the filter is in the address."""

    mandate = forms.ChoiceField(label=_("Mandate"), widget=forms.RadioSelect)
    size = forms.IntegerField(
        label=_("Number of records to draw"), min_value=1, max_value=MOST_ITEMS, initial=30
    )
    seed = forms.CharField(
        label=_("Seed"),
        max_length=64,
        required=False,
        help_text=_(
            "Leave it empty: a seed nobody chose is made. Give one to redo a drawing made elsewhere."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    expected = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Sample
        fields = ("title", "purpose")
        widgets = {"purpose": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "title": _("Such as “Eligibility decisions, spring 2026”. Nobody’s name here."),
            "purpose": _("What is to be checked, and why."),
        }

    field_order = ("title", "purpose", "mandate", "size", "seed", "expected")

    def __init__(self, data: Any = None, *, mandates: Sequence[Mandate], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.by_code = {mandate.code: mandate for mandate in mandates}
        mandate: Any = self.fields["mandate"]
        mandate.choices = [(code, str(each)) for code, each in self.by_code.items()]
        if len(mandates) == 1:
            mandate.widget = forms.HiddenInput()

    def clean_mandate(self) -> Mandate:
        return self.by_code[self.cleaned_data["mandate"]]

    def validate_constraints(self) -> None:
        """Left to the service."""


class ChecklistForm(forms.Form):
    """The checklist about one record. Fields are called as the API calls them: `answers.delay.value`."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, asked: Iterable[SampleQuestion], initial: dict[str, Any]
    ) -> None:
        super().__init__(data, initial=initial)
        self.codes = []
        for each in asked:
            question = each.question
            self.codes.append(question.code)
            self.fields[f"answers.{question.code}.value"] = forms.ChoiceField(
                label=f"{each.position}. {localized(question, 'text')}",
                help_text=localized(question, "help"),
                choices=ItemAnswer.Value,
                widget=forms.RadioSelect,
                required=False,
            )
            self.fields[f"answers.{question.code}.comment"] = forms.CharField(
                label=_("Comment on question %(number)d") % {"number": each.position},
                max_length=2000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    @property
    def questions(self) -> list[tuple[forms.BoundField, forms.BoundField, str, bool]]:
        """(answer, comment, code, whether a no was saved) of each question, in the order of the sample."""
        return [
            (
                self[f"answers.{code}.value"],
                self[f"answers.{code}.comment"],
                code,
                self.initial.get(f"answers.{code}.value") == ItemAnswer.Value.NO,
            )
            for code in self.codes
        ]

    def clean(self) -> dict[str, Any]:
        """As the service takes it: the answers together, by code."""
        data = super().clean() or self.cleaned_data
        answers = {}
        for code in self.codes:
            value = data.pop(f"answers.{code}.value", "")
            comment = data.pop(f"answers.{code}.comment", "")
            if value or comment:
                answers[code] = {"value": value, "comment": comment}
        return {**data, "answers": answers}


def answers_shown(item: SampleItem, answers: Iterable[ItemAnswer]) -> dict[str, Any]:
    """What the form shows of a record; `answers` come with their question."""
    shown: dict[str, Any] = {"version": item.version}
    for answer in answers:
        prefix = f"answers.{answer.question.code}"
        shown |= {f"{prefix}.value": answer.value, f"{prefix}.comment": answer.comment}
    return shown
