"""The forms of a retention rule, of a legal hold, of a proposal to erase."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from peph.forms import DateInput
from privacy.models import Erasure, LegalHold, RetentionRule


class RuleForm(forms.ModelForm):
    """How long, from when, and on what ground; the reason of the change goes to the history."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason of the change"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )

    class Meta:
        model = RetentionRule
        fields = ("months", "counted_from_fr", "counted_from_en", "source", "is_confirmed")
        widgets = {"source": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.months is None:
            # What follows another rule, or a setting of the service, has no term of its own.
            for name in ("months", "counted_from_fr", "counted_from_en"):
                del self.fields[name]


class HoldForm(forms.ModelForm):
    """Why nothing of a person may go, and until when."""

    class Meta:
        model = LegalHold
        fields = ("case", "reason", "until")
        widgets = {"until": DateInput(), "reason": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, participant: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["case"]
        field.queryset = Case.objects.filter(participant=participant).order_by("-referred_on")
        field.empty_label = _("All cases of the person")


class ProposalForm(forms.Form):
    """On what ground a person is to be erased."""

    ground = forms.ChoiceField(
        label=_("Ground"),
        choices=[each for each in Erasure.Ground.choices if each[0] != Erasure.Ground.RESTORED],
    )
    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "Who asked and when, where it is not the end of the term. It goes with the person."
        ),
    )
