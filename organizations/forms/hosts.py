"""Forms of host organisations and their sites."""

from typing import Any

from django import forms

from organizations.models import HostOrganization, HostSite
from peph.forms import DateInput

ABOUT = (
    "name",
    "municipality",
    "address",
    "postal_code",
    "seats",
    "contact_name",
    "contact_email",
)


class OrganizationForm(forms.ModelForm):
    """What is known of a ministry or public body."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = HostOrganization
        fields = (
            "acronym",
            "name",
            "kind",
            "public_service_staff",
            "valid_from",
            "valid_to",
            "successor",
            "source",
            "is_verified",
        )
        widgets = {"valid_from": DateInput, "valid_to": DateInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = HostOrganization.objects.exclude(pk=self.instance.pk)
        self.fields["successor"].queryset = others  # type: ignore[attr-defined]


class SiteForm(forms.ModelForm):
    """What a site says of itself; organisation and region never change."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = HostSite
        fields: tuple[str, ...] = (*ABOUT, *HostSite.ACCESS_FIELDS, "access_checked_on")
        widgets = {
            "access_checked_on": DateInput,
            # A site is somebody's place of work, not the address of who fills in the form.
            "address": forms.TextInput(attrs={"autocomplete": "off"}),
            "postal_code": forms.TextInput(attrs={"autocomplete": "off"}),
            "contact_email": forms.EmailInput(attrs={"autocomplete": "off"}),
        }

    def clean_postal_code(self) -> str:
        """Typed g1r5m1 or G1R 5M1, it is kept as G1R 5M1."""
        code = self.cleaned_data["postal_code"].upper().replace(" ", "")
        return f"{code[:3]} {code[3:]}" if len(code) == 6 else code

    @property
    def about(self) -> list[Any]:
        """The first part of the form: where the site is and whom to ask."""
        return [self[name] for name in self.fields if name in {"region", *ABOUT}]

    @property
    def access(self) -> list[Any]:
        """The second part: how accessible the place is."""
        return [self[name] for name in (*HostSite.ACCESS_FIELDS, "access_checked_on")]


class NewSiteForm(SiteForm):
    """A site to open: the region is chosen once."""

    version = None  # type: ignore[assignment]

    class Meta(SiteForm.Meta):
        fields = ("region", *SiteForm.Meta.fields)
