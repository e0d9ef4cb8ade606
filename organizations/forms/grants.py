"""Forms of the access pages: find, give, extend and end a grant."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organizations.grant_list import Wanted, kind_of, tables
from organizations.models import Grant, HostOrganization, HostSite, Program, Region
from peph.accounts.models import User
from peph.forms import DateInput

STATES = (
    ("live", _("In force")),
    ("review", _("To review: ending within 30 days, or not confirmed for a year")),
    ("ending", _("Ending within 30 days")),
    ("endless", _("Without a last day")),
    ("dormant", _("Not signed in for 90 days")),
    ("over", _("Past their last day")),
    ("all", _("All")),
)


def role_choices(models: dict[str, type[Grant]]) -> list[tuple[str, list[tuple[str, Any]]]]:
    """Roles grouped by what they are given on; a value is "table.role"."""
    return [
        (
            str(kind_of(model).verbose_name).capitalize(),
            [(f"{table}.{code}", label) for code, label in model.ROLES.items()],
        )
        for table, model in models.items()
    ]


class GrantSearchForm(forms.Form):
    """What the list of grants is narrowed to; kept in the address."""

    person = forms.CharField(label=_("Person"), max_length=100, required=False)
    role = forms.ChoiceField(label=_("Role"), required=False)
    name = forms.CharField(
        label=_("Given on"),
        max_length=100,
        required=False,
        help_text=_("Name of the region, organisation or site, or number of the case."),
    )
    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", _("All")), *role_choices(tables())]  # type: ignore[attr-defined]

    @property
    def wanted(self) -> Wanted:
        """What was asked; a value that is not one of the choices counts as not given."""
        self.is_valid()
        given = getattr(self, "cleaned_data", {})
        return Wanted(
            person=given.get("person", ""),
            role=given.get("role", ""),
            name=given.get("name", ""),
            state=given.get("state") or "live",
        )


class GrantForm(forms.Form):
    """Somebody, a role, and what the role is given on."""

    email = forms.EmailField(
        label=_("E-mail of the person"),
        help_text=_("The person must already have an account."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"))
    on = forms.ChoiceField(
        label=_("Given on"), help_text=_("Choose an object of the kind named above the role.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)
    expires_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=DateInput,
        help_text=_("Empty: until somebody ends it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds: tuple[tuple[Any, Any], ...] = (
            (Program, Program.objects.all()),
            (Region, Region.objects.all()),
            (HostOrganization, HostOrganization.objects.all()),
            (HostSite, HostSite.objects.select_related("organization")),
        )
        self.objects: dict[str, Any] = {}
        groups = []
        for model, rows in kinds:
            choices = []
            for row in rows:
                key = f"{model._meta.model_name}:{row.pk}"
                self.objects[key] = row
                choices.append((key, str(row)))
            groups.append((str(model._meta.verbose_name).capitalize(), choices))
        # A grant on one case is given on the page of the case, by whoever answers for it.
        given_here = {
            model._meta.model_name: tables()[model._meta.model_name] for model, _rows in kinds
        }
        self.fields["role"].choices = [("", _("Choose a role")), *role_choices(given_here)]  # type: ignore[attr-defined]
        self.fields["on"].choices = [("", _("Choose")), *groups]  # type: ignore[attr-defined]

    def clean_email(self) -> User:
        return account_with(self.cleaned_data["email"], is_active=True)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        kind, role = data.get("role", "").partition(".")[::2]
        if kind and data.get("on") and data["on"].partition(":")[0] != kind:
            name = kind_of(tables()[kind]).verbose_name
            self.add_error(
                "on",
                _("This role is given on an object of another kind: %(kind)s.") % {"kind": name},
            )
        return {**data, "code": role}

    @property
    def arguments(self) -> dict[str, Any]:
        """What `give_grant` takes."""
        data = self.cleaned_data
        return {
            "user": data["email"],
            "role": data["code"],
            "on": self.objects[data["on"]],
            "reason": data["reason"],
            "expires_on": data["expires_on"],
        }


class ExtendGrantForm(forms.Form):
    """Another last day for a grant, and why."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    expires_on = forms.DateField(
        label=_("New last day"),
        required=False,
        widget=DateInput,
        help_text=_("Empty: until somebody ends it."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)


class TransferForm(forms.Form):
    """Who leaves, who takes over, and why."""

    person = forms.EmailField(
        label=_("E-mail of the person who leaves"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    to = forms.EmailField(
        label=_("E-mail of the successor"),
        help_text=_("The person must already have an account."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def clean_person(self) -> User:
        # Also an account that was closed: that is often when the hand-over is thought of.
        return account_with(self.cleaned_data["person"])

    def clean_to(self) -> User:
        return account_with(self.cleaned_data["to"], is_active=True)


def account_with(email: str, **more: Any) -> User:
    """The account with this e-mail, as it was typed. Raises the form's ValidationError."""
    user = User.objects.filter(email=email.strip().lower(), **more).first()
    if user is None:
        raise forms.ValidationError(_("No open account has this e-mail."))
    return user


class EndGrantForm(forms.Form):
    """Why a grant ends now."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), max_length=300)
