"""What the committee scored, as one reader may see it: members by criteria, with the weighted means."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q

from organizations.models import Project, ProjectCriterion, ProjectScore
from organizations.workflow import ProjectStatus


@dataclass(frozen=True, slots=True)
class MemberScores:
    """The scores of one member, by criterion; the mean is that of a complete set."""

    member: Any
    is_own: bool
    scores: Mapping[Any, ProjectScore]
    mean: Decimal | None

    @property
    def name(self) -> str:
        return str(self.member)


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """`others_hidden`: the reader has not scored wholly yet, and is not to be led by the others."""

    criteria: list[ProjectCriterion]
    members: list[MemberScores]
    means: Mapping[Any, Decimal]
    mean: Decimal | None
    others_hidden: bool

    @property
    def own(self) -> MemberScores | None:
        return next((each for each in self.members if each.is_own), None)

    @property
    def rows(self) -> list[tuple[ProjectCriterion, list[ProjectScore | None], Decimal | None]]:
        """Criterion by criterion: its score by each member, in their order, and its mean."""
        return [
            (
                criterion,
                [each.scores.get(criterion.pk) for each in self.members],
                self.means.get(criterion.pk),
            )
            for criterion in self.criteria
        ]


def score_table(project: Project, user: Any) -> ScoreTable | None:
    """The scores of a project loaded `with_abilities`; None where none of them is the reader's to know.

    A member of the committee reads the others once the own set is complete or the project was decided.
    """
    reads_all, scores = project.can_read_scores, project.can_score  # type: ignore[attr-defined]
    if not (reads_all or scores):
        return None
    given: defaultdict[Any, dict[Any, ProjectScore]] = defaultdict(dict)
    people = {}
    for score in project.scores.select_related("member").order_by("member_id", "pk"):
        given[score.member_id][score.criterion_id] = score
        people[score.member_id] = score.member
    used = {pk for each in given.values() for pk in each}
    criteria = list(
        ProjectCriterion.objects.filter(Q(is_active=True) | Q(pk__in=used)).order_by("rank", "pk")
    )
    own = given.get(user.pk, {})
    hidden = (
        not reads_all
        and project.status == ProjectStatus.UNDER_REVIEW
        and not _is_complete(own, criteria)
    )
    if hidden:
        given = defaultdict(dict, {user.pk: own} if own else {})
    members = [
        MemberScores(people[pk], pk == user.pk, scores_given, _mean_of(scores_given, criteria))
        for pk, scores_given in sorted(given.items(), key=lambda pair: str(people[pair[0]]))
    ]
    return ScoreTable(
        criteria,
        members,
        {} if hidden else _means(members, criteria),
        None if hidden else _mean(each.mean for each in members if each.mean is not None),
        hidden,
    )


def _is_complete(scores: Mapping[Any, ProjectScore], criteria: Iterable[ProjectCriterion]) -> bool:
    return all(each.pk in scores for each in criteria if each.is_active)


def _mean_of(
    scores: Mapping[Any, ProjectScore], criteria: list[ProjectCriterion]
) -> Decimal | None:
    """The mean of one member, each criterion counting as often as it weighs."""
    counted = [(each.weight, scores[each.pk].level) for each in criteria if each.pk in scores]
    weight = sum(weight for weight, _level in counted)
    if not weight or not _is_complete(scores, criteria):
        return None
    return Decimal(sum(weight * level for weight, level in counted)) / weight


def _means(members: list[MemberScores], criteria: list[ProjectCriterion]) -> dict[Any, Decimal]:
    found = {
        each.pk: _mean(
            Decimal(member.scores[each.pk].level) for member in members if each.pk in member.scores
        )
        for each in criteria
    }
    return {pk: mean for pk, mean in found.items() if mean is not None}


def _mean(values: Iterable[Decimal]) -> Decimal | None:
    counted = list(values)
    return sum(counted, Decimal()) / len(counted) if counted else None
