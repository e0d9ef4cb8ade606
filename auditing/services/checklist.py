"""The checklist: loaded with the reference data, kept by the programme."""

import csv
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from auditing.models import ChecklistQuestion, ItemAnswer
from auditing.policy import CHECKLIST_POLICY
from cases.policy import Action
from organizations.models import Program
from organizations.policy import PROGRAM_POLICY
from peph.audit.changes import change
from peph.errors import Conflict, Forbidden
from peph.records import amend, check_version, locked, save_valid

FILE = Path(__file__).resolve().parent.parent / "reference" / "checklist.csv"
# What an answer was an answer to.
WORDS = ("code", "population", "text_fr", "text_en")


def load_checklist() -> int:
    """Add the questions that are missing and overwrite none; how many were added. Runs inside a change."""
    known = set(ChecklistQuestion.objects.values_list("code", flat=True))
    with FILE.open(encoding="utf-8", newline="") as file:
        added = [
            ChecklistQuestion(**row) for row in csv.DictReader(file) if row["code"] not in known
        ]
    return len(ChecklistQuestion.objects.bulk_create(added))


def add_question(*, by: Any, **fields: Any) -> ChecklistQuestion:
    """Add a question to the checklist. Samples already drawn are not asked it. Raises Forbidden, Invalid."""
    with change(by=by, verb="auditing.question.add"):
        program = Program.objects.first()
        if program is None:
            raise Forbidden
        PROGRAM_POLICY.check(by, Action.EDIT, program)
        question = ChecklistQuestion(**fields)
        save_valid(question)
    return question


def update_question(
    question: ChecklistQuestion, *, by: Any, version: int | None = None, **fields: Any
) -> ChecklistQuestion:
    """Correct, move or retire a question; its words stay once it was answered.

    Raises Forbidden, Conflict, Invalid, Stale.
    """
    with change(by=by, verb="auditing.question.update"):
        question = locked(ChecklistQuestion.objects.all(), question.pk)
        CHECKLIST_POLICY.check(by, Action.EDIT, question)
        check_version(question, version)
        reworded = any(fields.get(name, kept) != kept for name, kept in _words(question).items())
        if reworded and ItemAnswer.objects.filter(question=question).exists():
            raise Conflict(
                _("This question was answered: retire it, and write the new wording as a new one.")
            )
        amend(question, fields)
    return question


def _words(question: ChecklistQuestion) -> dict[str, Any]:
    return {name: getattr(question, name) for name in WORDS}
