"""Accommodation measures: asked for, decided by whoever may, bought once approved, in place, given back."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from cases.models import Accommodation, Case, Placement
from cases.models.accommodation_rows import IN_PLACE
from cases.models.accommodations import BOUGHT_ONCE_APPROVED
from cases.policy import ACCOMMODATION_POLICY, CASE_POLICY, Action
from cases.services.context import changing
from cases.workflow import (
    ACCOMMODATION_GRANTED,
    ACCOMMODATION_PENDING,
    ACCOMMODATION_WORKFLOW,
    AccommodationStatus,
)
from peph.errors import Conflict, DomainError, Forbidden, Invalid
from peph.records import amend, check_version, locked, save_valid
from peph.scopes import account_of
from peph.workflow import Transition

DECISIONS = frozenset({"accept", "modify", "refuse"})
# What is decided on; afterwards it changes by reconsidering only.
ASKED = ("kind", "barrier", "measure", "requested_on", "cost_estimated")
# What becomes known once it is granted.
BOUGHT = ("cost_actual", "purchased_on")
# When it is promised for: until it is there.
PROMISED = ("planned_on",)
# Known sooner or later.
ALWAYS = ("funding", "supplier", "follows_person")
GRANTED_NOT_THERE = ACCOMMODATION_GRANTED & ACCOMMODATION_PENDING
DEAD = frozenset({AccommodationStatus.REFUSED, AccommodationStatus.WITHDRAWN})


def request_accommodation(
    case: Case, *, by: Any, placement: Placement | None = None, **fields: Any
) -> Accommodation:
    """Ask for a measure, for a placement or before there is one.

    Raises Forbidden, Conflict (closed case, placement over), Invalid.
    """
    with changing(case, by=by, verb="cases.accommodation.request"):
        CASE_POLICY.check(by, Action.EDIT, case)
        case = locked(Case.objects.all(), case.pk)
        if not case.is_open:
            raise Conflict(_("This case is closed: reopen it first."))
        fields.setdefault("requested_on", timezone.localdate())
        accommodation = Accommodation(
            case=case, region_id=case.region_id, requested_by=account_of(by), **fields
        )
        _check_days(accommodation, fields)
        if placement is not None:
            _tie(accommodation, placement)
        save_valid(accommodation)
    return accommodation


def update_accommodation(
    accommodation: Accommodation, *, by: Any, version: int | None = None, **fields: Any
) -> Accommodation:
    """Correct what was asked before the decision; afterwards say who supplies and pays, and what it cost.

    A measure of the case alone can be tied to its placement. Raises Forbidden, Conflict, Invalid, Stale.
    """
    with changing(accommodation.case, by=by, verb="cases.accommodation.update"):
        accommodation = locked(
            Accommodation.objects.select_related("case", "placement"), accommodation.pk
        )
        ACCOMMODATION_POLICY.check(by, Action.EDIT, accommodation)
        check_version(accommodation, version)
        if accommodation.status in DEAD:
            raise Conflict(_("This measure is closed: reconsider it or ask for another one."))
        changed = {
            name: value for name, value in fields.items() if getattr(accommodation, name) != value
        }
        _check_changeable(accommodation, changed)
        if "placement" in changed:
            _tie(accommodation, changed["placement"])
        _fill(accommodation, by, changed, "")
        _check_days(accommodation, changed)
        # Nothing that differs, nothing saved: no empty history.
        if changed:
            save_valid(accommodation)
    return accommodation


def changeable(accommodation: Accommodation) -> frozenset[str]:
    """The fields that can be changed in the present status."""
    status = accommodation.status
    if status in DEAD:
        return frozenset()
    names = set(ALWAYS)
    if status == AccommodationStatus.REQUESTED:
        names |= set(ASKED)
    if status in ACCOMMODATION_GRANTED:
        names |= set(BOUGHT)
    if status in GRANTED_NOT_THERE:
        names |= set(PROMISED)
    if accommodation.placement_id is None:
        names.add("placement")
    return frozenset(names)


def move_accommodation(
    accommodation: Accommodation,
    name: str,
    *,
    by: Any,
    version: int | None = None,
    **inputs: Any,
) -> Accommodation:
    """Move a measure along one row of the table.

    Raises Forbidden (also when a second person has to decide), Conflict, Invalid (an input), Stale.
    """
    row = ACCOMMODATION_WORKFLOW.by_name[name]
    with changing(
        accommodation.case,
        by=by,
        verb=ACCOMMODATION_WORKFLOW.verb(name),
        reason=inputs.get("reason"),
    ):
        accommodation = locked(
            Accommodation.objects.with_limit().select_related("case", "placement"),
            accommodation.pk,
        )
        ACCOMMODATION_POLICY.check(by, row.requires, accommodation)
        check_version(accommodation, version)
        ACCOMMODATION_WORKFLOW.step(name, accommodation.status, accommodation.get_status_display())
        if refusal := obstacle(accommodation, name, by=by):
            raise refusal
        values = row.clean(inputs)
        reason = values.pop("reason", None) or ""
        _EFFECTS.get(name, _fill)(accommodation, by, values, reason)
        _check_days(accommodation, values)
        accommodation.status = row.target
        save_valid(accommodation)
    return accommodation


# ------------------------------------------------------------------ what stands in the way of one move
def obstacle(accommodation: Accommodation, name: str, *, by: Any) -> DomainError | None:
    """What keeps `by` from a move that the status and the rights allow; None when nothing does.

    The measure was loaded `with_limit`. The page says it beside the button, the service refuses with it.
    """
    if name == "give-back" and not accommodation.is_equipment:
        return Conflict(_("There is nothing to give back: this measure is not equipment."))
    if name == "reconsider":
        return _nothing_to_ask_for(accommodation)
    return _decides_alone(accommodation, by) if name in DECISIONS else None


def _nothing_to_ask_for(accommodation: Accommodation) -> DomainError | None:
    if not accommodation.case.is_open:
        return Conflict(_("This case is closed: reopen it first."))
    placement = accommodation.placement
    if placement is not None and not placement.is_current and not accommodation.follows_person:
        return Conflict(_("This placement is over."))
    return None


def _decides_alone(accommodation: Accommodation, by: Any) -> DomainError | None:
    asked_by = accommodation.requested_by_id
    if asked_by is None or asked_by != by.pk:
        return None
    limit, cost = accommodation.second_approval_from, accommodation.cost_estimated
    if cost is None or cost < limit:
        return None
    # Separation of duties (DESIGN §4).
    return Forbidden(
        _("You asked for this measure and it costs $%(limit)s or more: somebody else decides.")
        % {"limit": number_format(limit, 2 if limit % 1 else 0, force_grouping=True)}
    )


def offered(accommodation: Accommodation, *, by: Any) -> list[Transition]:
    """The moves open now to `by`, for whom the measure was loaded."""
    return [
        step
        for step in accommodation.available_transitions
        if obstacle(accommodation, step.name, by=by) is None
    ]


# ------------------------------------------------------------------ what a placement does to measures
def attach_to(placement: Placement) -> None:
    """Let the measures of the case join its new placement: those of none, and those that follow the person.

    Called in the change that opens the placement.
    """
    live = placement.case.accommodations.filter(status__in=ACCOMMODATION_PENDING | IN_PLACE)
    for accommodation in live.exclude(placement=placement):
        if accommodation.placement_id is None or accommodation.follows_person:
            accommodation.tie(placement)
            save_valid(accommodation)


def detach_from(placement: Placement) -> None:
    """Give what waited for a placement that never began back to the case alone, out of the host's sight.

    Called in the change that cancels the placement or reports the no-show.
    """
    for accommodation in placement.accommodations.all():
        if accommodation.is_pending or accommodation.follows_person:
            accommodation.tie(None)
            save_valid(accommodation)


def withdraw_all(case: Case) -> None:
    """Withdraw what still waits on a case that closes. Called in the change that closes it."""
    for accommodation in case.accommodations.pending():
        amend(accommodation, {"status": AccommodationStatus.WITHDRAWN})


# ------------------------------------------------------------------ what one move does
def _fill(accommodation: Accommodation, by: Any, values: Mapping[str, Any], reason: str) -> None:
    for field, value in values.items():
        setattr(accommodation, field, value)


def _decide(accommodation: Accommodation, by: Any, values: Mapping[str, Any], reason: str) -> None:
    _fill(accommodation, by, values, reason)
    accommodation.decided_by = account_of(by)
    accommodation.decision_reason = reason


def _reconsider(
    accommodation: Accommodation, by: Any, values: Mapping[str, Any], reason: str
) -> None:
    # Whoever takes it up again asks for it; what followed from the decision falls with it, and what
    # was spent stays. The history keeps the rest.
    accommodation.requested_by, accommodation.requested_on = account_of(by), timezone.localdate()
    accommodation.decided_by, accommodation.decision_reason = None, ""
    for name in ("decided_on", "purchased_on", "planned_on", "in_place_on", "verified_on"):
        setattr(accommodation, name, None)


_EFFECTS: dict[str, Callable[[Accommodation, Any, Mapping[str, Any], str], None]] = {
    **dict.fromkeys(DECISIONS, _decide),
    "reconsider": _reconsider,
}
# A day → the day it does not come before, and what is said otherwise.
_ORDER: tuple[tuple[str, str, Any], ...] = (
    ("decided_on", "requested_on", _("This is before the request.")),
    ("purchased_on", "decided_on", BOUGHT_ONCE_APPROVED),
    ("planned_on", "decided_on", _("This is before the decision.")),
    ("in_place_on", "decided_on", _("This is before the decision.")),
    ("verified_on", "in_place_on", _("This is before it was in place.")),
    ("returned_on", "in_place_on", _("This is before it was in place.")),
)


# ------------------------------------------------------------------ what is refused
def _check_days(accommodation: Accommodation, given: Collection[str]) -> None:
    """Of the days `given`, none is out of order, and what happened did not happen tomorrow."""
    problems: dict[str, list[Any]] = {}
    for name, earlier, message in _ORDER:
        day, before = getattr(accommodation, name), getattr(accommodation, earlier)
        if name in given and day is not None and before is not None and day < before:
            problems[name] = [message]
    for name in ("requested_on", "purchased_on"):
        day = getattr(accommodation, name)
        if name in given and day is not None and day > timezone.localdate():
            problems[name] = [_("This date is in the future.")]
    if problems:
        raise Invalid(fields=problems)


def _check_changeable(accommodation: Accommodation, changed: Collection[str]) -> None:
    kept = set(changed) - changeable(accommodation)
    if kept:
        raise Invalid(fields={name: [_why_not(name)] for name in sorted(kept)})


def _why_not(name: str) -> Any:
    if name in BOUGHT:
        return BOUGHT_ONCE_APPROVED
    if name in PROMISED:
        return _("The decision gives this day; it can be moved until the measure is in place.")
    if name == "placement":
        return _("This measure belongs to a placement already.")
    return _("This is what was decided on: reconsider the measure to change it.")


def _tie(accommodation: Accommodation, placement: Placement) -> None:
    if placement.case_id != accommodation.case_id:
        raise Invalid(fields={"placement": [_("This placement belongs to another case.")]})
    if not placement.is_current:
        raise Conflict(_("This placement is over."))
    accommodation.tie(placement)
