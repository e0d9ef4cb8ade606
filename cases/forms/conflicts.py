"""Forms of a conflict of interest: declaring one's own, declaring that of somebody else, ending one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organizations.forms.grants import account_with


class OwnConflictForm(forms.Form):
    """Why the person signed in must not see this case."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("A few words are enough: relative, neighbour, former colleague…"),
    )


class ConflictForm(OwnConflictForm):
    """Who must not see this case, and why."""

    email = forms.EmailField(
        label=_("E-mail of the person"),
        help_text=_("The person must already have an account."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("email", "reason")

    def clean_email(self) -> Any:
        return account_with(self.cleaned_data["email"], is_active=True)

    @property
    def arguments(self) -> dict[str, Any]:
        """What `declare_conflict` takes."""
        data = self.cleaned_data
        return {"user": data["email"], "reason": data["reason"]}


class EndConflictForm(forms.Form):
    """Why a conflict of interest ends."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), max_length=300)
