"""Forms of matching: what a person looks for, and the project somebody is proposed for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import WorkProfile
from organizations.models import Project, Region
from peph.forms import DateInput

SOUGHT = (
    "hours_least",
    "hours_most",
    "telework",
    "available_from",
    "other_regions",
    "wants_mentor",
    "experience",
)
NEEDS = tuple(f"needs_{name}" for name in WorkProfile.NEEDS)


class WorkProfileForm(forms.ModelForm):
    """What is looked for, then what the place must have; `version` 0 stands for nothing written yet."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    other_regions = forms.MultipleChoiceField(
        label=_("Other regions accepted"), widget=forms.CheckboxSelectMultiple, required=False
    )

    class Meta:
        model = WorkProfile
        fields = (*SOUGHT, *NEEDS)
        widgets = {
            "available_from": DateInput,
            "telework": forms.RadioSelect,
            "experience": forms.Textarea(attrs={"rows": 5}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Region.objects.exclude(pk=self.instance.region_id)
        self.fields["other_regions"].choices = [(each.code, str(each)) for each in others]  # type: ignore[attr-defined]
        self.initial["other_regions"] = self.instance.other_regions.split()

    def clean_other_regions(self) -> str:
        """The codes as the profile keeps them."""
        return " ".join(self.cleaned_data["other_regions"])

    @property
    def sought(self) -> list[Any]:
        """The first part of the form."""
        return [self[name] for name in SOUGHT]

    @property
    def needs(self) -> list[Any]:
        """The second part: functional needs, looked up at the site."""
        return [self[name] for name in NEEDS]


class ProposalForm(forms.Form):
    """The project a person is proposed for, among those the proposer may see."""

    project = forms.ModelChoiceField(
        Project.objects.none(),
        label=_("Project"),
        error_messages={"invalid_choice": _("Unknown project.")},
    )

    def __init__(self, data: Any, *, user: Any) -> None:
        super().__init__(data)
        seen = Project.objects.visible_to(user)
        self.fields["project"].queryset = seen  # type: ignore[attr-defined]
