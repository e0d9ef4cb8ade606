"""Pages of the host organisations: list, one with its sites, correction by the programme."""

import uuid
from copy import copy
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from organizations.filters import HostOrganizationFilter
from organizations.forms.hosts import OrganizationForm
from organizations.models import HostOrganization, HostSite
from organizations.policy import ORGANIZATION_POLICY, PROGRAM_POLICY, Action
from organizations.services.hosts import update_organization
from peph.pages import form_page, get_visible, listing, open_visible, posted, refusals
from peph.paging import Order
from peph.templatetags.peph import date_iso

BY_ACRONYM = Order("acronym", descending=False)
SITES_SHOWN = 50


@require_safe
@refusals
def organization_list(request: HttpRequest) -> HttpResponse:
    """The organisations the reader may see, by acronym."""
    everything = HostOrganization.objects.all()
    found = listing(
        request,
        HostOrganizationFilter(request.GET, queryset=everything, request=request),
        ORGANIZATION_POLICY,
        order=BY_ACRONYM,
    )
    return render(request, "organizations/organization_list.html", {"listing": found})


@require_safe
def organization_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What is known of an organisation, and those of its sites that the reader may see."""
    organization = open_visible(request, HostOrganization.objects.select_related("successor"), pk)
    sites = list(
        HostSite.objects.visible_to(request.user)
        .filter(organization=organization)
        .select_related("organization", "region")
        .order_by("region__code", "name", "pk")[: SITES_SHOWN + 1]
    )
    context = {
        "organization": organization,
        "facts": _facts(organization),
        "sites": sites[:SITES_SHOWN],
        "more_sites": len(sites) > SITES_SHOWN,
        "gives_access": PROGRAM_POLICY.anywhere(request.user, Action.GRANT),
        "trail": [*_trail(), (organization.acronym, "")],
    }
    return render(request, "organizations/organization_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def organization_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Correct what is known of an organisation."""
    organization = get_visible(request, HostOrganization.objects.all(), pk, needs=Action.EDIT)

    def form(data: Any = None) -> OrganizationForm:
        return OrganizationForm(
            data, instance=copy(organization), initial={"version": organization.version}
        )

    return form_page(
        request,
        "form.html",
        form(posted(request)),
        lambda **data: update_organization(organization, by=request.user, **data),
        success=_("The organisation was updated."),
        to=organization.get_absolute_url(),
        context={
            "heading": _("Correct %(name)s") % {"name": organization.acronym},
            "button": _("Save"),
            "cancel_url": organization.get_absolute_url(),
            "trail": [
                *_trail(),
                (organization.acronym, organization.get_absolute_url()),
                (_("Correct"), ""),
            ],
        },
        present=form,
    )


def _facts(organization: HostOrganization) -> list[tuple[Any, Any]]:
    return [
        (_("Acronym"), organization.acronym),
        (_("Kind"), organization.get_kind_display()),
        (
            _("Staff appointed under the Public Service Act"),
            organization.get_public_service_staff_display(),
        ),
        (_("Exists since"), date_iso(organization.valid_from)),
        (_("Existed until"), date_iso(organization.valid_to)),
        (_("Replaced by"), organization.successor),
        (_("Source"), organization.source),
    ]


def _trail() -> list[tuple[str, str]]:
    return [(_("Host organisations"), reverse("organizations:organization_list"))]
