"""Pages of the host sites: list, one with its accessibility, opening and keeping up to date."""

import uuid
from copy import copy
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from organizations.filters import HostSiteFilter
from organizations.forms.hosts import NewSiteForm, SiteForm
from organizations.models import HostOrganization, HostSite
from organizations.policy import SITE_POLICY, Action
from organizations.services.hosts import open_site, update_site
from peph.pages import form_page, get_visible, listing, open_visible, posted, refusals
from peph.paging import Order

BY_NAME = Order("name", descending=False)
TONES = {
    HostSite.Access.YES: "success",
    HostSite.Access.PARTLY: "info",
    HostSite.Access.NO: "warning",
    HostSite.Access.UNKNOWN: "neutral",
}


@require_safe
@refusals
def site_list(request: HttpRequest) -> HttpResponse:
    """The sites the reader may see, by name."""
    rows = HostSite.objects.select_related("organization", "region")
    found = listing(
        request,
        HostSiteFilter(request.GET, queryset=rows, request=request),
        SITE_POLICY,
        order=BY_NAME,
    )
    return render(request, "organizations/site_list.html", {"listing": found})


@require_safe
def site_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Where the site is, whom to ask, how accessible the place is."""
    site = open_visible(request, HostSite.objects.select_related("organization", "region"), pk)
    context = {
        "site": site,
        "facts": _facts(site),
        "access": [
            (
                HostSite._meta.get_field(name).verbose_name,  # type: ignore[union-attr]
                getattr(site, f"get_{name}_display")(),
                TONES[getattr(site, name)],
            )
            for name in HostSite.ACCESS_FIELDS
        ],
        "trail": [*_trail(), (str(site), "")],
    }
    return render(request, "organizations/site_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def site_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Open a site of an organisation in a region."""
    organization = get_visible(request, HostOrganization.objects.all(), pk, needs=Action.OPEN_SITE)
    return form_page(
        request,
        "organizations/site_form.html",
        NewSiteForm(posted(request), instance=HostSite(organization=organization)),
        lambda **data: open_site(organization, by=request.user, **data),
        success=_("The site was opened."),
        to=HostSite.get_absolute_url,
        context={
            "heading": _("Open a site of %(name)s") % {"name": organization.acronym},
            "button": _("Open the site"),
            "cancel_url": organization.get_absolute_url(),
            "trail": [
                *_trail(),
                (organization.acronym, organization.get_absolute_url()),
                (_("Open a site"), ""),
            ],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def site_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Keep what a site says of itself up to date."""
    sites = HostSite.objects.select_related("organization")
    site = get_visible(request, sites, pk, needs=Action.EDIT)

    def form(data: Any = None) -> SiteForm:
        return SiteForm(data, instance=copy(site), initial={"version": site.version})

    return form_page(
        request,
        "organizations/site_form.html",
        form(posted(request)),
        lambda **data: update_site(site, by=request.user, **data),
        success=_("The site was updated."),
        to=site.get_absolute_url(),
        context={
            "heading": _("Keep %(name)s up to date") % {"name": site},
            "button": _("Save"),
            "cancel_url": site.get_absolute_url(),
            "trail": [*_trail(), (str(site), site.get_absolute_url()), (_("Update"), "")],
        },
        present=form,
    )


def _facts(site: HostSite) -> list[tuple[Any, Any]]:
    address = ", ".join(filter(None, (site.address, site.municipality, site.postal_code)))
    return [
        (_("Host organisation"), site.organization),
        (_("Region"), site.region),
        (_("Address"), address),
        (_("People hosted at the same time"), site.seats),
        (_("Contact person"), site.contact_name),
        (_("E-mail of the contact person"), site.contact_email),
    ]


def _trail() -> list[tuple[str, str]]:
    return [(_("Host sites"), reverse("organizations:site_list"))]
