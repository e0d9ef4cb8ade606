"""The policy engine against django-guardian as the oracle, its cost, and how long it remembers."""

import datetime as dt

import pytest
from django.db.models import Q
from django.utils import timezone
from guardian.models import UserObjectPermissionBase

from cases.models import Case, CaseGrant
from cases.policy import CASE_POLICY, Action
from organizations.models import HostOrganizationGrant, HostSiteGrant, Region, RegionGrant
from organizations.services.grants import end_grant, give_grant, permission_for
from peph.access import EVERYTHING, NOTHING, Granted, Not, Oneself, Where
from peph.accounts.models import User
from peph.audit.changes import SYSTEM, change
from peph.scopes import Scope, grant_models, remembered_scopes, scope_of

REGION = "organizations.Region"
HOLDS_TWO = Scope("me", {("coordinate", REGION): frozenset({1, 2}), ("lead", "p"): frozenset({9})})
coordinate, lead, audit = (
    Granted("coordinate", REGION, at="region_id"),
    Granted("lead", "p", at=None),
    Granted("audit", REGION, at="region_id"),
)
RULES = [
    (coordinate, Q(region_id__in=[1, 2]), [Q(region_id=1), Q(region_id=2)]),
    (lead, EVERYTHING, [EVERYTHING]),
    (audit, NOTHING, []),
    (coordinate | audit, Q(region_id__in=[1, 2]), [Q(region_id=1), Q(region_id=2)]),
    (coordinate | lead, EVERYTHING, [EVERYTHING]),
    (coordinate & audit, NOTHING, []),
    (coordinate & lead, Q(region_id__in=[1, 2]), [Q(region_id__in=[1, 2])]),
    (Oneself("author_id"), Q(author_id="me"), [Q(author_id="me")]),
    (
        Where(lambda: Q(open=True)) & coordinate,
        Q(open=True) & Q(region_id__in=[1, 2]),
        [Q(open=True) & Q(region_id__in=[1, 2])],
    ),
    (lead & Not(coordinate), ~Q(region_id__in=[1, 2]), [~Q(region_id__in=[1, 2])]),
    (lead & Not(audit), EVERYTHING, [EVERYTHING]),
    (coordinate & Not(lead), NOTHING, []),
    (audit & Not(coordinate), NOTHING, []),
]


@pytest.mark.parametrize(("rule", "condition", "branches"), RULES)
def test_a_rule_is_one_condition_or_as_many_narrow_ones(rule, condition, branches):
    assert rule.q(HOLDS_TWO) == condition
    assert rule.branches(HOLDS_TWO) == branches


@pytest.mark.parametrize(
    "rule", [coordinate, lead, audit, coordinate | lead, coordinate & lead, Oneself("author_id")]
)
def test_no_rule_gives_anything_to_somebody_without_grants(rule):
    assert (rule.q(Scope()), rule.branches(Scope())) == (NOTHING, [])


@pytest.mark.django_db
def test_there_are_five_grant_tables_with_real_foreign_keys():
    assert [model.__name__ for model in grant_models()] == [
        "CaseGrant",
        "HostOrganizationGrant",
        "HostSiteGrant",
        "ProgramGrant",
        "RegionGrant",
    ]
    assert all(issubclass(model, UserObjectPermissionBase) for model in grant_models())
    assert all(model._meta.get_field("content_object").remote_field for model in grant_models())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "who",
    [
        "coordinator",
        "health_coordinator",
        "auditor_region",
        "representative",
        "supervisor",
        "reader",
    ],
)
def test_scopes_are_what_guardian_s_own_tables_say(who, cast):
    held = scope_of(cast[who]).held
    oracle: dict = {}
    for model in (RegionGrant, HostOrganizationGrant, HostSiteGrant, CaseGrant):
        rows = model.objects.filter(user=cast[who]).select_related("permission")
        for row in rows:
            key = (row.permission.codename, row.content_object._meta.label)
            oracle.setdefault(key, set()).add(row.content_object_id)
    assert held == oracle
    assert held


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["outsider", "former", "inactive", "superuser"])
def test_no_grant_an_expired_one_or_a_disabled_account_hold_nothing(who, cast):
    assert scope_of(cast[who]).held == {}


@pytest.mark.django_db
def test_a_grant_holds_through_its_last_day(cast, world, monkeypatch):
    last = dt.date(2999, 6, 30)
    give_grant(
        by=SYSTEM, user=cast["outsider"], role="coordinate", on=world.regions["03"],
        reason="Remplacement", expires_on=last,
    )  # fmt: skip
    for day, held in ((last, True), (last + dt.timedelta(days=1), False)):
        monkeypatch.setattr(timezone, "localdate", lambda day=day: day)
        assert bool(scope_of(cast["outsider"]).held) is held


@pytest.mark.django_db
@pytest.mark.parametrize("grants", [1, 10, 17])
def test_a_scope_costs_one_query_whatever_the_number_of_grants(
    grants, cast, django_assert_num_queries
):
    user = cast["outsider"]
    with change(by=SYSTEM, verb="test"):
        for region in Region.objects.all()[:grants]:
            RegionGrant.objects.create(
                user=user,
                permission=permission_for(region, "coordinate"),
                content_object=region,
                reason="R",
            )
    with django_assert_num_queries(1):
        assert len(scope_of(user).ids("coordinate", REGION)) == grants


@pytest.mark.django_db
def test_a_scope_is_remembered_for_the_request_only_and_never_for_a_write(
    cast, world, case, django_assert_num_queries
):
    with remembered_scopes():
        with django_assert_num_queries(1):
            assert scope_of(cast["coordinator"]) is scope_of(cast["coordinator"])
        # Somebody else ends the grant meanwhile: reading goes on, a write is refused at once.
        with change(by=SYSTEM, verb="test"):
            RegionGrant.objects.filter(user=cast["coordinator"]).delete()
        assert CASE_POLICY.allows(cast["coordinator"], Action.VIEW, case)
        assert not CASE_POLICY.allows(cast["coordinator"], Action.EDIT, case, fresh=True)
    assert not CASE_POLICY.allows(cast["coordinator"], Action.VIEW, case)


@pytest.mark.django_db
def test_giving_and_ending_access_shows_in_the_same_request(cast, world):
    with remembered_scopes():
        assert scope_of(cast["outsider"]).held == {}
        grant = give_grant(
            by=cast["lead"], user=cast["outsider"], role="audit", on=world.mtmd, reason="Audit"
        )
        assert scope_of(cast["outsider"]).held
        end_grant(grant, by=cast["lead"], reason="Fini")
        assert scope_of(cast["outsider"]).held == {}


@pytest.mark.django_db
def test_abilities_cost_no_query_a_row(cast, case, case_elsewhere, django_assert_num_queries):
    lead = User.objects.get(pk=cast["lead"].pk)
    with remembered_scopes(), django_assert_num_queries(2):
        rows = list(Case.objects.visible_to(lead).with_abilities(lead))
        assert all("edit" in row.abilities for row in rows)
    assert len(rows) == 2
