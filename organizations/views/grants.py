"""The access pages: who holds what where. Only whoever leads the programme opens them."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from organizations.forms.grants import (
    EndGrantForm,
    ExtendGrantForm,
    GrantForm,
    GrantSearchForm,
    TransferForm,
)
from organizations.grant_list import grant_or_404, grant_page
from organizations.models import Grant
from organizations.services.grants import end_grant, extend_grant, give_grant, require_lead
from organizations.services.transfers import grants_of, transfer_grants
from peph.accounts.step_up import step_up
from peph.audit import access_log
from peph.forms import confirmation, is_confirmed
from peph.pages import form_page, posted, refusals
from peph.templatetags.peph import date_iso


@require_safe
@refusals
def grant_list(request: HttpRequest) -> HttpResponse:
    """Every grant on every kind of object, those that end first coming first."""
    require_lead(request.user)
    form = GrantSearchForm(request.GET)
    page = grant_page(form.wanted, by=request.user, cursor=request.GET.get("cursor", ""))
    access_log.record(
        "list",
        request=request,
        model="organizations.grant",
        ids=[row.pk for row in page.rows],
        detail={name: value for name, value in request.GET.items() if value} or None,
    )
    return render(request, "organizations/grant_list.html", {"form": form, "page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@step_up
@refusals
def grant_new(request: HttpRequest) -> HttpResponse:
    """Give somebody a role on one object, with a reason and, if possible, a last day."""
    require_lead(request.user)
    form = GrantForm(posted(request))
    return form_page(
        request,
        "form.html",
        form,
        lambda **_data: give_grant(by=request.user, **form.arguments),
        success=_("The access was given. It holds from now on."),
        to=reverse("organizations:grant_list"),
        context=_context(_("Give access"), _("Give this access")),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@step_up
@refusals
def grant_extend(request: HttpRequest, table: str, pk: uuid.UUID) -> HttpResponse:
    """Another last day for a grant, later or earlier."""
    require_lead(request.user)
    grant = grant_or_404(table, pk, by=request.user)
    now = {"version": grant.version, "expires_on": grant.expires_on}
    return form_page(
        request,
        "form.html",
        ExtendGrantForm(posted(request), initial=now),
        lambda **data: extend_grant(grant, by=request.user, **data),
        success=_("The last day was changed."),
        to=reverse("organizations:grant_list"),
        context=_context(_("Change the last day"), _("Save the last day"), grant),
        present=lambda: ExtendGrantForm(initial=now),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@step_up
@refusals
def grant_end(request: HttpRequest, table: str, pk: uuid.UUID) -> HttpResponse:
    """End a grant now, with the reason; the page asks before it happens."""
    require_lead(request.user)
    grant = grant_or_404(table, pk, by=request.user)
    now = {"version": grant.version}
    context = _context(_("End this access"), _("End this access"), grant)
    context["warning"] = _(
        "The person loses this access at once. The history keeps who ended it and why."
    )
    context["danger"] = True
    return form_page(
        request,
        "form.html",
        EndGrantForm(posted(request), initial=now),
        lambda **data: end_grant(grant, by=request.user, **data),
        success=_("The access has ended."),
        to=reverse("organizations:grant_list"),
        context=context,
        present=lambda: EndGrantForm(initial=now),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@step_up
@refusals
def grant_transfer(request: HttpRequest) -> HttpResponse:
    """All that somebody who leaves holds goes to a successor; the page asks first, with the number."""
    require_lead(request.user)
    form = TransferForm(posted(request), initial={"person": request.GET.get("person", "")})
    if request.method == "POST" and form.is_valid() and not is_confirmed(request):
        return _ask_transfer(request, **form.cleaned_data)
    context = _context(_("Hand over access"), _("Hand over"))
    context["intro"] = _(
        "Each access in force goes to the successor with the same last day, and ends for the person who"
        " leaves. Open cases in regions the successor coordinates go along."
    )
    return form_page(
        request,
        "form.html",
        form,
        lambda person, **data: transfer_grants(person, by=request.user, **data),
        success=_("The access was handed over."),
        to=reverse("organizations:grant_list"),
        context=context,
    )


def _ask_transfer(request: HttpRequest, *, person: Any, to: Any, reason: str) -> HttpResponse:
    text = _("%(count)s access in force: %(names)s.") % {
        "count": len(held := grants_of(person, by=request.user)),
        "names": "; ".join(f"{grant.role_label}, {grant.content_object}" for grant in held) or "–",
    }
    return confirmation(
        request,
        title=_("Hand over the access of %(person)s to %(to)s?") % {"person": person, "to": to},
        text=text,
        button=_("Hand over"),
        cancel_url=reverse("organizations:grant_list"),
    )


def _context(heading: str, button: str, grant: Grant | None = None) -> dict[str, Any]:
    list_url = reverse("organizations:grant_list")
    facts = []
    if grant is not None:
        facts = [
            (_("Person"), f"{grant.user.get_full_name()}, {grant.user.email}"),
            (_("Role"), grant.role_label),
            (_("Given on"), grant.content_object),
            (_("Reason"), grant.reason),
            (_("Last day"), date_iso(grant.expires_on) or _("No end")),
        ]
    return {
        "heading": heading,
        "button": button,
        "facts": facts,
        "cancel_url": list_url,
        "trail": [(_("Access"), list_url), (heading, "")],
    }
