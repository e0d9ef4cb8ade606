"""Progress reports: what the host says of a period, or the programme writes down for it."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import Case, FollowUp, Placement, Report
from cases.policy import HOST_POLICY, PLACEMENT_POLICY, REPORT_POLICY, Action
from cases.services.context import changing
from cases.services.follow_ups import plan_follow_up
from cases.services.plans import note_progress
from cases.workflow import PLACEMENT_ENDED, PLACEMENT_STARTED
from peph.errors import Conflict, Invalid
from peph.records import amend, check_version, locked, save_valid
from peph.scopes import account_of
from peph.working_days import working_days_after

# An urgent concern is taken up within so many working days.
URGENT_WORKING_DAYS = 2
_TEXTS = ("progress", "author_name")


def add_report(
    placement: Placement,
    *,
    by: Any,
    from_on: dt.date,
    to_on: dt.date,
    hours_worked: Decimal | int,
    hours_absent: Decimal | int = 0,
    progress: str = "",
    concern: str = FollowUp.Concern.NONE,
    author_name: str,
    objectives: Mapping[Any, Mapping[str, Any]] | None = None,
    is_on_behalf: bool | None = None,
) -> Report:
    """Keep the report of one period, with what it tells of the objectives of the plan.

    Written by anybody but the host or somebody it sent a link to, it is on behalf of the host. An urgent
    concern plans a follow-up of the coordinator. Raises Forbidden, Conflict (not begun, or the case is
    closed), Invalid, Stale (an objective).
    """
    with changing(placement.case, by=by, verb="cases.report.add"):
        placement = locked(Placement.objects.select_related("case"), placement.pk)
        PLACEMENT_POLICY.check(by, Action.REPORT, placement)
        if placement.status not in PLACEMENT_STARTED | PLACEMENT_ENDED:
            raise Conflict(_("A placement is reported on once it has begun."))
        if not placement.case.is_open:
            raise Conflict(_("This case is closed: reopen it first."))
        own = HOST_POLICY.allows(by, Action.REPORT, placement, fresh=True)
        report = Report.of(
            placement,
            from_on=from_on,
            to_on=to_on,
            hours_worked=hours_worked,
            hours_absent=hours_absent,
            progress=progress.strip(),
            concern=concern,
            author_name=author_name.strip(),
            is_on_behalf=bool(is_on_behalf) or not own,
            recorded_by=account_of(by),
        )
        _check(report, placement)
        save_valid(report)
        note_progress(placement, objectives or {})
        if report.concern == FollowUp.Concern.URGENT:
            _alert(report, placement)
    return report


def correct_report(
    report: Report, *, by: Any, reason: str, version: int | None = None, **fields: Any
) -> Report:
    """Correct a report, saying why; the history keeps what it said before.

    Raises Forbidden, Stale, Invalid; Conflict for an urgent concern of a closed case.
    """
    with changing(report.case, by=by, verb="cases.report.correct", reason=reason):
        placement = locked(Placement.objects.select_related("case"), report.placement_id)
        report = locked(Report.objects.all(), report.pk)
        REPORT_POLICY.check(by, Action.EDIT, report)
        check_version(report, version)
        if not reason.strip():
            raise Invalid(fields={"reason": [_("This information is required.")]})
        was = report.concern
        values = {
            name: value.strip() if name in _TEXTS and isinstance(value, str) else value
            for name, value in fields.items()
        }
        after = Report(pk=report.pk, **{name: getattr(report, name) for name in _CHECKED} | values)
        _check(after, placement)
        amend(report, values)
        if report.concern == FollowUp.Concern.URGENT != was:
            _alert(report, placement)
    return report


# ------------------------------------------------------------------ the rules of one report
_CHECKED = ("from_on", "to_on", "hours_worked", "hours_absent", "progress", "concern")


def _check(report: Report, placement: Placement) -> None:
    """Raise Invalid naming each field at fault."""
    problems: dict[str, list[object]] = {}
    # A report is of a placement that began; the database holds that it has its first day.
    first: Any = placement.started_on
    if report.from_on < first:
        problems["from_on"] = [_("This is before the first day worked.")]
    if report.to_on < report.from_on:
        problems["to_on"] = [_("The period ends after it begins.")]
    elif report.to_on > timezone.localdate():
        problems["to_on"] = [_("This date is in the future.")]
    elif report.to_on > placement.ends_on:
        problems["to_on"] = [_("This is after the end of the placement.")]
    if not problems:
        problems |= _check_against_others(report, placement)
    if report.concern != FollowUp.Concern.NONE and not report.progress:
        problems["progress"] = [_("Say in a few words what the concern is.")]
    if problems:
        raise Invalid(fields=problems)


def _check_against_others(report: Report, placement: Placement) -> dict[str, list[object]]:
    problems: dict[str, list[object]] = {}
    days = (report.to_on - report.from_on).days + 1
    if report.hours_worked + report.hours_absent > 24 * days:
        problems["hours_worked"] = [_("These are more hours than the period has.")]
    other = (
        placement.reports.filter(from_on__lte=report.to_on, to_on__gte=report.from_on)
        .exclude(pk=report.pk)
        .first()
    )
    if other is not None:
        problems["from_on"] = [
            _("There is a report from %(first)s to %(last)s already: periods do not overlap.")
            % {"first": other.from_on.isoformat(), "last": other.to_on.isoformat()}
        ]
    return problems


def _alert(report: Report, placement: Placement) -> None:
    """Plan what an urgent concern asks for; written in the language of whoever is responsible."""
    case = locked(Case.objects.select_related("coordinator"), placement.case_id)
    with translation.override(case.coordinator.language if case.coordinator else "fr"):
        subject = gettext("Urgent concern in the report to %(day)s") % {
            "day": report.to_on.isoformat()
        }
    plan_follow_up(
        case,
        subject=subject,
        due_on=working_days_after(timezone.localdate(), URGENT_WORKING_DAYS),
        placement=placement,
    )
