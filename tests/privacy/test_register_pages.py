"""The pages and the API of the registers: listed, entered, corrected, moved, taken away."""

import csv
import io

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from peph.audit.models import AccessLog
from privacy.models import AccessRequest, Anonymisation, Disclosure, Incident
from tests.privacy.entering import DAY, FIELDS, entered

pytestmark = pytest.mark.django_db
CODES = {
    "requests": AccessRequest,
    "disclosures": Disclosure,
    "incidents": Incident,
    "anonymisations": Anonymisation,
}
ADDRESSES = {
    "requests": "access-requests",
    "disclosures": "disclosures",
    "incidents": "incidents",
    "anonymisations": "anonymisations",
}


@pytest.fixture
def by(cast):
    return cast["privacy"]


@pytest.fixture
def officer(client, by):
    client.force_login(by)
    return client


def text(response):
    return response.content.decode()


def typed(model, **more):
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in (FIELDS[model] | more).items()
    }


def as_json(model, **more):
    return {"data": typed(model, **more), "content_type": "application/json"}


# ------------------------------------------------------------------ pages
@pytest.mark.parametrize("code", CODES)
def test_an_entry_is_typed_read_and_corrected(code, officer):
    model, list_url = CODES[code], f"/registers/{code}/"
    answer = officer.post(
        f"{list_url}new/", typed(model, requester_quality="person", persons="3"), follow=True
    )
    entry = model.objects.get()
    assert answer.redirect_chain[-1][0] == entry.get_absolute_url()
    for value in FIELDS[model].values():
        if isinstance(value, str) and " " in value:
            assert value in text(answer)
    assert entry.number in text(officer.get(list_url))
    form = officer.get(f"{entry.get_absolute_url()}edit/")
    data = {
        name: value for name, value in form.context["form"].initial.items() if value is not None
    }
    assert officer.post(f"{entry.get_absolute_url()}edit/", data).status_code == 400
    assert officer.post(
        f"{entry.get_absolute_url()}edit/", data | {"reason": "Coquille", "version": 7}
    ).status_code == 412  # fmt: skip
    name = {"requests": "wanted"}.get(code, "information")
    data |= {"reason": "Coquille", name: "Corrigé"}
    assert officer.post(f"{entry.get_absolute_url()}edit/", data).status_code == 302
    assert getattr(model.objects.get(), name) == "Corrigé"


def test_the_person_concerned_is_named_by_a_file_number(officer, case):
    url = "/registers/requests/new/"
    data = typed(AccessRequest, requester_quality="person")
    assert officer.post(url, data | {"file_number": "2026-XXXXX-X"}).status_code == 400
    officer.post(url, data | {"file_number": f" {case.number.lower()} "})
    entry = AccessRequest.objects.get()
    assert entry.participant == case.participant
    page = text(officer.get(entry.get_absolute_url()))
    assert f"/participants/{case.participant_id}/data/" in page
    # Corrected, the number is already there; emptied, nobody is concerned any more.
    form = officer.get(f"{entry.get_absolute_url()}edit/").context["form"]
    assert form["file_number"].value() == case.number


def test_moves_are_offered_and_made(officer, by):
    entry = entered(AccessRequest, by)
    page = officer.get(entry.get_absolute_url())
    offered = [move.name for move in page.context["moves"]]
    assert offered == ["extend", "grant", "grant-in-part", "refuse", "withdraw"]
    url = f"{entry.get_absolute_url()}move/refuse/"
    assert officer.get(url).status_code == 200
    assert officer.post(url, {"version": 1, "answered_on": "2026-05-10"}).status_code == 400
    answered = officer.post(
        url,
        {
            "version": 1,
            "answered_on": "2026-05-10",
            "refusal_article": "art. 88",
            "refusal_reason": "Autres personnes",
            "recourse_told_on": "2026-05-10",
        },
    )
    assert answered.status_code == 302
    page = text(officer.get(entry.get_absolute_url()))
    assert "2026-06-09" in page
    assert officer.get(url).status_code == 409
    assert officer.get(f"{entry.get_absolute_url()}move/unknown/").status_code == 404
    other = entered(Disclosure, by)
    assert officer.get(f"{other.get_absolute_url()}move/close/").status_code == 404


def test_a_list_is_narrowed(officer, by):
    with time_machine.travel("2026-06-01 12:00", tick=False):
        officer.force_login(by)
        late = entered(AccessRequest, by)
        running = entered(AccessRequest, by, received_on="2026-05-20", requester_name="Zoé")
        found = {
            query: officer.get(f"/registers/requests/?{query}").context["listing"].rows
            for query in ("late=true", "open=true", "q=zo", f"q={late.number}", "state=granted")
        }
    assert found == {
        "late=true": [late],
        "open=true": [running, late],
        "q=zo": [running],
        f"q={late.number}": [late],
        "state=granted": [],
    }


def test_a_page_of_ten_asks_as_much_as_a_page_of_one(officer, by, case):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            officer.get("/registers/requests/")
        return len(queries)

    entered(AccessRequest, by, participant=case.participant)
    asked()
    one = asked()
    for _each in range(9):
        entered(AccessRequest, by, participant=case.participant)
    assert asked() == one


@pytest.mark.parametrize("code", CODES)
def test_a_register_is_taken_away_and_printed(code, officer, by):
    model = CODES[code]
    kept, _other = entered(model, by), entered(model, by)
    answer = officer.get(f"/registers/{code}/export/csv/?q={kept.number}")
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 2
    assert rows[1][0] == kept.number
    for value in FIELDS[model].values():
        if isinstance(value, str) and " " in value:
            assert value in rows[1]
    line = AccessLog.objects.latest("pk")
    assert (line.verb, line.object_ids) == ("export", [str(kept.pk)])
    # Read to its end the answer closes by itself, and the connection of the test stays open.
    book = officer.get(f"/registers/{code}/export/xlsx/")
    assert b"".join(book.streaming_content).startswith(b"PK")
    assert officer.get(f"/registers/{code}/export/exe/").status_code == 404
    page = text(officer.get(f"/registers/{code}/print/"))
    assert kept.number in page
    assert page.count("<section") == 2


def test_the_first_page_shows_the_clocks_the_latest_first(officer, by):
    with time_machine.travel("2026-06-01 12:00", tick=False):
        officer.force_login(by)
        assert "Aucune demande d’accès" in text(officer.get("/"))
        running = entered(AccessRequest, by, received_on="2026-05-20")
        late = entered(AccessRequest, by)
        blocks = {block.name: block for block in officer.get("/").context["blocks"]}
        assert blocks["clocks"].rows == [late, running]
        assert "incidents" not in blocks
        entered(Incident, by)
        assert "INC-2026-00001" in text(officer.get("/"))


def test_the_menu_leads_to_the_requests(client, cast):
    for who, there in (
        ("privacy", True),
        ("lead", True),
        ("auditor", True),
        ("coordinator", False),
    ):
        client.force_login(cast[who])
        assert ('href="/registers/"' in text(client.get("/accounts/profile/"))) == there


# ------------------------------------------------------------------ API
@pytest.mark.parametrize("code", CODES)
def test_the_api_enters_and_corrects(code, officer):
    url, model = f"/api/v1/{ADDRESSES[code]}/", CODES[code]
    made = officer.post(url, **as_json(model))
    assert made.status_code == 201, made.content
    body = made.json()
    for name, value in typed(model).items():
        assert body[name] == value
    name = {"requests": "wanted"}.get(code, "information")
    one = f"{url}{body['id']}/"
    change = {"data": {name: "Corrigé"}, "content_type": "application/json"}
    assert officer.patch(one, **change).status_code == 428
    headers = {"If-Match": '"1"'}
    refused = officer.patch(one, **change, headers=headers)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["reason"])
    change["data"]["reason"] = "Coquille"
    assert officer.patch(one, **change, headers=headers).json()[name] == "Corrigé"
    assert officer.patch(one, **change, headers=headers).status_code == 412
    assert officer.get(f"{url}?q={body['number']}").json()["results"][0]["id"] == body["id"]


def test_the_api_offers_the_moves_of_the_page(officer, by):
    entry = entered(Incident, by)
    url = f"/api/v1/incidents/{entry.pk}/"
    assert officer.get(url).json()["actions"] == ["assess"]
    given = {"data": {"serious_risk": "yes", "risk_assessment": "x"},
             "content_type": "application/json", "headers": {"If-Match": '"1"'}}  # fmt: skip
    body = officer.post(f"{url}assess/", **given).json()
    assert (body["state"], body["actions"]) == ("assessed", ["assess", "notify"])
    assert body["kept_until"] == DAY.replace(year=2031).isoformat()
