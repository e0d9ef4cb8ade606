"""Writing and correcting internal notes."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.models import Case, Note
from cases.policy import CASE_POLICY, NOTE_POLICY, Action
from cases.services.context import changing
from peph.errors import Forbidden
from peph.records import amend, check_version, locked, save_valid


def add_note(case: Case, *, by: Any, text: str) -> Note:
    """Add a note to a case. Raises Forbidden, Invalid."""
    with changing(case, by=by, verb="cases.note.add"):
        CASE_POLICY.check(by, Action.EDIT, case)
        note = Note(case=case, author=by, text=text.strip())
        save_valid(note)
    return note


def update_note(note: Note, *, by: Any, text: str, version: int | None = None) -> Note:
    """Correct one's own note; the former text stays in the history. Raises Forbidden, Stale, Invalid."""
    with changing(note.case, by=by, verb="cases.note.update"):
        note = locked(Note.objects.all(), note.pk)
        NOTE_POLICY.check(by, Action.EDIT, note)
        check_version(note, version)
        check_author(note, by=by)
        amend(note, {"text": text.strip()})
    return note


def check_author(note: Note, *, by: Any) -> None:
    """Raise Forbidden unless `by` wrote the note."""
    if note.author_id != by.pk:
        raise Forbidden(_("A note is corrected by its author. Add a note of your own instead."))
