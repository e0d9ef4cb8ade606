"""Opening, correcting, transferring and moving a case."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.apps import apps
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, ConflictOfInterest, Consent, FollowUp, Participant
from cases.policy import CASE_POLICY, PARTICIPANT_POLICY, REGION_CASE_POLICY, Action
from cases.services.accommodations import withdraw_all
from cases.services.context import changing
from cases.services.key_dates import check_kept
from cases.services.open_matches import withdraw_open_matches
from cases.workflow import CASE_WORKFLOW, CaseStatus, RefusalReason
from organizations.models import Region
from peph.audit.changes import change
from peph.errors import Conflict, DomainError, Forbidden, Invalid
from peph.records import Record, amend, check_version, locked, save_valid
from peph.scopes import scope_of
from peph.workflow import PREVIOUS

# What repeats the region of its case, and so goes along when the case changes hands.
FOLLOWS_THE_CASE: tuple[Any, ...] = tuple(
    model
    for model in apps.get_app_config("cases").get_models()
    if issubclass(model, Record)
    and {"case", "region"} <= {field.name for field in model._meta.local_concrete_fields}
)


def open_case(
    *,
    by: Any,
    region: Region,
    participant: Participant | None = None,
    person: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Case:
    """Open the case of somebody already known (`participant`) or of a new person (`person`).

    Raises Forbidden when the region is not the opener's, Invalid when the person has an open case.
    """
    with change(by=by, verb="cases.case.open", region=region) as done:
        REGION_CASE_POLICY.check(by, Action.TAKE_IN, region)
        if participant is None:
            participant = Participant(**(person or {}))
            save_valid(participant)
        else:
            PARTICIPANT_POLICY.check(by, Action.EDIT, participant)
        fields.setdefault("referred_on", timezone.localdate())
        fields.setdefault("coordinator", by if is_coordinator(by, region.pk) else None)
        _check_coordinator(fields.get("coordinator"), region.pk, participant.pk)
        _check_referred(fields["referred_on"])
        case = Case(participant=participant, region=region, **fields)
        save_valid(case)
        done.case_id = case.pk
    return case


def update_case(case: Case, *, by: Any, version: int | None = None, **fields: Any) -> Case:
    """Correct coordinator, job class sought or referring agency; no key date that is set.

    Raises Forbidden, Stale, Invalid.
    """
    with changing(case, by=by, verb="cases.case.update"):
        case = locked(Case.objects.all(), case.pk)
        CASE_POLICY.check(by, Action.EDIT, case)
        check_version(case, version)
        if fields.get("coordinator") is not None and fields["coordinator"] != case.coordinator:
            _check_coordinator(fields["coordinator"], case.region_id, case.participant_id)
        check_kept(case, fields)
        former = case.coordinator
        amend(case, fields)
        _hand_over(case, former)
    return case


def transfer_case(
    case: Case, *, by: Any, region: Region, reason: str, version: int | None = None
) -> Case:
    """Hand a case to another region: the right is needed in both. Placements and follow-ups go along.

    Raises Forbidden, Stale, Invalid.
    """
    if not reason.strip():
        raise Invalid(fields={"reason": [_("This information is required.")]})
    with changing(case, by=by, verb="cases.case.transfer", reason=reason):
        case = locked(Case.objects.all(), case.pk)
        CASE_POLICY.check(by, Action.DECIDE, case)
        REGION_CASE_POLICY.check(by, Action.TAKE_IN, region)
        check_version(case, version)
        if case.region_id == region.pk:
            raise Invalid(fields={"region": [_("The case is already in this region.")]})
        former = case.coordinator
        amend(case, {"region": region, "coordinator": None})
        _hand_over(case, former)
        for model in FOLLOWS_THE_CASE:
            for row in model.objects.filter(case=case):
                amend(row, {"region": region})
    return case


def move_case(case: Case, name: str, *, by: Any, version: int | None = None, **inputs: Any) -> Case:
    """Move a case along one row of the table, recording who and why.

    Raises Forbidden, Conflict (not from this status), Invalid (an input), Stale.
    """
    row = CASE_WORKFLOW.by_name[name]
    with changing(case, by=by, verb=CASE_WORKFLOW.verb(name), reason=inputs.get("reason")):
        # Lock, then decide: two people may press “Admit” and “Refuse” at once.
        case = locked(Case.objects.all(), case.pk)
        CASE_POLICY.check(by, row.requires, case)
        check_version(case, version)
        CASE_WORKFLOW.step(name, case.status, case.get_status_display())
        values = row.clean(inputs)
        values.pop("reason", None)
        if refusal := obstacle(case, name, by=by):
            raise refusal
        if effect := _EFFECTS.get(name):
            effect(case, by, values)
        case.status = case.resumes_as if row.target == PREVIOUS else row.target
        if row.target == PREVIOUS:
            case.resumes_as = ""
        for field, value in values.items():
            setattr(case, field, value)
        save_valid(case)
    return case


def _hand_over(case: Case, former: Any) -> None:
    """What the former coordinator had still to do goes to the new one; the rest stays where it is."""
    if former == case.coordinator:
        return
    for follow_up in case.follow_ups.to_do().filter(responsible=former):
        amend(follow_up, {"responsible": case.coordinator})


def follow_placement(case: Case, name: str) -> None:
    """Let a case follow what happened to its placement (rows marked `consequence`); saves the case."""
    row = CASE_WORKFLOW.by_name[name]
    if case.status == CaseStatus.SUSPENDED and case.resumes_as in row.sources:
        case.resumes_as = row.target
    else:
        CASE_WORKFLOW.step(name, case.status, case.get_status_display())
        case.status = row.target
    save_valid(case)


# ------------------------------------------------------------------ what stands in the way of one move
def obstacle(case: Case, name: str, *, by: Any) -> DomainError | None:
    """What keeps `by` from a move that the status and the rights allow; None when nothing does.

    The page says it beside the button, the service refuses with it.
    """
    check = _OBSTACLES.get(name)
    return check(case, by) if check else None


def _no_consent(case: Case, by: Any) -> DomainError | None:
    # Access Act, s. 53.1 and 65: notice and consent come before anything sensitive is collected.
    given = case.participant.consents.live()
    if given.filter(purpose=Consent.Purpose.CASE_MANAGEMENT).exists():
        return None
    return Conflict(
        _("Record the consent “Open and manage the file” before the eligibility review.")
    )


def _decided_first(case: Case, by: Any) -> DomainError | None:
    # Separation of duties (DESIGN §4): whoever decided first does not decide the appeal.
    if case.decided_by_id != by.pk:
        return None
    return Forbidden(_("You made the first decision: somebody else decides the appeal."))


def _placed(case: Case, by: Any) -> DomainError | None:
    if not case.placements.current().exists():
        return None
    return Conflict(_("A placement is under way: end or cancel it before closing the case."))


def _never_decided(case: Case, by: Any) -> DomainError | None:
    if case.decided_on is not None or case.is_imported:
        return None
    return Conflict(_("Eligibility was never decided: reopen the case as referred."))


_OBSTACLES: dict[str, Callable[[Case, Any], DomainError | None]] = {
    "start-review": _no_consent,
    "allow-appeal": _decided_first,
    "dismiss-appeal": _decided_first,
    "close": _placed,
    "reopen-eligible": _never_decided,
}


# ------------------------------------------------------------------ what one move does besides
def _decide(case: Case, by: Any, values: dict[str, Any]) -> None:
    case.decided_by = by


def _suspend(case: Case, by: Any, values: dict[str, Any]) -> None:
    case.resumes_as = case.status


def _resume(case: Case, by: Any, values: dict[str, Any]) -> None:
    case.resume_on = None


def _close(case: Case, by: Any, values: dict[str, Any]) -> None:
    case.resume_on, case.resumes_as = None, ""
    # What is still to do has no object any more; the history keeps what was planned.
    FollowUp.objects.filter(case=case).to_do().delete()
    withdraw_open_matches(case, RefusalReason.UNAVAILABLE)
    withdraw_all(case)


def _stop_matching(case: Case, by: Any, values: dict[str, Any]) -> None:
    # The host is told that the person is not available; why is the programme's.
    withdraw_open_matches(case, RefusalReason.UNAVAILABLE)


def _reopen(case: Case, by: Any, values: dict[str, Any]) -> None:
    case.closed_on, case.closure_reason = None, ""
    # The former host hosts nobody any more: it stops seeing the case.
    case.site = case.organization = None


def _reopen_from_start(case: Case, by: Any, values: dict[str, Any]) -> None:
    _reopen(case, by, values)
    case.first_contact_on = case.applied_on = case.decided_on = case.decided_by = None


_EFFECTS: dict[str, Callable[[Case, Any, dict[str, Any]], None]] = {
    "admit": _decide,
    "refuse": _decide,
    "allow-appeal": _decide,
    "dismiss-appeal": _decide,
    "stop-matching": _stop_matching,
    "suspend": _suspend,
    "resume": _resume,
    "close": _close,
    "reopen": _reopen_from_start,
    "reopen-eligible": _reopen,
}


def is_coordinator(user: Any, region_id: Any) -> bool:
    """Whether the person coordinates that region, or leads the programme."""
    scope = scope_of(user, fresh=True)
    return region_id in scope.ids("coordinate", "organizations.Region") or bool(
        scope.ids("lead", "organizations.Program")
    )


def may_answer_for(case: Case, user: Any) -> bool:
    """Whether the person coordinates the region of the case and is in no conflict about its participant."""
    return is_coordinator(user, case.region_id) and not (
        ConflictOfInterest.objects.keep_out(user, case.participant_id)
    )


def _check_coordinator(user: Any, region_id: Any, participant_id: Any) -> None:
    if user is None:
        return
    if not is_coordinator(user, region_id):
        raise Invalid(fields={"coordinator": [_("This person does not coordinate that region.")]})
    if ConflictOfInterest.objects.keep_out(user, participant_id):
        raise Invalid(fields={"coordinator": [_("This person has a conflict of interest.")]})


def _check_referred(day: dt.date) -> None:
    if day > timezone.localdate():
        raise Invalid(fields={"referred_on": [_("This date is in the future.")]})
