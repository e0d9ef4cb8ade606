"""Forms of a case: opening it, correcting it, handing it to another region, sharing it."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.forms.participants import PERSON, PersonForm
from cases.forms.people import coordinators, people_like
from cases.models import Case, CaseGrant, Participant
from cases.policy import REGION_CASE_POLICY, Action
from organizations.forms.grants import account_with
from organizations.models import JobClass, Region
from peph.forms import DateInput

# What is asked when a case is opened; the rest is filled in on the way.
OPENING = ("region", "referred_on", "referring_agency", "job_class")


def regions_of(user: Any) -> Any:
    """The regions in which the person takes people in."""
    return Region.objects.filter(REGION_CASE_POLICY.q(user, Action.TAKE_IN))


def _opening_fields(user: Any) -> dict[str, forms.Field]:
    regions = regions_of(user)
    found = list(regions[:2])
    return {
        "region": forms.ModelChoiceField(
            regions,
            label=_("Region"),
            empty_label=_("Choose"),
            initial=found[0] if len(found) == 1 else None,
        ),
        "referred_on": forms.DateField(
            label=_("Referred on"), widget=DateInput, initial=timezone.localdate
        ),
        "referring_agency": forms.CharField(
            label=_("Referring agency"), max_length=160, required=False
        ),
        "job_class": forms.ModelChoiceField(
            JobClass.objects.all(),
            label=_("Job class sought"),
            required=False,
            empty_label=_("Not decided"),
        ),
    }


class KnownPersonCaseForm(forms.Form):
    """A new case of somebody the programme knows already."""

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= _opening_fields(user)


class NewCaseForm(PersonForm):
    """A new person with their case. Probable duplicates are shown before anything is written."""

    somebody_else = forms.BooleanField(
        label=_("I checked: this is somebody else"), required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields |= _opening_fields(user)
        self.duplicates: list[Participant] = []

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if {"last_name", "first_name", "birth_date"} <= data.keys():
            self.duplicates = people_like(self.typed(data), self.user)
        if self.duplicates:
            self.fields["somebody_else"].widget = forms.CheckboxInput()
            if not data.get("somebody_else"):
                self.add_error(
                    "somebody_else", _("Say whether this is one of the people listed above.")
                )
        return data

    @property
    def about_person(self) -> list[Any]:
        """The first part of the form."""
        return [self[name] for name in PERSON]

    @property
    def about_case(self) -> list[Any]:
        """The second part of the form."""
        return [self[name] for name in OPENING]

    @property
    def arguments(self) -> dict[str, Any]:
        """What `open_case` takes."""
        data = self.cleaned_data
        case = {name: data[name] for name in OPENING}
        return {"person": {name: data[name] for name in PERSON}, **case}


class CaseForm(forms.ModelForm):
    """What is corrected on a case; status moves by transitions only, a key date that is set by a request."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Case
        fields = ("coordinator", "job_class", "referring_agency")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        case = self.instance
        people = coordinators(case.region_id, besides=case.coordinator_id)
        self.fields["coordinator"].queryset = people  # type: ignore[attr-defined]


class TransferForm(forms.Form):
    """To which region a case goes, and why."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    region = forms.ModelChoiceField(
        Region.objects.none(),
        label=_("New region"),
        empty_label=_("Choose"),
        help_text=_("Only the regions in which you may take people in."),
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, data: Any = None, *, user: Any, case: Case) -> None:
        super().__init__(data, initial={"version": case.version})
        others = regions_of(user).exclude(pk=case.region_id)
        self.fields["region"].queryset = others  # type: ignore[attr-defined]


class ShareForm(forms.Form):
    """An exception for one person on one case; it has a last day."""

    email = forms.EmailField(
        label=_("E-mail of the person"),
        help_text=_("The person must already have an account."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"), choices=[("", _("Choose")), *CaseGrant.ROLES.items()])
    reason = forms.CharField(label=_("Reason"), max_length=300)
    expires_on = forms.DateField(label=_("Last day"), widget=DateInput)

    def clean_email(self) -> Any:
        return account_with(self.cleaned_data["email"], is_active=True)

    @property
    def arguments(self) -> dict[str, Any]:
        """What `share_case` takes."""
        data = dict(self.cleaned_data)
        return {"user": data.pop("email"), **data}


class EndShareForm(forms.Form):
    """Why an exception ends now."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), max_length=300)
