"""Where a case stands in its life, what can be done now, and what keeps the rest closed."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cases.models import Case
from cases.services.cases import obstacle
from cases.workflow import CASE_WORKFLOW, CaseStatus
from peph.errors import Forbidden
from peph.workflow import Transition

# The way most cases go; the other statuses are stops beside it.
MAIN_WAY = (
    CaseStatus.REFERRED,
    CaseStatus.INTAKE,
    CaseStatus.ELIGIBILITY_REVIEW,
    CaseStatus.ELIGIBLE,
    CaseStatus.MATCHING,
    CaseStatus.IN_PLACEMENT,
    CaseStatus.POST_PLACEMENT,
    CaseStatus.CLOSED,
)
BESIDE = {
    CaseStatus.AWAITING_DOCUMENTS: CaseStatus.ELIGIBILITY_REVIEW,
    CaseStatus.INELIGIBLE: CaseStatus.ELIGIBILITY_REVIEW,
    CaseStatus.UNDER_APPEAL: CaseStatus.ELIGIBILITY_REVIEW,
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One stop on the way. `state` is past, current or ahead; past is not claimed of a closed case."""

    label: Any
    state: str


@dataclass(frozen=True, slots=True)
class Closed:
    """A move that cannot be made now, and why."""

    step: Transition
    why: str


@dataclass(frozen=True, slots=True)
class Moves:
    """Moves open now, those that something keeps closed, those of another status."""

    open: list[Transition]
    kept: list[Closed]
    later: list[Closed]


def stages_of(case: Case) -> list[Stage]:
    """The main way, with the present status in its place."""
    status = CaseStatus(case.status)
    place = CaseStatus(case.resumes_as) if status == CaseStatus.SUSPENDED else status
    here = MAIN_WAY.index(BESIDE.get(place, place))
    passed = "ahead" if status == CaseStatus.CLOSED else "past"
    return [
        Stage(status.label, "current")
        if position == here
        else Stage(stop.label, passed if position < here else "ahead")
        for position, stop in enumerate(MAIN_WAY)
    ]


def moves_of(case: Case, user: Any) -> Moves | None:
    """What `user` can do with the case now; None for somebody who never moves cases."""
    if not case.can_edit:  # type: ignore[attr-defined]
        return None
    found = Moves([], [], [])
    for step in CASE_WORKFLOW:
        if step.consequence:
            continue
        if case.status not in step.sources:
            found.later.append(Closed(step, _possible_from(step)))
        elif step.requires not in case.abilities:
            found.kept.append(Closed(step, str(Forbidden.default_message)))
        elif refusal := obstacle(case, step.name, by=user):
            found.kept.append(Closed(step, str(refusal)))
        else:
            found.open.append(step)
    return found


def _possible_from(step: Transition) -> str:
    sources = [status.label for status in CaseStatus if status in step.sources]
    return _("Possible when the case is: %(statuses)s.") % {
        "statuses": ", ".join(str(label) for label in sources)
    }
