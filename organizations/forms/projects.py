"""What a host says of a post it offers, and the scores of the committee."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organizations.models import Call, Project, ProjectCriterion, ProjectScore
from peph.forms import DateInput

LONG_TEXT = forms.Textarea(attrs={"rows": 5})


class NewProjectForm(forms.ModelForm):
    """A project to draft: the call is one of those that take projects now."""

    class Meta:
        model = Project
        fields: tuple[str, ...] = (
            "call",
            "title",
            "job_class",
            "tasks",
            "objectives",
            "supervision",
            "adaptations",
            "supervisor_name",
            "supervisor_email",
            "mentor_name",
            "hours_per_week",
            "telework",
            "seats",
            "starts_from",
            "hiring",
        )
        widgets = {
            "tasks": LONG_TEXT,
            "objectives": LONG_TEXT,
            "supervision": LONG_TEXT,
            "adaptations": LONG_TEXT,
            "starts_from": DateInput,
            # The supervisor's, not the address of who fills in the form.
            "supervisor_email": forms.EmailInput(attrs={"autocomplete": "off"}),
        }

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A project that was submitted stays in its call, whatever the state of the call.
        taken = Q(pk__in=Call.objects.taking_projects()) | Q(pk=self.instance.call_id)
        calls = Call.objects.visible_to(user).filter(taken)
        if self.instance.submitted_on is not None:
            calls = calls.filter(pk=self.instance.call_id)
        self.fields["call"].queryset = calls  # type: ignore[attr-defined]


class ProjectForm(NewProjectForm):
    """A project that is still with its host."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class ScoresForm(forms.Form):
    """One's own scores, criterion by criterion; what is left open can be scored later."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        criteria: list[ProjectCriterion],
        given: Mapping[Any, ProjectScore],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = criteria
        for criterion in criteria:
            score = given.get(criterion.pk)
            self.fields[criterion.code] = forms.TypedChoiceField(
                choices=ProjectScore.Level.choices,
                coerce=int,
                empty_value=None,
                required=False,
                label=criterion.label,
                widget=forms.RadioSelect,
                initial=score.level if score else None,
                help_text=_("Weight: %(weight)s") % {"weight": criterion.weight},
            )
            self.fields[comment_of(criterion)] = forms.CharField(
                max_length=2000,
                required=False,
                label=_("Comment: %(criterion)s") % {"criterion": criterion.label},
                widget=forms.Textarea(attrs={"rows": 2}),
                initial=score.comment if score else "",
            )

    def clean(self) -> dict[str, Any]:
        """A comment belongs to a score."""
        cleaned: dict[str, Any] = super().clean() or {}
        for criterion in self.criteria:
            if cleaned.get(comment_of(criterion)) and cleaned.get(criterion.code) is None:
                self.add_error(criterion.code, _("Give a level from 1 to 4."))
        return cleaned

    @property
    def scores(self) -> dict[str, dict[str, Any]]:
        """The scores given, as the service takes them."""
        return {
            each.code: {
                "level": self.cleaned_data[each.code],
                "comment": self.cleaned_data[comment_of(each)],
            }
            for each in self.criteria
            if self.cleaned_data.get(each.code) is not None
        }


def comment_of(criterion: ProjectCriterion) -> str:
    """The name of the field that holds the comment on a criterion; a code has no dot."""
    return f"{criterion.code}.comment"
