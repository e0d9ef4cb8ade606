"""What a proof of the history found, in the words of whoever reads it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from peph.audit.findings import Problem
from peph.audit.history import by_label

KINDS = {
    "altered": _("A row of the history is not the one that was written."),
    "deleted": _("Something the history held is gone."),
    "inserted": _("The history holds a row that no change wrote."),
    "swapped": _("Two rows of the history were exchanged."),
    "moved": _("A row of the history was put into another change."),
    "chain": _("A change was altered after it was sealed."),
    "live": _("A record is not as its last change left it."),
    "checkpoint": _("The history contradicts a checkpoint: it was rewritten or cut."),
    "receipt": _("The history does not hold a change a receipt was given for."),
    "trigger": _("The database does not guard the history as it should."),
    "unproven": _("The proof could not be made."),
    "clock": _("The clock of a server went back: the order of changes is that of their numbers."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem: what it is in words, where it is, and the exact message for whoever repairs."""

    sentence: Any
    change_set: int | None
    record: str
    history_id: int | None
    message: str


def findings_of(problems: Iterable[Problem]) -> list[Finding]:
    """Each problem as it is shown."""
    return [
        Finding(
            KINDS.get(each.kind, each.kind),
            each.change_set,
            _record(each),
            each.history_id,
            each.message,
        )
        for each in problems
    ]


def _record(problem: Problem) -> str:
    if not problem.model:
        return ""
    try:
        name = str(by_label(problem.model).model._meta.verbose_name)
    except LookupError:
        name = problem.model
    return f"{name} {problem.object_id or ''}".strip()
