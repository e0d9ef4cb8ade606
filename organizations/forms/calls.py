"""The calendar of a call for projects."""

from django import forms
from django.utils.translation import gettext_lazy as _

from organizations.models import Call
from peph.forms import DateInput

DATES = ("opens_on", "closes_on", "committee_on", "results_on", "start_from", "start_to")


class NewCallForm(forms.ModelForm):
    """A call to plan."""

    class Meta:
        model = Call
        fields: tuple[str, ...] = ("fiscal_year", *DATES)
        widgets = dict.fromkeys(DATES, DateInput)
        help_texts = {"fiscal_year": _("The year it begins: 2027 for 2027-2028.")}


class CallForm(NewCallForm):
    """The calendar of a call that exists; the service says what is settled."""

    version = forms.IntegerField(widget=forms.HiddenInput)
