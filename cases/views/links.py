"""Links as the programme sees them: sent, renewed, called back, and the address shown when a mail is lost."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.forms.links import LinkForm
from cases.models import Placement, TaskLink
from cases.policy import Action
from cases.services.link_tasks import Possible, possible_tasks
from cases.services.links import address_of, renew_link, revoke_link, send_possible
from cases.views.placements import page_of, placements_trail
from cases.views.sections import Section
from peph.audit import access_log
from peph.errors import Conflict, DomainError, Invalid
from peph.forms import confirmation, is_confirmed
from peph.pages import form_page, get_visible, posted, refusals
from peph.templatetags.peph import date_iso
from peph.transition_forms import VersionForm

TONES = {
    TaskLink.State.WAITING: "info",
    TaskLink.State.ANSWERED: "success",
    TaskLink.State.EXPIRED: "warning",
    TaskLink.State.REVOKED: "neutral",
}
OPEN = (TaskLink.State.WAITING, TaskLink.State.EXPIRED)


def link_section(request: HttpRequest, placement: Placement) -> Section | None:
    """The links of a placement, for whoever may see them, and what can be sent now."""
    may_send = placement.can_edit  # type: ignore[attr-defined]
    rows = (
        TaskLink.objects.visible_to(request.user)
        .with_abilities(request.user)
        .filter(placement=placement)
        .select_related("evaluation", "created_by")
    )
    shown = [_row(link) for link in rows]
    if not shown and not may_send:
        return None
    return Section(
        name="links",
        title=_("Links sent to those without an account"),
        template="cases/_placement_links.html",
        shown={
            "placement": placement,
            "rows": shown,
            "possible": possible_tasks(placement) if may_send else [],
        },
    )


def _row(link: TaskLink) -> dict[str, Any]:
    state = link.state
    return {
        "link": link,
        "state": state.label,
        "tone": TONES[state],
        "since": link.answered_on or link.revoked_on,
        "may_change": link.can_edit and state in OPEN,  # type: ignore[attr-defined]
    }


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def link_new(request: HttpRequest, pk: uuid.UUID, what: str) -> HttpResponse:
    """Send a link to one task; `what` is one of those that make sense now."""
    placement = get_visible(request, Placement.objects.with_people(), pk, needs=Action.EDIT)
    possible = next((each for each in possible_tasks(placement) if each.code == what), None)
    if possible is None:
        if not _is_known(what):
            raise Http404
        raise Conflict(_("Nothing of this kind is awaited now."))
    context = page_of(placement, _("Send a link"), _("Send the link"))
    context["facts"] = [
        (_("Task"), possible.label),
        (_("Participant"), placement.participant),
        (_("Host site"), placement.site),
    ]
    context["intro"] = _(
        "The link opens this task only, without an account, for whoever has it. A link still open for"
        " the same task is replaced."
    )
    return form_page(
        request,
        "form.html",
        LinkForm(posted(request), initial=_usual_recipient(placement, possible)),
        lambda **data: send_possible(placement, possible, by=request.user, **data),
        success=_("The link was sent."),
        to=lambda link: reverse("cases:link_address", args=[link.pk]),
        context=context,
    )


def _is_known(what: str) -> bool:
    return what.partition("-")[0] in {"sign", "confirm", "report", "evaluate", "answer"}


def _usual_recipient(placement: Placement, possible: Possible) -> dict[str, Any]:
    """Who is usually asked, as far as the placement names them."""
    if possible.for_participant:
        person = placement.participant
        return {
            "recipient_name": person.full_name,
            "recipient_email": person.email,
            "language": person.language,
        }
    if possible.role == "host_coordinator":
        return {}
    return {
        "recipient_name": placement.supervisor_name,
        "recipient_email": placement.supervisor_email,
    }


@never_cache
@require_safe
@refusals
def link_address(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The address itself, to hand over when the mail does not arrive. Each showing is logged."""
    link = _open(request, pk)
    access_log.record(
        "open", request=request, obj=link, case=link.case_id, detail={"part": "address"}
    )
    context = {
        "link": link,
        "address": address_of(link),
        "facts": [
            (_("Task"), link.title),
            (_("Sent to"), link.recipient_name),
            (_("E-mail"), link.recipient_email),
            (_("Valid until"), date_iso(link.expires_on)),
        ],
        "back": link.get_absolute_url(),
        "trail": [
            *placements_trail(),
            (str(link.placement.participant), link.placement.get_absolute_url()),
            (_("Address of a link"), ""),
        ],
    }
    return render(request, "cases/link_address.html", context)


@require_POST
@refusals
def link_renew(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Send a new address to the same e-mail."""
    link, version = _open(request, pk), _version(request)
    try:
        renew_link(link, by=request.user, version=version)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect(link)
    messages.success(request, _("A new link was sent; the one before opens nothing any more."))
    return redirect("cases:link_address", pk=link.pk)


@require_POST
@refusals
def link_revoke(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Call a link back, after asking."""
    link = _open(request, pk)
    _version(request)
    if not is_confirmed(request):
        return confirmation(
            request,
            title=_("Call this link back?"),
            text=_("Its address opens nothing any more, and what was begun with it is lost."),
            button=_("Call it back"),
            cancel_url=link.get_absolute_url(),
        )
    revoke_link(link, by=request.user, version=_version(request))
    messages.success(request, _("The link was called back."))
    return redirect(link)


def _version(request: HttpRequest) -> int:
    """The version of the link the button was shown for. Raises Invalid."""
    form = VersionForm(request.POST)
    if not form.is_valid():
        raise Invalid
    return form.cleaned_data["version"]


def _open(request: HttpRequest, pk: uuid.UUID) -> TaskLink:
    """A link that still awaits an answer. Raises Http404, Forbidden, Conflict."""
    link = get_visible(request, TaskLink.objects.with_people(), pk, needs=Action.EDIT)
    if link.state not in OPEN:
        raise Conflict(_("This link is closed: “%(state)s”.") % {"state": link.state.label})
    return link
