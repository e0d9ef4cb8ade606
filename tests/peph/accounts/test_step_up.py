"""What gives access asks for a proof of a short time ago, and loses nothing that was typed."""

import ast
import datetime as dt
from urllib.parse import unquote

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cases.models import CaseGrant
from cases.services.conflicts import declare_conflict
from organizations.models import RegionGrant
from peph.accounts import services
from peph.accounts.models import ApiToken
from tests import BASE_DIR
from tests.conftest import PASSWORD

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
CONFIRM = "/accounts/reauthenticate/"
GRANT = "/grants/new/"


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


def confirm(client, asked):
    """Give the password where `asked` led; the answer that follows."""
    path, _, following = asked["Location"].partition("?next=")
    assert path == CONFIRM
    return client.post(CONFIRM, {"password": PASSWORD, "next": unquote(following)})


@pytest.mark.parametrize(
    "name",
    [
        "organizations:grant_new",
        "organizations:grant_extend",
        "organizations:grant_end",
        "cases:case_access",
        "cases:conflict_end",
    ],
)
def test_these_pages_ask_after_a_quarter_of_an_hour_and_lead_back(name, client, cast, case, clock):
    grant = cast["supervisor"].hostsitegrants.get()
    conflict = declare_conflict(case, by=cast["lead"], user=cast["auditor"], reason="Voisin")
    arguments = {
        "organizations:grant_extend": ["hostsite", grant.pk],
        "organizations:grant_end": ["hostsite", grant.pk],
        "cases:case_access": [case.pk],
        "cases:conflict_end": [conflict.pk],
    }
    client.force_login(cast["lead"])
    url = reverse(name, args=arguments.get(name, ()))
    assert client.get(url).status_code == 200
    clock.shift(dt.timedelta(minutes=16))
    answer = confirm(client, client.get(url))
    assert answer["Location"] == url
    assert client.get(url).status_code == 200
    clock.shift(dt.timedelta(minutes=16))
    assert client.get(url).status_code == 302


def test_reading_goes_on_without_a_new_proof(client, cast, clock):
    client.force_login(cast["lead"])
    clock.shift(dt.timedelta(minutes=100))
    assert client.get("/cases/").status_code == 200
    assert client.get(reverse("organizations:grant_list")).status_code == 200


def test_a_form_may_be_typed_for_an_hour_and_is_kept_after_that(client, cast, case, clock):
    client.force_login(cast["lead"])
    url = reverse("cases:case_access", args=[case.pk])
    form = {
        "email": cast["outsider"].email,
        "role": "view_case",
        "reason": "Remplacement de congé",
        "expires_on": "2026-05-01",
    }
    clock.shift(dt.timedelta(minutes=70))
    assert client.post(url, form)["Location"] == url
    assert CaseGrant.objects.filter(user=cast["outsider"]).count() == 1
    clock.shift(dt.timedelta(minutes=10))
    asked = client.post(url, form | {"email": cast["committee"].email})
    assert CaseGrant.objects.filter(user=cast["committee"]).count() == 0
    confirm(client, asked)
    assert CaseGrant.objects.get(user=cast["committee"]).reason == "Remplacement de congé"


def test_a_wrong_password_carries_nothing_out(client, cast, case, clock):
    client.force_login(cast["lead"])
    url = reverse("cases:case_access", args=[case.pk])
    form = {"email": cast["outsider"].email, "role": "view_case", "reason": "Relève"}
    form["expires_on"] = "2026-05-01"
    clock.shift(dt.timedelta(minutes=100))
    client.post(url, form)
    assert client.post(CONFIRM, {"password": "wrong", "next": url}).status_code == 200
    assert not CaseGrant.objects.filter(user=cast["outsider"]).exists()


def test_what_was_never_confirmed_is_not_carried_out_by_a_later_proof(client, cast, case, clock):
    client.force_login(cast["lead"])
    url = reverse("cases:case_access", args=[case.pk])
    form = {"email": cast["outsider"].email, "role": "view_case", "reason": "Relève"}
    form["expires_on"] = "2026-05-01"
    clock.shift(dt.timedelta(minutes=100))
    client.post(url, form)
    assert confirm(client, client.get(url)).status_code == 302
    assert not CaseGrant.objects.filter(user=cast["outsider"]).exists()


def test_the_query_of_a_form_is_kept_with_it(client, cast, case, clock):
    client.force_login(cast["lead"])
    grant = cast["reader"].casegrants.get()
    url = reverse("cases:case_access", args=[case.pk])
    clock.shift(dt.timedelta(minutes=100))
    form = {"reason": "Fin du remplacement", "version": grant.version}
    confirm(client, client.post(f"{url}?end={grant.pk}", form))
    assert not CaseGrant.objects.filter(pk=grant.pk).exists()


def test_a_token_is_made_after_a_proof_and_shown_then(client, cast, clock):
    person = cast["coordinator"]
    client.force_login(person)
    clock.shift(dt.timedelta(minutes=16))
    asked = client.post("/accounts/tokens/new/", {"label": "monthly report", "days": "30"})
    assert not ApiToken.objects.filter(user=person).exists()
    answer = confirm(client, asked)
    assert ApiToken.objects.get(user=person).label == "monthly report"
    assert answer.context["plain"] in answer.content.decode()


def test_the_administration_site_asks_too(client, cast, clock):
    superuser = cast["superuser"]
    services.set_password(superuser, PASSWORD)
    client.force_login(superuser)
    assert client.get("/admin/accounts/user/").status_code == 200
    clock.shift(dt.timedelta(minutes=16))
    asked = client.get("/admin/accounts/user/")
    assert confirm(client, asked)["Location"] == "/admin/accounts/user/"
    assert client.get("/admin/accounts/user/").status_code == 200


def test_the_api_refuses_an_old_session_and_takes_a_token(client, cast, world, clock):
    lead = cast["lead"]
    client.force_login(lead)
    token = services.issue_token(lead, by=lead, label="grants")
    body = {
        "email": cast["outsider"].email,
        "on": "region",
        "object_id": str(world.regions["03"].pk),
        "role": "coordinate",
        "reason": "Arrivée",
    }
    clock.shift(dt.timedelta(minutes=16))
    url = "/api/v1/grants/"
    assert client.get(url).status_code == 200
    refused = client.post(url, body, content_type="application/json")
    assert refused.status_code == 403
    assert "connexion récente" in refused.json()["detail"]
    assert not RegionGrant.objects.filter(user=cast["outsider"]).exists()
    headers = {"Authorization": f"Token {token}"}
    made = Client().post(url, body, content_type="application/json", headers=headers)
    assert made.status_code == 201, made.content


NOT_CARRIED_AWAY = {
    # Gives back to somebody the errors of the very file they just sent.
    "cases/views/imports.py:import_problems",
    # Names models and fields, and nobody.
    "privacy/views/inventory.py:inventory_export",
}


def test_every_page_that_carries_data_away_asks():
    """Read in the sources: whatever is written to the access log as an export stands behind a step-up."""
    without = set()
    for path in BASE_DIR.glob("*/views/*.py"):
        functions = {
            each.name: ast.unparse(each)
            for each in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(each, ast.FunctionDef)
        }
        # What a function writes to the log for others is theirs.
        marks = ["access_log.record('export'", "return export("]
        marks += [
            f"{name}(request"
            for name, source in functions.items()
            if name.startswith("_") and marks[0] in source
        ]
        for name, source in functions.items():
            carries = any(mark in source for mark in marks) and not name.startswith("_")
            if carries and "step_up" not in source.split("def ")[0]:
                without.add(f"{path.relative_to(BASE_DIR)}:{name}")
    assert without == NOT_CARRIED_AWAY
