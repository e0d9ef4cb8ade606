"""The history as pages: who reads which change sets, what each did, and the filters."""

import datetime as dt
import re
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.imports.importing import run
from cases.models import Case, DisabilityRecord
from cases.services.cases import update_case
from cases.services.participants import give_consent, save_health
from peph.audit.models import AccessLog, ChangeSet

READERS = {
    # person → sees the change on the case of region 03, and on the case of region 06
    "lead": (True, True),
    "coordinator": (True, False),
    "coordinator_elsewhere": (False, True),
    "health_only": (False, False),
    "representative": (False, False),
    "supervisor": (False, False),
    "committee": (False, False),
    "auditor": (True, True),
    "auditor_region": (True, False),
    "auditor_elsewhere": (False, True),
    "auditor_host": (True, False),
    "privacy": (True, True),
    "outsider": (False, False),
    "reader": (False, False),
    "editor": (False, False),
    "former": (False, False),
    "superuser": (False, False),
}


@pytest.fixture
def changes(cast, case, case_elsewhere):
    """One change in each region: numbers of the change sets."""
    update_case(case, by=cast["coordinator"], referring_agency="Agence du Centre")
    here = ChangeSet.objects.latest("number").number
    update_case(
        case_elsewhere, by=cast["coordinator_elsewhere"], referring_agency="Agence de Montréal"
    )
    return here, ChangeSet.objects.latest("number").number


def numbers(client, user, query=""):
    """Numbers of the change sets on the list, as shown."""
    client.force_login(user)
    answer = client.get(f"/history/{query}")
    assert answer.status_code == 200
    return [int(found) for found in re.findall(r'href="/history/(\d+)/"', answer.content.decode())]


@pytest.mark.parametrize("who", READERS)
def test_each_person_reads_the_changes_of_the_own_scope(who, cast, client, changes):
    shown = numbers(client, cast[who])
    assert tuple(number in shown for number in changes) == READERS[who]
    statuses = tuple(client.get(f"/history/{number}/").status_code for number in changes)
    assert statuses == tuple(200 if seen else 404 for seen in READERS[who])


def test_a_stranger_is_asked_to_sign_in(client, db):
    assert client.get("/history/").status_code == 302
    assert client.get("/history/1/").status_code == 302


def test_a_hidden_change_is_answered_as_one_that_does_not_exist(cast, client, changes):
    client.force_login(cast["auditor_elsewhere"])
    hidden, absent = client.get(f"/history/{changes[0]}/"), client.get("/history/999999999999/")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content
    refused = AccessLog.objects.filter(verb="refuse", model="audit.changeset")
    assert refused.count() == 1


@pytest.mark.parametrize("number", ["9" * 30, "0"])
def test_a_number_beyond_all_is_not_found(number, cast, client):
    client.force_login(cast["auditor"])
    assert client.get(f"/history/{number}/").status_code == 404


def test_a_change_tells_who_why_and_each_field_from_what_to_what(cast, client, changes, case):
    client.force_login(cast["auditor"])
    shown = client.get(f"/history/{changes[0]}/").content.decode()
    assert "Camille Coordinator" in shown
    assert "<td>Organisme Exemple</td>" in shown
    assert "<td>Agence du Centre</td>" in shown
    assert f'href="/cases/{case.pk}/"' in shown
    assert ChangeSet.objects.get(number=changes[0]).receipt in shown


def test_health_is_said_to_have_changed_and_never_shown(cast, client, case):
    by = cast["health_coordinator"]
    give_consent(
        case.participant,
        by=by,
        purpose="health",
        text_version="2026-01",
        given_on=dt.date(2026, 2, 1),
    )
    save_health(case, by=by, version=0, nature="Basse vision", attestation_issuer="Dre Exemple")
    assert DisabilityRecord.objects.get().nature == "Basse vision"
    number = ChangeSet.objects.latest("number").number
    for who in ("auditor", "lead", "privacy", "auditor_region", "auditor_host", "coordinator"):
        client.force_login(cast[who])
        shown = client.get(f"/history/{number}/").content.decode()
        assert shown.count("Basse vision") == shown.count("Dre Exemple") == 0
        records = client.get(f"/history/{number}/").context["records"]
        assert {field.state for field in records[0].fields if field.name == "nature"} == {
            "modified"
        }


@pytest.fixture
def imported(cast):
    """Number of the change set of an import that touches two regions."""
    sheet = (
        "Nom;Prénom;Date de naissance;Région;Date de référence;Statut\r\n"
        "Gagnon;Alex;1991-02-03;Capitale-Nationale;2026-05-01;Référé\r\n"
        "Roy;Lou;1980-07-09;Montréal;2026-05-02;Référé\r\n"
    )
    run(BytesIO(sheet.encode()), by=cast["lead"])
    return ChangeSet.objects.latest("number").number


def test_a_regional_auditor_reads_the_rows_of_the_region_only(cast, client, world, imported):
    client.force_login(cast["auditor_elsewhere"])
    records = client.get(f"/history/{imported}/").context["records"]
    assert [record.row.model for record in records] == ["cases.case"]
    assert {record.row.region_id for record in records} == {world.regions["06"].pk}


def test_a_filter_tells_nothing_of_what_else_an_import_touched(cast, client, world, imported):
    user = cast["auditor_elsewhere"]
    here, elsewhere = (
        Case.objects.get(participant__last_name=name).number for name in ("Roy", "Gagnon")
    )
    assert numbers(client, user, f"?number={here}") == [imported]
    assert numbers(client, user, f"?number={elsewhere}") == []
    assert numbers(client, user, f"?region={world.regions['03'].pk}") == []


def test_many_records_come_a_page_at_a_time(cast, client, case, monkeypatch):
    monkeypatch.setattr("auditing.views.change_sets.ROWS_A_PAGE", 2)
    number = ChangeSet.objects.get(verb="cases.placement.open").number
    client.force_login(cast["auditor"])
    seen, query = [], ""
    while query is not None:
        context = client.get(f"/history/{number}/{query}").context
        seen += [record.row.pk for record in context["records"]]
        query = context["next_url"] or None
    rows = ChangeSet.objects.get(number=number).changed_rows
    assert seen == list(rows.order_by("pk").values_list("pk", flat=True))
    assert client.get(f"/history/{number}/?after=x").status_code == 404


def test_the_list_is_narrowed_by_the_address(cast, client, changes, case, world):
    here, elsewhere = changes
    mine = cast["auditor"]
    today = ChangeSet.objects.get(number=here).at.astimezone().date()
    tomorrow = today + dt.timedelta(days=2)
    table = {
        "?person=coordinator-elsewhere": (False, True),
        "?person=CAMILLE": (True, True),
        "?person=personne": (False, False),
        f"?region={world.regions['03'].pk}": (True, False),
        f"?organization={world.mtmd.pk}": (True, False),
        f"?number={case.number}": (True, False),
        f"?number={case.number.lower()}": (True, False),
        "?number=2026-XXXXX-X": (False, False),
        "?verb=cases.case.update": (True, True),
        "?verb=cases.case.open": (False, False),
        "?channel=command": (True, True),
        "?channel=api": (False, False),
        f"?since={tomorrow}": (False, False),
        f"?until={tomorrow}": (True, True),
        "?until=2020-01-01": (False, False),
        "?verb=nonsense": (False, False),
    }
    for query, expected in table.items():
        shown = numbers(client, mine, query)
        assert (here in shown, elsewhere in shown) == expected, query


def test_a_filter_tells_nothing_of_cases_outside_the_scope(cast, client, changes, case):
    assert numbers(client, cast["auditor_elsewhere"], f"?number={case.number}") == []


def test_the_list_goes_on_by_number(cast, client, changes, case):
    for count in range(30):
        update_case(
            Case.objects.get(pk=case.pk), by=cast["coordinator"], referring_agency=f"Agence {count}"
        )
    client.force_login(cast["auditor"])
    seen, url = [], "/history/"
    while url:
        listing = client.get(url).context["listing"]
        seen += [row.number for row in listing.rows]
        url = listing.page.next and f"/history/?cursor={listing.page.next}"
    assert seen == list(range(max(seen), 0, -1))


@pytest.mark.parametrize("who", ["auditor", "auditor_region", "coordinator"])
def test_the_list_costs_the_same_for_ten_and_fifty_changes(who, cast, client, changes, case):
    client.force_login(cast[who])
    found = []
    for first, last in ((0, 1), (1, 10), (10, 50)):
        for number in range(first, last):
            update_case(
                Case.objects.get(pk=case.pk),
                by=cast["coordinator"],
                referring_agency=f"Agence {number}",
            )
        client.get("/history/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/history/?verb=cases.case.update")
        found.append(len(captured))
    assert found[0] == found[1] == found[2]
