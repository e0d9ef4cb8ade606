"""Evaluations of a placement: begun, filled in, signed once and for all, answered by the participant."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import STEPS, Case, Evaluation, FollowUp, Placement
from cases.policy import EVALUATION_POLICY, PLACEMENT_POLICY, Action
from cases.services.context import changing, check_open
from cases.services.evaluation_content import CONTENT, Kept, Scores, fill, missing, save, scores_of
from cases.services.follow_ups import mark_done, plan_follow_up
from peph.errors import Conflict, Invalid
from peph.records import check_version, locked, save_valid
from peph.working_days import working_days_after

# What a person must be able to do on the placement to write an evaluation of this kind.
WRITTEN_BY = {
    Evaluation.Kind.MID_TERM: Action.EVALUATE,
    Evaluation.Kind.FINAL: Action.EVALUATE,
    Evaluation.Kind.SELF: Action.ANSWER_FOR_PARTICIPANT,
}
# What a disagreement calls for is due in so many working days.
ANSWER_DAYS = 5


def start_evaluation(
    placement: Placement,
    *,
    by: Any,
    kind: str,
    follow_up: FollowUp | None = None,
    scores: Scores | None = None,
    signed_on: dt.date | None = None,
    **fields: Any,
) -> Evaluation:
    """Begin the draft of an evaluation with what is known already; given `signed_on`, sign it at once.

    Raises Forbidden, Conflict (not begun, a draft is there, closed case), Invalid.
    """
    verb = "cases.evaluation.start" if signed_on is None else "cases.evaluation.sign"
    with changing(placement.case, by=by, verb=verb):
        placement = locked(Placement.objects.select_related("case"), placement.pk)
        if kind not in WRITTEN_BY:
            raise Invalid(fields={"kind": [_("This is not one of the choices.")]})
        PLACEMENT_POLICY.check(by, WRITTEN_BY[Evaluation.Kind(kind)], placement)
        check_may_start(placement, kind)
        evaluation = Evaluation.of(placement, kind=kind)
        evaluation.follow_up = _step(evaluation, follow_up)
        kept = scores_of(evaluation, scores or {})
        fill(evaluation, by, fields)
        if signed_on is not None:
            _sign(evaluation, by, kept, signed_on)
        save(evaluation, kept)
    return evaluation


def save_evaluation(
    evaluation: Evaluation,
    *,
    by: Any,
    version: int | None = None,
    scores: Scores | None = None,
    **fields: Any,
) -> Evaluation:
    """Fill in a draft, as far as one got. `scores`: {code: {"level": 1–4, None: not observed; "comment"}}.

    Raises Forbidden, Stale, Conflict (signed, closed case), Invalid.
    """
    with changing(evaluation.case, by=by, verb="cases.evaluation.save"):
        evaluation = _draft(evaluation, by, version)
        kept = scores_of(evaluation, scores or {})
        before = {name: getattr(evaluation, name) for name in CONTENT}
        fill(evaluation, None, fields)
        if kept.changed or before != {name: getattr(evaluation, name) for name in CONTENT}:
            save(evaluation, kept)
    return evaluation


def sign_evaluation(
    evaluation: Evaluation,
    *,
    by: Any,
    author_name: str,
    signed_on: dt.date,
    version: int | None = None,
    scores: Scores | None = None,
    **fields: Any,
) -> Evaluation:
    """Sign a complete draft, with the last of its content: locked from then on, its step is done.

    Raises Forbidden, Stale, Conflict (signed, closed case), Invalid naming all that is missing.
    """
    with changing(evaluation.case, by=by, verb="cases.evaluation.sign"):
        evaluation = _draft(evaluation, by, version)
        kept = scores_of(evaluation, scores or {})
        fill(evaluation, by, {**fields, "author_name": author_name})
        _sign(evaluation, by, kept, signed_on)
        save(evaluation, kept)
    return evaluation


def answer_evaluation(
    evaluation: Evaluation,
    *,
    by: Any,
    answer: str,
    answered_on: dt.date,
    comment: str = "",
    version: int | None = None,
) -> Evaluation:
    """Record, once, whether the participant agrees. A disagreement is followed up by the coordinator.

    Raises Forbidden, Stale, Conflict (not signed, answered, a self-evaluation, closed case), Invalid.
    """
    with changing(evaluation.case, by=by, verb="cases.evaluation.answer"):
        evaluation = _locked(evaluation)
        EVALUATION_POLICY.check(by, Action.ANSWER_FOR_PARTICIPANT, evaluation)
        check_version(evaluation, version)
        # Locked: a case that is being closed takes no more follow-ups.
        evaluation.case = locked(Case.objects.select_related("coordinator"), evaluation.case_id)
        check_may_answer(evaluation)
        evaluation.answer, evaluation.answered_on = answer, answered_on
        evaluation.answer_comment = comment.strip()
        if problems := _wrong_answer(evaluation):
            raise Invalid(fields=problems)
        if evaluation.is_disputed:
            evaluation.answer_follow_up = _follow_disagreement(evaluation)
        save_valid(evaluation)
    return evaluation


def discard_evaluation(evaluation: Evaluation, *, by: Any, version: int | None = None) -> None:
    """Give a draft up; the history keeps what it held. Raises Forbidden, Stale, Conflict."""
    with changing(evaluation.case, by=by, verb="cases.evaluation.discard"):
        evaluation = _locked(evaluation)
        EVALUATION_POLICY.check(by, Action.EDIT, evaluation)
        check_version(evaluation, version)
        check_draft(evaluation)
        if evaluation.links.awaiting().exists():
            raise Conflict(_("Somebody was sent a link to this draft: call the link back first."))
        evaluation.links.update(evaluation=None)
        evaluation.scores.all().delete()
        evaluation.delete()


# ------------------------------------------------------------------ when it is possible
def check_may_start(placement: Placement, kind: str) -> None:
    """Raise Conflict unless an evaluation of this kind can be begun for the placement now."""
    check_open(placement.case)
    if placement.started_on is None:
        raise Conflict(_("This placement has not begun: there is nothing to evaluate yet."))
    if placement.evaluations.drafts().filter(kind=kind).exists():
        raise Conflict(_("There is already a draft of this evaluation."))


def check_draft(evaluation: Evaluation) -> None:
    """Raise Conflict when the evaluation is signed."""
    if evaluation.is_locked:
        raise Conflict(_("This evaluation is signed and locked: it cannot be changed any more."))


def check_may_answer(evaluation: Evaluation) -> None:
    """Raise Conflict unless the participant can answer the evaluation now."""
    check_open(evaluation.case)
    if evaluation.is_own_word:
        raise Conflict(_("A self-evaluation is the participant’s own word: nobody answers it."))
    if not evaluation.is_locked:
        raise Conflict(_("The participant answers an evaluation once it is signed."))
    if evaluation.answer:
        raise Conflict(_("The participant has already answered this evaluation."))


def _locked(evaluation: Evaluation) -> Evaluation:
    return locked(Evaluation.objects.select_related("case", "placement"), evaluation.pk)


def _draft(evaluation: Evaluation, by: Any, version: int | None) -> Evaluation:
    evaluation = _locked(evaluation)
    EVALUATION_POLICY.check(by, Action.EDIT, evaluation)
    check_version(evaluation, version)
    check_draft(evaluation)
    check_open(evaluation.case)
    return evaluation


# ------------------------------------------------------------------ signing and answering
def _step(evaluation: Evaluation, follow_up: FollowUp | None = None) -> FollowUp | None:
    """The step of the schedule the evaluation answers: the one given, or the open one of its kind."""
    code = STEPS.get(Evaluation.Kind(evaluation.kind))
    of_kind = evaluation.placement.follow_ups.filter(step__code=code)
    if follow_up is None:
        return of_kind.to_do().first() if code else None
    if code is None or not of_kind.filter(pk=follow_up.pk).exists():
        raise Invalid(fields={"follow_up": [_("This step of the schedule asks for another.")]})
    return follow_up


def _sign(evaluation: Evaluation, by: Any, kept: Kept, signed_on: dt.date) -> None:
    evaluation.signed_on = signed_on
    if problems := missing(evaluation, kept):
        raise Invalid(fields=problems)
    step = evaluation.follow_up or _step(evaluation)
    if step is not None:
        step = locked(FollowUp.objects.select_related("step"), step.pk)
        if step.done_on is None:
            mark_done(step, by=by, done_on=signed_on, mode=FollowUp.Mode.MEETING)
    evaluation.follow_up = step


def _wrong_answer(evaluation: Evaluation) -> dict[str, list[Any]]:
    problems: dict[str, list[Any]] = {}
    if evaluation.answer not in Evaluation.Answer.values:
        problems["answer"] = [_("This is not one of the choices.")]
    if evaluation.is_disputed and not evaluation.answer_comment:
        problems["comment"] = [_("Write down what the participant does not agree with.")]
    day: Any = evaluation.answered_on
    if day > timezone.localdate():
        problems["answered_on"] = [_("This date is in the future.")]
    elif day < evaluation.signed_on:
        problems["answered_on"] = [_("This is before the evaluation was signed.")]
    return problems


def _follow_disagreement(evaluation: Evaluation) -> FollowUp:
    # Kept as written, whoever reads it: in the programme's language.
    with translation.override(settings.LANGUAGE_CODE):
        subject = gettext("Disagreement to look into: %(evaluation)s") % {"evaluation": evaluation}
    return plan_follow_up(
        evaluation.case,
        subject=subject,
        due_on=working_days_after(timezone.localdate(), ANSWER_DAYS),
        placement=evaluation.placement,
    )
