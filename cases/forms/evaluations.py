"""Forms of an evaluation: writing it criterion by criterion, and the participant's answer."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Evaluation, EvaluationScore
from organizations.models import EvaluationCriterion
from peph.forms import DateInput

NOT_OBSERVED = "not_observed"
LEVELS = [*EvaluationScore.Level.choices, (NOT_OBSERVED, _("Not observed"))]


def _text(name: str, label: Any, rows: int) -> forms.CharField:
    column: Any = Evaluation._meta.get_field(name)
    return forms.CharField(
        label=label,
        help_text=column.help_text,
        max_length=column.max_length,
        required=False,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class EvaluationForm(forms.Form):
    """All of an evaluation. Fields are called as the service and the API call them: `scores.quality.level`.

    A draft is saved as far as it got; what is missing to sign is the service's to say.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)
    objectives = _text("objectives", _("Objectives reached"), 5)
    needs = _text("needs", _("What would help from now on"), 4)
    recommendation = forms.ChoiceField(
        label=_("Recommendation"),
        choices=Evaluation.Recommendation,
        widget=forms.RadioSelect,
        required=False,
        help_text=_("It decides nothing: the programme and the host organisation decide together."),
    )
    author_name = forms.CharField(
        label=_("Written by"),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    signed_on = forms.DateField(
        label=_("Signed on"), widget=DateInput, required=False, initial=timezone.localdate
    )

    def __init__(
        self, data: Any = None, *, kind: str, initial: dict[str, Any], signing: bool = False
    ) -> None:
        super().__init__(data, initial=initial)
        self.codes = []
        fields: dict[str, forms.Field] = {"version": self.fields.pop("version")}
        # Nothing is there yet that somebody else could have changed.
        fields["version"].required = "version" in initial
        for criterion in EvaluationCriterion.objects.filter(is_active=True):
            self.codes.append(criterion.code)
            fields[f"scores.{criterion.code}.level"] = forms.ChoiceField(
                label=criterion.label, choices=LEVELS, widget=forms.RadioSelect, required=False
            )
            fields[f"scores.{criterion.code}.comment"] = forms.CharField(
                label=_("Comment: %(criterion)s") % {"criterion": criterion.label},
                max_length=2000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
        self.fields = {**fields, **self.fields}
        if kind == Evaluation.Kind.SELF:
            del self.fields["recommendation"]
        self.fields["signed_on"].required = signing

    @property
    def criteria(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """(level, comment) of each criterion, in the order of the programme."""
        return [
            (self[f"scores.{code}.level"], self[f"scores.{code}.comment"]) for code in self.codes
        ]

    @property
    def texts(self) -> list[forms.BoundField]:
        """What is written besides the criteria."""
        names = ("objectives", "needs", "recommendation")
        return [self[name] for name in names if name in self.fields]

    @property
    def signature(self) -> list[forms.BoundField]:
        return [self["author_name"], self["signed_on"]]

    def clean(self) -> dict[str, Any]:
        """As the service takes it: the scores together, one untouched criterion left open."""
        data = super().clean() or self.cleaned_data
        scores: dict[str, dict[str, Any]] = {}
        for code in self.codes:
            level = data.pop(f"scores.{code}.level", "")
            values: dict[str, Any] = {"comment": data.pop(f"scores.{code}.comment", "")}
            if level:
                values["level"] = None if level == NOT_OBSERVED else int(level)
            if level or values["comment"]:
                scores[code] = values
        return {**data, "scores": scores}


def content_of(evaluation: Evaluation, scores: Iterable[EvaluationScore]) -> dict[str, Any]:
    """What the form shows of a draft; `scores` come with their criterion."""
    shown: dict[str, Any] = {
        name: getattr(evaluation, name)
        for name in ("version", "objectives", "needs", "recommendation", "author_name")
    }
    for score in scores:
        prefix = f"scores.{score.criterion.code}"
        shown[f"{prefix}.level"] = score.level if score.is_observed else NOT_OBSERVED
        shown[f"{prefix}.comment"] = score.comment
    return shown


class AnswerForm(forms.Form):
    """What the participant says of a signed evaluation, and when; `version` is the evaluation's."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(
        label=_("Answer of the participant"),
        choices=Evaluation.Answer,
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(
        label=_("Comment of the participant"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("In the participant’s own words. Needed for a disagreement."),
    )
    answered_on = forms.DateField(
        label=_("Answered on"), widget=DateInput, initial=timezone.localdate
    )
