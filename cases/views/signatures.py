"""The page on which one signature of an agreement is recorded."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.forms.signatures import SignatureForm
from cases.models import Placement, Signature
from cases.services.signatures import SIGNED_BY, sign_agreement
from cases.views.placements import page_of
from cases.workflow import PLACEMENT_WORKFLOW
from peph.pages import form_page, get_visible, posted, refusals
from peph.transition_forms import VersionForm


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def signature_new(request: HttpRequest, pk: uuid.UUID, role: str) -> HttpResponse:
    """Record that somebody signed the agreement: who, when and how."""
    signs_as = Signature.Role(role)
    placement = get_visible(request, Placement.objects.with_people(), pk, needs=SIGNED_BY[signs_as])
    PLACEMENT_WORKFLOW.step("sign", placement.status, placement.get_status_display())
    now = {"version": placement.version, "name": _name(placement, signs_as)}
    context = page_of(placement, _("Sign the agreement"), _("Record the signature"))
    context["facts"] = [
        (_("Signs as"), signs_as.label),
        (_("Participant"), placement.participant),
        (_("Host site"), placement.site),
    ]
    return form_page(
        request,
        "form.html",
        SignatureForm(posted(request), initial=now),
        lambda **data: sign_agreement(placement, by=request.user, role=role, **data),
        success=_("The signature was recorded."),
        to=placement.get_absolute_url(),
        context=context,
        present=lambda: VersionForm(initial=now),
    )


def _name(placement: Placement, role: Signature.Role) -> str:
    """Who is expected to sign, as far as the placement names them."""
    known = {
        Signature.Role.PARTICIPANT: placement.participant.full_name,
        Signature.Role.SUPERVISOR: placement.supervisor_name,
    }
    return known.get(role, "")
