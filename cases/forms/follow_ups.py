"""Forms of a follow-up: planning it, changing it, saying what came of it."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.forms.people import coordinators
from cases.models import Case, FollowUp
from peph.forms import DateInput


class NewFollowUpForm(forms.ModelForm):
    """A follow-up besides those of the schedule."""

    class Meta:
        model = FollowUp
        fields = ("subject", "due_on", "placement", "responsible", "is_shared")
        widgets = {"due_on": DateInput}
        help_texts = {"placement": _("Leave empty when it is about the case alone.")}

    def __init__(self, data: Any = None, *, user: Any, case: Case) -> None:
        super().__init__(data, initial={"responsible": case.coordinator_id})
        self.fields["subject"].required = True
        placements = case.placements.visible_to(user).select_related(
            "site__organization", "participant"
        )
        self.fields["placement"].queryset = placements  # type: ignore[attr-defined]
        people = coordinators(case.region_id, besides=case.coordinator_id)
        self.fields["responsible"].queryset = people  # type: ignore[attr-defined]


class FollowUpForm(forms.ModelForm):
    """What can be changed before it is done; a step of the schedule keeps its name."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason for the change"), max_length=300, required=False)

    class Meta:
        model = FollowUp
        fields = ("subject", "due_on", "responsible", "is_shared")
        widgets = {"due_on": DateInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        follow_up = self.instance
        if follow_up.step_id:
            del self.fields["subject"]
        else:
            self.fields["subject"].required = True
        people = coordinators(follow_up.region_id, besides=follow_up.responsible_id)
        self.fields["responsible"].queryset = people  # type: ignore[attr-defined]


class DoneForm(forms.Form):
    """What came of a follow-up and, if there is one, what comes next."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    done_on = forms.DateField(label=_("Done on"), widget=DateInput, initial=timezone.localdate)
    mode = forms.ChoiceField(label=_("How"), choices=FollowUp.Mode, widget=forms.RadioSelect)
    concern = forms.ChoiceField(
        label=_("Concern"),
        choices=FollowUp.Concern,
        widget=forms.RadioSelect,
        initial=FollowUp.Concern.NONE,
    )
    summary = forms.CharField(
        label=_("Summary"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What was said and agreed. No health detail here."),
    )
    is_shared = forms.BooleanField(
        label=_("Shared with the host organisation"),
        required=False,
        help_text=_("The host organisation then reads the summary."),
    )
    next_due_on = forms.DateField(
        label=_("Next follow-up due"),
        widget=DateInput,
        required=False,
        help_text=_("Leave empty when none is needed besides the schedule."),
    )
    next_subject = forms.CharField(
        label=_("Subject of the next follow-up"), max_length=120, required=False
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("next_subject") and not data.get("next_due_on"):
            self.add_error("next_due_on", _("Say when the next follow-up is due."))
        return data
