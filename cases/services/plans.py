"""The plan of a placement: its objectives, kept by the programme and the host while it is current."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.models import Objective, Placement
from cases.policy import OBJECTIVE_POLICY, PLACEMENT_POLICY, Action
from cases.services.context import changing
from peph.errors import Conflict, Invalid
from peph.records import amend, check_version, locked, save_valid

LONGEST_TEXT = 400
# What people put before a line of a list: a dash, a dot, a number.
_MARK = re.compile(r"^\s*(?:[-–—•*·]+|\d{1,2}[.)])\s*")
_TEXTS = ("text", "indicator", "progress")


def add_objective(placement: Placement, *, by: Any, **fields: Any) -> Objective:
    """Add an objective to the plan. Raises Forbidden, Conflict (the placement is over), Invalid."""
    with changing(placement.case, by=by, verb="cases.objective.add"):
        placement = locked(Placement.objects.select_related("case"), placement.pk)
        PLACEMENT_POLICY.check(by, Action.UPDATE, placement)
        _check_current(placement)
        objective = Objective.of(placement, **_stripped(fields))
        _check_day(objective.due_on, placement)
        _check_state(objective.state, objective.progress)
        save_valid(objective)
    return objective


def update_objective(
    objective: Objective, *, by: Any, version: int | None = None, **fields: Any
) -> Objective:
    """Reword an objective or say how far it is.

    Raises Forbidden, Stale, Conflict (the placement is over), Invalid.
    """
    with changing(objective.case, by=by, verb="cases.objective.update"):
        placement = locked(Placement.objects.select_related("case"), objective.placement_id)
        objective = locked(Objective.objects.all(), objective.pk)
        OBJECTIVE_POLICY.check(by, Action.EDIT, objective)
        check_version(objective, version)
        _change(objective, placement, fields)
    return objective


def plan_from_project(placement: Placement, *, by: Any) -> list[Objective]:
    """Begin the plan with the learning objectives of the project, one a line.

    A line too long for an objective is cut; the project keeps it whole. Raises Forbidden, Conflict (the
    placement is over, or its plan is begun).
    """
    with changing(placement.case, by=by, verb="cases.plan.seed"):
        placement = locked(Placement.objects.select_related("case", "project"), placement.pk)
        PLACEMENT_POLICY.check(by, Action.UPDATE, placement)
        _check_current(placement)
        if placement.objectives.exists():
            raise Conflict(_("This plan is begun already: add objectives to it one by one."))
        lines = placement.project.objectives.splitlines() if placement.project else []
        found = [Objective.of(placement, text=text) for text in _objectives_in(lines)]
        for objective in found:
            save_valid(objective)
    return found


def note_progress(placement: Placement, told: Mapping[Any, Mapping[str, Any]]) -> None:
    """Keep what a report tells of objectives, inside its change: state and progress by key of objective.

    `version`, where given, is the one the reporter saw. Whoever may report on the locked `placement` may
    tell this. Raises Invalid (a field is named “objectives.<key>.progress”), Stale, Conflict (it is over).
    """
    wanted = {str(key): dict(values) for key, values in told.items()}
    rows = Objective.objects.select_for_update(of=("self",)).filter(placement=placement)
    plan = {str(row.pk): row for row in rows}
    if wanted.keys() - plan.keys():
        raise Invalid(fields={"objectives": [_("Unknown objective.")]})
    for key, values in wanted.items():
        check_version(plan[key], values.pop("version", None))
        try:
            _change(plan[key], placement, values)
        except Invalid as error:
            fields = {f"objectives.{key}.{name}": told for name, told in error.fields.items()}
            raise Invalid(error.message, fields=fields) from error


# ------------------------------------------------------------------ the rules of one objective
def _change(objective: Objective, placement: Placement, fields: Mapping[str, Any]) -> None:
    values = _stripped(fields)
    changed = {name for name, value in values.items() if getattr(objective, name) != value}
    if not changed:
        return
    _check_current(placement)
    # A placement replanned since must not keep an old day from being left as it is.
    if "due_on" in changed:
        _check_day(values["due_on"], placement)
    now = {name: values.get(name, getattr(objective, name)) for name in ("state", "progress")}
    _check_state(**now)
    amend(objective, values)


def _check_current(placement: Placement) -> None:
    if not placement.is_current:
        raise Conflict(_("This placement is over: its plan is closed."))


def _check_day(due_on: dt.date | None, placement: Placement) -> None:
    if due_on is not None and not placement.starts_on <= due_on <= placement.ends_on:
        raise Invalid(fields={"due_on": [_("An objective is reached during the placement.")]})


def _check_state(state: str, progress: str) -> None:
    if state == Objective.State.DROPPED and not progress:
        raise Invalid(fields={"progress": [_("Say in a few words why it is given up.")]})


def _stripped(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.strip() if name in _TEXTS and isinstance(value, str) else value
        for name, value in fields.items()
    }


def _objectives_in(lines: Iterable[str]) -> list[str]:
    texts = [_MARK.sub("", line).strip() for line in lines]
    return [
        text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1].rstrip()}…"
        for text in texts
        if text
    ]
