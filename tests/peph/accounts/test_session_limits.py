"""Sessions: how long they last, seeing and ending them, and what ends all of them."""

import datetime as dt

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from peph.accounts import services
from peph.accounts.devices import device_text
from peph.audit.changes import SYSTEM
from peph.audit.models import AccessLog
from tests.peph.accounts.conftest import PASSWORD

PAGE = "/accounts/profile/"
SESSIONS = "/accounts/sessions/"
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/18.0 Mobile/15E148 Safari/604.1"
)


def device(user, agent=FIREFOX):
    """A browser of `user`, signed in by its form."""
    client = Client(headers={"User-Agent": agent})
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert is_in(client)
    return client


def is_in(client, path=PAGE):
    return client.get(path).status_code == 200


# ------------------------------------------------------------------ limits
@pytest.mark.parametrize(("minutes", "goes_on"), [(119, True), (121, False)])
def test_a_session_ends_after_two_hours_without_a_page(client, person, minutes, goes_on):
    with time_machine.travel(NOON, tick=False) as clock:
        client.force_login(person)
        clock.shift(dt.timedelta(minutes=minutes))
        assert is_in(client) == goes_on


def test_pages_keep_a_session_open_for_twelve_hours_and_no_longer(client, person):
    with time_machine.travel(NOON, tick=False) as clock:
        client.force_login(person)
        for _ in range(11):
            clock.shift(dt.timedelta(minutes=65))
            assert is_in(client)
        clock.shift(dt.timedelta(minutes=6))
        assert client.get(PAGE)["Location"].startswith("/accounts/login/")
        assert AccessLog.objects.filter(verb="session_over", actor_id=person.pk).count() == 1
        assert "Votre session a pris fin" in client.get("/accounts/login/").content.decode()


def test_asking_how_long_is_left_keeps_nothing_open_and_staying_does(client, person):
    with time_machine.travel(NOON, tick=False) as clock:
        client.force_login(person)
        clock.shift(dt.timedelta(minutes=116))
        assert client.get("/accounts/stay/?peek").json() == {"seconds": 240}
        assert client.get("/accounts/stay/").json() == {"seconds": 7200}
        clock.shift(dt.timedelta(minutes=116))
        assert is_in(client)


def test_the_api_ends_with_the_session_too(client, cast):
    with time_machine.travel(NOON, tick=False) as clock:
        client.force_login(cast["coordinator"])
        assert is_in(client, "/api/v1/cases/")
        clock.shift(dt.timedelta(hours=3))
        assert client.get("/api/v1/cases/").status_code == 401


def test_a_page_has_the_notice_that_the_script_shows(client, person):
    assert "data-session=" not in client.get("/accounts/login/").content.decode()
    client.force_login(person)
    page = client.get(PAGE).content.decode()
    assert 'data-session="/accounts/stay/" data-seconds="7200"' in page
    assert "Après 2 heures d’inactivité" in page


def test_signing_in_and_proving_again_give_the_session_another_id(client, person):
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    first = client.session.session_key
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    second = client.session.session_key
    assert first != second
    assert not Session.objects.filter(pk=first).exists()
    assert [each.session_key for each in UserSession.objects.all()] == [second]


# ------------------------------------------------------------------ seeing and ending them
@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (FIREFOX, "Firefox sur Windows"),
        (SAFARI, "Safari sur iPhone"),
        (f"{SAFARI} CriOS/130.0", "Chrome sur iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge sur Linux"),
        ("curl/8.5", "Appareil inconnu"),
        ("", "Appareil inconnu"),
    ],
)
def test_a_device_is_named_in_plain_words(agent, said):
    assert device_text(agent) == said


def test_one_sees_where_one_is_signed_in_and_ends_one(person):
    here, there = device(person), device(person, SAFARI)
    page = here.get(SESSIONS).content.decode()
    assert page.index("Firefox sur Windows") < page.index("Safari sur iPhone")
    assert page.count("Celle-ci") == 1
    other = UserSession.objects.get(user_agent=SAFARI)
    assert here.post(f"{SESSIONS}{other.pk}/end/")["Location"] == SESSIONS
    assert (is_in(here), is_in(there)) == (True, False)


def test_ending_the_others_asks_first_and_leaves_this_one(person, english_person):
    here, there, somebody = device(person), device(person), device(english_person)
    url = f"{SESSIONS}end-others/"
    assert here.post(url).status_code == 200
    assert is_in(there)
    here.post(url, {"confirmed": "yes"})
    assert (is_in(here), is_in(there), is_in(somebody)) == (True, False, True)


def test_nobody_ends_the_session_of_somebody_else(person, english_person):
    here, somebody = device(person), device(english_person)
    theirs = UserSession.objects.get(user=english_person)
    assert here.post(f"{SESSIONS}{theirs.pk}/end/").status_code == 404
    assert is_in(somebody)


# ------------------------------------------------------------------ what ends all of them
def test_closing_an_account_ends_fifty_sessions_and_its_tokens_at_once(person, english_person):
    clients = [Client() for _ in range(50)]
    for each in clients:
        each.force_login(person)
    token = services.issue_token(person, by=person, label="report")
    bystander = Client()
    bystander.force_login(english_person)
    services.deactivate(person, by=SYSTEM, reason="Left the programme.")
    assert [is_in(each) for each in clients] == [False] * 50
    assert Session.objects.count() == 1
    api = Client().get("/api/v1/cases/", headers={"Authorization": f"Token {token}"})
    assert api.status_code == 401
    assert is_in(bystander)


def test_a_new_password_ends_the_other_sessions(person):
    here, others = device(person), [device(person) for _ in range(3)]
    new = "another long password 43"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert here.post("/accounts/password/change/", form).status_code == 302
    assert is_in(here)
    assert [is_in(each) for each in others] == [False] * 3
    assert UserSession.objects.filter(user=person).count() == 1


def test_signing_out_forgets_the_device(person):
    here = device(person)
    here.post("/accounts/logout/")
    assert not UserSession.objects.exists()
