"""The committee: who scores what, what each reader sees of it, and the weighted means."""

from decimal import Decimal

import pytest
from django.utils import timezone

from auditing.policy import CHANGE_SET_POLICY, CHANGED_ROW_POLICY
from organizations.models import Project, ProjectCriterion, ProjectScore
from organizations.score_table import score_table
from organizations.services.grants import end_grant, give_grant
from organizations.services.projects import move_project, score_project
from peph.accounts.models import User
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangedRow, ChangeSet
from peph.errors import Conflict, Forbidden, Invalid, Stale
from tests.proposing import scored, scores, under_review

pytestmark = pytest.mark.django_db
CODES = ["tasks", "learning", "supervision", "accessibility", "prospects"]


@pytest.fixture
def reviewed(cast, world, call):
    """A project of the MTMD under review."""
    return under_review(world.site_03, cast["representative"], call, lead=cast["lead"])


@pytest.fixture
def second(cast, world):
    """Another member of the committee."""
    user = User.objects.create_user("membre@exemple.qc.ca", first_name="Alix", last_name="Membre")
    give_grant(by=SYSTEM, user=user, role="select", on=world.program, reason="Comité")
    return user


def seen_by(user, project):
    [row] = Project.objects.filter(pk=project.pk).visible_to(user).with_abilities(user)
    return score_table(row, user)


def levels(table):
    """{member: levels in the order of the criteria} as the reader sees them."""
    return {
        member.name: [
            member.scores[criterion.pk].level if criterion.pk in member.scores else None
            for criterion in table.criteria
        ]
        for member in table.members
    }


def test_the_criteria_are_those_of_the_programme():
    assert list(ProjectCriterion.objects.values_list("code", "weight")) == list(
        zip(CODES, (3, 3, 3, 2, 1), strict=True)
    )


def test_a_member_scores_criterion_by_criterion_and_changes_it_until_the_decision(cast, reviewed):
    member = cast["committee"]
    score_project(reviewed, by=member, scores={"tasks": {"level": 2, "comment": " À préciser "}})
    score_project(reviewed, by=member, scores={"learning": {"level": 4}})
    given = ProjectScore.objects.get(member=member, criterion__code="tasks")
    assert (given.level, given.comment) == (2, "À préciser")

    score_project(reviewed, by=member, scores={"tasks": {"level": 3, "comment": ""}})
    given.refresh_from_db()
    assert (given.level, given.comment) == (3, "")
    assert [row.level for row in given.history.all()] == [3, 2]
    assert ProjectScore.objects.count() == 2

    move_project(
        reviewed, "select", by=cast["lead"], decided_on=timezone.localdate(), minute="CES-1"
    )
    with pytest.raises(Conflict, match="pendant leur analyse"):
        score_project(reviewed, by=member, scores={"tasks": {"level": 1}})


def test_the_same_scores_again_leave_nothing(cast, reviewed):
    scored(reviewed, cast["committee"], 3, 3, 3)
    before = ChangeSet.objects.count()
    scored(reviewed, cast["committee"], 3, 3, 3)
    assert ChangeSet.objects.count() == before


@pytest.mark.parametrize("level", [0, 5, -1, None, "3", 2.5, True, [3]])
def test_a_level_is_a_number_from_1_to_4(level, cast, reviewed):
    before = ChangeSet.objects.count()
    with pytest.raises(Invalid) as refused:
        score_project(
            reviewed,
            by=cast["committee"],
            scores={"tasks": {"level": 3}, "learning": {"level": level}},
        )
    assert list(refused.value.fields) == ["learning"]
    assert (ChangeSet.objects.count(), ProjectScore.objects.count()) == (before, 0)


def test_an_unknown_criterion_is_refused(cast, reviewed):
    with pytest.raises(Invalid) as refused:
        score_project(reviewed, by=cast["committee"], scores={"salary": {"level": 3}})
    assert list(refused.value.fields) == ["salary"]


def test_what_was_read_is_what_is_scored(cast, reviewed):
    with pytest.raises(Stale):
        score_project(
            reviewed, by=cast["committee"], scores=scores(3), version=reviewed.version - 1
        )


@pytest.mark.parametrize("status", ["submitted", "returned", "waitlisted", "selected", "withdrawn"])
def test_a_project_is_scored_under_review_only(status, cast, reviewed):
    day = timezone.localdate()
    with change(by=SYSTEM, verb="test"):
        Project.objects.filter(pk=reviewed.pk).update(status=status, decided_on=day)
    with pytest.raises(Conflict):
        scored(reviewed, cast["committee"], 3)


@pytest.mark.parametrize(
    ("role", "on"), [("represent", "mtmd"), ("supervise", "site_03"), ("supervise", "site_06")]
)
def test_a_member_of_the_own_organisation_is_told_why_they_may_not_score(
    role, on, cast, world, reviewed
):
    member = cast["committee"]
    scored(reviewed, member, 4, 4, 4, 4, 4)
    grant = give_grant(by=SYSTEM, user=member, role=role, on=getattr(world, on), reason="X")
    with pytest.raises(Forbidden, match="d’autres membres évaluent ses projets"):
        scored(reviewed, member, 1)
    # Nor is anything told of what the others gave.
    assert seen_by(member, reviewed) is None

    end_grant(grant, by=cast["lead"], reason="Fin du mandat")
    scored(reviewed, member, 3)
    assert seen_by(member, reviewed) is not None


def test_a_member_scores_the_projects_of_another_organisation(cast, world, reviewed):
    member = cast["committee"]
    give_grant(by=SYSTEM, user=member, role="represent", on=world.saaq, reason="X")
    scored(reviewed, member, 3)
    assert ProjectScore.objects.count() == 1


# ------------------------------------------------------------------ what each reader sees
READS = {
    "lead": True,
    "second_lead": True,
    "auditor": True,
    "auditor_region": True,
    "coordinator": False,
    "representative": False,
    "supervisor": False,
    "auditor_host": False,
    "privacy": False,
}


@pytest.mark.parametrize("who", READS)
def test_the_lead_and_the_auditors_read_every_score_and_the_host_none(who, cast, reviewed):
    scored(reviewed, cast["committee"], 4, 3)
    table = seen_by(cast[who], reviewed)
    if READS[who]:
        assert levels(table) == {"Camille Committee": [4, 3, None, None, None]}
        assert not table.others_hidden
    else:
        assert table is None


def test_a_member_sees_the_others_once_every_criterion_is_scored(cast, second, reviewed):
    member = cast["committee"]
    scored(reviewed, second, 1, 1, 1, 1, 1)
    hidden = seen_by(member, reviewed)
    assert (levels(hidden), hidden.mean, hidden.means, hidden.others_hidden) == ({}, None, {}, True)

    scored(reviewed, member, 4, 4, 4, 4)
    own = seen_by(member, reviewed)
    assert levels(own) == {"Camille Committee": [4, 4, 4, 4, None]}
    assert (own.mean, own.means, own.others_hidden) == (None, {}, True)

    scored(reviewed, member, 4, 4, 4, 4, 4)
    both = seen_by(member, reviewed)
    assert levels(both) == {"Alix Membre": [1] * 5, "Camille Committee": [4] * 5}
    assert (both.mean, both.others_hidden) == (Decimal("2.5"), False)


def test_after_the_decision_a_member_sees_every_score(cast, second, reviewed):
    scored(reviewed, second, 1, 1, 1, 1, 1)
    move_project(
        reviewed, "select", by=cast["lead"], decided_on=timezone.localdate(), minute="CES-1"
    )
    assert levels(seen_by(cast["committee"], reviewed)) == {"Alix Membre": [1] * 5}


# The levels of two members → the mean of each and of both: weights 3, 3, 3, 2, 1.
MEANS = [
    ([4, 4, 4, 4, 4], [4, 4, 4, 4, 4], "4.00", "4.00", "4.00"),
    ([1, 1, 1, 1, 1], [4, 4, 4, 4, 4], "1.00", "4.00", "2.50"),
    ([4, 1, 1, 1, 1], [1, 1, 1, 1, 4], "1.75", "1.25", "1.50"),
    ([3, 2, 4, 1, 2], [2, 3], "2.58", None, "2.58"),
    ([3], [], None, None, None),
]


@pytest.mark.parametrize(("first", "other", "mean_first", "mean_other", "mean"), MEANS)
def test_the_weighted_means(first, other, mean_first, mean_other, mean, cast, second, reviewed):
    scored(reviewed, cast["committee"], *first)
    if other:
        scored(reviewed, second, *other)
    table = seen_by(cast["lead"], reviewed)

    def shown(value):
        return None if value is None else f"{value:.2f}"

    means = {member.name: shown(member.mean) for member in table.members}
    assert means["Camille Committee"] == mean_first
    assert means.get("Alix Membre") == mean_other
    assert shown(table.mean) == mean


def test_the_mean_of_a_criterion_is_that_of_all_who_scored_it(cast, second, reviewed):
    scored(reviewed, cast["committee"], 4, 2)
    scored(reviewed, second, 1)
    table = seen_by(cast["lead"], reviewed)
    assert [mean for _criterion, _given, mean in table.rows] == [
        Decimal("2.5"),
        2,
        None,
        None,
        None,
    ]


def test_a_criterion_out_of_use_keeps_its_scores_and_is_asked_no_more(cast, reviewed):
    scored(reviewed, cast["committee"], 4, 4, 4, 4, 4)
    with change(by=SYSTEM, verb="test"):
        ProjectCriterion.objects.filter(code="prospects").update(is_active=False)
    table = seen_by(cast["committee"], reviewed)
    assert [each.code for each in table.criteria] == CODES
    with pytest.raises(Invalid):
        score_project(reviewed, by=cast["committee"], scores={"prospects": {"level": 1}})


# ------------------------------------------------------------------ what waits, and what is told
def test_a_project_waits_for_a_member_until_every_criterion_is_scored(cast, second, reviewed):
    member = cast["committee"]
    assert list(Project.objects.to_score_by(member)) == [reviewed]
    scored(reviewed, member, 3, 3, 3, 3)
    scored(reviewed, second, 3, 3, 3, 3, 3)
    assert list(Project.objects.to_score_by(member)) == [reviewed]
    assert list(Project.objects.to_score_by(second)) == []
    scored(reviewed, member, 3, 3, 3, 3, 3)
    assert list(Project.objects.to_score_by(member)) == []


@pytest.mark.parametrize("who", ["lead", "coordinator", "representative", "auditor", "outsider"])
def test_no_project_waits_for_the_score_of_anybody_else(who, cast, reviewed):
    assert list(Project.objects.to_score_by(cast[who])) == []


# The privacy officer reads that there was a score, as the registers ask, and not which.
HISTORY = {"lead": True, "auditor": True, "privacy": True, "coordinator": False,
           "auditor_region": False, "auditor_host": False, "committee": False}  # fmt: skip


@pytest.mark.parametrize("who", HISTORY)
def test_the_history_of_scores_is_central_and_neither_of_the_region_nor_of_the_host(
    who, cast, reviewed
):
    scored(reviewed, cast["committee"], 4)
    told = ChangeSet.objects.latest("number")
    assert told.verb == "organizations.project.score"
    assert CHANGE_SET_POLICY.allows(cast[who], "view", told) is HISTORY[who]
    [row] = ChangedRow.objects.filter(change_set=told)
    reads_which = HISTORY[who] and who != "privacy"
    assert CHANGED_ROW_POLICY.allows(cast[who], "view", row) is reads_which
