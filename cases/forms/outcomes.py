"""The form of an outcome: what was found, according to whom, on what evidence."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Document, FollowUp, Outcome
from cases.services.outcomes import asks_retention, usable_evidence
from peph.forms import DateInput


class EvidenceField(forms.ModelChoiceField):
    """Documents by their title."""

    def label_from_instance(self, obj: Document) -> str:
        return f"{obj.title} ({obj.get_kind_display()})"


class OutcomeForm(forms.ModelForm):
    """What was found. Whether a job lasted is asked only where one was found before."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    evidence = EvidenceField(
        label=_("Evidence"),
        queryset=Document.objects.none(),
        required=False,
        help_text=_("A document that is in the case already: a letter, an e-mail, a pay slip."),
    )

    class Meta:
        model = Outcome
        fields = (
            "situation",
            "job_class",
            "started_on",
            "is_linked",
            "is_retained",
            "source",
            "checked_on",
            "evidence",
            "comment",
        )
        widgets = {
            "started_on": DateInput,
            "checked_on": DateInput,
            "source": forms.RadioSelect,
            "comment": forms.Textarea(attrs={"rows": 4}),
        }
        help_texts = {
            "job_class": _("When it is a job."),
            "started_on": _("When it is a job or studies."),
            "checked_on": _("The day the person or the source was reached."),
            "comment": _("No health detail here."),
        }

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outcome = self.instance
        self.fields["checked_on"].initial = timezone.localdate
        source: Any = self.fields["source"]
        source.choices = Outcome.Source.choices
        evidence: Any = self.fields["evidence"]
        evidence.queryset = usable_evidence(outcome.placement, user) | Document.objects.filter(
            pk=outcome.evidence_id
        )
        if not asks_retention(outcome.placement, outcome.moment):
            del self.fields["is_retained"]

    def validate_constraints(self) -> None:
        """Left to the service, which names the field at fault."""


class NewOutcomeForm(OutcomeForm):
    """The same, with how the person or the source was reached: the follow-up is done with it."""

    mode = forms.ChoiceField(
        label=_("How"),
        choices=FollowUp.Mode,
        widget=forms.RadioSelect,
        initial=FollowUp.Mode.CALL,
        help_text=_("The follow-up of the schedule is then recorded as done."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Nobody else can have changed what is not there yet.
        del self.fields["version"]
