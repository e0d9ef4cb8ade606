"""Searching the history: each filter, each scope, the index behind both, and the file that leaves."""

import datetime as dt
import io
import json
import re
import uuid

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from auditing.lists.change_set_export import COLUMNS
from auditing.lists.searching import search
from auditing.policy import CHANGE_SET_POLICY
from cases.models import Case
from cases.services.cases import update_case
from cases.services.participants import give_consent, save_health
from organizations.services.grants import end_grant
from peph.audit import index, roles
from peph.audit.changes import SYSTEM, change
from peph.audit.models import AccessLog, ChangeSet
from tests.auditing.test_change_set_pages import READERS, changes, imported, numbers

__all__ = ["changes", "imported"]

pytestmark = pytest.mark.django_db


def shown(user, **asked):
    """Numbers a search finds, whole, newest first."""
    return [row.number for batch in search(user, asked).batches() for row in batch]


@pytest.mark.parametrize("who", READERS)
def test_the_list_and_the_policy_say_the_same(who, cast, changes, imported, case, world):
    # A case that moves takes its life along; the import touches two regions.
    with change(by=SYSTEM, verb="test", case=case.pk):
        Case.objects.filter(pk=case.pk).update(region=world.regions["06"])
    user = cast[who]
    policy = ChangeSet.objects.filter(CHANGE_SET_POLICY.q(user, "view")).order_by("-number")
    assert shown(user) == list(policy.values_list("number", flat=True))


@pytest.mark.parametrize("who", ["lead", "auditor_region", "auditor_host", "auditor_elsewhere"])
def test_pages_go_down_and_up_through_the_scope(who, cast, changes, imported):
    found, expected = search(cast[who], {}), shown(cast[who])
    down, cursor = [], ""
    while cursor is not None:
        page = found.page(cursor, 4)
        down.append([row.number for row in page.rows])
        cursor = page.next
    assert [number for rows in down for number in rows] == expected
    up, cursor = [down[-1]], page.previous
    while cursor is not None:
        page = found.page(cursor, 4)
        up.append([row.number for row in page.rows])
        cursor = page.previous
    assert sorted(number for rows in up for number in rows) == sorted(expected)
    assert found.count() == len(expected)
    assert found.count(2) == min(3, len(expected))


@pytest.fixture
def filters(cast, changes, case, world):
    """Query → whether it finds the change on the case of region 03, and that of region 06."""
    today = timezone.localdate()
    yesterday, tomorrow = today - dt.timedelta(days=1), today + dt.timedelta(days=1)
    return {
        "": (True, True),
        f"since={yesterday}": (True, True),
        f"since={tomorrow}": (False, False),
        f"until={yesterday}": (False, False),
        f"since={today}&until={today}": (True, True),
        "person=coordinator-elsewhere": (False, True),
        f"person={cast['coordinator'].pk}": (True, False),
        f"person={uuid.uuid4()}": (False, False),
        "person=personne": (False, False),
        "role=coordinate": (True, True),
        "role=lead": (False, False),
        "channel=command": (True, True),
        "channel=link": (False, False),
        f"region={world.regions['03'].pk}": (True, False),
        f"region={world.regions['06'].pk}": (False, True),
        f"region={world.regions['12'].pk}": (False, False),
        f"organization={world.mtmd.pk}": (True, False),
        f"organization={world.saaq.pk}": (False, False),
        f"number={case.number}": (True, False),
        "number=2026-XXXXX-X": (False, False),
        "kind=cases.case": (True, True),
        "kind=cases.note": (False, False),
        "field=cases.case.referring_agency": (True, True),
        "field=cases.case.status": (False, False),
        "verb=cases.case.update": (True, True),
        "verb=cases.case.open": (False, False),
        "kind=cases.case&role=coordinate&channel=command&verb=cases.case.update": (True, True),
        f"kind=cases.case&region={world.regions['03'].pk}&person=coordinator": (True, False),
        f"number={case.number}&kind=cases.note": (False, False),
        f"number={case.number}&verb=cases.case.update&since={today}": (True, False),
    }


def test_each_filter_on_the_page_and_in_the_api(filters, cast, client, changes):
    client.force_login(cast["auditor"])
    for query, expected in filters.items():
        on_page = numbers(client, cast["auditor"], f"?{query}")
        assert tuple(number in on_page for number in changes) == expected, query
        answer = client.get(f"/api/v1/change-sets/?page_size=100&{query}")
        in_api = [each["number"] for each in answer.json()["results"]]
        assert tuple(number in in_api for number in changes) == expected, query


@pytest.mark.parametrize("query", ["kind=nonsense", "role=nonsense", "field=x.y", "nothing=1"])
def test_the_api_refuses_what_makes_no_sense(query, cast, client):
    client.force_login(cast["auditor"])
    assert client.get(f"/api/v1/change-sets/?{query}").status_code == 400


def test_the_system_is_found_by_its_name(cast, client):
    client.force_login(cast["auditor"])
    system = ChangeSet.objects.filter(actor_id=SYSTEM).values_list("number", flat=True)
    client.get("/history/?person=le+système")
    assert set(shown(cast["auditor"], people=[SYSTEM])) == set(system)
    found = client.get("/history/?person=système").context["listing"].rows
    assert {row.actor_id for row in found} == {SYSTEM}


def test_a_kind_or_a_field_tells_nothing_of_rows_outside_the_scope(cast, client, world, imported):
    user = cast["auditor_elsewhere"]
    assert imported in numbers(client, user, "?kind=cases.case")
    assert imported not in numbers(client, user, "?kind=cases.consent")
    assert imported not in numbers(client, user, f"?region={world.regions['03'].pk}")


def test_a_role_that_ended_later_still_shows_as_it_was(cast, client, changes, case):
    grant = cast["coordinator"].regiongrants.get()
    end_grant(grant, by=cast["lead"], reason="Départ")
    assert roles.role_of(cast["coordinator"]) is None
    sets = ChangeSet.objects.filter(number=changes[0])
    assert sets.get().role == "coordinate"
    client.force_login(cast["auditor"])
    assert "Responsable de région" in client.get(f"/history/{changes[0]}/").content.decode()
    assert changes[0] in numbers(client, cast["auditor"], "?role=coordinate")


@pytest.mark.parametrize(
    ("who", "role"),
    [
        ("lead", "lead"),
        ("coordinator", "coordinate"),
        ("health_coordinator", "coordinate"),
        ("representative", "represent"),
        ("supervisor", "supervise"),
        ("privacy", "protect"),
        ("auditor", "audit"),
        ("committee", "select"),
        ("editor", "exception"),
        ("health_only", None),
        ("outsider", None),
        ("superuser", None),
    ],
)
def test_the_role_is_the_widest_one_held(who, role, cast):
    assert roles.role_of(cast[who]) == role
    assert roles.role_of(SYSTEM) is None


def test_a_line_says_from_what_to_what(cast, client, changes):
    client.force_login(cast["auditor"])
    page = client.get("/history/").content.decode()
    assert "<del>Organisme Exemple</del> → <ins>Agence du Centre</ins>" in page
    assert ChangeSet.objects.get(number=changes[0]).receipt in page


def the_health_change(cast, case):
    by = cast["health_coordinator"]
    give_consent(
        case.participant,
        by=by,
        purpose="health",
        text_version="2026-01",
        given_on=dt.date(2026, 2, 1),
    )
    save_health(case, by=by, version=0, nature="Basse vision", attestation_issuer="Dre Exemple")
    record = case.participant.disability_record
    save_health(case, by=by, version=record.version, nature="Surdité")


def test_health_is_in_no_list_and_no_file(cast, client, case):
    the_health_change(cast, case)
    for who in (
        "auditor",
        "lead",
        "privacy",
        "auditor_region",
        "auditor_host",
        "health_coordinator",
    ):
        client.force_login(cast[who])
        texts = [
            client.get("/history/").content.decode(),
            client.get("/api/v1/change-sets/").content.decode(),
            *(
                body(client, f"/history/export/?format={kind}").decode()
                for kind in ("csv", "jsonl")
            ),
            str(rows_of(body(client, "/history/export/?format=xlsx"))),
        ]
        for text in texts:
            assert "Basse vision" not in text
            assert "Surdité" not in text
            assert "Dre Exemple" not in text
        assert "modifié" in texts[2]


def body(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    # Read to its end the answer closes by itself, and the connection of the test stays open.
    return b"".join(answer.streaming_content)


def json_lines(client, query=""):
    content = body(client, f"/history/export/?format=jsonl{query}")
    return [json.loads(line) for line in content.splitlines()]


def rows_of(content):
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [[cell.value for cell in row] for row in sheet.rows]


def test_the_file_is_the_list(cast, client, changes, imported, case):
    client.force_login(cast["auditor_region"])
    for query in ("", "&verb=cases.case.update", f"&number={case.number}", "&kind=cases.case"):
        lines = [
            json.loads(line)
            for line in body(client, f"/history/export/?format=jsonl{query}").splitlines()
        ]
        in_file = list(dict.fromkeys(line["number"] for line in lines))
        listed, url = [], f"/history/?{query}"
        while url:
            listing = client.get(url).context["listing"]
            listed += [row.number for row in listing.rows]
            url = listing.page.next and f"/history/?cursor={listing.page.next}{query}"
        assert in_file == listed, query
        receipts = {row.number: row.receipt for row in ChangeSet.objects.filter(number__in=listed)}
        assert all(receipts[line["number"]] == line["receipt"] for line in lines)


def test_each_format_has_the_same_lines(cast, client, changes, case):
    client.force_login(cast["auditor"])
    query = f"number={case.number}&verb=cases.case.update"
    (line,) = json_lines(client, f"&{query}")
    assert [*line] == [column.name for column in COLUMNS]
    assert line["actor"] == "Camille Coordinator"
    assert (line["number"], line["case"]) == (changes[0], case.number)
    assert (line["old"], line["new"]) == ("Organisme Exemple", "Agence du Centre")
    text = body(client, f"/history/export/?format=csv&{query}").decode("utf-8-sig")
    heading, row = text.splitlines()
    assert heading.startswith("Modification;Moment;Par;")
    assert ";Organisme Exemple;Agence du Centre;" in row
    sheet = rows_of(body(client, f"/history/export/?format=xlsx&{query}"))
    assert sheet[0][:3] == ["Modification", "Moment", "Par"]
    assert sheet[1][0] == changes[0]
    assert sheet[1][-1] == line["receipt"]
    through_api = body(client, f"/api/v1/change-sets/export/?format=jsonl&{query}")
    assert through_api == body(client, f"/history/export/?format=jsonl&{query}")


def test_an_import_leaves_with_the_rows_of_the_scope_only(
    cast, client, world, imported, monkeypatch
):
    monkeypatch.setattr("auditing.lists.change_set_export.MOST_ROWS", 1)
    client.force_login(cast["auditor_elsewhere"])
    lines = json_lines(client)
    titles = {line["record"] for line in lines if line["number"] == imported}
    assert titles == {Case.objects.get(participant__last_name="Roy").number}


def test_an_export_is_logged(cast, client, changes):
    client.force_login(cast["auditor"])
    body(client, "/history/export/?format=csv&verb=cases.case.update")
    log = AccessLog.objects.latest("id")
    assert (log.verb, log.model, log.actor_id) == ("export", "audit.changeset", cast["auditor"].pk)
    assert log.detail == {"verb": "cases.case.update", "format": "csv", "change_sets": 2}
    assert log.object_ids == [
        str(ChangeSet.objects.get(number=number).pk) for number in reversed(changes)
    ]


def test_an_export_that_makes_no_sense_is_refused(cast, client, monkeypatch):
    client.force_login(cast["auditor"])
    assert client.get("/history/export/?format=pdf").status_code == 400
    assert client.get("/history/export/?verb=nonsense").status_code == 400
    assert client.get("/api/v1/change-sets/export/?format=pdf").status_code == 400
    assert client.get("/api/v1/change-sets/export/?verb=nonsense").status_code == 400
    monkeypatch.setattr("peph.exports.MOST_XLSX_ROWS", 3)
    assert client.get("/history/export/?format=xlsx").status_code == 400
    assert client.get("/history/export/?format=csv").status_code == 200


def test_a_list_says_what_is_not_searchable_yet(cast, client, changes, monkeypatch):
    monkeypatch.setattr("auditing.lists.searching.MOST_INDEXED", 5)
    monkeypatch.setattr(index, "BATCH", 5)
    client.force_login(cast["auditor"])
    left = ChangeSet.objects.count() - 5
    page = client.get("/history/?kind=cases.case")
    assert page.context["behind"] == left
    assert f": {left}." in page.content.decode()
    answer = client.get("/api/v1/change-sets/?kind=cases.case")
    assert answer.headers["Not-Indexed"] == str(left - 5)
    # Whoever sees everything and asks nothing of the index misses nothing.
    assert client.get("/history/").context["behind"] == 0
    assert client.get("/history/export/?format=csv&kind=cases.case").status_code == 409


def test_a_record_has_its_own_page(cast, client, changes, case):
    client.force_login(cast["auditor"])
    address = f"/history/cases.case/{case.pk}/"
    page = client.get(address)
    assert page.status_code == 200
    found = [step.row.change_set.number for step in page.context["steps"]]
    assert found[0] == changes[0]
    assert found == sorted(found, reverse=True)
    assert f'href="{case.get_absolute_url()}"' in page.content.decode()
    assert client.get(f"/history/cases.nothing/{case.pk}/").status_code == 404
    assert client.get(f"/history/cases.case/{uuid.uuid4()}/").status_code == 404
    client.force_login(cast["auditor_elsewhere"])
    assert client.get(address).status_code == 404
    assert AccessLog.objects.filter(verb="refuse", model="cases.case").count() == 1


def test_a_record_with_many_changes_comes_a_page_at_a_time(cast, client, case, monkeypatch):
    monkeypatch.setattr("auditing.views.record_history.ROWS_A_PAGE", 2)
    client.force_login(cast["auditor"])
    address, seen, query = f"/history/cases.case/{case.pk}/", [], ""
    while query is not None:
        context = client.get(address + query).context
        seen += [step.row.change_set.number for step in context["steps"]]
        query = context["next_url"] or None
    touched = ChangeSet.objects.filter(changed_rows__object_id=str(case.pk)).order_by("-number")
    assert seen == list(touched.values_list("number", flat=True))
    assert client.get(f"{address}?before=x").status_code == 404


def test_a_change_leads_to_its_neighbours_and_its_records(cast, client, changes, case):
    client.force_login(cast["auditor"])
    page = client.get(f"/history/{changes[0]}/")
    (previous,) = page.context["neighbours"]
    assert previous[1] == (
        ChangeSet.objects.filter(case_id=case.pk, number__lt=changes[0]).latest("number").number
    )
    text = page.content.decode()
    assert f'href="/history/cases.case/{case.pk}/"' in text
    assert f'href="{case.get_absolute_url()}"' in text


@pytest.mark.parametrize("who", ["auditor", "auditor_region"])
@pytest.mark.parametrize(
    "query",
    [
        "?verb=cases.case.update",
        "?field=cases.case.referring_agency",
        "?kind=cases.case&verb=cases.case.update",
    ],
)
def test_the_list_costs_the_same_for_one_and_fifty(who, query, cast, client, case):
    client.force_login(cast[who])
    found = []
    for count in (1, 30):
        for number in range(count):
            update_case(
                Case.objects.get(pk=case.pk),
                by=cast["coordinator"],
                referring_agency=f"Agence {count} {number}",
            )
        client.get(f"/history/{query}")
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(f"/history/{query}")
        found.append(len(captured))
    assert found[0] == found[1]
    assert re.search(r"Agence 30 29", answer.content.decode())
