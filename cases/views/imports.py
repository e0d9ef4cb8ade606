"""The import as a page: choose the file, read what would happen, decide on duplicates, confirm."""

import csv
import uuid
from io import SEEK_END, StringIO
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.forms.imports import DecisionsForm, UploadForm
from cases.imports.columns import COLUMNS
from cases.imports.importing import Report
from cases.imports.records import Problem
from cases.imports.uploads import (
    import_upload,
    judge,
    keep_upload,
    own_uploads,
    people_in,
)
from cases.models import ImportUpload
from peph.audit import access_log
from peph.errors import Conflict, DomainError
from peph.exports import safe_text
from peph.pages import posted, refusals

PROBLEMS_SHOWN = 200
MOST_DECISIONS = 300


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def import_new(request: HttpRequest) -> HttpResponse:
    """Choose the spreadsheet; it is kept for its preview once it proved to be one."""
    waiting = own_uploads(request.user).defer("content").order_by("-uploaded_at")
    form = UploadForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            upload = keep_upload(file, file.name, by=request.user)
        except DomainError as error:
            form.add_error("file", str(error))
        else:
            return redirect("cases:import_preview", pk=upload.pk)
    context = {"form": form, "uploads": waiting, "columns": COLUMNS}
    return render(request, "cases/import_new.html", context, status=400 if form.errors else 200)


@require_safe
@refusals
def import_preview(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What the file would change: counts, each problem, each probable duplicate."""
    upload = _own(request, pk)
    access_log.record("open", request=request, obj=upload)
    report = judge(upload, by=request.user)
    return _preview(request, upload, report, _decisions(upload, report))


@require_POST
@refusals
def import_confirm(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Import, with a decision for each probable duplicate; all rows or none."""
    upload = _own(request, pk)
    report = judge(upload, by=request.user)
    form = _decisions(upload, report, request.POST)
    if not form.is_valid():
        return _preview(request, upload, report, form, status=400)
    done = import_upload(upload, by=request.user, decisions=form.decisions)
    if done.errors:
        return _preview(request, upload, done, form, status=409)
    messages.success(request, _outcome(done))
    return redirect("cases:case_list")


@require_POST
@refusals
def import_discard(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Give the file up: it is deleted, nothing was written."""
    _own(request, pk).delete()
    messages.success(request, _("The file was deleted. Nothing was imported."))
    return redirect("cases:import_new")


@require_safe
@refusals
def import_problems(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Every problem as a CSV file that a spreadsheet opens by itself."""
    upload = _own(request, pk)
    report = judge(upload, by=request.user)
    access_log.record("export", request=request, obj=upload, detail={"rows": len(report.errors)})
    answer = HttpResponse(_as_csv(report.errors), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{_("problems")}.csv"'
    return answer


def _own(request: HttpRequest, pk: uuid.UUID) -> ImportUpload:
    return get_object_or_404(own_uploads(request.user), pk=pk)


def _decisions(upload: ImportUpload, report: Report, data: Any = None) -> DecisionsForm:
    if len(report.duplicates) > MOST_DECISIONS:
        raise Conflict(
            _("This file has more than %(most)d probable duplicates: import it with the command.")
            % {"most": MOST_DECISIONS}
        )
    rows = {number for each in report.duplicates for number in (each.row, each.of_row or 0)}
    return DecisionsForm(data, duplicates=report.duplicates, people=people_in(upload, rows))


def _preview(
    request: HttpRequest,
    upload: ImportUpload,
    report: Report,
    form: DecisionsForm,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "upload": upload,
        "report": report,
        "form": form,
        "problems": report.errors[:PROBLEMS_SHOWN],
        "facts": [
            (_("Rows"), report.rows),
            (_("New people, to import"), report.importable),
            (_("Imported already, left as they are"), report.known),
            (_("Probable duplicates"), len(report.duplicates)),
            (_("Rows with a problem"), len({problem.row for problem in report.errors})),
        ],
    }
    return render(request, "cases/import_preview.html", context, status=status)


def _outcome(report: Report) -> str:
    if not report.imported:
        return _("Nothing was new in this file: nothing was imported.")
    imported = ngettext(
        "%(count)d person was imported.", "%(count)d people were imported.", report.imported
    ) % {"count": report.imported}
    number = (report.change_set or "").partition(":")[0]
    return imported + " " + _("This is change %(number)s of the history.") % {"number": number}


def _as_csv(problems: list[Problem]) -> str:
    # The mark and the semicolon: without them the usual program shows accents and columns wrong.
    text = StringIO("\N{ZERO WIDTH NO-BREAK SPACE}")
    text.seek(0, SEEK_END)
    lines = csv.writer(text, delimiter=";")
    lines.writerow((_("Row"), _("Column"), _("Value"), _("Problem")))
    for problem in problems:
        texts = (problem.column, problem.value, str(problem.message))
        lines.writerow((problem.row, *map(safe_text, texts)))
    return text.getvalue()
