"""API tokens: what is kept of them, when they stop working, and that checking one writes nothing."""

import datetime as dt
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.test import APIRequestFactory

from peph.accounts import services
from peph.accounts.authentication import TokenAuthentication
from peph.accounts.models import ApiToken
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangeSet
from peph.errors import Conflict, Forbidden, Invalid


def authenticate(header):
    request = APIRequestFactory().get("/api/v1/", headers={"Authorization": header})
    return TokenAuthentication().authenticate(request)


def everything_stored():
    rows = [*ApiToken.objects.values(), *ApiToken.history.values(), *ChangeSet.objects.values()]
    return " ".join(str(value) for row in rows for value in row.values())


def test_a_token_names_its_owner(person):
    plain = services.issue_token(person, by=person, label="report")
    user, token = authenticate(f"Token {plain}")
    assert user == person
    assert token.label == "report"


def test_a_token_is_never_stored_in_clear(person):
    plain = services.issue_token(person, by=person, label="report")
    assert len(plain) == 64
    assert plain not in everything_stored()
    assert plain[:16] not in everything_stored()


def test_a_token_lives_ninety_days_unless_less_is_asked(person):
    services.issue_token(person, by=person, label="report")
    left = ApiToken.objects.get().expiry - timezone.now()
    assert dt.timedelta(days=89, hours=23) < left <= dt.timedelta(days=90)


@pytest.mark.parametrize(
    ("label", "days", "at_fault"),
    [
        ("", 30, "label"),
        ("  ", 30, "label"),
        ("x" * 81, 30, "label"),
        ("ok", 0, "days"),
        ("ok", 91, "days"),
    ],
)
def test_a_token_without_label_or_with_a_life_too_long_is_refused(person, label, days, at_fault):
    with pytest.raises(Invalid) as refusal:
        services.issue_token(person, by=person, label=label, days=days)
    assert list(refusal.value.fields) == [at_fault]
    assert not ApiToken.objects.exists()


def test_nobody_makes_or_revokes_a_token_for_somebody_else(person, english_person):
    services.issue_token(person, by=person, label="report")
    with pytest.raises(Forbidden):
        services.issue_token(person, by=english_person, label="report")
    with pytest.raises(Forbidden):
        services.revoke_token(person, ApiToken.objects.get().pk, by=english_person)
    with pytest.raises(Http404):
        services.revoke_token(english_person, ApiToken.objects.get().pk, by=english_person)
    assert ApiToken.objects.count() == 1


def test_a_closed_account_gets_no_token(closed):
    with pytest.raises(Conflict):
        services.issue_token(closed, by=SYSTEM, label="report")


@pytest.mark.parametrize(
    "header",
    ["Token", "Token a b", "Token nonsense", "Token " + "0" * 64, "Token é", "Token \udcff"],
)
def test_what_is_no_token_of_ours_is_refused(db, header):
    with pytest.raises(AuthenticationFailed):
        authenticate(header.encode("utf-8", "surrogateescape"))


def test_another_kind_of_authorization_is_left_to_others(db):
    assert authenticate("Basic bGVhOnJveQ==") is None


def test_an_expired_token_is_refused_without_a_write(person):
    plain = services.issue_token(person, by=person, label="report", days=1)
    later = timezone.now() + dt.timedelta(days=1, seconds=1)
    with (
        time_machine.travel(later),
        CaptureQueriesContext(connection) as queries,
        pytest.raises(AuthenticationFailed),
    ):
        authenticate(f"Token {plain}")
    assert len(queries) == 1
    assert queries[0]["sql"].startswith("SELECT")
    assert ApiToken.objects.count() == 1


def test_a_good_token_costs_one_query_and_no_write(person):
    plain = services.issue_token(person, by=person, label="report")
    with CaptureQueriesContext(connection) as queries:
        authenticate(f"Token {plain}")
    assert [query["sql"].split()[0] for query in queries] == ["SELECT"]


def test_the_token_of_a_closed_account_is_refused(person):
    plain = services.issue_token(person, by=person, label="report")
    services.deactivate(person, by=SYSTEM, reason="Left.")
    with pytest.raises(AuthenticationFailed):
        authenticate(f"Token {plain}")


def test_a_token_left_on_a_closed_account_is_refused_too(person):
    plain = services.issue_token(person, by=person, label="report")
    with change(by=SYSTEM, verb="accounts.deactivate"):
        person.is_active = False
        person.save()
    assert ApiToken.objects.count() == 1
    with pytest.raises(AuthenticationFailed):
        authenticate(f"Token {plain}")


def test_a_revoked_token_is_gone_and_its_history_stays(person):
    plain = services.issue_token(person, by=person, label="report")
    services.revoke_token(person, ApiToken.objects.get().pk, by=person)
    with pytest.raises(AuthenticationFailed):
        authenticate(f"Token {plain}")
    assert list(ApiToken.history.values_list("history_type", flat=True)) == ["-", "+"]


def test_the_page_shows_a_new_token_once(client, person):
    client.force_login(person)
    answer = client.post("/accounts/tokens/new/", {"label": "monthly report", "days": "30"})
    plain = answer.context["plain"]
    assert plain in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert authenticate(f"Token {plain}")[0] == person
    again = client.get("/accounts/profile/").content.decode()
    assert plain not in again
    assert "monthly report" in again


def test_the_page_keeps_what_was_typed_when_it_refuses(client, person):
    client.force_login(person)
    answer = client.post("/accounts/tokens/new/", {"label": "monthly report", "days": "400"})
    assert answer.status_code == 400
    assert 'value="monthly report"' in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_the_page_asks_before_it_revokes(client, person):
    client.force_login(person)
    services.issue_token(person, by=person, label="report")
    url = f"/accounts/tokens/{ApiToken.objects.get().pk}/revoke/"
    assert client.get(url).status_code == 405
    asked = client.post(url)
    assert asked.status_code == 200
    assert 'name="confirmed" value="yes"' in asked.content.decode()
    assert ApiToken.objects.count() == 1
    assert client.post(url, {"confirmed": "yes"})["Location"] == "/accounts/profile/"
    assert not ApiToken.objects.exists()


def test_the_token_of_somebody_else_does_not_exist(client, person, english_person):
    services.issue_token(person, by=person, label="report")
    client.force_login(english_person)
    url = f"/accounts/tokens/{ApiToken.objects.get().pk}/revoke/"
    for form in ({}, {"confirmed": "yes"}):
        assert client.post(url, form).status_code == 404
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize("name", ["lea.roy@exemple.qc.ca", "LEA.ROY", "lea.roy"])
def test_the_command_prints_a_token(person, settings, name):
    settings.ACCOUNT_DEFAULT_DOMAIN = ""
    printed = StringIO()
    call_command("api_token", name, "--label", "batch", "--days", "7", stdout=printed)
    assert authenticate(f"Token {printed.getvalue().strip()}")[1].label == "batch"


@pytest.mark.parametrize(
    ("name", "days", "status"),
    [("nobody", "7", 2), ("lea", "7", 2), ("", "7", 2), ("lea.roy", "400", 1)],
)
def test_the_command_says_by_its_status_what_went_wrong(person, name, days, status):
    with pytest.raises(CommandError) as failure:
        call_command("api_token", name, "--days", days, stdout=StringIO())
    assert failure.value.returncode == status


def test_the_command_does_not_choose_between_two_people(person, settings):
    settings.ACCOUNT_DEFAULT_DOMAIN = ""
    type(person).objects.create_user("lea.roy@ailleurs.qc.ca", "x", first_name="L", last_name="R")
    with pytest.raises(CommandError) as failure:
        call_command("api_token", "lea.roy", stdout=StringIO())
    assert failure.value.returncode == 2
