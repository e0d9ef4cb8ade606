"""The work profile of a case, and its matches: proposing a project and moving a match to its end."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.models import Case, Consent, Match, WorkProfile
from cases.policy import CASE_POLICY, MATCH_POLICY, Action
from cases.services.context import changing
from cases.services.placements import open_placement
from cases.services.seats import no_seat
from cases.workflow import MATCH_WORKFLOW, CaseStatus
from organizations.models import Project, Region
from organizations.policy import PROJECT_POLICY
from organizations.policy import Action as HostAction
from organizations.workflow import ProjectStatus
from peph.errors import Conflict, DomainError, Forbidden, Invalid, Stale
from peph.records import amend, check_version, locked, save_valid
from peph.scopes import account_of
from peph.working_days import working_days_after

# DOMAIN §3.4: the host decides within ten working days of the interview.
DAYS_TO_DECIDE = 10


# ------------------------------------------------------------------ what the person looks for
def work_profile_of(case: Case) -> WorkProfile:
    """The work profile of a case; an empty one, version 0, stands for one never written."""
    found = WorkProfile.objects.filter(case=case).first()
    return found or WorkProfile(case=case, region_id=case.region_id, version=0)


def save_work_profile(
    case: Case, *, by: Any, version: int | None = None, **fields: Any
) -> WorkProfile:
    """Write what the person looks for and what the place must have; `version` 0 is that of nothing yet.

    Raises Forbidden, Conflict (closed case), Invalid, Stale.
    """
    with changing(case, by=by, verb="cases.work-profile.update"):
        case = locked(Case.objects.all(), case.pk)
        CASE_POLICY.check(by, Action.EDIT, case)
        if not case.is_open:
            raise Conflict(_("This case is closed: reopen it first."))
        if "other_regions" in fields:
            fields["other_regions"] = _region_codes(fields["other_regions"], besides=case.region)
        known = WorkProfile.objects.filter(case=case).first()
        if known is None:
            if version:
                raise Stale
            profile = WorkProfile(case=case, region_id=case.region_id, **fields)
            save_valid(profile)
        else:
            profile = locked(WorkProfile.objects.all(), known.pk)
            check_version(profile, version)
            amend(profile, fields)
    return profile


def _region_codes(text: str, *, besides: Region) -> str:
    """Each code once and in order; the own region goes without saying."""
    wanted = set(text.split())
    known = set(Region.objects.values_list("code", flat=True))
    if unknown := sorted(wanted - known):
        message = _("Unknown region: %(codes)s.") % {"codes": ", ".join(unknown)}
        raise Invalid(fields={"other_regions": [message]})
    return " ".join(sorted(wanted - {besides.code}))


# ------------------------------------------------------------------ proposing
def propose_match(case: Case, project: Project, *, by: Any) -> Match:
    """Propose the person of a case for an open project; the host learns nothing yet.

    Raises Forbidden, Conflict (the case is not in matching, the project takes nobody), Invalid (a
    project out of reach, or proposed already).
    """
    with changing(case, by=by, verb="cases.match.propose") as done:
        case = locked(Case.objects.select_related("participant"), case.pk)
        CASE_POLICY.check(by, Action.DECIDE, case)
        if refusal := not_in_matching(case):
            raise refusal
        if not PROJECT_POLICY.allows(by, HostAction.VIEW, project, fresh=True):
            raise Invalid(fields={"project": [_("Unknown project.")]})
        project = locked(Project.objects.all(), project.pk)
        if project.status != ProjectStatus.OPEN:
            raise Conflict(
                _("The project takes nobody now: it is “%(status)s”.")
                % {"status": project.get_status_display()}
            )
        match = Match(
            case=case,
            project=project,
            region_id=case.region_id,
            organization_id=project.organization_id,
            site_id=project.site_id,
            proposed_by=account_of(by),
        )
        save_valid(match)
        done.organization_id = project.organization_id
    return match


def not_in_matching(case: Case) -> DomainError | None:
    """What keeps a case from being proposed anywhere; None when nothing does."""
    if case.status != CaseStatus.MATCHING:
        return Conflict(
            _("Start matching first: the case is “%(status)s”.")
            % {"status": case.get_status_display()}
        )
    if case.placements.current().exists():
        return Conflict(_("This person already has a placement under way."))
    return None


# ------------------------------------------------------------------ moving
def move_match(
    match: Match, name: str, *, by: Any, version: int | None = None, **inputs: Any
) -> Match:
    """Move a match along one row of the table; an offer accepted opens the placement.

    Raises Forbidden, Conflict (not from this status, or something stands in the way), Invalid, Stale.
    """
    row = MATCH_WORKFLOW.by_name[name]
    with changing(match.case, by=by, verb=MATCH_WORKFLOW.verb(name)) as done:
        # The case first: accepting one match withdraws its others, in the same order everywhere.
        case = locked(Case.objects.select_related("participant", "region"), match.case_id)
        match = locked(
            Match.objects.select_related("project", "project__job_class", "site__organization"),
            match.pk,
        )
        match.case = case
        MATCH_POLICY.check(by, row.requires, match)
        check_version(match, version)
        MATCH_WORKFLOW.step(name, match.status, match.get_status_display())
        values = row.clean(inputs)
        if refusal := obstacle(match, name, by=by):
            raise refusal
        _check_order(match, values)
        for field, value in values.items():
            setattr(match, field, value)
        if effect := _EFFECTS.get(name):
            effect(match, by)
        match.status = row.target
        save_valid(match)
        done.organization_id = match.organization_id
    return match


# Field → what it does not come before: the last step that is dated.
_NOT_BEFORE = {
    "interview_on": ("sent_on",),
    "interviewed_on": ("sent_on",),
    "decided_on": ("interviewed_on", "sent_on"),
    "offered_on": ("decided_on",),
    "answer_by": ("offered_on",),
    "answered_on": ("offered_on",),
    "planned_start": ("answered_on",),
}
_DATES = sorted({name for earlier in _NOT_BEFORE.values() for name in earlier})


def _check_order(match: Match, values: dict[str, Any]) -> None:
    known = {each: values.get(each) or getattr(match, each) for each in _DATES}
    for field, earlier in _NOT_BEFORE.items():
        last = next((known[name] for name in earlier if known[name]), None)
        if field in values and last is not None and values[field] < last:
            message = _("This is before the step it follows, dated %(day)s.") % {
                "day": last.isoformat()
            }
            raise Invalid(fields={field: [message]})


def _hold_interview(match: Match, by: Any) -> None:
    # Set by this very move.
    held: dt.date = match.interviewed_on  # type: ignore[assignment]
    match.decide_by = working_days_after(held, DAYS_TO_DECIDE)


def _accept(match: Match, by: Any) -> None:
    project = match.project
    start: dt.date = match.planned_start  # type: ignore[assignment]
    match.placement = open_placement(
        match.case,
        by=by,
        site=match.site,
        project=project,
        planned_start=start,
        job_class=project.job_class,
        hours_per_week=project.hours_per_week,
        supervisor_name=project.supervisor_name,
        supervisor_email=project.supervisor_email,
        mentor_name=project.mentor_name,
    )


_EFFECTS: dict[str, Callable[[Match, Any], None]] = {
    "hold-interview": _hold_interview,
    "accept": _accept,
}


# ------------------------------------------------------------------ what stands in the way of one move
def obstacle(match: Match, name: str, *, by: Any) -> DomainError | None:
    """What keeps `by` from a move that the status and the rights allow; None when nothing does.

    The page says it beside the button, the service refuses with it.
    """
    checks = _OBSTACLES.get(name, ())
    return next((refusal for check in checks if (refusal := check(match, by))), None)


def has_consent(match: Match, purpose: str) -> bool:
    """Whether the person agrees now to what the host would be told."""
    given = Consent.objects.live().filter(participant=match.case.participant_id)
    return given.filter(purpose=purpose).exists()


def _no_consent(match: Match, by: Any) -> DomainError | None:
    # Access Act, s. 59: nobody is told of a person without the person's consent.
    if has_consent(match, Consent.Purpose.SHARE_PROFILE):
        return None
    return Conflict(_("Record the consent “Send the profile to a host organisation” first."))


def _case_elsewhere(match: Match, by: Any) -> DomainError | None:
    return not_in_matching(match.case)


def _no_seat(match: Match, by: Any) -> DomainError | None:
    return no_seat(match.project)


def _out_of_reach(match: Match, by: Any) -> DomainError | None:
    if PROJECT_POLICY.allows(by, HostAction.VIEW, match.project):
        return None
    return Forbidden(_("The project is in another region: the lead records the acceptance."))


_OBSTACLES: dict[str, tuple[Callable[[Match, Any], DomainError | None], ...]] = {
    "send": (_case_elsewhere, _no_seat, _no_consent),
    "offer": (_no_seat,),
    "accept": (_no_seat, _out_of_reach),
}
