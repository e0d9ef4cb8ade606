"""Who may do what with a project, as a draft and once submitted, and with a call: everybody, written out."""

import pytest

from organizations.models import Call, Project
from organizations.policy import CALL_POLICY, PROJECT_POLICY, SITE_POLICY, Action
from organizations.services.grants import give_grant
from organizations.services.projects import move_project
from peph.audit.changes import SYSTEM

pytestmark = pytest.mark.django_db

NOBODY = ""
LEAD = "view edit submit read_scores decide fill"
OFFICER = "view edit submit fill"
HOST = "view edit submit"

# person → (a draft of the MTMD in region 03, the same once submitted, the call)
RIGHTS = {
    "lead": (LEAD, LEAD, "view edit"),
    "second_lead": (LEAD, LEAD, "view edit"),
    "coordinator": (OFFICER, OFFICER, "view"),
    "colleague": (OFFICER, OFFICER, "view"),
    "coordinator_elsewhere": (NOBODY, NOBODY, "view"),
    "health_coordinator": (OFFICER, OFFICER, "view"),
    "health_only": (NOBODY, NOBODY, "view"),
    "representative": (HOST, HOST, "view"),
    "representative_elsewhere": (NOBODY, NOBODY, "view"),
    "supervisor": ("view edit", "view edit", "view"),
    "supervisor_elsewhere": (NOBODY, NOBODY, "view"),
    "committee": (NOBODY, "view score", "view"),
    "auditor": ("view read_scores", "view read_scores", "view"),
    "auditor_region": ("view read_scores", "view read_scores", "view"),
    "auditor_elsewhere": (NOBODY, NOBODY, "view"),
    "auditor_host": ("view", "view", "view"),
    "privacy": ("view", "view", "view"),
    "outsider": (NOBODY, NOBODY, NOBODY),
    "reader": (NOBODY, NOBODY, NOBODY),
    "editor": (NOBODY, NOBODY, NOBODY),
    "former": (NOBODY, NOBODY, NOBODY),
    "inactive": (NOBODY, NOBODY, NOBODY),
    "superuser": (NOBODY, NOBODY, NOBODY),
}


def _may(policy, user, row):
    return {action for action in policy.rules if policy.allows(user, action, row)}


def test_every_person_of_the_cast_has_a_line(cast):
    assert set(RIGHTS) == set(cast)


@pytest.mark.parametrize("who", RIGHTS)
def test_what_each_person_may_do_with_a_project_and_a_call(who, cast, project, call):
    draft, submitted, with_call = (set(each.split()) for each in RIGHTS[who])
    user = cast[who]

    assert _may(CALL_POLICY, user, call) == with_call
    assert [set(row.abilities) for row in Call.objects.visible_to(user).with_abilities(user)] == (
        [with_call] if with_call else []
    )
    for expected in (draft, submitted):
        assert _may(PROJECT_POLICY, user, project) == expected
        # The list and its abilities say the same as the object check.
        listed = Project.objects.visible_to(user).with_abilities(user)
        assert [set(row.abilities) for row in listed] == ([expected] if expected else [])
        if project.status == "draft":
            project = move_project(project, "submit", by=cast["representative"])


# The projects of an organisation are never scored by its own people, whatever unit they work in.
OWN = {
    ("represent", "mtmd"): False,
    ("supervise", "site_03"): False,
    ("supervise", "site_06"): False,
    ("represent", "saaq"): True,
    ("supervise", "saaq_03"): True,
}


@pytest.mark.parametrize(("role", "on"), OWN)
def test_a_member_does_not_score_the_project_of_the_own_organisation(
    role, on, cast, world, project
):
    project = move_project(project, "submit", by=cast["representative"])
    member = cast["committee"]
    give_grant(by=SYSTEM, user=member, role=role, on=getattr(world, on), reason="Double rôle")

    assert PROJECT_POLICY.allows(member, Action.SCORE, project) is OWN[role, on]
    [row] = Project.objects.filter(pk=project.pk).with_abilities(member)
    assert row.can_score is OWN[role, on]


# Who may propose at the site of region 03, and whose other sites.
PROPOSES = {
    "lead": 3,
    "second_lead": 3,
    "coordinator": 2,
    "colleague": 2,
    "coordinator_elsewhere": 1,
    "health_coordinator": 2,
    "representative": 2,
    "representative_elsewhere": 1,
    "supervisor": 1,
    "supervisor_elsewhere": 1,
}


@pytest.mark.parametrize("who", RIGHTS)
def test_at_how_many_of_the_three_sites_each_person_proposes(who, cast, world):
    sites = (world.site_03, world.site_06, world.saaq_03)
    may = [site for site in sites if SITE_POLICY.allows(cast[who], Action.PROPOSE, site)]
    assert len(may) == PROPOSES.get(who, 0)
