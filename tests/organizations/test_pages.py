"""Pages of the host side: organisations and their sites."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from organizations.models import HostOrganization, HostSite
from organizations.services.hosts import open_site, update_site
from peph.audit.models import ChangeSet

# person → the pages of the MTMD and of its site in region 03, correction of each, a new site there
STATUSES = {
    #                          organisation  site  edit one  edit the other  new site
    "lead":                     (200, 200, 200, 200, 200),
    "coordinator":              (200, 200, 403, 200, 200),
    "coordinator_elsewhere":    (200, 404, 403, 404, 200),
    "health_only":              (404, 404, 404, 404, 404),
    "representative":           (200, 200, 403, 200, 200),
    "representative_elsewhere": (404, 404, 404, 404, 404),
    "supervisor":               (200, 200, 403, 200, 403),
    "supervisor_elsewhere":     (404, 404, 404, 404, 404),
    "committee":                (200, 200, 403, 403, 403),
    "auditor":                  (200, 200, 403, 403, 403),
    "auditor_region":           (200, 200, 403, 403, 403),
    "auditor_host":             (200, 200, 403, 403, 403),
    "privacy":                  (200, 200, 403, 403, 403),
    "outsider":                 (404, 404, 404, 404, 404),
    "reader":                   (404, 404, 404, 404, 404),
    "former":                   (404, 404, 404, 404, 404),
    "superuser":                (404, 404, 404, 404, 404),
}  # fmt: skip


def page(client, user, url):
    client.force_login(user)
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def queries(client, user, url):
    client.force_login(user)
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("who", STATUSES)
def test_each_person_opens_what_is_theirs(who, cast, client, world):
    organization = f"/host-organizations/{world.mtmd.pk}/"
    site = f"/host-sites/{world.site_03.pk}/"
    client.force_login(cast[who])
    found = tuple(
        client.get(url).status_code
        for url in (
            organization,
            site,
            f"{organization}edit/",
            f"{site}edit/",
            f"{organization}sites/new/",
        )
    )
    assert found == STATUSES[who]


@pytest.mark.parametrize(
    "url", ["/host-organizations/", "/host-sites/", "/grants/", "/grants/new/"]
)
def test_a_stranger_is_asked_to_sign_in(url, client, db):
    assert client.get(url).status_code == 302


# ------------------------------------------------------------------ organisations
@pytest.mark.parametrize(
    ("who", "count"),
    [("lead", "59"), ("representative", "1"), ("supervisor", "1"), ("outsider", "0")],
)
def test_the_list_holds_what_the_reader_may_see(who, count, cast, client):
    client.force_login(cast[who])
    assert client.get("/host-organizations/").context["listing"].count_text == count


@pytest.mark.parametrize(
    ("query", "found"),
    [("?q=mtmd", True), ("?q=transports", True), ("?q=qzx", False), ("?kind=body", False)],
)
def test_an_organisation_is_found_by_the_beginning_of_a_word(query, found, cast, client, world):
    shown = page(client, cast["lead"], f"/host-organizations/{query}")
    assert (f"/host-organizations/{world.mtmd.pk}/" in shown) is found


def test_an_organisation_shows_the_sites_its_reader_may_see(cast, client, world):
    url = f"/host-organizations/{world.mtmd.pk}/"
    assert "Direction de Montréal" in page(client, cast["lead"], url)
    assert "Direction de Montréal" not in page(client, cast["supervisor"], url)


def test_only_the_lead_is_shown_the_way_to_the_access_of_an_organisation(cast, client, world):
    url = f"/host-organizations/{world.mtmd.pk}/"
    assert "/grants/?name=" in page(client, cast["lead"], url)
    assert "/grants/" not in page(client, cast["coordinator"], url)


ORGANIZATION = {
    "acronym": "MTMD",
    "name": "Ministère des Transports et de la Mobilité durable",
    "kind": "ministry",
    "public_service_staff": "yes",
    "valid_from": "2022-10-20",
    "valid_to": "",
    "successor": "",
    "source": "Décret",
    "is_verified": "on",
}


def test_the_lead_corrects_an_organisation(cast, client, world):
    client.force_login(cast["lead"])
    url = f"/host-organizations/{world.mtmd.pk}/edit/"
    answer = client.post(url, {**ORGANIZATION, "version": world.mtmd.version})
    assert answer.status_code == 302
    world.mtmd.refresh_from_db()
    assert (world.mtmd.is_verified, world.mtmd.valid_from) == (True, dt.date(2022, 10, 20))
    assert ChangeSet.objects.latest("number").verb == "organizations.organization.update"


def test_a_refused_correction_keeps_what_was_typed(cast, client, world):
    client.force_login(cast["lead"])
    answer = client.post(
        f"/host-organizations/{world.mtmd.pk}/edit/",
        {**ORGANIZATION, "valid_to": "2020-01-01", "version": world.mtmd.version},
    )
    assert answer.status_code == 400
    assert 'value="2020-01-01"' in answer.content.decode()
    assert HostOrganization.objects.get(pk=world.mtmd.pk).valid_to is None


# ------------------------------------------------------------------ sites
def site_fields(**changes):
    access = dict.fromkeys(HostSite.ACCESS_FIELDS, "unknown")
    return {
        "name": "Centre administratif",
        "municipality": "Québec",
        "address": "700, boul. Exemple",
        "postal_code": "g1r5m1",
        "seats": "2",
        "contact_name": "",
        "contact_email": "",
        "access_checked_on": "",
        **access,
        **changes,
    }


def test_a_host_opens_a_site(cast, client, world):
    client.force_login(cast["representative"])
    answer = client.post(
        f"/host-organizations/{world.mtmd.pk}/sites/new/",
        site_fields(region=world.regions["04"].pk, lift="partly"),
    )
    site = HostSite.objects.get(name="Centre administratif")
    assert (answer.status_code, answer["Location"]) == (302, f"/host-sites/{site.pk}/")
    assert (site.organization, site.postal_code, site.lift) == (world.mtmd, "G1R 5M1", "partly")


def test_a_coordinator_opens_no_site_in_another_region(cast, client, world):
    client.force_login(cast["coordinator"])
    answer = client.post(
        f"/host-organizations/{world.mtmd.pk}/sites/new/",
        site_fields(region=world.regions["04"].pk),
    )
    assert answer.status_code == 403
    assert "Centre administratif" in answer.content.decode()
    assert not HostSite.objects.filter(name="Centre administratif").exists()


def test_the_same_unit_twice_in_a_region_is_refused_on_the_form(cast, client, world):
    client.force_login(cast["representative"])
    answer = client.post(
        f"/host-organizations/{world.mtmd.pk}/sites/new/",
        site_fields(region=world.regions["03"].pk, name=world.site_03.name),
    )
    assert answer.status_code == 400
    assert HostSite.objects.filter(name=world.site_03.name).count() == 1


def test_a_site_tells_how_accessible_it_is(cast, client, world):
    update_site(
        world.site_03,
        by=cast["supervisor"],
        entrance="yes",
        lift="no",
        access_checked_on=dt.date(2026, 9, 1),
    )
    shown = page(client, cast["coordinator"], f"/host-sites/{world.site_03.pk}/")
    assert shown.count("badge-success") == 1
    assert shown.count("badge-warning") == 1
    assert shown.count("badge-neutral") == 6
    assert '<time datetime="2026-09-01">2026-09-01</time>' in shown
    assert f"/placements/?site={world.site_03.pk}&amp;current=true" in shown


def test_a_stale_form_shows_both_versions(cast, client, world):
    opened = world.site_03.version
    update_site(world.site_03, by=cast["representative"], seats=9)
    client.force_login(cast["supervisor"])
    answer = client.post(
        f"/host-sites/{world.site_03.pk}/edit/",
        site_fields(name=world.site_03.name, seats="4", version=opened),
    )
    assert answer.status_code == 412
    shown = answer.content.decode()
    assert "<td>9</td>" in shown
    assert "<td>4</td>" in shown
    world.site_03.refresh_from_db()
    assert world.site_03.seats == 9


@pytest.mark.parametrize(
    ("query", "count"), [("", "3"), ("?region=03", "2"), ("?region=06", "1"), ("?region=x", "0")]
)
def test_sites_are_narrowed_by_region(query, count, cast, client, world):
    code = query.removeprefix("?region=")
    if code in world.regions:
        query = f"?region={world.regions[code].pk}"
    client.force_login(cast["lead"])
    assert client.get(f"/host-sites/{query}").context["listing"].count_text == count


def test_the_list_of_sites_costs_the_same_for_few_and_many(cast, client, world):
    found = [queries(client, cast["lead"], "/host-sites/")]
    for first, last in ((0, 9), (9, 50)):
        for number in range(first, last):
            open_site(
                world.saaq, by=cast["lead"], region=world.regions["05"], name=f"Unité {number:02}"
            )
        found.append(queries(client, cast["lead"], "/host-sites/"))
    assert found[0] == found[1] == found[2]


def test_the_pages_of_a_list_hold_each_site_once(cast, client, world):
    for number in range(30):
        open_site(
            world.saaq, by=cast["lead"], region=world.regions["05"], name=f"Unité {number:02}"
        )
    client.force_login(cast["lead"])
    seen, url = [], "/host-sites/"
    while url:
        listing = client.get(url).context["listing"]
        seen += [row.name for row in listing.rows]
        url = listing.page.next and f"/host-sites/?cursor={listing.page.next}"
    assert len(seen) == len(set(seen)) == 33
    assert seen == sorted(seen)
