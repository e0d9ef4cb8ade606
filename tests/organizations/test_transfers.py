"""Roles that exclude each other, and a leaver's access handed over to a successor in one act."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from cases.models import FollowUp
from organizations.models import HostSiteGrant, RegionGrant
from organizations.services.grants import extend_grant, give_grant
from organizations.services.transfers import grants_of, transfer_grants
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangeSet
from peph.errors import Conflict, Forbidden, Invalid
from peph.scopes import scope_of


def give(user, role, on):
    return give_grant(by=SYSTEM, user=user, role=role, on=on, reason="Essai")


def place(world, name):
    return {"program": world.program, "03": world.regions["03"], "MTMD": world.mtmd}.get(
        name
    ) or getattr(world, name)


# ------------------------------------------------------------------ roles that exclude each other
EXCLUDED = [
    ("auditor", "lead", "program"),
    ("auditor", "select", "program"),
    ("auditor", "coordinate", "03"),
    ("auditor_region", "represent", "MTMD"),
    ("auditor_host", "supervise", "site_03"),
    ("auditor", "view_health", "03"),
    ("lead", "audit", "program"),
    ("coordinator", "audit", "MTMD"),
    ("health_only", "audit", "03"),
    ("representative", "audit", "03"),
    ("editor", "audit", "03"),
]
TOGETHER = [
    ("coordinator", "view_health", "03"),
    ("lead", "coordinate", "03"),
    ("representative", "supervise", "site_03"),
    ("auditor", "audit", "03"),
    ("committee", "represent", "MTMD"),
    ("reader", "audit", "03"),
    ("former", "audit", "03"),
]


@pytest.mark.parametrize(("who", "role", "on"), EXCLUDED)
def test_a_role_is_refused_to_who_holds_one_that_excludes_it(who, role, on, cast, world):
    before = ChangeSet.objects.count()
    with pytest.raises(Invalid) as refused:
        give(cast[who], role, place(world, on))
    assert list(refused.value.fields) == ["role"]
    assert ChangeSet.objects.count() == before


@pytest.mark.parametrize(("who", "role", "on"), TOGETHER)
def test_the_others_are_held_together(who, role, on, cast, world):
    assert give(cast[who], role, place(world, on)).pk


# ------------------------------------------------------------------ handing over
def held(user):
    return sorted((each.permission.codename, str(each.content_object)) for each in grants_of(user))


def test_all_that_a_leaver_holds_goes_to_the_successor(cast, world, case):
    leaver, successor = cast["coordinator"], cast["outsider"]
    give_grant(
        by=SYSTEM, user=leaver, role="coordinate", on=world.regions["05"], reason="Essai",
        expires_on=timezone.localdate() + dt.timedelta(days=9),
    )  # fmt: skip
    before = held(leaver)
    assert case.coordinator == leaver
    assert FollowUp.objects.to_do().filter(case=case, responsible=leaver).exists()
    sets = ChangeSet.objects.count()
    transfer_grants(leaver, to=successor, by=cast["lead"], reason="Départ à la retraite")
    assert (held(leaver), held(successor)) == ([], before)
    last_days = RegionGrant.objects.filter(user=successor).values_list("expires_on", flat=True)
    assert set(last_days) == {None, timezone.localdate() + dt.timedelta(days=9)}
    case.refresh_from_db()
    assert case.coordinator == successor
    assert not FollowUp.objects.to_do().filter(case=case, responsible=leaver).exists()
    done = ChangeSet.objects.first()
    assert ChangeSet.objects.count() == sets + 1
    assert (done.verb, done.reason) == ("organizations.grant.transfer", "Départ à la retraite")
    assert scope_of(leaver).held == {}


def test_what_the_successor_holds_already_is_not_given_twice(cast, world):
    transfer_grants(cast["colleague"], to=cast["coordinator"], by=cast["lead"], reason="Départ")
    assert RegionGrant.objects.filter(user=cast["coordinator"]).count() == 1
    assert held(cast["colleague"]) == []


def test_an_exception_for_one_case_goes_along(cast):
    before = held(cast["editor"])
    transfer_grants(cast["editor"], to=cast["outsider"], by=cast["lead"], reason="Départ")
    assert held(cast["outsider"]) == before != []


def test_roles_that_exclude_each_other_stop_the_whole(cast):
    with pytest.raises(Invalid):
        transfer_grants(cast["auditor"], to=cast["coordinator"], by=cast["lead"], reason="Départ")
    assert held(cast["auditor"]) != []


def test_a_leaver_whose_account_is_closed_is_handed_over(cast):
    with change(by=SYSTEM, verb="tests.close"):
        cast["supervisor"].is_active = False
        cast["supervisor"].save()
    transfer_grants(cast["supervisor"], to=cast["outsider"], by=cast["lead"], reason="Départ")
    assert HostSiteGrant.objects.get(user=cast["outsider"])


@pytest.mark.parametrize(
    ("person", "to", "by", "reason", "error"),
    [
        ("coordinator", "outsider", "coordinator", "Départ", Forbidden),
        ("coordinator", "outsider", "auditor", "Départ", Forbidden),
        ("coordinator", "lead", "lead", "Départ", Forbidden),
        ("coordinator", "coordinator", "lead", "Départ", Invalid),
        ("coordinator", "inactive", "lead", "Départ", Invalid),
        ("coordinator", "outsider", "lead", "  ", Invalid),
        ("outsider", "coordinator", "lead", "Départ", Conflict),
    ],
)
def test_a_hand_over_that_is_refused_leaves_all_as_it_was(person, to, by, reason, error, cast):
    before, sets = held(cast[person]), ChangeSet.objects.count()
    with pytest.raises(error):
        transfer_grants(cast[person], to=cast[to], by=cast[by], reason=reason)
    assert (held(cast[person]), ChangeSet.objects.count()) == (before, sets)


def test_the_page_asks_first_and_says_what_goes(cast, client):
    client.force_login(cast["lead"])
    assert (
        'value="supervisor@'
        in client.get("/grants/transfer/?person=supervisor@x.ca").content.decode()
    )
    form = {
        "person": "supervisor@exemple.qc.ca", "to": "OUTSIDER@exemple.qc.ca", "reason": "Départ",
    }  # fmt: skip
    asked = client.post("/grants/transfer/", form)
    page = asked.content.decode()
    assert asked.status_code == 200
    assert "Supervision des stages" in page
    assert "Direction de la Capitale-Nationale" in page
    assert held(cast["supervisor"]) != []
    done = client.post("/grants/transfer/", form | {"confirmed": "yes"})
    assert (done.status_code, held(cast["supervisor"])) == (302, [])


def test_the_page_keeps_what_was_typed(cast, client):
    client.force_login(cast["lead"])
    form = {"person": "nobody@exemple.qc.ca", "to": "inactive@exemple.qc.ca", "reason": "Départ"}
    answer = client.post("/grants/transfer/", form)
    assert answer.status_code == 400
    assert sorted(answer.context["form"].errors) == ["person", "to"]
    assert 'value="nobody@exemple.qc.ca"' in answer.content.decode()


@pytest.mark.parametrize(
    ("changed", "status"),
    [({}, 204), ({"to": "inactive@exemple.qc.ca"}, 400), ({"reason": ""}, 400), ({"x": 1}, 400)],
)
def test_the_api_hands_over_alike(changed, status, cast):
    client = APIClient()
    client.force_login(cast["lead"])
    body = {
        "person": "supervisor@exemple.qc.ca", "to": "outsider@exemple.qc.ca", "reason": "Départ",
    }  # fmt: skip
    answer = client.post("/api/v1/grants/transfer/", body | changed, format="json")
    assert answer.status_code == status
    assert bool(held(cast["outsider"])) is (status == 204)


# ------------------------------------------------------------------ to review
def test_what_ends_soon_or_was_not_confirmed_for_a_year_is_to_review(cast, client, world):
    grant = give(cast["outsider"], "supervise", world.site_06)
    client.force_login(cast["lead"])

    def shown():
        page = client.get("/grants/?state=review&person=outsider").context["page"]
        return [row.pk for row in page.rows]

    assert shown() == []
    now = timezone.now()
    with time_machine.travel(now + dt.timedelta(days=366), tick=False):
        client.force_login(cast["lead"])
        assert shown() == [grant.pk]
        extend_grant(grant, by=cast["lead"], expires_on=None, reason="Toujours en poste")
        assert shown() == []
        day = timezone.localdate() + dt.timedelta(days=30)
        extend_grant(grant, by=cast["lead"], expires_on=day, reason="Fin prévue")
        assert shown() == [grant.pk]
        extend_grant(
            grant, by=cast["lead"], expires_on=day + dt.timedelta(days=1), reason="Fin prévue"
        )
        assert shown() == []
