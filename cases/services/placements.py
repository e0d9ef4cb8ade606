"""Opening, keeping up to date and moving a placement; its case and its follow-ups go along."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.models import Case, Placement, Suspension
from cases.policy import CASE_POLICY, PLACEMENT_POLICY, Action
from cases.services import accommodations, schedule
from cases.services.cases import follow_placement
from cases.services.context import changing
from cases.services.key_dates import check_kept
from cases.services.open_matches import withdraw_open_matches
from cases.services.placement_rules import (
    check_after_former,
    check_agreed,
    check_length,
    check_started,
)
from cases.services.plans import plan_from_project
from cases.services.seats import reserve_seat, settle_seats
from cases.services.signatures import unsigned_roles
from cases.workflow import CASE_WORKFLOW, PLACEMENT_WORKFLOW, RefusalReason
from organizations.models import HostSite, Program, Project
from organizations.policy import SITE_POLICY
from organizations.policy import Action as HostAction
from peph.errors import Conflict, DomainError, Forbidden, Invalid
from peph.records import amend, check_version, locked, save_valid
from peph.workflow import Transition

# What the host keeps up to date; dates and job class are the programme's.
HOST_FIELDS = frozenset({"hours_per_week", "supervisor_name", "supervisor_email", "mentor_name"})


def open_placement(
    case: Case,
    *,
    by: Any,
    site: HostSite,
    planned_start: dt.date,
    planned_end: dt.date | None = None,
    project: Project | None = None,
    version: int | None = None,
    **fields: Any,
) -> Placement:
    """Place the participant at `site`; the end defaults to the programme's usual length.

    `project` is whose seat is taken, when a match leads here; other open matches of the case are
    withdrawn. `version` is the case's. Raises Forbidden, Conflict (the case is not waiting, the project
    has no free seat), Invalid, Stale.
    """
    with changing(case, by=by, verb="cases.placement.open") as done:
        case = locked(Case.objects.select_related("participant"), case.pk)
        CASE_POLICY.check(by, Action.DECIDE, case)
        check_version(case, version)
        CASE_WORKFLOW.step("place", case.status, case.get_status_display())
        if not SITE_POLICY.allows(by, HostAction.VIEW, site):
            raise Invalid(fields={"site": [_("Unknown host site.")]})
        if project is not None:
            project = reserve_seat(project, site)
        placement = Placement(
            case=case,
            participant=case.participant,
            region=case.region,
            site=site,
            organization=site.organization,
            project=project,
            planned_start=planned_start,
            planned_end=planned_end or usual_end(planned_start),
            **fields,
        )
        check_agreed(placement)
        check_after_former(placement, placement.planned_start, "planned_start")
        save_valid(placement)
        case.site, case.organization = site, site.organization
        follow_placement(case, "place")
        schedule.generate(placement)
        withdraw_open_matches(case, RefusalReason.OTHER_CHOSEN, besides=project)
        settle_seats(placement)
        accommodations.attach_to(placement)
        if placement.project_id:
            plan_from_project(placement, by=by)
        done.organization_id = site.organization_id
    return placement


def usual_end(planned_start: dt.date) -> dt.date:
    """The last day of a placement of the programme's usual length."""
    program = Program.objects.get()
    return planned_start + dt.timedelta(weeks=program.placement_weeks) - dt.timedelta(days=1)


def update_placement(
    placement: Placement, *, by: Any, version: int | None = None, **fields: Any
) -> Placement:
    """Keep a placement up to date. A host changes `HOST_FIELDS` only; the rest is the programme's, and the
    dates agreed until the agreement is signed.

    Raises Forbidden, Stale, Invalid.
    """
    with changing(placement.case, by=by, verb="cases.placement.update"):
        placement = locked(Placement.objects.select_related("case"), placement.pk)
        PLACEMENT_POLICY.check(by, Action.UPDATE, placement)
        check_version(placement, version)
        changed = {name for name, value in fields.items() if getattr(placement, name) != value}
        if changed - HOST_FIELDS:
            PLACEMENT_POLICY.check(by, Action.EDIT, placement)
        check_kept(placement, fields)
        before = schedule.plan(placement)
        amend(placement, fields)
        check_agreed(placement)
        if "planned_start" in changed:
            check_after_former(placement, placement.planned_start, "planned_start")
        schedule.settle(placement, before)
    return placement


def move_placement(
    placement: Placement, name: str, *, by: Any, version: int | None = None, **inputs: Any
) -> Placement:
    """Move a placement along one row of the table; its case and follow-ups follow.

    Raises Forbidden, Conflict (not from this status), Invalid (an input), Stale.
    """
    row = PLACEMENT_WORKFLOW.by_name[name]
    with changing(
        placement.case, by=by, verb=PLACEMENT_WORKFLOW.verb(name), reason=inputs.get("reason")
    ):
        placement = locked(Placement.objects.select_related("case"), placement.pk)
        PLACEMENT_POLICY.check(by, row.requires, placement)
        check_version(placement, version)
        PLACEMENT_WORKFLOW.step(name, placement.status, placement.get_status_display())
        if refusal := obstacle(placement, name, by=by):
            raise refusal
        values = row.clean(inputs)
        # A suspension keeps its reason beside its dates; every other reason is the change's.
        reason = values.pop("reason", None) or ""
        before = schedule.plan(placement)
        placement.status = row.target
        if name == "suspend":
            _suspend(placement, values, reason)
        else:
            _EFFECTS.get(name, _fill)(placement, by, values)
        save_valid(placement)
        schedule.settle(placement, before)
        if after := _AFTER.get(name):
            after(placement)
    return placement


# ------------------------------------------------------------------ what stands in the way of one move
def obstacle(placement: Placement, name: str, *, by: Any) -> DomainError | None:
    """What keeps `by` from a move that the status and the rights allow; None when nothing does.

    The page says it beside the buttons, the service refuses with it.
    """
    if name == "approve-extension" and placement.extension_by_id == by.pk:
        return Forbidden(_("You asked for this extension: somebody else approves it."))
    return None


def offered(placement: Placement, *, by: Any) -> list[Transition]:
    """The moves open now to `by`, for whom the placement was loaded."""
    steps = placement.available_transitions
    return [step for step in steps if obstacle(placement, step.name, by=by) is None]


# ------------------------------------------------------------------ what one move fills in
def _fill(placement: Placement, by: Any, values: dict[str, Any]) -> None:
    for field, value in values.items():
        setattr(placement, field, value)


def _sign(placement: Placement, by: Any, values: dict[str, Any]) -> None:
    # One date for a paper that all have signed; once a party signed by itself the others do as well.
    if placement.signatures.exists():
        raise Conflict(
            _("This agreement is signed one party at a time. Still missing: %(parties)s.")
            % {"parties": ", ".join(str(role.label) for role in unsigned_roles(placement))}
        )
    _fill(placement, by, values)


def _start(placement: Placement, by: Any, values: dict[str, Any]) -> None:
    check_started(placement, values["started_on"])
    # Starting later or earlier than planned moves the end alike: the length was agreed, not the day.
    placement.planned_end += values["started_on"] - placement.planned_start
    placement.started_on = values["started_on"]
    check_agreed(placement)


def _suspend(placement: Placement, values: dict[str, Any], reason: str) -> None:
    left = values["suspended_on"]
    if left < placement.starts_on:
        raise Invalid(fields={"suspended_on": [_("This is before the first day worked.")]})
    if placement.suspensions.filter(resumed_on__gt=left).exists():
        raise Invalid(fields={"suspended_on": [_("This is before the return from the last one.")]})
    _fill(placement, None, values)
    _suspension(placement, reason=reason).save()


def _resume(placement: Placement, by: Any, values: dict[str, Any]) -> None:
    back: dt.date = values["resumed_on"]
    # The database holds that a suspended placement has both dates.
    left: Any = placement.suspended_on
    if back < left:
        raise Invalid(fields={"resumed_on": [_("This is before the suspension.")]})
    suspension = placement.suspensions.filter(resumed_on=None).first() or _suspension(placement)
    suspension.resumed_on = back
    suspension.save()
    placement.resume_on = None
    if values["planned_end"]:
        if values["planned_end"] < back:
            raise Invalid(fields={"planned_end": [_("This is before the return.")]})
        placement.planned_end = values["planned_end"]
    check_agreed(placement)


def _suspension(placement: Placement, reason: str = "") -> Suspension:
    """The present suspension as the placement has it: an import brings one without a row."""
    # The database holds that a suspended placement has both dates.
    left: Any = placement.suspended_on
    expected: Any = placement.resume_on
    return Suspension.of(placement, suspended_on=left, expected_on=expected, reason=reason)


def _extend(placement: Placement, by: Any, values: dict[str, Any]) -> None:
    placement.extension_end, placement.extension_by = values["extension_end"], by
    if placement.extension_end <= placement.planned_end:
        raise Invalid(fields={"extension_end": [_("An extension ends after the planned end.")]})
    check_length(placement, placement.extension_end, "extension_end")


def _approve_extension(placement: Placement, by: Any, values: dict[str, Any]) -> None:
    asked: Any = placement.extension_end
    placement.planned_end, placement.extension_end = asked, None
    # The programme's longest placement may have changed since it was asked for.
    check_length(placement, placement.planned_end, "planned_end")


def _refuse_extension(placement: Placement, by: Any, values: dict[str, Any]) -> None:
    placement.extension_end = None


def _end(placement: Placement, by: Any, values: dict[str, Any]) -> None:
    if values["ended_on"] < placement.started_on:
        raise Invalid(fields={"ended_on": [_("The last day cannot come before the first day.")]})
    _fill(placement, by, values)
    placement.resume_on = placement.extension_end = None


_EFFECTS: dict[str, Callable[[Placement, Any, dict[str, Any]], None]] = {
    "sign": _sign,
    "start": _start,
    "resume": _resume,
    "extend": _extend,
    "approve-extension": _approve_extension,
    "refuse-extension": _refuse_extension,
    "complete": _end,
    "end-early": _end,
}


# ------------------------------------------------------------------ what follows once it is saved
def _over(placement: Placement) -> None:
    follow_placement(locked(Case.objects.all(), placement.case_id), "end-placement")
    settle_seats(placement)


def _never_began(placement: Placement) -> None:
    case = locked(Case.objects.all(), placement.case_id)
    case.site = case.organization = None
    follow_placement(case, "release")
    settle_seats(placement)
    accommodations.detach_from(placement)


_AFTER: dict[str, Callable[[Placement], None]] = {
    "complete": _over,
    "end-early": _over,
    "no-show": _never_began,
    "cancel": _never_began,
}
