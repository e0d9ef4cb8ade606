"""What an evaluation holds: a score for each criterion and its texts; whether it is whole enough to sign.

The rights and the moment are asked in `cases.services.evaluations`.
"""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Evaluation, EvaluationScore
from cases.policy import HOST_POLICY, PLACEMENT_POLICY, Action
from organizations.models import EvaluationCriterion
from peph.errors import Invalid
from peph.records import save_valid
from peph.scopes import account_of

CONTENT = frozenset({"author_name", "objectives", "needs", "recommendation"})
Scores = Mapping[str, Mapping[str, Any]]


class Kept(dict[str, EvaluationScore]):
    """Code of a criterion → its score; `changed` are those to write."""

    changed: frozenset[str] = frozenset()


def scores_of(evaluation: Evaluation, given: Scores) -> Kept:
    """The scores of the evaluation, those `given` put in; nothing is written yet."""
    criteria = {each.code: each for each in EvaluationCriterion.objects.filter(is_active=True)}
    if unknown := given.keys() - criteria.keys():
        raise Invalid(fields={f"scores.{code}": [_("Unknown criterion.")] for code in unknown})
    known = {}
    if not evaluation._state.adding:  # noqa: SLF001 Django says so in no other way
        known = {each.criterion_id: each for each in evaluation.scores.all()}
    kept = Kept()
    for code, criterion in criteria.items():
        kept[code] = known.get(criterion.pk) or EvaluationScore(
            evaluation=evaluation,
            case_id=evaluation.case_id,
            region_id=evaluation.region_id,
            criterion=criterion,
        )
    kept.changed = frozenset(code for code, values in given.items() if _score(kept[code], values))
    return kept


def _score(score: EvaluationScore, values: Mapping[str, Any]) -> bool:
    before = (score.level, score.is_observed, score.comment)
    if "level" in values:
        # No level, said expressly: this could not be observed. Not said at all: still open.
        score.level, score.is_observed = values["level"], values["level"] is not None
    score.comment = values.get("comment", score.comment).strip()
    return before != (score.level, score.is_observed, score.comment)


def fill(evaluation: Evaluation, by: Any, fields: Mapping[str, Any]) -> None:
    """Put texts and recommendation in; with `by`, note who recorded it and for whom."""
    if strange := fields.keys() - CONTENT:
        raise TypeError(f"Not content of an evaluation: {', '.join(sorted(strange))}.")
    for name, value in fields.items():
        setattr(evaluation, name, value.strip())
    if by is not None:
        evaluation.recorded_by = account_of(by)
        evaluation.is_on_behalf = _is_on_behalf(evaluation, by)


def _is_on_behalf(evaluation: Evaluation, by: Any) -> bool:
    """Somebody of the programme writes for the host, or for the participant; a link is its holder's word."""
    placement = evaluation.placement
    by_host = not evaluation.is_own_word and HOST_POLICY.allows(by, Action.EVALUATE, placement)
    return not by_host and PLACEMENT_POLICY.allows(by, Action.EDIT, placement)


def save(evaluation: Evaluation, kept: Kept) -> None:
    """The evaluation is saved in any case: its version counts for its scores as well."""
    save_valid(evaluation)
    for code in kept:
        if code in kept.changed:
            try:
                save_valid(kept[code])
            except Invalid as error:
                problems = {f"scores.{code}.{name}": each for name, each in error.fields.items()}
                raise Invalid(fields=problems) from error


def missing(evaluation: Evaluation, kept: Kept) -> dict[str, list[Any]]:
    """All that keeps an evaluation from being signed, each under the name of its field."""
    problems: dict[str, list[Any]] = {}
    for code, score in kept.items():
        if not score.is_complete:
            if score.is_observed:
                problems[f"scores.{code}.level"] = [_("Choose a level, or “Not observed”.")]
            else:
                problems[f"scores.{code}.comment"] = [_("Say why this was not observed.")]
    if not evaluation.is_own_word and not evaluation.recommendation:
        problems["recommendation"] = [_("An evaluation is signed with a recommendation.")]
    if not evaluation.author_name:
        problems["author_name"] = [_("Say who wrote this evaluation.")]
    day: Any = evaluation.signed_on
    if day > timezone.localdate():
        problems["signed_on"] = [_("This date is in the future.")]
    elif day < evaluation.placement.starts_on:
        problems["signed_on"] = [_("This is before the first day worked.")]
    return problems
