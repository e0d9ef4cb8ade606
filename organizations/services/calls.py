"""The yearly call for projects: planned, opened, closed, selected from, published."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from organizations.models import Call, Program
from organizations.policy import CALL_POLICY, PROGRAM_POLICY, Action
from organizations.workflow import CALL_OVER, CALL_WORKFLOW, CallStatus
from peph.audit.changes import change
from peph.errors import Conflict, Forbidden, Invalid
from peph.records import amend, check_version, locked, save_valid

# What is settled once the call is no longer planned, or no longer open: projects were marked late by it.
_FIXED_ONCE_OPEN = ("fiscal_year", "opens_on")
_FIXED_ONCE_CLOSED = ("closes_on",)


def create_call(*, by: Any, **fields: Any) -> Call:
    """Plan the call of a fiscal year. Raises Forbidden or Invalid (also for a second one of the year)."""
    with change(by=by, verb="organizations.call.create"):
        program = Program.objects.first()
        if program is None:
            raise Forbidden
        PROGRAM_POLICY.check(by, Action.EDIT, program)
        call = Call(**fields)
        save_valid(call)
    return call


def update_call(call: Call, *, by: Any, version: int | None = None, **fields: Any) -> Call:
    """Change the dates of a call that is not over. Raises Forbidden, Stale, Conflict, Invalid."""
    with change(by=by, verb="organizations.call.update"):
        call = locked(Call.objects.all(), call.pk)
        CALL_POLICY.check(by, Action.EDIT, call)
        check_version(call, version)
        if call.status in CALL_OVER:
            raise Conflict(_("The results are published: the dates of the call stay as they are."))
        _check_settled(call, fields)
        amend(call, fields)
    return call


def move_call(call: Call, name: str, *, by: Any, version: int | None = None, **inputs: Any) -> Call:
    """Move a call along one row of the table. Raises Forbidden, Stale, Conflict, Invalid."""
    row = CALL_WORKFLOW.by_name[name]
    with change(by=by, verb=CALL_WORKFLOW.verb(name), reason=_reason(inputs)):
        call = locked(Call.objects.all(), call.pk)
        CALL_POLICY.check(by, row.requires, call)
        check_version(call, version)
        CALL_WORKFLOW.step(name, call.status, call.get_status_display())
        if why := obstacle(call, name):
            raise Conflict(why)
        values = row.clean(inputs)
        values.pop("reason", None)
        for field, value in values.items():
            setattr(call, field, value)
        call.status = row.target
        save_valid(call)
    return call


def obstacle(call: Call, name: str) -> object | None:
    """Why a move that the status and the rights allow is not possible yet; None when nothing is."""
    check = _OBSTACLES.get(name)
    return check(call) if check else None


def _undecided(call: Call) -> object | None:
    number = call.projects.undecided().count()
    if not number:
        return None
    return ngettext(
        "%(number)d project of this call is still to decide.",
        "%(number)d projects of this call are still to decide.",
        number,
    ) % {"number": number}


_OBSTACLES: dict[str, Callable[[Call], object | None]] = {"publish": _undecided}


def _reason(inputs: dict[str, Any]) -> str:
    given = inputs.get("reason")
    return given.strip() if isinstance(given, str) else ""


def _check_settled(call: Call, fields: dict[str, Any]) -> None:
    settled: dict[str, Any] = {}
    if call.status != CallStatus.PLANNED:
        told = _("The call was opened: this stays as it is.")
        settled |= dict.fromkeys(_FIXED_ONCE_OPEN, told)
    if call.status not in (CallStatus.PLANNED, CallStatus.OPEN):
        told = _("The call is closed: reopen it to give another deadline.")
        settled |= dict.fromkeys(_FIXED_ONCE_CLOSED, told)
    problems = {
        name: [settled[name]]
        for name, value in fields.items()
        if name in settled and getattr(call, name) != value
    }
    if problems:
        raise Invalid(fields=problems)
