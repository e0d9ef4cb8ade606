"""Pages and API of the corrections of key dates: what each shows, offers and refuses, in French."""

import datetime as dt
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from cases.models import Case, KeyDateChange
from cases.services.key_date_changes import ask_key_date_change, move_key_date_change
from peph.audit.changes import SYSTEM, change
from peph.audit.models import AccessLog, ChangeSet
from tests.browsing import address, get, post, queries, text
from tests.cases import files
from tests.cases.files import named
from tests.cases.test_documents import put

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC)
ROOT = "/api/v1/key-date-changes/"
LIST = "/key-dates/"
REASON = "Le formulaire porte une autre date."


@pytest.fixture(autouse=True)
def november(db):
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def asked(cast, case):
    """A correction of the application, asked for by the coordinator."""
    return ask_key_date_change(
        case, by=cast["coordinator"], key_date="applied_on", corrected="2026-01-19", reason=REASON
    )


@pytest.fixture
def api(cast):
    def signed_in(who):
        client = APIClient()
        client.force_login(cast[who])
        return client

    return signed_in


def section(page, name="key-dates"):
    found = re.search(rf'<section class="stack" id="{name}".*?</section>', page, re.DOTALL)
    return found.group(0) if found else ""


# ------------------------------------------------------------------ on the case and on the placement
# person → sees the part, may ask.
SEES = {
    "coordinator": (True, True),
    "lead": (True, True),
    "editor": (True, True),
    "reader": (True, False),
    "auditor": (True, False),
    "auditor_host": (True, False),
    "privacy": (True, False),
    "representative": (False, False),
    "supervisor": (False, False),
}


@pytest.mark.parametrize("who", SEES)
def test_the_key_dates_are_for_the_programme_and_asked_for_by_its_keepers(
    who, client, cast, case, placement, asked
):
    sees, may = SEES[who]
    of_case = section(text(client, cast[who], case.get_absolute_url()))
    of_placement = section(text(client, cast[who], placement.get_absolute_url()))
    assert (bool(of_case), bool(of_placement)) == (sees, sees)
    if sees:
        for words in ("Dates clés", "Date de référence", "2026-01-12", "Demande", "2026-01-20",
                      "Décision d’admissibilité", "Date de clôture", "Non précisé", "En attente",
                      "Correction demandée pour le 2026-01-19"):  # fmt: skip
            assert words in of_case
        assert "Premier jour travaillé" in of_placement
    assert (address("case_key_date_ask", case, "decided_on") in of_case) is may
    assert (address("placement_key_date_ask", placement, "started_on") in of_placement) is may
    # What waits already, and what is not set, is not asked for.
    assert address("case_key_date_ask", case, "applied_on") not in of_case
    assert address("case_key_date_ask", case, "closed_on") not in of_case


def test_the_page_names_the_evidence_of_a_date_that_was_corrected(client, cast, case):
    paper = put(case, cast["coordinator"], kind="evidence", title="Accusé de réception")
    asked = ask_key_date_change(
        case, by=cast["coordinator"], key_date="applied_on", corrected="2026-01-19",
        reason=REASON, evidence=paper,
    )  # fmt: skip
    move_key_date_change(asked, "apply", by=cast["lead"])
    shown = section(text(client, cast["auditor"], case.get_absolute_url()))
    for words in ("2026-01-19", "Accusé de réception", "Corrigée le 2026-11-23"):
        assert words in shown
    assert asked.get_absolute_url() in shown
    assert paper.get_absolute_url() in shown


def test_the_pages_cost_as_much_with_ten_corrections_as_with_one(client, cast, case, placement):
    _many(case, cast, 1)
    urls = (LIST, case.get_absolute_url(), placement.get_absolute_url())
    one = [queries(client, cast["lead"], url) for url in urls]
    _many(case, cast, 9)
    assert [queries(client, cast["lead"], url) for url in urls] == one
    assert KeyDateChange.objects.count() == 10


def _many(case, cast, number):
    with change(by=SYSTEM, verb="test"):
        for _each in range(number):
            KeyDateChange(
                case=case, region=case.region, organization=case.organization,
                key_date="applied_on", former=dt.date(2026, 1, 20), corrected=dt.date(2026, 1, 19),
                reason=REASON, asked_by=cast["coordinator"], status="applied",
                decided_by=cast["lead"], decided_at=NOW,
            ).save()  # fmt: skip


# ------------------------------------------------------------------ asking
def test_a_correction_is_asked_for_with_a_document_and_applied_by_a_colleague(
    client, cast, case, placement
):
    by, url = cast["coordinator"], address("case_key_date_ask", case, "applied_on")
    page = text(client, by, url)
    for words in ("Demander une correction", "La date reste telle quelle", "2026-01-20",
                  'max="2026-11-23"', "Ou un document à verser", "multipart/form-data"):  # fmt: skip
        assert words in page
    answer = post(client, by, url, version=case.version, corrected="2026-01-19", reason=REASON,
                  file=named(files.pdf(), "Formulaire.pdf"))  # fmt: skip
    asked = KeyDateChange.objects.get()
    assert answer["Location"] == asked.get_absolute_url()
    assert asked.evidence.title == "Formulaire"
    own = text(client, by, asked.get_absolute_url())
    assert "une autre personne décide" in own
    assert address("key_date_move", asked, "apply") not in own
    assert address("key_date_move", asked, "withdraw") in own
    other, move = cast["colleague"], address("key_date_move", asked, "apply")
    shown = text(client, other, move)
    for words in ("Appliquer la correction", "2026-01-20", "2026-01-19", REASON, "Formulaire"):
        assert words in shown
    answer = post(client, other, move, version=asked.version, decision_comment="")
    assert answer["Location"] == asked.get_absolute_url()
    assert Case.objects.get(pk=case.pk).applied_on == dt.date(2026, 1, 19)
    decided = text(client, other, asked.get_absolute_url())
    assert "Appliquée" in decided
    assert "Rien ne vous attend ici." in decided


@pytest.mark.parametrize(
    ("typed", "status", "told"),
    [
        ({"corrected": "2026-01-13", "reason": REASON}, 400, "Cette date précède"),
        ({"corrected": "2026-01-19", "reason": ""}, 400, "id_reason_error"),
        ({"corrected": "", "reason": REASON}, 400, "id_corrected_error"),
        ({"corrected": "2026-01-19", "reason": REASON, "version": 1}, 412, REASON),
    ],
)
def test_what_is_refused_keeps_what_was_typed_and_writes_nothing(
    typed, status, told, client, cast, case
):
    before = ChangeSet.objects.count()
    url = address("case_key_date_ask", case, "applied_on")
    answer = post(client, cast["coordinator"], url, **{"version": case.version, **typed})
    assert answer.status_code == status
    assert told in answer.content.decode()
    assert ChangeSet.objects.count() == before


def test_a_decision_out_of_place_is_refused_with_its_reason(client, cast, asked):
    url = address("key_date_move", asked, "apply")
    assert get(client, cast["coordinator"], url).status_code == 403
    assert post(client, cast["lead"], url, version=99).status_code == 412
    refuse = address("key_date_move", asked, "refuse")
    assert post(client, cast["lead"], refuse, version=1, decision_comment="").status_code == 400
    move_key_date_change(asked, "withdraw", by=cast["coordinator"])
    assert get(client, cast["lead"], url).status_code == 409


# ------------------------------------------------------------------ the list, the menu, the first page
@pytest.fixture
def several(cast, case, placement, case_elsewhere, asked):
    """Four: waiting and refused in region 03, one of the placement, one waiting in region 06."""
    by = cast["lead"]
    no = ask_key_date_change(
        case, by=by, key_date="decided_on", corrected="2026-02-09", reason="Réunion d’équipe"
    )
    move_key_date_change(no, "refuse", by=cast["coordinator"], decision_comment="La lettre dit non")
    ask_key_date_change(
        placement, by=by, key_date="planned_end", corrected="2027-05-01", reason="Avenant signé"
    )
    ask_key_date_change(
        case_elsewhere, by=by, key_date="referred_on", corrected="2026-05-03", reason="Courriel"
    )
    return {each.reason: each for each in KeyDateChange.objects.all()}


ALL = {REASON, "Réunion d’équipe", "Avenant signé", "Courriel"}
IN_03 = ALL - {"Courriel"}


@pytest.mark.parametrize(
    ("who", "found"),
    [
        ("lead", ALL),
        ("auditor", ALL),
        ("privacy", ALL),
        ("coordinator", IN_03),
        ("auditor_region", IN_03),
        ("auditor_host", IN_03),
        ("reader", IN_03),
        ("auditor_elsewhere", {"Courriel"}),
        ("coordinator_elsewhere", {"Courriel"}),
    ],
)
def test_the_list_shows_what_is_of_the_readers_scope(who, found, client, cast, several, api):
    page = text(client, cast[who], LIST)
    assert {reason for reason in ALL if reason in page} == found
    answered = api(who).get(ROOT).json()["results"]
    assert {each["reason"] for each in answered} == found
    assert 'href="/key-dates/"' in page
    assert AccessLog.objects.filter(actor_id=cast[who].pk, verb="list").exists()


@pytest.mark.parametrize("who", ["representative", "supervisor", "outsider", "committee"])
def test_hosts_and_outsiders_have_neither_list_nor_menu(who, client, cast, several, api):
    assert get(client, cast[who], LIST).status_code == 403
    assert 'href="/key-dates/"' not in text(client, cast[who], "/")
    assert api(who).get(ROOT).json()["results"] == []


@pytest.mark.parametrize(
    ("asked_for", "found"),
    [
        ("status=refused", {"Réunion d’équipe"}),
        ("key_date=planned_end", {"Avenant signé"}),
        ("region={region}", IN_03),
        ("organization={organization}", IN_03),
        ("asked_by={coordinator}", {REASON}),
        ("since=2026-11-23&until=2026-11-23", ALL),
        ("since=2026-11-24", set()),
        ("until=2026-11-22", set()),
        # The lead asked for all the others.
        ("mine=true", {REASON}),
        ("case={case}", IN_03),
        ("placement={placement}", {"Avenant signé"}),
    ],
)
def test_the_list_is_narrowed_alike_on_the_page_and_in_the_api(
    asked_for, found, client, cast, case, placement, several, api
):
    query = asked_for.format(
        region=case.region_id, organization=case.organization_id, case=case.pk,
        placement=placement.pk, coordinator=cast["coordinator"].pk,
    )  # fmt: skip
    page = text(client, cast["lead"], f"{LIST}?{query}")
    assert {reason for reason in ALL if reason in page} == found
    answer = api("lead").get(f"{ROOT}?{query}").json()
    assert {each["reason"] for each in answer["results"]} == found


def test_the_list_is_paged_by_key(client, cast, case):
    _many(case, cast, 26)
    page = text(client, cast["auditor"], LIST)
    assert page.count('<th scope="row">') == 25
    following = re.search(r'href="(\?[^"]*cursor=[^"]+)"', page).group(1).replace("&amp;", "&")
    assert text(client, cast["auditor"], LIST + following).count('<th scope="row">') == 1


def test_the_first_page_shows_officers_what_waits_for_them(client, cast, several):
    shown = {
        who: section(text(client, cast[who], "/"))
        for who in ("lead", "coordinator", "colleague", "coordinator_elsewhere", "auditor")
    }
    for who, (there, missing) in {
        "lead": (["Demande"], ["Fin prévue", "Date de référence"]),
        "coordinator": (["Fin prévue"], ["Demande", "Date de référence"]),
        "colleague": (["Demande", "Fin prévue"], ["Date de référence"]),
        "coordinator_elsewhere": (["Date de référence"], ["Fin prévue"]),
    }.items():
        assert "Corrections de dates clés en attente d’une deuxième personne" in shown[who]
        assert all(f"<td>{words}</td>" in shown[who] for words in there), who
        assert not any(f"<td>{words}</td>" in shown[who] for words in missing), who
    assert shown["auditor"] == ""


# ------------------------------------------------------------------ the API
@pytest.mark.parametrize("who", ["lead", "coordinator", "colleague", "auditor", "reader", "editor"])
def test_the_page_offers_what_the_api_offers(who, client, cast, asked, api):
    page = text(client, cast[who], asked.get_absolute_url())
    offered = set(re.findall(rf"/key-dates/{asked.pk}/move/([a-z]+)/", page))
    assert set(api(who).get(f"{ROOT}{asked.pk}/").json()["actions"]) == offered
    expected = {"coordinator": {"withdraw"}, "auditor": set(), "reader": set(), "editor": set()}
    assert offered == expected.get(who, {"apply", "refuse"})


def test_a_correction_goes_all_the_way_by_the_api(cast, case, api):
    body = {"case": str(case.pk), "key_date": "applied_on", "corrected": "2026-01-19",
            "reason": REASON}  # fmt: skip
    made = api("coordinator").post(ROOT, body, format="json")
    assert made.status_code == 201
    shown = made.json()
    assert (shown["former"], shown["present"], shown["corrected"], shown["status"]) == (
        "2026-01-20", "2026-01-20", "2026-01-19", "proposed",
    )  # fmt: skip
    assert shown["actions"] == ["withdraw"]
    url, tag = f"{ROOT}{shown['id']}/", {"if-match": made["ETag"]}
    lead = api("lead")
    assert lead.post(f"{url}apply/", {}, format="json").status_code == 428
    old = lead.post(f"{url}apply/", {}, format="json", headers={"if-match": '"9"'})
    assert old.status_code == 412
    own = api("coordinator").post(f"{url}apply/", {}, format="json", headers=tag)
    assert own.status_code == 403
    empty = lead.post(f"{url}refuse/", {}, format="json", headers=tag)
    assert (empty.status_code, list(empty.json()["errors"])) == (400, ["decision_comment"])
    done = lead.post(f"{url}apply/", {}, format="json", headers=tag)
    assert (done.status_code, done.json()["status"], done.json()["present"]) == (
        200, "applied", "2026-01-19",
    )  # fmt: skip
    again = lead.post(f"{url}apply/", {}, format="json", headers={"if-match": done["ETag"]})
    assert again.status_code == 409
    history = api("auditor").get(f"{url}history/").json()["results"]
    assert [each["verb"] for each in history] == [
        "cases.key-date-change.apply",
        "cases.key-date-change.ask",
    ]


@pytest.mark.parametrize(
    ("changed", "status", "fields"),
    [
        ({"case": None}, 400, ["case"]),
        ({"key_date": "birth_date"}, 400, ["key_date"]),
        ({"key_date": "started_on"}, 400, ["key_date"]),
        ({"corrected": "9999-12-31"}, 400, ["corrected"]),
        ({"corrected": "2026-02-11"}, 400, ["corrected"]),
        ({"reason": ""}, 400, ["reason"]),
        ({"evidence": "x"}, 400, ["evidence"]),
        ({"status": "applied"}, 400, ["status"]),
        ({"key_date": "closed_on"}, 409, []),
    ],
)
def test_a_request_that_does_not_hold_names_its_field(changed, status, fields, case, api):
    before = ChangeSet.objects.count()
    body = {"case": str(case.pk), "key_date": "applied_on", "corrected": "2026-01-19",
            "reason": REASON, **changed}  # fmt: skip
    answer = api("coordinator").post(ROOT, body, format="json")
    assert (answer.status_code, list(answer.json()["errors"])) == (status, fields)
    assert ChangeSet.objects.count() == before


def test_one_of_the_two_records_is_named(case, placement, api):
    body = {"key_date": "applied_on", "corrected": "2026-01-19", "reason": REASON}
    for more in ({}, {"case": str(case.pk), "placement": str(placement.pk)}):
        answer = api("coordinator").post(ROOT, body | more, format="json")
        assert (answer.status_code, sorted(answer.json()["errors"])) == (400, ["case", "placement"])


def test_a_host_does_not_ask_and_nobody_asks_out_of_sight(case, placement, api):
    body = {"placement": str(placement.pk), "key_date": "started_on", "corrected": "2026-04-14",
            "reason": REASON}  # fmt: skip
    for who, status in (("representative", 403), ("supervisor", 403), ("outsider", 400)):
        assert api(who).post(ROOT, body, format="json").status_code == status
    assert not KeyDateChange.objects.exists()


def test_the_api_costs_as_much_for_ten_rows_as_for_one(cast, case, api):
    def cost():
        client = api("lead")
        client.get(ROOT)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(ROOT).status_code == 200
        return len(captured)

    _many(case, cast, 1)
    one = cost()
    _many(case, cast, 9)
    assert cost() == one
