"""Entries of the registers: added, corrected with a reason, moved along their table."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from peph.audit.changes import change
from peph.errors import Conflict, Forbidden, Invalid
from peph.records import amend, check_version, locked, save_valid
from peph.scopes import account_of
from privacy.models import AccessRequest, Entry, Incident
from privacy.models.entries import next_number
from privacy.policy import Action
from privacy.workflow import ACCESS_REQUEST_WORKFLOW, INCIDENT_WORKFLOW


def add_entry(model: type[Entry], *, by: Any, **fields: Any) -> Any:
    """Add an entry to a register. Raises Forbidden, Invalid."""
    with change(by=by, verb=f"privacy.{model._meta.model_name}.add"):
        if not model.policy.anywhere(by, Action.EDIT):
            raise Forbidden
        entry = model(noted_by=account_of(by), **_trimmed(fields))
        entry.number = next_number(model)
        save_valid(entry)
        # Asked of the row as it stands: about whom it is decides as well.
        model.policy.check(by, Action.EDIT, entry)
    return entry


def correct_entry(
    entry: Any, *, by: Any, reason: str, version: int | None = None, **fields: Any
) -> Any:
    """Correct an entry, saying why; the history keeps what it said. Raises Forbidden, Invalid, Stale."""
    verb = f"privacy.{entry._meta.model_name}.correct"
    with change(by=by, verb=verb, reason=reason.strip()):
        entry = locked(type(entry)._default_manager.all(), entry.pk)
        entry.policy.check(by, Action.EDIT, entry)
        check_version(entry, version)
        if not reason.strip():
            raise Invalid(fields={"reason": [_("This information is required.")]})
        amend(entry, _trimmed(fields))
    return entry


def move_entry(entry: Any, name: str, *, by: Any, version: int | None = None, **inputs: Any) -> Any:
    """Move an incident or a request along its table. Raises Forbidden, Conflict, Invalid, Stale."""
    table = entry.workflow
    row = table.by_name[name]
    reason = inputs.get("reason")
    with change(
        by=by, verb=table.verb(name), reason=reason.strip() if isinstance(reason, str) else ""
    ):
        entry = locked(type(entry)._default_manager.all(), entry.pk)
        entry.policy.check(by, row.requires, entry)
        check_version(entry, version)
        table.step(name, entry.state, entry.get_state_display())
        if why_not := entry.obstacle(name):
            raise Conflict(why_not)
        values = {key: value for key, value in row.clean(inputs).items() if key != "reason"}
        _EFFECTS.get((table.prefix, name), _nothing)(entry, values)
        for key, value in values.items():
            # A date not given is none, a text not given is empty.
            column = entry._meta.get_field(key)
            setattr(entry, key, value if value is not None or column.null else "")
        entry.state = row.target
        save_valid(entry)
    return entry


def _trimmed(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.strip() if isinstance(value, str) else value for name, value in fields.items()
    }


# ------------------------------------------------------------------ what a move does besides
def _notified(incident: Incident, values: dict[str, Any]) -> None:
    if values["persons_notified_on"] is None and values["notice_note"] is None:
        raise Invalid(
            fields={
                "persons_notified_on": [
                    _("Give the date, or say below why the persons were not told.")
                ]
            }
        )
    for name in ("cai_notified_on", "persons_notified_on"):
        if values[name] and values[name] < incident.known_on:
            raise Invalid(fields={name: [_("This is before the incident was known.")]})


def _closed(incident: Incident, values: dict[str, Any]) -> None:
    incident.closed_on = timezone.localdate()


def _reopened(entry: Any, values: dict[str, Any]) -> None:
    entry.closed_on = None


def _unanswered(request: AccessRequest, values: dict[str, Any]) -> None:
    request.answered_on = request.recourse_told_on = None
    request.answer = request.refusal_article = request.refusal_reason = ""


def _nothing(entry: Any, values: dict[str, Any]) -> None:
    """The state and what was given say it all."""


_EFFECTS: dict[tuple[str, str], Callable[[Any, dict[str, Any]], None]] = {
    (INCIDENT_WORKFLOW.prefix, "notify"): _notified,
    (INCIDENT_WORKFLOW.prefix, "close"): _closed,
    (INCIDENT_WORKFLOW.prefix, "reopen"): _reopened,
    (ACCESS_REQUEST_WORKFLOW.prefix, "reopen"): _unanswered,
}
