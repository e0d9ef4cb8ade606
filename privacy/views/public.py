"""What anybody may read: the privacy policy and the accessibility statement; and whom they name."""

from copy import copy
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from peph.errors import Forbidden
from peph.pages import form_page, posted, refusals
from privacy.forms.registers import ContactForm
from privacy.inventory.reading import FILES
from privacy.policy import CONTACT_POLICY, Action
from privacy.services.consent_gates import GATES
from privacy.services.contacts import contact, update_contact


@login_not_required
@require_safe
def privacy_policy(request: HttpRequest) -> HttpResponse:
    """What is collected, why, who reads it, for how long, and what one may ask for."""
    context = {
        "contact": contact(),
        "files": FILES,
        "gates": GATES,
        "may_edit": CONTACT_POLICY.anywhere(request.user, Action.EDIT),
    }
    return render(request, "privacy/policy.html", context)


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What was checked, how, what was not, and whom to tell."""
    return render(request, "privacy/accessibility.html", {"contact": contact()})


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def contact_edit(request: HttpRequest) -> HttpResponse:
    """Whom the two public pages name, and since when they hold."""
    if not CONTACT_POLICY.anywhere(request.user, Action.EDIT):
        raise Forbidden
    known = contact()

    def form(data: Any = None) -> ContactForm:
        return ContactForm(data, instance=copy(known), initial={"version": known.version})

    heading = _("Contact of the public pages")
    return form_page(
        request,
        "form.html",
        form(posted(request)),
        lambda **data: update_contact(by=request.user, **data),
        success=_("The public pages were changed."),
        to=reverse("privacy:policy"),
        context={
            "heading": heading,
            "button": _("Save"),
            "intro": _("The privacy policy and the accessibility statement name this person."),
            "cancel_url": reverse("privacy:policy"),
            "trail": [(_("Privacy policy"), reverse("privacy:policy")), (heading, "")],
        },
        present=form,
    )
