"""Which tasks of a placement somebody can be asked by a link now, and who is usually asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.models import Evaluation, Placement, Signature, TaskLink
from cases.policy import Action
from cases.services.signatures import SIGNED_BY, missing_roles
from cases.workflow import PLACEMENT_ENDED, PLACEMENT_STARTED, PLACEMENT_WORKFLOW
from peph.errors import Conflict, Invalid

Task, Kind = TaskLink.Task, Evaluation.Kind
AT_WORK = PLACEMENT_STARTED | PLACEMENT_ENDED
# The programme signs with an account of its own.
SIGN_BY_LINK = tuple(role for role in SIGNED_BY if role != Signature.Role.PROGRAM)
NEEDS = {
    Task.CONFIRM_START: Action.REPORT,
    Task.REPORT: Action.REPORT,
    Task.EVALUATE: Action.EVALUATE,
    Task.ANSWER: Action.ANSWER_FOR_PARTICIPANT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Possible:
    """A task that makes sense now. `code` stands in an address; `kind` is an evaluation not begun yet."""

    code: str
    task: TaskLink.Task
    label: Any
    role: str = ""
    kind: str = ""
    evaluation: Evaluation | None = None
    for_participant: bool = False


def action_of(task: str, role: str) -> Action:
    """The one action on the placement that a task needs."""
    return SIGNED_BY[Signature.Role(role)] if task == Task.SIGN else NEEDS[Task(task)]


def possible_tasks(placement: Placement) -> list[Possible]:
    """What can be asked now, in the order of a placement's life."""
    return [*_before(placement), *_at_work(placement)]


def _before(placement: Placement) -> Iterator[Possible]:
    for role in missing_roles(placement):
        if role in SIGN_BY_LINK:
            yield Possible(
                code=f"sign-{role.value}",
                task=Task.SIGN,
                label=_("Sign the agreement (%(role)s)") % {"role": role.label},
                role=role.value,
                for_participant=role == Signature.Role.PARTICIPANT,
            )
    if placement.status in PLACEMENT_WORKFLOW.by_name["start"].sources:
        yield Possible(
            code="confirm-start", task=Task.CONFIRM_START, label=Task.CONFIRM_START.label
        )


def _at_work(placement: Placement) -> Iterator[Possible]:
    if placement.status not in AT_WORK or not placement.case.is_open:
        return
    yield Possible(code="report", task=Task.REPORT, label=Task.REPORT.label)
    there = list(placement.evaluations.all())
    for kind in Kind:
        of_kind = [each for each in there if each.kind == kind]
        draft = next((each for each in of_kind if not each.is_locked), None)
        if draft is not None or not of_kind:
            yield Possible(
                code=f"evaluate-{kind.value}",
                task=Task.EVALUATE,
                label=kind.label,
                kind=kind.value,
                evaluation=draft,
                for_participant=kind == Kind.SELF,
            )
    for each in there:
        if _may_be_answered(each):
            yield Possible(
                code=f"answer-{each.pk}",
                task=Task.ANSWER,
                label=_("Answer the evaluation (%(kind)s)") % {"kind": each.get_kind_display()},
                evaluation=each,
                for_participant=True,
            )


def _may_be_answered(evaluation: Evaluation) -> bool:
    return evaluation.is_locked and not evaluation.answer and evaluation.kind != Kind.SELF


def check_possible(
    placement: Placement, task: str, *, role: str = "", evaluation: Evaluation | None = None
) -> None:
    """Raise Invalid for a task that is none, Conflict for one that makes no sense now."""
    if task not in Task.values:
        raise Invalid(fields={"task": [_("This is not one of the choices.")]})
    if role not in (SIGN_BY_LINK if task == Task.SIGN else ("",)):
        raise Invalid(fields={"role": [_("This is not one of the choices.")]})
    if task in (Task.EVALUATE, Task.ANSWER):
        _check_evaluation(placement, task, evaluation)
    elif evaluation is not None:
        raise Invalid(fields={"evaluation": [_("This task is about no evaluation.")]})
    if not any(
        (each.task, each.role, each.evaluation) == (task, role, evaluation)
        for each in possible_tasks(placement)
    ):
        raise Conflict(_("Nothing of this kind is awaited now."))


def _check_evaluation(placement: Placement, task: str, evaluation: Evaluation | None) -> None:
    if evaluation is None:
        raise Invalid(fields={"evaluation": [_("Say which evaluation.")]})
    if evaluation.placement_id != placement.pk:
        raise Invalid(fields={"evaluation": [_("This evaluation belongs to another placement.")]})


def is_for_participant(link: TaskLink) -> bool:
    """Whether the participant, not the host, was asked."""
    if link.task == Task.SIGN:
        return link.role == Signature.Role.PARTICIPANT
    own = link.evaluation is not None and link.evaluation.kind == Kind.SELF
    return own or link.task == Task.ANSWER
