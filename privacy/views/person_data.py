"""Handing somebody what is held about them: the page that asks what is wanted, and the downloads."""

import uuid
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.models import Participant
from cases.views.cases import trail
from peph.accounts.step_up import step_up
from peph.errors import Forbidden
from peph.pages import get_visible, refusals
from privacy.forms.person_data import PersonDataForm
from privacy.services.person_data import Asked, data_of, may_export, reads_health
from privacy.services.person_files import as_json, as_pdf, as_zip, file_name

FORMATS = {"json": "application/json", "zip": "application/zip", "pdf": "application/pdf"}
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@require_safe
@refusals
def person_data(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What can be produced, and what would not be in it."""
    person = _person(request, pk)
    context = {
        "person": person,
        "form": PersonDataForm(),
        "reads_health": reads_health(request.user, person),
        "trail": trail(
            None, (str(person), person.get_absolute_url()), (_("What is held about the person"), "")
        ),
    }
    return render(request, "privacy/person_data.html", context)


@require_safe
@step_up
@refusals
def person_data_download(request: HttpRequest, pk: uuid.UUID, format: str) -> HttpResponseBase:
    """Everything held about the person, in one of three formats. Logged before it is gathered."""
    person = _person(request, pk)
    if format not in FORMATS:
        raise Http404
    form = PersonDataForm(request.GET)
    asked = Asked(**form.cleaned_data) if form.is_valid() else Asked()
    data = data_of(person, by=request.user, asked=asked, format=format, request=request)
    name = f"{file_name(data)}.{format}"
    if format == "zip":
        return FileResponse(
            as_zip(data),
            content_type=FORMATS[format],
            headers=_HEADERS,
            as_attachment=True,
            filename=name,
        )
    body = as_json(data) if format == "json" else as_pdf(data)
    disposition: Any = content_disposition_header(True, name)
    headers = _HEADERS | {"Content-Disposition": disposition}
    return HttpResponse(body, content_type=FORMATS[format], headers=headers)


def _person(request: HttpRequest, pk: uuid.UUID) -> Participant:
    person = get_visible(request, Participant.objects.all(), pk)
    if not may_export(request.user, person):
        raise Forbidden.on(person)
    return person
