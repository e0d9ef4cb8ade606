"""The access log as people read it: who may, each line in words, the filters, what cannot be forged."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from auditing.services.access_lines import lines_of
from peph.audit import access_log
from peph.audit.models import AccessLog

pytestmark = pytest.mark.django_db

READERS = {
    # person: the page, the API, sees the line on the case of region 03, and that on no case
    "lead": (200, 200, True, True),
    "second_lead": (200, 200, True, True),
    "auditor": (200, 200, True, True),
    "privacy": (200, 200, True, True),
    "auditor_region": (200, 200, True, False),
    "auditor_host": (200, 200, True, False),
    "auditor_elsewhere": (200, 200, False, False),
    "coordinator": (403, 403, False, False),
    "colleague": (403, 403, False, False),
    "coordinator_elsewhere": (403, 403, False, False),
    "health_coordinator": (403, 403, False, False),
    "health_only": (403, 403, False, False),
    "representative": (403, 403, False, False),
    "representative_elsewhere": (403, 403, False, False),
    "supervisor": (403, 403, False, False),
    "supervisor_elsewhere": (403, 403, False, False),
    "committee": (403, 403, False, False),
    "outsider": (403, 403, False, False),
    "reader": (403, 403, False, False),
    "editor": (403, 403, False, False),
    "former": (403, 403, False, False),
    "superuser": (403, 403, False, False),
}


@pytest.fixture
def lines(cast, case):
    """One line on the case, one on no case: their keys."""
    return (
        access_log.record("open", user=cast["coordinator"], obj=case, case=case).pk,
        access_log.record("list", user=cast["coordinator"], model="cases.note", ids=["1"]).pk,
    )


@pytest.mark.parametrize("who", READERS)
def test_who_reads_the_log_and_how_far(who, cast, client, lines):
    page, api, on_case, on_none = READERS[who]
    client.force_login(cast[who])
    answer = client.get("/access-log/?person=coordinator")
    program = client.get("/api/v1/access-log/?person=coordinator")
    assert (answer.status_code, program.status_code) == (page, api)
    assert client.get("/access-log/unusual/").status_code == page
    if page == 200:
        shown = {line.row.pk for line in answer.context["lines"]}
        assert tuple(key in shown for key in lines) == (on_case, on_none)
        found = {row["id"] for row in program.json()["results"]}
        assert tuple(key in found for key in lines) == (on_case, on_none)
    menu = client.get("/").content.decode()
    assert ('href="/access-log/"' in menu) is (page == 200)


def test_everybody_of_the_cast_is_in_the_table(cast):
    assert set(READERS) == {name for name in cast if name != "inactive"}


def test_each_line_says_who_did_what(cast, case, placement):
    who, number = cast["coordinator"], case.number
    case_of, doc = {"case": case}, "cases.document"
    table = [
        (("open", {"obj": case, **case_of}), f"Camille Coordinator a ouvert le dossier {number}"),
        (
            ("open", {"obj": case, **case_of, "detail": {"part": "timeline"}}),
            f"Camille Coordinator a ouvert\u00a0: dossier {number}, son déroulement",
        ),
        (
            ("open", {"obj": placement, **case_of}),
            f"Camille Coordinator a ouvert\u00a0: stage, dossier {number}",
        ),
        (
            ("health", {"obj": case.participant, **case_of}),
            "Camille Coordinator a lu des renseignements de santé\u00a0: participante ou"
            f" participant, dossier {number}",
        ),
        (
            ("list", {"model": "cases.case", "ids": ["a", "b"]}),
            "Camille Coordinator a affiché une liste\u00a0: dossiers, 2 affichés",
        ),
        (
            ("search", {"model": "cases.case", "ids": ["a"], "detail": {"q": "Côté"}}),
            "Camille Coordinator a cherché\u00a0: dossiers, «\u00a0Côté\u00a0», 1 affiché",
        ),
        (
            ("export", {"model": doc, "ids": ["a"], "detail": {"rows": 12}}),
            "Camille Coordinator a exporté\u00a0: documents, 12 lignes",
        ),
        (
            ("refuse", {"obj": case, **case_of}),
            f"Camille Coordinator s’est vu refuser\u00a0: dossier {number}",
        ),
        (
            ("refuse", {"obj": case, **case_of, "detail": {"part": "right"}}),
            f"Camille Coordinator s’est vu refuser\u00a0: dossier {number}, droit insuffisant",
        ),
        (("sign_in", {"obj": who}), "Camille Coordinator s’est connecté·e"),
        (("sign_out", {"obj": who}), "Camille Coordinator s’est déconnecté·e"),
    ]
    rows = [access_log.record(verb, user=who, **about) for (verb, about), _text in table]
    assert [line.sentence for line in lines_of(rows, None)] == [text for _given, text in table]


def test_whoever_has_no_account_is_named_by_how_they_came(cast, case):
    rows = [
        access_log.record("refuse", obj=case, case=case),
        access_log.record("sign_in_failed", obj=cast["reader"]),
        access_log.record("sign_in_failed", model="accounts.user"),
    ]
    assert [line.sentence for line in lines_of(rows, None)] == [
        f"Une personne non connectée s’est vu refuser\u00a0: dossier {case.number}",
        "Une tentative de connexion a échoué\u00a0: Camille Reader",
        "Une tentative de connexion a échoué\u00a0: aucun compte de ce nom",
    ]
    linked = AccessLog(verb="open", channel="link", model="cases.tasklink")
    assert lines_of([linked], None)[0].who == "Une personne ayant reçu un lien par courriel"


def test_what_is_searched_cannot_forge_a_line_or_a_page(cast, client):
    client.force_login(cast["auditor"])
    forged = "x\r\n2026-01-01 Camille Lead a ouvert \x1b[31m<script>alert(1)</script>"
    client.get("/cases/", {"q": forged})
    line = AccessLog.objects.filter(verb="search").latest("id")
    assert "\n" not in line.detail["q"]
    assert "\r" not in line.detail["q"]
    assert "\x1b" not in line.detail["q"]
    shown = client.get("/access-log/?verb=search").content.decode()
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown
    assert shown.count("\\r\\n2026-01-01 Camille Lead a ouvert") == 1


FILTERS = {
    # query: the line on the case, the list, the search, the refusal
    "": (True, True, True, True),
    "?verb=open": (True, False, False, False),
    "?verb=search": (False, False, True, False),
    "?verb=refuse": (False, False, False, True),
    "?person=coordinator-elsewhere": (False, False, False, True),
    "?person=CAMILLE": (True, True, True, True),
    "?person=personne": (False, False, False, False),
    "?model=cases.note": (False, True, False, False),
    "?model=nonsense": (False, False, False, False),
    "?number={number}": (True, False, False, True),
    "?number=2026-XXXXX-X": (False, False, False, False),
    "?channel=command": (True, True, True, True),
    "?channel=api": (False, False, False, False),
    "?since={tomorrow}": (False, False, False, False),
    "?until={tomorrow}": (True, True, True, True),
    "?until=2020-01-01": (False, False, False, False),
    "?since=2020-01-01&until={tomorrow}&verb=open": (True, False, False, False),
    "?actor={actor}": (True, True, True, False),
    "?actor=nonsense": (False, False, False, False),
}


@pytest.mark.parametrize("query", FILTERS)
def test_the_log_is_narrowed_by_the_address(query, cast, client, case):
    by = cast["coordinator"]
    keys = [
        access_log.record("open", user=by, obj=case, case=case).pk,
        access_log.record("list", user=by, model="cases.note", ids=["1"]).pk,
        access_log.record("search", user=by, model="cases.case", detail={"q": "x"}).pk,
        access_log.record("refuse", user=cast["coordinator_elsewhere"], obj=case, case=case).pk,
    ]
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    client.force_login(cast["auditor"])
    given = query.format(number=case.number, tomorrow=tomorrow, actor=by.pk)
    shown = {line.row.pk for line in client.get(f"/access-log/{given}").context["lines"]}
    assert tuple(key in shown for key in keys) == FILTERS[query]


def test_the_log_goes_on_by_number_without_a_gap(cast, client):
    for _each in range(60):
        access_log.record("open", user=cast["reader"], model="cases.case")
    client.force_login(cast["auditor"])
    seen, url = [], "/access-log/?verb=open&person=reader"
    while url:
        listing = client.get(url).context["listing"]
        seen += [row.pk for row in listing.rows]
        url = (
            listing.page.next and f"/access-log/?verb=open&person=reader&cursor={listing.page.next}"
        )
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 60
    assert client.get("/access-log/?cursor=x").status_code == 400


def test_reading_the_log_is_a_line_of_it(cast, client, lines):
    client.force_login(cast["privacy"])
    client.get("/access-log/?person=coordinator")
    line = AccessLog.objects.latest("id")
    assert (line.actor_id, line.verb, line.model) == (
        cast["privacy"].pk, "list", "audit.accesslog",
    )  # fmt: skip
    assert {str(key) for key in lines} <= set(line.object_ids)
    assert line.detail == {"person": "coordinator"}
    client.get("/access-log/unusual/")
    assert AccessLog.objects.latest("id").detail["part"] == "unusual"


def test_the_api_gives_lines_with_their_sentence(cast, case, lines):
    api = APIClient(headers={"accept-language": "en"})
    api.force_login(cast["auditor"])
    found = api.get("/api/v1/access-log/?verb=open&person=coordinator").json()["results"]
    assert found[0] | {"at": None} == {
        "id": lines[0], "at": None, "actor": str(cast["coordinator"].pk),
        "actor_name": "Camille Coordinator", "verb": "open",
        "sentence": f"Camille Coordinator opened the case {case.number}", "model": "cases.case",
        "object": str(case.pk), "objects": None, "case": str(case.pk), "channel": "command",
        "path": "", "detail": None, "request": None,
    }  # fmt: skip
    for query in ("verb=nonsense", "other=1", "page_size=1000", "since=hier"):
        assert api.get(f"/api/v1/access-log/?{query}").status_code == 400


@pytest.mark.parametrize("who", ["auditor", "auditor_region"])
def test_the_log_costs_the_same_for_one_and_twenty_lines(who, cast, client, case, case_elsewhere):
    client.force_login(cast[who])
    counts = []
    for more in (1, 20):
        for _each in range(more):
            access_log.record("open", user=cast["coordinator"], obj=case, case=case)
            access_log.record("open", user=cast["colleague"], obj=case.participant, case=case)
        client.get("/access-log/?verb=open")
        with CaptureQueriesContext(connection) as captured:
            client.get("/access-log/?verb=open")
        counts.append(len(captured))
    assert counts[0] == counts[1]


# ------------------------------------------------------------------ what is logged
def test_what_may_be_seen_but_not_done_is_logged_on_pages_and_in_the_api(cast, client, case):
    client.force_login(cast["reader"])
    for url in (f"/cases/{case.pk}/edit/", f"/as-of/case/{case.pk}/"):
        before = AccessLog.objects.filter(verb="refuse").count()
        assert client.get(url).status_code == 403
        assert AccessLog.objects.filter(verb="refuse").count() == before + 1
        line = AccessLog.objects.latest("id")
        assert (line.object_id, line.case_id, line.path) == (str(case.pk), case.pk, url)
    answer = client.get(f"/api/v1/cases/{case.pk}/history/")
    line = AccessLog.objects.latest("id")
    assert answer.status_code == 403
    assert (line.verb, line.object_id, line.case_id, line.detail) == (
        "refuse", str(case.pk), case.pk, {"part": "right"},
    )  # fmt: skip


def test_a_form_filled_with_a_record_and_the_first_page_are_reads_too(
    cast, client, case, follow_up
):
    client.force_login(cast["coordinator"])
    client.get(f"/cases/{case.pk}/edit/")
    line = AccessLog.objects.latest("id")
    assert (line.verb, line.object_id, line.case_id, line.detail) == (
        "open", str(case.pk), case.pk, {"part": "form"},
    )  # fmt: skip
    client.get(f"/participants/{case.participant_id}/edit/")
    line = AccessLog.objects.latest("id")
    assert (line.verb, line.object_id, line.case_id) == ("open", str(case.participant_id), None)
    client.get("/")
    line = AccessLog.objects.latest("id")
    assert (line.verb, line.detail) == ("list", {"part": "home"})
    assert str(follow_up.pk) in line.object_ids


def test_the_administration_site_logs_what_it_shows(cast, client):
    client.force_login(cast["superuser"])
    user = cast["reader"]
    assert client.get("/admin/accounts/user/?q=reader").status_code == 200
    line = AccessLog.objects.latest("id")
    assert (line.verb, line.model, line.detail) == ("search", "accounts.user", {"q": "reader"})
    assert line.object_ids == [str(user.pk)]
    for path, part in (("change", None), ("history", {"part": "history"})):
        assert client.get(f"/admin/accounts/user/{user.pk}/{path}/").status_code == 200
        line = AccessLog.objects.latest("id")
        assert (line.verb, line.object_id, line.detail) == ("open", str(user.pk), part)


def test_the_page_tells_lines_and_links_to_the_case(cast, client, case, lines):
    client.force_login(cast["auditor"])
    shown = client.get("/access-log/?verb=open&person=coordinator").content.decode()
    assert f"Camille Coordinator a ouvert le dossier {case.number}" in shown
    assert f'href="/cases/{case.pk}/"' in shown
    assert re.search(r"<h1>Journal des accès</h1>", shown)
