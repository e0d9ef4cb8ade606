"""Links as the programme sees them: on the placement's page, in the API, with the address on demand."""

import datetime as dt
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import TaskLink
from cases.services.link_answers import answer_link
from cases.services.links import address_of, renew_link, revoke_link, send_link
from peph.audit.changes import SYSTEM, change
from peph.audit.models import AccessLog, ChangeSet
from peph.outbox.models import Message
from tests.linking import HOST, NOW, TODAY, awaiting_start

OFFICERS = ["lead", "coordinator", "editor"]
READERS = ["auditor", "auditor_region", "auditor_host", "privacy", "reader"]
HOSTS = ["representative", "supervisor"]


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def to_start(placement):
    return awaiting_start(placement)


@pytest.fixture
def link(cast, to_start):
    return send_link(to_start, by=cast["coordinator"], task="confirm_start", **HOST)


def text(answer):
    return answer.content.decode()


def section(client, user, placement):
    """The part of the placement's page about links; nothing where there is none."""
    client.force_login(user)
    page = text(client.get(placement.get_absolute_url()))
    found = re.search(r'<section class="stack" id="links".*?</section>', page, re.DOTALL)
    return found.group(0) if found else ""


def test_an_officer_sends_and_is_shown_the_address_once(client, cast, to_start):
    part = section(client, cast["coordinator"], to_start)
    assert "Aucun lien n’a encore été envoyé" in part
    form = f"{to_start.get_absolute_url()}links/new/confirm-start/"
    assert f'href="{form}"' in part
    page = text(client.get(form))
    assert 'value="Dominique Superviseur"' in page
    assert 'value="dominique@exemple.qc.ca"' in page

    answer = client.post(form, {**HOST, "language": "fr"})
    link = TaskLink.objects.get()
    assert answer["Location"] == f"/links/{link.pk}/address/"
    shown = client.get(answer["Location"])
    assert address_of(link) in text(shown)
    assert "no-store" in shown["Cache-Control"]
    logged = AccessLog.objects.filter(object_id=str(link.pk), verb="open")
    assert [each.detail for each in logged] == [{"part": "address"}]

    part = section(client, cast["coordinator"], to_start)
    assert "En attente de réponse" in part
    assert "2026-12-16" in part
    assert address_of(link).rpartition("/link/")[2] not in part


def test_a_refused_form_keeps_what_was_typed(client, cast, to_start):
    client.force_login(cast["coordinator"])
    form = f"{to_start.get_absolute_url()}links/new/confirm-start/"
    wrong = {"recipient_name": "Dominique S.", "recipient_email": "nonsense", "language": "fr"}
    answer = client.post(form, wrong)
    assert answer.status_code == 400
    assert 'value="nonsense"' in text(answer)
    client.post(form, {**HOST, "language": "fr"})
    again = client.post(form, {**HOST, "language": "fr"})
    assert again.status_code == 409
    assert "Il pourra être renvoyé après 11:00" in text(again)
    assert Message.objects.count() == 1


@pytest.mark.parametrize("who", [*OFFICERS, *READERS, *HOSTS])
def test_who_sees_the_links_and_who_may_change_them(who, client, cast, link, to_start):
    part = section(client, cast[who], to_start)
    assert ("dominique@exemple.qc.ca" in part) is (who not in HOSTS)
    for address in ("address/", "renew/", "revoke/"):
        assert (f"/links/{link.pk}/{address}" in part) is (who in OFFICERS)


def test_the_page_offers_what_the_api_offers(client, cast, link, to_start, now):
    def offered(state):
        part = section(client, cast["lead"], to_start)
        pages = sorted(set(re.findall(rf"/links/{link.pk}/(\w+)/", part)))
        api = client.get(f"/api/v1/links/{link.pk}/").json()
        assert (sorted(api["actions"]), api["state"]) == (pages, state)
        return pages

    assert offered("waiting") == ["address", "renew", "revoke"]
    now.shift(dt.timedelta(days=30))
    assert offered("expired") == ["address", "renew", "revoke"]
    renewed = renew_link(link, by=cast["lead"])
    assert offered("waiting") == ["address", "renew", "revoke"]
    revoke_link(renewed, by=cast["lead"])
    assert offered("revoked") == []


def test_it_is_sent_again_and_called_back_by_buttons(client, cast, link, now):
    client.force_login(cast["coordinator"])
    at = {"version": link.version}
    early = client.post(f"/links/{link.pk}/renew/", at, follow=True)
    assert "il y a moins d’une heure" in text(early)
    now.shift(dt.timedelta(minutes=90))
    assert client.post(f"/links/{link.pk}/renew/", at)["Location"] == f"/links/{link.pk}/address/"
    stale = client.post(f"/links/{link.pk}/revoke/", {**at, "confirmed": "yes"})
    assert stale.status_code == 412

    at = {"version": TaskLink.objects.get().version}
    asked = client.post(f"/links/{link.pk}/revoke/", at)
    assert asked.status_code == 200
    assert TaskLink.objects.get().state == "waiting"
    client.post(f"/links/{link.pk}/revoke/", {**at, "confirmed": "yes"})
    assert TaskLink.objects.get().state == "revoked"
    assert client.get(f"/links/{link.pk}/address/").status_code == 409


def test_the_address_of_an_answered_link_is_not_shown(client, cast, link):
    answer_link(link, "start", {"started_on": TODAY})
    client.force_login(cast["coordinator"])
    assert client.get(f"/links/{link.pk}/address/").status_code == 409
    assert client.get(f"/api/v1/links/{link.pk}/address/").status_code == 409


# ------------------------------------------------------------------ the API
def post(client, path, body, version=None):
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return client.post(path, body, content_type="application/json", headers=headers)


def test_the_api_sends_reads_renews_and_calls_back(client, cast, to_start, now):
    client.force_login(cast["coordinator"])
    body = {"placement": str(to_start.pk), "task": "confirm_start", **HOST}
    sent = post(client, "/api/v1/links/", body)
    assert sent.status_code == 201
    link = sent.json()
    assert {name: link[name] for name in ("task", "role", "state", "expires_on", "language")} == {
        "task": "confirm_start", "role": "", "state": "waiting", "expires_on": "2026-12-16",
        "language": "fr",
    }  # fmt: skip
    assert "address" not in link
    path = f"/api/v1/links/{link['id']}/"
    assert client.get(path + "address/").json() == {"address": address_of(TaskLink.objects.get())}
    assert post(client, path + "renew/", {}).status_code == 428
    assert post(client, path + "renew/", {}, 1).status_code == 409
    now.shift(dt.timedelta(minutes=90))
    assert post(client, path + "renew/", {"when": "now"}, 1).status_code == 400
    renewed = post(client, path + "renew/", {}, 1)
    assert (renewed.status_code, renewed["ETag"]) == (200, '"2"')
    assert post(client, path + "revoke/", {}, 1).status_code == 412
    assert post(client, path + "revoke/", {}, 2).json()["state"] == "revoked"
    assert Message.objects.count() == 2
    assert client.get(path + "history/").status_code == 200


WRONG = [
    ({"task": "dance"}, 400, "task"),
    ({"task": "report"}, 409, None),
    ({"role": "supervisor"}, 400, "role"),
    ({"recipient_email": "nonsense"}, 400, "recipient_email"),
    ({"language": "de"}, 400, "language"),
    ({"evaluation": "0190a000-0000-7000-8000-000000000000"}, 400, "evaluation"),
    ({"draft": "x"}, 400, "draft"),
]


@pytest.mark.parametrize(("changed", "status", "field"), WRONG)
def test_the_api_names_what_is_wrong(changed, status, field, client, cast, to_start):
    client.force_login(cast["coordinator"])
    body = {"placement": str(to_start.pk), "task": "confirm_start", **HOST, **changed}
    answer = post(client, "/api/v1/links/", body)
    assert answer.status_code == status
    assert field is None or field in answer.json()["errors"]
    assert not TaskLink.objects.exists()


FILTERS = {
    "state=waiting": True, "state=answered": False, "state=expired": False, "state=revoked": False,
    "task=confirm_start": True, "task=sign": False,
}  # fmt: skip


@pytest.mark.parametrize("query", FILTERS)
def test_the_list_is_narrowed(query, client, cast, link):
    client.force_login(cast["coordinator"])
    rows = client.get(f"/api/v1/links/?{query}").json()["results"]
    assert ([row["id"] for row in rows] == [str(link.pk)]) is FILTERS[query]


@pytest.mark.parametrize(
    "who", ["representative", "supervisor", "outsider", "coordinator_elsewhere"]
)
def test_nobody_else_lists_them(who, client, cast, link):
    client.force_login(cast[who])
    assert client.get("/api/v1/links/").json()["results"] == []


def test_page_and_list_cost_the_same_for_one_link_as_for_ten(client, cast, link, to_start):
    client.force_login(cast["coordinator"])
    paths = [to_start.get_absolute_url(), "/api/v1/links/"]
    costs = []
    for more in (0, 9):
        for number in range(more):
            twin = TaskLink.of(
                to_start, task="report", recipient_name="X", expires_on=TODAY, answered_on=TODAY,
                recipient_email=f"x{number}@exemple.qc.ca", created_by=cast["lead"],
            )  # fmt: skip
            with change(by=SYSTEM, verb="cases.link.send"):
                twin.save()
        for path in paths:
            client.get(path)
        found = []
        for path in paths:
            with CaptureQueriesContext(
                connection,
            ) as captured:
                client.get(path)
            found.append(len(captured))
        costs.append(found)
    assert costs[0] == costs[1]


def test_the_timeline_tells_of_the_link_in_french(client, cast, link, case):
    answer_link(link, "start", {"started_on": TODAY})
    client.force_login(cast["coordinator"])
    page = text(client.get(f"/cases/{case.pk}/timeline/"))
    assert "Lien vers une tâche envoyé" in page
    assert ChangeSet.objects.filter(verb="cases.link.send", case_id=case.pk).exists()
    assert "Stage commencé" in page
