"""Recording what became of the person: at the end of the placement, and 13, 26 and 52 weeks later."""

import datetime as dt
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Document, FollowUp, Outcome, Placement
from cases.policy import OUTCOME_POLICY, PLACEMENT_POLICY, Action
from cases.services.context import changing
from cases.workflow import PLACEMENT_ENDED
from organizations.models import FollowUpStep
from peph.errors import Conflict, Invalid
from peph.records import amend, check_version, locked, save_valid
from peph.scopes import account_of

Moment, Situation = Outcome.Moment, Outcome.Situation
# Weeks from the last day worked.
WEEKS = {Moment.END: 0, Moment.WEEK_13: 13, Moment.WEEK_26: 26, Moment.WEEK_52: 52}
# A person is reached when they can be: a check counts from two weeks before its day.
TOLERANCE = dt.timedelta(weeks=2)
# What answers each moment in the programme's schedule.
_STEP_KIND = {Moment.END: FollowUpStep.Kind.CLOSING}
# Where the placement can be said to have helped.
_HELPED = Outcome.EMPLOYED | {Situation.STUDIES}


@dataclass(frozen=True)
class MomentState:
    """One of the four moments of a placement: recorded, or since when it can be and when it is due."""

    moment: Outcome.Moment
    outcome: Outcome | None = None
    opens_on: dt.date | None = None
    due_on: dt.date | None = None

    @property
    def is_open(self) -> bool:
        """Whether it can be recorded today."""
        return self.outcome is None and self.opens_on is not None and self.opens_on <= _today()

    @property
    def is_late(self) -> bool:
        return self.outcome is None and self.due_on is not None and self.due_on < _today()


def record_outcome(
    placement: Placement,
    *,
    by: Any,
    moment: str,
    mode: str = FollowUp.Mode.CALL,
    **fields: Any,
) -> Outcome:
    """Record the situation found at one moment; the follow-up of the schedule it answers is then done.

    `mode` is how the person or the source was reached. Raises Forbidden, Conflict (too early, or there
    already), Invalid.
    """
    with changing(placement.case, by=by, verb="cases.outcome.record"):
        placement = locked(Placement.objects.select_related("case"), placement.pk)
        PLACEMENT_POLICY.check(by, Action.EDIT, placement)
        if moment not in WEEKS:
            raise Invalid(fields={"moment": [_("This is not one of the choices.")]})
        check_moment(placement, moment)
        if placement.outcomes.filter(moment=moment).exists():
            raise Conflict(_("The outcome at this moment is already there: correct it instead."))
        outcome = Outcome.of(placement, moment=moment, recorded_by=account_of(by), **fields)
        _check(outcome, by)
        follow_up = _follow_up(placement, moment)
        outcome.follow_up = follow_up
        save_valid(outcome)
        if follow_up is not None and follow_up.done_on is None:
            done = {"done_on": outcome.checked_on, "done_by": account_of(by), "mode": mode}
            amend(follow_up, done)
    return outcome


def update_outcome(
    outcome: Outcome, *, by: Any, version: int | None = None, **fields: Any
) -> Outcome:
    """Correct what was recorded; the moment stays. Raises Forbidden, Stale, Invalid."""
    with changing(outcome.case, by=by, verb="cases.outcome.update"):
        outcome = locked(Outcome.objects.select_related("placement", "case"), outcome.pk)
        OUTCOME_POLICY.check(by, Action.EDIT, outcome)
        check_version(outcome, version)
        wanted = copy(outcome)
        for name, value in fields.items():
            setattr(wanted, name, value)
        _check(wanted, by, evidence_kept=outcome.evidence)
        amend(outcome, fields)
    return outcome


def check_moment(placement: Placement, moment: str) -> None:
    """Raise Conflict while it is too early to record this moment, saying from when."""
    opens = opens_on(placement, moment)
    if opens is None:
        raise Conflict(_("An outcome is recorded once the placement is over."))
    if opens > _today():
        raise Conflict(
            _("This outcome can be recorded from %(day)s on.") % {"day": opens.isoformat()}
        )


def opens_on(placement: Placement, moment: str) -> dt.date | None:
    """The first day on which this moment can be recorded; None while the placement is not over."""
    due = due_on(placement, moment)
    return due - TOLERANCE if due and WEEKS[Moment(moment)] else due


def due_on(placement: Placement, moment: str) -> dt.date | None:
    """The day of this moment; None while the placement is not over."""
    if placement.status not in PLACEMENT_ENDED or placement.ended_on is None:
        return None
    return placement.ended_on + dt.timedelta(weeks=WEEKS[Moment(moment)])


def moments_of(placement: Placement, recorded: Iterable[Outcome]) -> list[MomentState]:
    """The four moments in their order, with what is `recorded` of this placement."""
    found = {outcome.moment: outcome for outcome in recorded}
    return [
        MomentState(
            moment, found.get(moment), opens_on(placement, moment), due_on(placement, moment)
        )
        for moment in WEEKS
    ]


def awaiting(today: dt.date) -> Any:
    """The follow-ups to do that an outcome answers, once it can be recorded."""
    moments = Q()
    for moment, weeks in WEEKS.items():
        kind, _weeks = _step_of(moment)
        early = TOLERANCE if weeks else dt.timedelta()
        ended_by = today - dt.timedelta(weeks=weeks) + early
        moments |= Q(step__kind=kind, step__weeks=weeks, placement__ended_on__lte=ended_by)
    return (
        FollowUp.objects.to_do()
        .filter(due_on__lte=today + TOLERANCE, step__anchor=FollowUpStep.Anchor.END)
        .filter(moments)
    )


def moment_of(follow_up: FollowUp) -> Outcome.Moment | None:
    """The moment that a follow-up of the schedule asks about; None for every other follow-up."""
    step = follow_up.step
    if step is None or step.anchor != FollowUpStep.Anchor.END:
        return None
    return next((each for each in WEEKS if (step.kind, step.weeks) == _step_of(each)), None)


def answered_by(follow_up: FollowUp) -> Outcome.Moment | None:
    """The moment whose outcome does this follow-up and can be recorded today; None: done by itself."""
    moment = moment_of(follow_up)
    if moment is None or follow_up.placement is None:
        return None
    opens = opens_on(follow_up.placement, moment)
    recorded = follow_up.placement.outcomes.filter(moment=moment)
    return moment if opens and opens <= _today() and not recorded.exists() else None


def asks_retention(placement: Placement, moment: str) -> bool:
    """Whether the person was found in a job at an earlier moment: only then is it asked if it lasted."""
    return placement.outcomes.filter(
        moment__in=_before(moment), situation__in=Outcome.EMPLOYED
    ).exists()


def is_followed_to_the_end(outcomes: Iterable[Outcome]) -> bool:
    """Whether the last moment is recorded: nothing keeps the case open any more."""
    return any(outcome.moment == Moment.WEEK_52 for outcome in outcomes)


# ------------------------------------------------------------------ what must hold
def _check(outcome: Outcome, by: Any, evidence_kept: Document | None = None) -> None:
    problems: dict[str, list[object]] = {}
    _check_dates(outcome, problems)
    employed = outcome.situation in Outcome.EMPLOYED
    if outcome.job_class_id and not employed:
        problems["job_class"] = [_("A job class goes with a job only.")]
    if outcome.is_linked and outcome.situation not in _HELPED:
        problems["is_linked"] = [_("This goes with a job or studies only.")]
    if outcome.is_retained is not None:
        if not asks_retention(outcome.placement, outcome.moment):
            problems["is_retained"] = [_("No job was found at an earlier moment.")]
        elif outcome.is_retained and not employed:
            problems["is_retained"] = [_("Somebody without a job did not keep one.")]
    if outcome.evidence is not None and outcome.evidence != evidence_kept:
        _check_evidence(outcome, outcome.evidence, by, problems)
    if problems:
        raise Invalid(fields=problems)


def _check_dates(outcome: Outcome, problems: dict[str, list[object]]) -> None:
    opens = opens_on(outcome.placement, outcome.moment)
    if outcome.checked_on is None:
        problems["checked_on"] = [_("This information is required.")]
    elif outcome.checked_on > _today():
        problems["checked_on"] = [_("This date is in the future.")]
    elif opens and outcome.checked_on < opens:
        problems["checked_on"] = [
            _("Too early for this moment: %(day)s at the earliest.") % {"day": opens.isoformat()}
        ]
    elif outcome.started_on and outcome.started_on > outcome.checked_on:
        problems["started_on"] = [_("This is after the day of the check.")]


def _check_evidence(
    outcome: Outcome, evidence: Document, by: Any, problems: dict[str, list[object]]
) -> None:
    """A document of the same case that is in force, open to whoever reads outcomes."""
    usable = usable_evidence(outcome.placement, by)
    if not usable.filter(pk=evidence.pk).exists():
        problems["evidence"] = [_("Choose a document of this case, in force and not about health.")]


def usable_evidence(placement: Placement, user: Any) -> Any:
    """The documents that can be named as evidence: of the case, in force, not of the health tier."""
    seen = Document.objects.visible_to(user).current().filter(case=placement.case_id)
    return seen.exclude(audience=Document.Audience.HEALTH)


def _before(moment: str) -> list[Outcome.Moment]:
    return [each for each in WEEKS if WEEKS[each] < WEEKS[Moment(moment)]]


def _step_of(moment: Outcome.Moment) -> tuple[str, int]:
    return _STEP_KIND.get(moment, FollowUpStep.Kind.OUTCOME), WEEKS[moment]


def _follow_up(placement: Placement, moment: str) -> FollowUp | None:
    kind, weeks = _step_of(Moment(moment))
    steps = placement.follow_ups.filter(
        step__kind=kind, step__weeks=weeks, step__anchor=FollowUpStep.Anchor.END
    )
    row = steps.first()
    return row and locked(FollowUp.objects.select_related("step"), row.pk)


def _today() -> dt.date:
    return timezone.localdate()
