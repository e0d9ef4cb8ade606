"""Open projects ranked for a case, and waiting cases ranked for a project: computed, never stored.

The order: fewest criteria not met, then most met; among equals projects by title, cases by how long they
have waited. A person decides.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet

from cases.models import Case, Match
from cases.policy import CASE_POLICY, Action
from cases.services.fit import Criterion, Fit, weigh
from cases.workflow import MATCH_OPEN, CaseStatus
from organizations.models import Project
from peph.text import plain

SHOWN = 50
# Beyond this the longest waiting are weighed, and the reader is told.
WEIGHED = 1000
WAITING = (CaseStatus.ELIGIBLE, CaseStatus.MATCHING)


@dataclass(frozen=True, slots=True)
class Ranked:
    """One row: a project for a case, or a case for a project, with the last match of the two."""

    record: Any
    criteria: tuple[Criterion, ...]
    match: Match | None
    # Whether the case is in matching: proposed anywhere only then.
    is_ready: bool

    def of(self, fit: Fit) -> list[Criterion]:
        """The criteria in this state."""
        return [each for each in self.criteria if each.fit == fit]

    @property
    def not_met(self) -> list[Criterion]:
        return self.of(Fit.NOT_MET)

    @property
    def unknown(self) -> list[Criterion]:
        return self.of(Fit.UNKNOWN)

    @property
    def met(self) -> list[Criterion]:
        return self.of(Fit.MET)

    @property
    def is_proposed(self) -> bool:
        """Whether a match of the two is open."""
        return self.match is not None and self.match.status in MATCH_OPEN


@dataclass(frozen=True, slots=True)
class Ranking:
    """The first rows; `count` were weighed, `is_partial` says that there are more still."""

    rows: list[Ranked]
    count: int
    is_partial: bool

    @property
    def is_capped(self) -> bool:
        return self.count > len(self.rows)


def rank_projects(case: Case, *, user: Any) -> Ranking:
    """The open projects `user` may see, the most fitting first. Four queries at most."""
    found = _at_most(
        Project.objects.visible_to(user).open().with_places().order_by("starts_from", "pk")
    )
    last = _last_matches(Match.objects.filter(case=case), "project_id")
    profile = getattr(case, "work_profile", None)
    is_ready = case.status == CaseStatus.MATCHING
    rows = [
        Ranked(each, weigh(profile, case, each, each.site), last.get(each.pk), is_ready)
        for each in found[:WEIGHED]
    ]
    return _ranking(rows, len(found), key=lambda row: (plain(row.record.title), str(row.record.pk)))


def rank_cases(project: Project, *, user: Any) -> Ranking:
    """The cases in the scope of `user` that wait for a placement, the most fitting first."""
    scope: Q = CASE_POLICY.q(user, Action.DECIDE)
    found = _at_most(
        Case.objects.filter(scope, status__in=WAITING)
        .select_related("participant", "region", "job_class", "work_profile")
        .order_by(F("decided_on").asc(nulls_last=True), "pk")
    )
    last = _last_matches(Match.objects.filter(project=project), "case_id")
    rows = [
        Ranked(
            each,
            weigh(getattr(each, "work_profile", None), each, project, project.site),
            last.get(each.pk),
            each.status == CaseStatus.MATCHING,
        )
        for each in found[:WEIGHED]
    ]
    return _ranking(
        rows,
        len(found),
        key=lambda row: (row.record.decided_on or dt.date.max, row.record.number),
    )


def _at_most(rows: QuerySet) -> list[Any]:
    return list(rows[: WEIGHED + 1])


def _last_matches(matches: QuerySet[Match], key: str) -> dict[Any, Match]:
    """The last match of each pair; an open one is always the last."""
    return {getattr(each, key): each for each in matches.order_by("created_at", "pk")}


def _ranking(rows: Iterable[Ranked], found: int, *, key: Any) -> Ranking:
    ordered = sorted(rows, key=lambda row: (len(row.not_met), -len(row.met), key(row)))
    return Ranking(ordered[:SHOWN], len(ordered), found > WEIGHED)
