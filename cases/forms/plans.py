"""Forms of the plan of a placement and of its progress reports."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from cases.models import Objective, Report
from peph.forms import DateInput

# What a report asks about an objective: it is not settled yet.
ASKED_ABOUT = frozenset({Objective.State.PLANNED, Objective.State.UNDER_WAY})


class HoursField(forms.DecimalField):
    """Hours as people write them: with a comma or with a point, whatever the language of the page."""

    def prepare_value(self, value: Any) -> Any:
        return number_format(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)


class ObjectiveForm(forms.ModelForm):
    """One objective to add."""

    class Meta:
        model = Objective
        fields: tuple[str, ...] = ("text", "indicator", "due_on")
        widgets: dict[str, Any] = {
            "text": forms.Textarea(attrs={"rows": 3}),
            "indicator": forms.Textarea(attrs={"rows": 2}),
            "due_on": DateInput,
        }


class KeptObjectiveForm(ObjectiveForm):
    """The same, of an objective of the plan: how far it is comes first."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta(ObjectiveForm.Meta):
        fields = ("state", "progress", "text", "indicator", "due_on")
        widgets = {**ObjectiveForm.Meta.widgets, "progress": forms.Textarea(attrs={"rows": 4})}


class ReportForm(forms.ModelForm):
    """What the host says of a period, and of each objective not settled yet."""

    class Meta:
        model = Report
        fields = (
            "from_on",
            "to_on",
            "hours_worked",
            "hours_absent",
            "progress",
            "concern",
            "author_name",
        )
        widgets: dict[str, Any] = {
            "from_on": DateInput,
            "to_on": DateInput,
            "hours_worked": forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            "hours_absent": forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            "progress": forms.Textarea(attrs={"rows": 6}),
            "concern": forms.RadioSelect,
            "author_name": forms.TextInput(attrs={"autocomplete": "off"}),
        }
        field_classes: dict[str, Any] = {"hours_worked": HoursField, "hours_absent": HoursField}
        help_texts = {
            "hours_absent": _("A sum of hours. The reason of an absence is not asked."),
            "concern": _("Urgent: the coordinator follows up within two working days."),
        }

    def __init__(self, *args: Any, objectives: Iterable[Objective] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.objectives = [each for each in objectives if each.state in ASKED_ABOUT]
        for each in self.objectives:
            self.fields |= _about(each)

    def clean(self) -> dict[str, Any]:
        """Gather what is told of objectives as the service takes it; those left alone are left out."""
        data = super().clean() or self.cleaned_data
        first, last = data.get("from_on"), data.get("to_on")
        if first and last and last < first:
            self.add_error("to_on", _("The period ends after it begins."))
        told = {}
        for each in self.objectives:
            names = {
                part: f"objectives.{each.pk}.{part}" for part in ("state", "progress", "version")
            }
            found = {part: data.pop(name, None) for part, name in names.items()}
            if {names["state"], names["progress"]} & set(self.changed_data):
                told[str(each.pk)] = found
        return {**data, "objectives": told} if told else data


class CorrectedReportForm(ReportForm):
    """A report to correct, and why."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason for the change"), max_length=300)


def _about(objective: Objective) -> dict[str, forms.Field]:
    name = f"objectives.{objective.pk}"
    about = {"objective": objective.text}
    return {
        f"{name}.state": forms.ChoiceField(
            label=_("Objective “%(objective)s”") % about,
            choices=Objective.State,
            initial=objective.state,
        ),
        f"{name}.progress": forms.CharField(
            label=_("Progress of “%(objective)s”") % about,
            initial=objective.progress,
            max_length=2000,
            required=False,
            widget=forms.Textarea(attrs={"rows": 3}),
        ),
        f"{name}.version": forms.IntegerField(initial=objective.version, widget=forms.HiddenInput),
    }
