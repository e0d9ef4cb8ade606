"""Proposing a project, completing it, moving it; the committee's scores. Reading them is `score_table`."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.models import Call, HostSite, Project, ProjectCriterion, ProjectScore
from organizations.policy import PROJECT_CONFLICT, PROJECT_POLICY, SITE_POLICY, Action
from organizations.services import obstacles
from organizations.workflow import (
    CALL_TAKES_COMPLETIONS,
    CALL_UNDER_SELECTION,
    PROJECT_WORKFLOW,
    CallStatus,
    ProjectStatus,
)
from peph.audit import timeline
from peph.audit.changes import change
from peph.errors import Conflict, Forbidden, Invalid, Stale
from peph.records import amend, check_version, locked, save_valid
from peph.text import plain
from peph.working_days import working_days_after

REPLY_WORKING_DAYS = 10


def propose_project(site: HostSite, *, by: Any, call: Call, **fields: Any) -> Project:
    """Draft a project of `site` for a call that takes projects. Raises Forbidden, Conflict, Invalid."""
    with change(
        by=by,
        verb="organizations.project.propose",
        organization=site.organization_id,
        region=site.region_id,
    ):
        SITE_POLICY.check(by, Action.PROPOSE, site)
        _check_takes(locked(Call.objects.all(), call.pk))
        project = Project(call=call, site=site, **fields)
        _check_mentor(project)
        save_valid(project)
    return project


def update_project(
    project: Project, *, by: Any, version: int | None = None, **fields: Any
) -> Project:
    """Write a project as long as it is with its host. Raises Forbidden, Stale, Conflict, Invalid."""
    with _changing(project, by=by, verb="organizations.project.update"):
        project = locked(Project.objects.select_related("site", "call"), project.pk)
        PROJECT_POLICY.check(by, Action.EDIT, project)
        check_version(project, version)
        if not project.is_editable:
            raise Conflict(
                _("This project is no longer with its host: it can be changed once returned.")
            )
        call = fields.get("call", project.call)
        if call.pk != project.call_id:
            _check_other_call(project, call)
        amend(project, fields)
        _check_mentor(project)
    return project


def move_project(
    project: Project, name: str, *, by: Any, version: int | None = None, **inputs: Any
) -> Project:
    """Move a project along one row of the table. Raises Forbidden, Stale, Conflict, Invalid.

    A row marked `consequence` is nobody's to ask for: `services.seats` follows the placements.
    """
    row = PROJECT_WORKFLOW.by_name[name]
    given = inputs.get("reason")
    reason = given.strip() if isinstance(given, str) else ""
    with _changing(project, by=by, verb=PROJECT_WORKFLOW.verb(name), reason=reason):
        # The call first: closing and publishing it look at its projects under the same lock. Not the one
        # the given copy names: a draft may have gone to another.
        present = Project.objects.filter(pk=project.pk).values("call_id")[:1]
        call = locked(Call.objects.all(), present)
        project = locked(Project.objects.select_related("site"), project.pk)
        if project.call_id != call.pk:
            raise Stale
        project.call = call
        PROJECT_POLICY.check(by, row.requires, project)
        check_version(project, version)
        PROJECT_WORKFLOW.step(name, project.status, project.get_status_display())
        if row.consequence:
            raise Conflict(_("This follows from the placements."))
        if why := obstacles.obstacle(project, name):
            raise Conflict(why)
        values = row.clean(inputs)
        _EFFECTS.get(name, _fill)(project, values)
        project.status = row.target
        save_valid(project)
    return project


def reason_given(project: Project) -> str:
    """What was said when the project was returned, withdrawn or cancelled; empty in any other state.

    Its host reads no history and has to know what is missing. Every other reason is the programme's own.
    """
    told = _TOLD.get(ProjectStatus(project.status))
    if told is None:
        return ""
    moves = timeline.for_record(Project, project.pk).filter(verb=PROJECT_WORKFLOW.verb(told))
    return moves.values_list("reason", flat=True).first() or ""


_TOLD = {
    ProjectStatus.RETURNED: "return",
    ProjectStatus.WITHDRAWN: "withdraw",
    ProjectStatus.CANCELLED: "cancel",
}


def _changing(project: Project, *, by: Any, verb: str, reason: str = "") -> Any:
    return change(
        by=by,
        verb=verb,
        reason=reason,
        organization=project.organization_id,
        region=project.region_id,
    )


# ------------------------------------------------------------------ what one move fills in
def _fill(project: Project, values: dict[str, Any]) -> None:
    for field, value in values.items():
        if field != "reason":
            setattr(project, field, value)


def _submit(project: Project, values: dict[str, Any]) -> None:
    project.reply_by = None
    if project.submitted_on is not None:
        # Completed: it came in on the day it first came in, late or not.
        return
    today = timezone.localdate()
    project.submitted_on = today
    project.is_late = project.call.status != CallStatus.OPEN or today > project.call.closes_on


def _return(project: Project, values: dict[str, Any]) -> None:
    project.reply_by = values["reply_by"] or working_days_after(
        timezone.localdate(), REPLY_WORKING_DAYS
    )


def _withdraw(project: Project, values: dict[str, Any]) -> None:
    project.reply_by = None


def _decide(project: Project, values: dict[str, Any]) -> None:
    # The database holds that what is decided was submitted.
    received: Any = project.submitted_on
    decided: dt.date = values["decided_on"]
    if decided < received:
        raise Invalid(fields={"decided_on": [_("This is before the project was submitted.")]})
    _fill(project, values)
    project.decision_comment = values["reason"] or ""


_EFFECTS: dict[str, Callable[[Project, dict[str, Any]], None]] = {
    "submit": _submit,
    "return": _return,
    "withdraw": _withdraw,
    "select": _decide,
    "waitlist": _decide,
    "reject": _decide,
}


# ------------------------------------------------------------------ what stands in the way
def _not_taken(project: Project) -> object | None:
    call = project.call
    completes = project.submitted_on is not None and call.status in CALL_TAKES_COMPLETIONS
    return None if call.takes_projects or completes else _refusal(call)


def _still_coming_in(project: Project) -> object | None:
    if project.call.status in CALL_UNDER_SELECTION:
        return None
    return _("The committee reads the projects once the call is closed.")


obstacles.register("submit", _not_taken)
obstacles.register("start-review", _still_coming_in)


def _refusal(call: Call) -> object:
    return _("“%(call)s” takes no project now: its state is “%(state)s”.") % {
        "call": call,
        "state": call.get_status_display(),
    }


def _check_takes(call: Call) -> None:
    if not call.takes_projects:
        raise Conflict(_refusal(call))


def _check_other_call(project: Project, call: Call) -> None:
    if project.submitted_on is not None:
        raise Invalid(fields={"call": [_("A project once submitted stays in its call.")]})
    if not call.takes_projects:
        raise Invalid(fields={"call": [_refusal(call)]})


def _check_mentor(project: Project) -> None:
    if project.mentor_name and plain(project.mentor_name) == plain(project.supervisor_name):
        raise Invalid(
            fields={"mentor_name": [_("The mentor is somebody else than the supervisor.")]}
        )


# ------------------------------------------------------------------ the committee
def score_project(
    project: Project,
    *,
    by: Any,
    scores: Mapping[str, Mapping[str, Any]],
    version: int | None = None,
) -> Project:
    """Give one's own scores, by code of the criterion: a level from 1 to 4 and a comment.

    A criterion left out keeps what was given before. Raises Forbidden (also for the project of one's own
    organisation), Stale, Conflict (not under review), Invalid.
    """
    # Without region or organisation: those who coordinate or audit there read the history of both, but
    # not who scored what.
    with change(by=by, verb="organizations.project.score"):
        project = locked(Project.objects.select_related("site"), project.pk)
        check_may_score(by, project)
        check_version(project, version)
        if project.status != ProjectStatus.UNDER_REVIEW:
            raise Conflict(_("Projects are scored while they are under review."))
        known = {each.code: each for each in ProjectCriterion.objects.filter(is_active=True)}
        if unknown := scores.keys() - known.keys():
            raise Invalid(fields={code: [_("Unknown criterion.")] for code in sorted(unknown)})
        before = {
            each.criterion_id: each
            for each in ProjectScore.objects.filter(project=project, member=by)
        }
        for code, given in scores.items():
            values = _given(code, given)
            criterion = known[code]
            # One body holds the scores of several criteria: a problem is told at its criterion.
            try:
                if criterion.pk in before:
                    amend(before[criterion.pk], values)
                else:
                    save_valid(
                        ProjectScore(project=project, criterion=criterion, member=by, **values)
                    )
            except Invalid as error:
                raise Invalid(fields={code: [str(error)]}) from error
    return project


def check_may_score(by: Any, project: Project) -> None:
    """Raise Forbidden, with the reason where it is the person's own organisation."""
    if PROJECT_CONFLICT.allows(by, Action.SCORE, project, fresh=True):
        raise Forbidden(
            _("You represent or supervise this organisation: others score its projects.")
        )
    PROJECT_POLICY.check(by, Action.SCORE, project)


def _given(code: str, given: Mapping[str, Any]) -> dict[str, Any]:
    level = given.get("level")
    # True is an integer to Python, and 1 to a database.
    if isinstance(level, bool) or level not in ProjectScore.Level.values:
        raise Invalid(fields={code: [_("Give a level from 1 to 4.")]})
    return {"level": level, "comment": (given.get("comment") or "").strip()}
