"""Everything held about a person: all of it, nothing of anybody else, health for its readers only."""

import csv
import io
import json
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from auditing.services import accesses
from cases.services.cases import open_case
from cases.services.notes import add_note
from cases.services.participants import give_consent, save_health, update_participant
from organizations.services.grants import give_grant
from peph.audit import access_log
from peph.audit.changes import SYSTEM
from peph.audit.models import AccessLog
from peph.errors import Forbidden
from privacy.inventory.reading import about_participants
from privacy.models import AccessRequest, Disclosure
from privacy.services.person_data import Asked, data_of
from privacy.services.person_files import as_json, introduction
from tests.cases.test_documents import put
from tests.privacy.entering import DAY, entered

pytestmark = pytest.mark.django_db
NATURE = "Canari-de-santé"


@pytest.fixture
def person(case):
    return case.participant


@pytest.fixture
def url(person):
    return f"/participants/{person.pk}/data/"


@pytest.fixture
def health(cast, case):
    """A health record and a health document, written by whoever may."""
    by = cast["health_coordinator"]
    give_consent(case.participant, by=by, purpose="health", text_version="2026-01", given_on=DAY)
    save_health(case, by=by, nature=NATURE)
    return put(case, by, audience="health", title=NATURE)


@pytest.fixture
def full_lead(cast):
    """The lead, with the right to read health information in the region of the case."""
    lead = cast["lead"]
    region = cast["health_coordinator"].regiongrants.first().content_object
    give_grant(by=SYSTEM, user=lead, role="view_health", on=region, reason="Demande d’accès")
    return lead


def whole(person, by, **asked):
    body = json.loads(as_json(data_of(person, by=by, asked=Asked(**asked), format="json")))
    return body, {each["kind"]: each["rows"] for each in body["held"]}


# ------------------------------------------------------------------ who
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("privacy", 200),
        ("lead", 200),
        ("auditor", 403),
        ("coordinator", 403),
        ("health_coordinator", 403),
        ("representative", 403),
        ("reader", 403),
        ("coordinator_elsewhere", 404),
        ("outsider", 404),
        ("inactive", 302),
    ],
)
def test_who_produces_it(who, status, client, cast, url):
    client.force_login(cast[who])
    found = {client.get(f"{url}{format}").status_code for format in ("", "json/", "pdf/")}
    assert found == {status}
    if status != 200:
        assert not AccessLog.objects.filter(verb="export").exists()


def test_the_service_asks_as_well(cast, person):
    with pytest.raises(Forbidden):
        data_of(person, by=cast["coordinator"], asked=Asked(), format="json")


def test_it_asks_who_one_is_when_that_was_long_ago(client, cast, url, settings):
    settings.STEP_UP_SECONDS = -1
    client.force_login(cast["privacy"])
    assert client.get(url).status_code == 200
    answer = client.get(f"{url}json/")
    assert (answer.status_code, "reauthenticate" in answer.headers["Location"]) == (302, True)


# ------------------------------------------------------------------ what
def test_everything_about_the_person_is_there_and_nothing_of_others(
    cast, case, person, case_elsewhere
):
    privacy = cast["privacy"]
    entered(AccessRequest, privacy, participant=person, wanted="Canari-de-la-demande")
    entered(Disclosure, privacy, purpose="Canari-d’autrui")
    add_note(case_elsewhere, by=cast["coordinator_elsewhere"], text="Canari-d’ailleurs")
    _body, rows = whole(person, privacy)
    assert rows["cases.participant"][0]["birth_date"] == "1988-11-05"
    assert rows["cases.case"][0]["number"] == case.number
    assert rows["cases.note"][0]["text"] == "Préfère être jointe le matin."
    assert rows["cases.placement"][0]["site"].startswith("MTMD")
    assert len(rows["cases.followup"]) == case.follow_ups.count()
    assert rows["privacy.accessrequest"][0]["wanted"] == "Canari-de-la-demande"
    told = json.dumps(rows, ensure_ascii=False)
    assert "Canari-d’autrui" not in told
    assert "Canari-d’ailleurs" not in told
    assert "Ladouceur" not in told
    known = {held.model._meta.label_lower for _file, held in about_participants()}
    assert rows.keys() <= known


def test_every_case_of_the_person_is_in_it(cast, world, case, person):
    from_elsewhere = open_case(
        by=cast["coordinator_elsewhere"], region=world.regions["06"],
        person={"last_name": "x", "first_name": "y", "birth_date": "1990-01-01"}, referred_on=DAY,
    )  # fmt: skip
    _body, rows = whole(from_elsewhere.participant, cast["privacy"])
    assert [row["number"] for row in rows["cases.case"]] == [from_elsewhere.number]
    assert "cases.note" not in rows


def test_health_is_held_apart_from_whoever_has_no_right_to_it(cast, person, health):
    for who in ("privacy", "lead"):
        body, rows = whole(person, cast[who], history=True)
        assert NATURE not in json.dumps(body, ensure_ascii=False)
        assert body["held_apart"] == [
            {"kind": "cases.disabilityrecord", "rows": 1},
            {"kind": "cases.document", "rows": 1},
        ]
    assert not AccessLog.objects.filter(verb="health", actor_id=cast["privacy"].pk).exists()


def test_health_is_there_for_its_reader_and_the_reading_is_logged(full_lead, person, health):
    body, rows = whole(person, full_lead, history=True)
    assert rows["cases.disabilityrecord"][0]["nature"] == NATURE
    assert rows["cases.document"][0]["title"] == NATURE
    assert body["held_apart"] == []
    verbs = AccessLog.objects.filter(actor_id=full_lead.pk, object_id=person.pk)
    assert set(verbs.values_list("verb", flat=True)) == {"export", "health"}


def test_what_the_person_gave_is_a_part_of_it(cast, person):
    body, rows = whole(person, cast["privacy"], collected=True)
    assert rows.keys() == {"cases.participant", "cases.consent"}
    assert body["only_what_the_person_gave"] is True


def test_what_was_changed_comes_on_demand(cast, case, person):
    update_participant(person, by=cast["coordinator"], phone="418 555-0177")
    body, _rows = whole(person, cast["privacy"], history=True)
    changes = body["held"][0]["changes"]
    assert [each["phone"] for each in changes] == ["418 555-0100", "418 555-0177"]
    assert [each["history_type"] for each in changes] == ["added", "changed"]


def test_former_titles_of_documents_are_for_readers_of_health(cast, case, person, full_lead):
    put(case, cast["coordinator"], title="Curriculum")
    for who, told in (("privacy", False), ("lead", True)):
        body, rows = whole(person, cast[who], history=True)
        assert rows["cases.document"][0]["title"] == "Curriculum"
        (changes,) = (each["changes"] for each in body["held"] if each["kind"] == "cases.document")
        assert ("title" in changes[0]) == told


def test_who_opened_the_file_comes_on_demand(client, cast, case, person, url):
    client.force_login(cast["coordinator"])
    client.get(case.get_absolute_url())
    client.force_login(cast["privacy"])
    assert "accesses" not in client.get(f"{url}json/").json()
    lines = client.get(f"{url}json/?accesses=on").json()["accesses"]
    assert "Camille Coordinator" in {each["who"] for each in lines}


def test_a_list_of_accesses_that_is_cut_says_so(cast, case, person, monkeypatch):
    for who in ("coordinator", "lead"):
        access_log.record("open", user=cast[who], obj=case, case=case)
    monkeypatch.setattr(accesses, "MOST_LINES", 1)
    data = data_of(person, by=cast["privacy"], asked=Asked(accesses=True), format="json")
    assert data.is_cut
    assert any("plus souvent que" in line for line in introduction(data))


# ------------------------------------------------------------------ in which form
def test_the_archive_has_a_table_a_noun_and_the_documents(client, cast, case, person, url):
    document = put(case, cast["coordinator"])
    client.force_login(cast["privacy"])
    # Read to its end the answer closes by itself, and the connection of the test stays open.
    answer = client.get(f"{url}zip/?accesses=on&history=on")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    names = archive.namelist()
    assert "cases.note.csv" in names
    assert f"documents/001-{document.filename}" in names
    text = archive.read("cases.note.csv").decode("utf-8-sig")
    assert "Préfère être jointe le matin." in text
    assert len(list(csv.reader(io.StringIO(text), delimiter=";"))) == 2


def test_the_document_is_tagged_and_in_the_language_of_the_page(client, cast, url):
    client.force_login(cast["privacy"])
    body = client.get(f"{url}pdf/").content
    assert b"<pdfuaid:part>1</pdfuaid:part>" in body
    assert b"/StructTreeRoot" in body
    assert b"(fr" in body


def test_a_download_is_kept_by_nobody_on_the_way(client, cast, url):
    client.force_login(cast["privacy"])
    answer = client.get(f"{url}json/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "Éloïse" not in answer.headers["Content-Disposition"]
    assert client.get(f"{url}exe/").status_code == 404


def test_ten_notes_ask_as_much_as_one(cast, case, person):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            whole(person, cast["privacy"], history=True)
        return len(queries)

    one = asked()
    for number in range(9):
        add_note(case, by=cast["coordinator"], text=f"Note {number}")
    assert asked() == one


# ------------------------------------------------------------------ API
@pytest.mark.parametrize(
    ("who", "status"), [("privacy", 200), ("coordinator", 403), ("outsider", 404)]
)
def test_the_api_gives_the_same(who, status, client, cast, person):
    client.force_login(cast[who])
    url = f"/api/v1/participants/{person.pk}/data/"
    answer = client.get(f"{url}?collected=true")
    assert answer.status_code == status
    if status == 200:
        assert {each["kind"] for each in answer.json()["held"]} == {
            "cases.participant",
            "cases.consent",
        }
        assert client.get(f"{url}?everything=true").status_code == 400
