"""The inventory of personal-information files, generated from the models and the policies."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from peph import exports
from peph.audit import access_log
from peph.errors import Forbidden
from peph.exports import Column
from peph.pages import refusals
from privacy.inventory.reading import FILES, lines_of
from privacy.policy import INVENTORY_POLICY, Action

COLUMNS = [
    Column("file", gettext_lazy("File")),
    Column("purpose", gettext_lazy("Purpose")),
    Column("persons", gettext_lazy("Persons concerned")),
    Column("source", gettext_lazy("Source")),
    Column("security", gettext_lazy("Protection")),
    Column("retention", gettext_lazy("Retention")),
    Column("model", gettext_lazy("Kind of record")),
    Column("field", gettext_lazy("Information")),
    Column("tier", gettext_lazy("Sensitivity")),
    Column("encrypted", gettext_lazy("Encrypted")),
    Column("redactable", gettext_lazy("Leaves the history on erasure")),
    Column("readers", gettext_lazy("Who reads it")),
]


@require_safe
@refusals
def inventory(request: HttpRequest) -> HttpResponse:
    """Each file with what it is for, and each piece of information with who reads it."""
    _check(request)
    access_log.record("list", request=request, detail={"part": "inventory"})
    context = {
        "files": [(file, list(lines_of(file))) for file in FILES],
        "formats": exports.FORMATS.items(),
    }
    return render(request, "privacy/inventory.html", context)


@require_safe
@refusals
def inventory_export(request: HttpRequest, format: str) -> HttpResponseBase:
    """One row for each piece of information. It names nobody: no proof of who one is is asked for."""
    _check(request)
    if format not in exports.FORMATS:
        raise Http404
    access_log.record("export", request=request, detail={"part": "inventory", "format": format})
    rows = (
        [
            str(file.name),
            str(file.purpose),
            str(file.persons),
            str(file.source),
            str(file.security),
            str(file.retention),
            line.model_name,
            line.field_name,
            line.tier,
            line.is_encrypted,
            line.is_redactable,
            ", ".join(line.readers),
        ]
        for file in FILES
        for line in lines_of(file)
    )
    return exports.answer(rows, COLUMNS, format=format, filename=_("inventory"))


def _check(request: HttpRequest) -> None:
    if not INVENTORY_POLICY.anywhere(request.user, Action.VIEW):
        raise Forbidden
