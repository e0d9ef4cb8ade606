"""Pages of the internal notes: writing one, correcting one's own."""

import uuid
from copy import copy
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.forms.notes import CorrectedNoteForm, NoteForm
from cases.models import Case, Note
from cases.policy import Action
from cases.services.notes import add_note, check_author, update_note
from cases.views.cases import page_of
from peph.pages import form_page, get_visible, posted, refusals

FORM = "form.html"


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def note_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Write a note on a case."""
    case = get_visible(request, Case.objects.with_people(), pk, needs=Action.EDIT, case=pk)
    return form_page(
        request,
        FORM,
        NoteForm(posted(request)),
        lambda **data: add_note(case, by=request.user, **data),
        success=_("The note was added."),
        to=f"{case.get_absolute_url()}#notes",
        context=page_of(case, _("Add a note to the case %(number)s"), _("Add the note")),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def note_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Correct one's own note; the former text stays in the history."""
    note = get_visible(request, Note.objects.select_related("case"), pk, needs=Action.EDIT)
    check_author(note, by=request.user)

    def form(data: Any = None) -> CorrectedNoteForm:
        return CorrectedNoteForm(data, instance=copy(note), initial={"version": note.version})

    return form_page(
        request,
        FORM,
        form(posted(request)),
        lambda **data: update_note(note, by=request.user, **data),
        success=_("The note was corrected."),
        to=f"{note.case.get_absolute_url()}#notes",
        context=page_of(note.case, _("Correct a note of the case %(number)s"), _("Save")),
        present=form,
    )
