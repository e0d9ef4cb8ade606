"""The page of the health information: apart, and each time it is opened is logged."""

import uuid
from copy import copy
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases.forms.health import HealthForm
from cases.models import Case, DisabilityRecord
from cases.policy import Action
from cases.services.participants import read_health, save_health
from cases.views.cases import page_of
from peph.errors import Forbidden
from peph.pages import form_page, get_visible, posted, refusals


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def health(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What the person declared of their disability; a form for whoever may keep it."""
    case = get_visible(request, Case.objects.with_people(), pk, needs=Action.READ_HEALTH, case=pk)
    if request.method == "POST" and not case.can_edit_health:
        raise Forbidden
    # Logged for a POST as well: whoever sends the form has the values before their eyes.
    record = read_health(case, by=request.user, request=request)
    context = page_of(case, _("Health information, case %(number)s"), _("Save")) | {
        "case": case,
        "facts": [(_("Participant"), case.participant)],
        "values": _values(record),
        "intro": _(
            "Only what changes what has to be adapted. Each opening of this page is recorded."
        ),
    }
    if not case.can_edit_health:
        return render(request, "cases/health.html", context)

    def form(data: Any = None) -> HealthForm:
        return HealthForm(data, instance=copy(record), initial={"version": record.version})

    return form_page(
        request,
        "cases/health.html",
        form(posted(request)),
        lambda **data: save_health(case, by=request.user, **data),
        success=_("The health information was saved."),
        to=case.get_absolute_url(),
        context=context,
        present=form,
    )


def _values(record: DisabilityRecord) -> list[tuple[Any, Any]]:
    return [
        (HealthForm.base_fields[name].label, getattr(record, name))
        for name in HealthForm.Meta.fields
    ]
