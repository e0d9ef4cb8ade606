"""Who sees a case and through what: exactly what the policy says, in as many queries for many as for one."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from cases.policy import CASE_POLICY
from cases.services.conflicts import declare_conflict
from cases.services.grants import share_case
from cases.services.participants import give_consent
from cases.services.readers import ABILITIES, readers_of
from organizations.services.grants import give_grant
from peph.audit.changes import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("consents", [False, True])
def test_it_lists_whoever_the_policy_lets_in_with_what_it_gives_them(consents, cast, case):
    share_case(
        case, by=cast["lead"], user=cast["health_only"], role="view_health", reason="x",
        expires_on=timezone.localdate(),
    )  # fmt: skip
    if consents:
        give_consent(
            case.participant, by=cast["coordinator"], purpose="share_needs", text_version="2026-01",
            given_on=timezone.localdate(),
        )  # fmt: skip
    declare_conflict(case, by=cast["coordinator"], user=cast["second_lead"], reason="Voisin")

    found = {each.user: set(each.abilities) for each in readers_of(case).readers}

    assert found == {
        user: {each for each in ABILITIES if CASE_POLICY.allows(user, each, case)}
        for user in cast.values()
        if Case.objects.visible_to(user).filter(pk=case.pk).exists()
    }
    assert {cast["lead"], cast["reader"], cast["supervisor"]} < set(found)
    assert not {cast["second_lead"], cast["former"], cast["superuser"]} & set(found)


def test_each_reader_is_told_with_the_grants_that_open_the_case(cast, case):
    found = {each.user: each for each in readers_of(case).readers}

    (grant,) = found[cast["reader"]].grants
    assert (grant.permission.codename, grant.granted_by) == ("view_case", cast["lead"])
    assert {grant.permission.codename for grant in found[cast["health_coordinator"]].grants} == {
        "coordinate",
        "view_health",
    }


def test_as_many_queries_for_many_grants_as_for_one(client, cast, world, case):
    url = reverse("cases:case_readers", args=[case.pk])
    client.force_login(cast["privacy"])
    client.get(url)

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    before = count()
    # Another supervisor of the site, and more of each kind.
    give_grant(
        by=SYSTEM, user=cast["outsider"], role="supervise", on=world.site_03, reason="Relève"
    )
    for name in ("committee", "coordinator_elsewhere", "health_only", "auditor_elsewhere"):
        share_case(
            case, by=cast["lead"], user=cast[name], role="view_case", reason="Remplacement",
            expires_on=timezone.localdate() + dt.timedelta(days=9),
        )  # fmt: skip
    for name in ("second_lead", "auditor", "representative"):
        declare_conflict(case, by=cast["lead"], user=cast[name], reason="Voisin")
    assert count() == before


def test_a_privacy_officer_prints_it_for_the_participant(client, cast, case):
    declare_conflict(case, by=cast["lead"], user=cast["auditor"], reason="Ancien collègue")
    client.force_login(cast["privacy"])

    page = client.get(reverse("cases:case_readers", args=[case.pk])).content.decode()

    assert "data-print" in page
    assert "Camille Reader" in page
    assert "Ancien collègue" in page
    assert reverse("cases:conflict_new", args=[case.pk]) not in page


def test_the_same_in_the_api(client, cast, case):
    client.force_login(cast["auditor_region"])

    told = client.get(reverse("api-case-readers", args=[case.pk])).json()["readers"]

    reader = next(each for each in told if each["person"]["id"] == str(cast["reader"].pk))
    assert reader["abilities"] == ["read_personal", "read_needs"]
    assert [(each["on"], each["role"]) for each in reader["grants"]] == [("case", "view_case")]
