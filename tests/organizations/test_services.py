"""Writes of the host side: who gives access to whom, sites, reference data."""

import datetime as dt

import pytest

from cases.models import Case
from organizations.models import FollowUpStep, HostOrganization, HostSite, JobClass, Region
from organizations.services.grants import end_grant, extend_grant, give_grant
from organizations.services.hosts import open_site, update_organization, update_site
from organizations.services.reference import load_reference
from peph.audit.models import ChangeSet
from peph.errors import Forbidden, Invalid, Stale

pytestmark = pytest.mark.django_db
LATER = dt.date(2999, 12, 31)


def _give(cast, world, by="lead", user="outsider", role="coordinate", on=None, **more):
    given = {"reason": "Remplacement", "expires_on": LATER} | more
    return give_grant(
        by=cast[by], user=cast[user], role=role, on=on or world.regions["03"], **given
    )


def test_a_grant_opens_the_region_and_its_end_closes_it_at_once(cast, world, case):
    grant = _give(cast, world)
    assert Case.objects.visible_to(cast["outsider"]).filter(pk=case.pk).exists()
    end_grant(grant, by=cast["lead"], reason="Retour")
    assert not Case.objects.visible_to(cast["outsider"]).exists()

    given, ended = grant.history.model.objects.filter(id=grant.pk).order_by("history_id")
    assert (given.history_type, ended.history_type) == ("+", "-")
    told = ChangeSet.objects.latest("number")
    assert (told.verb, told.reason) == ("organizations.grant.end", "Retour")
    assert told.region_id == world.regions["03"].pk


def test_a_grant_can_be_extended_and_keeps_its_history(cast, world):
    grant = _give(cast, world, expires_on=dt.date(2999, 1, 1))
    extend_grant(grant, by=cast["lead"], expires_on=LATER, reason="Prolongation")
    assert [row.expires_on.isoformat() for row in grant.history.all()] == [
        "2999-12-31",
        "2999-01-01",
    ]


REFUSED = [
    ({"by": "coordinator"}, Forbidden),
    ({"by": "auditor"}, Forbidden),
    ({"by": "outsider"}, Forbidden),
    ({"by": "superuser"}, Forbidden),
    ({"user": "lead"}, Forbidden),
    ({"role": "lead"}, Invalid),
    ({"role": "supervise"}, Invalid),
    ({"reason": "  "}, Invalid),
    ({"expires_on": dt.date(2020, 1, 1)}, Invalid),
    ({"user": "coordinator"}, Invalid),
]


@pytest.mark.parametrize(("changed", "error"), REFUSED)
def test_access_is_not_given(changed, error, cast, world):
    before = ChangeSet.objects.count()
    with pytest.raises(error):
        _give(cast, world, **changed)
    assert ChangeSet.objects.count() == before


SITE_WRITERS = {"lead": True, "coordinator": True, "representative": True,
                "coordinator_elsewhere": False, "representative_elsewhere": False,
                "supervisor": False, "auditor": False, "outsider": False}  # fmt: skip


@pytest.mark.parametrize("who", SITE_WRITERS)
def test_who_opens_a_unit_of_the_mtmd_in_region_03(who, cast, world):
    def opening():
        return open_site(
            world.mtmd, by=cast[who], region=world.regions["03"], name="Nouvelle unité"
        )

    if SITE_WRITERS[who]:
        assert opening().region.code == "03"
    else:
        with pytest.raises(Forbidden):
            opening()
        assert not HostSite.objects.filter(name="Nouvelle unité").exists()


def test_a_unit_exists_once_in_a_region(cast, world):
    with pytest.raises(Invalid):
        open_site(world.mtmd, by=cast["lead"], region=world.regions["03"], name=world.site_03.name)


def test_a_supervisor_keeps_the_accessibility_of_the_own_site(cast, world):
    site = update_site(world.site_03, by=cast["supervisor"], version=1, entrance="yes")
    assert (site.entrance, site.version) == ("yes", 2)
    with pytest.raises(Stale):
        update_site(world.site_03, by=cast["supervisor"], version=1, lift="no")
    with pytest.raises(Forbidden):
        update_site(world.saaq_03, by=cast["supervisor"], entrance="yes")


def test_only_a_lead_corrects_an_organisation(cast, world):
    with pytest.raises(Forbidden):
        update_organization(world.mtmd, by=cast["representative"], name="Autre")
    assert update_organization(world.mtmd, by=cast["lead"], is_verified=True).is_verified


def test_reference_data_is_complete_and_never_overwritten(cast, world):
    found = (
        Region.objects.count(),
        HostOrganization.objects.count(),
        JobClass.objects.count(),
        FollowUpStep.objects.count(),
    )
    assert found == (17, 59, 8, 12)
    update_organization(world.mtmd, by=cast["lead"], name="Nom corrigé")
    before = ChangeSet.objects.count()
    assert set(load_reference().values()) == {0}
    assert HostOrganization.objects.get(acronym="MTMD").name == "Nom corrigé"
    assert ChangeSet.objects.count() == before


SEEN = {
    # person → (organisations, sites)
    "lead": (59, 3),
    "coordinator": (59, 2),
    "coordinator_elsewhere": (59, 1),
    "representative": (1, 2),
    "supervisor": (1, 1),
    "auditor": (59, 3),
    "auditor_region": (2, 2),
    "auditor_host": (1, 2),
    "committee": (59, 3),
    "outsider": (0, 0),
    "reader": (0, 0),
    "former": (0, 0),
    "inactive": (0, 0),
}


@pytest.mark.parametrize("who", SEEN)
def test_which_hosts_each_person_sees(who, cast):
    user = cast[who]
    seen = (
        HostOrganization.objects.visible_to(user).count(),
        HostSite.objects.visible_to(user).count(),
    )
    assert seen == SEEN[who]
