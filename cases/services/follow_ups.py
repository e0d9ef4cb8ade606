"""Planning a follow-up, moving it, and saying what came of it."""

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, ConflictOfInterest, FollowUp, Placement
from cases.policy import CASE_POLICY, FOLLOW_UP_POLICY, Action
from cases.services.context import changing, check_open
from peph.errors import Conflict, Invalid
from peph.records import amend, check_version, locked, save_valid
from peph.scopes import account_of


def add_follow_up(
    case: Case,
    *,
    by: Any,
    subject: str,
    due_on: dt.date,
    placement: Placement | None = None,
    **fields: Any,
) -> FollowUp:
    """Plan a follow-up besides the schedule's. Raises Forbidden, Conflict (closed case), Invalid."""
    with changing(case, by=by, verb="cases.follow-up.add"):
        CASE_POLICY.check(by, Action.EDIT, case)
        case = locked(Case.objects.all(), case.pk)
        check_open(case)
        if placement is not None and placement.case_id != case.pk:
            raise Invalid(fields={"placement": [_("This placement belongs to another case.")]})
        _check_responsible(fields.get("responsible"), case)
        return plan_follow_up(case, subject=subject, due_on=due_on, placement=placement, **fields)


def plan_follow_up(case: Case, *, subject: str, due_on: dt.date, **fields: Any) -> FollowUp:
    """Write a follow-up that another write calls for; its service has asked who and when."""
    fields.setdefault("responsible", case.coordinator)
    follow_up = FollowUp(
        case=case, region_id=case.region_id, subject=subject.strip(), due_on=due_on, **fields
    )
    save_valid(follow_up)
    return follow_up


def update_follow_up(
    follow_up: FollowUp, *, by: Any, version: int | None = None, reason: str = "", **fields: Any
) -> FollowUp:
    """Change due date, responsible, subject or sharing of a follow-up not yet done.

    Raises Forbidden, Conflict (done), Invalid, Stale.
    """
    with changing(follow_up.case, by=by, verb="cases.follow-up.update", reason=reason):
        follow_up = locked(FollowUp.objects.select_related("step"), follow_up.pk)
        FOLLOW_UP_POLICY.check(by, Action.EDIT, follow_up)
        check_version(follow_up, version)
        if follow_up.done_on is not None:
            raise Conflict(_("This follow-up is done: add another one instead."))
        if fields.get("responsible") != follow_up.responsible:
            _check_responsible(fields.get("responsible"), follow_up.case)
        amend(follow_up, fields)
    return follow_up


def _check_responsible(user: Any, case: Case) -> None:
    if user is not None and ConflictOfInterest.objects.keep_out(user, case.participant_id):
        raise Invalid(fields={"responsible": [_("This person has a conflict of interest.")]})


def complete_follow_up(
    follow_up: FollowUp,
    *,
    by: Any,
    done_on: dt.date,
    mode: str,
    summary: str = "",
    concern: str = FollowUp.Concern.NONE,
    is_shared: bool | None = None,
    next_due_on: dt.date | None = None,
    next_subject: str = "",
    version: int | None = None,
) -> FollowUp:
    """Say when and how it was done and what came of it; plan the next one in the same change if asked.

    Raises Forbidden, Conflict (already done), Invalid, Stale.
    """
    with changing(follow_up.case, by=by, verb="cases.follow-up.done"):
        follow_up = locked(FollowUp.objects.select_related("step", "case"), follow_up.pk)
        FOLLOW_UP_POLICY.check(by, Action.EDIT, follow_up)
        check_version(follow_up, version)
        if follow_up.done_on is not None:
            raise Conflict(_("This follow-up is already done."))
        if done_on > timezone.localdate():
            raise Invalid(fields={"done_on": [_("This date is in the future.")]})
        if concern != FollowUp.Concern.NONE and not summary.strip():
            raise Invalid(fields={"summary": [_("Say in a few words what the concern is.")]})
        follow_up.concern, follow_up.summary = concern, summary.strip()
        if is_shared is not None:
            follow_up.is_shared = is_shared
        mark_done(follow_up, by=by, done_on=done_on, mode=mode)
        if next_due_on is not None:
            add_follow_up(
                follow_up.case,
                by=by,
                subject=next_subject or follow_up.title,
                due_on=next_due_on,
                placement=follow_up.placement,
                responsible=follow_up.responsible,
            )
    return follow_up


def mark_done(follow_up: FollowUp, *, by: Any, done_on: dt.date, mode: str) -> None:
    """Note a locked follow-up as done, also for a host or a link; the service has asked who and when."""
    follow_up.done_on, follow_up.done_by, follow_up.mode = done_on, account_of(by), mode
    save_valid(follow_up)
