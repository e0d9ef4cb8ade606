"""The site itself: its menu, its refusals, the question before an act, alive and ready."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import get_messages
from django.core.cache import cache
from django.http import Http404
from django.test import RequestFactory

from peph import navigation, views
from peph.accounts.models import User
from peph.errors import Conflict, Invalid, Stale
from peph.forms import confirmation, is_confirmed


def request_of(user=None, path="/cases/?status=open&cursor=abc"):
    request = RequestFactory().get(path)
    request.user = user or AnonymousUser()
    return request


@pytest.fixture
def menu(monkeypatch):
    """A menu of our own, whatever the apps have registered."""
    monkeypatch.setattr(navigation, "_items", {})
    navigation.register(
        navigation.Item("me", "My account", "account_profile", order=20),
        navigation.Item("home", "Home", "home", order=10),
        navigation.Item("lost", "Lost", "account_reset_password", order=30),
        navigation.Item("sent", "Sent", "account_reset_password_done", order=40),
        navigation.Item("out", "Sign out", "account_logout", visible=lambda user: user.is_staff),
    )


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/", "home"),
        ("/accounts/profile/", "me"),
        ("/accounts/profile/x/", "me"),
        ("/accounts/password/reset/", "lost"),
        ("/accounts/password/reset/done/", "sent"),
        ("/accounts/", None),
    ],
)
def test_the_menu_is_in_order_and_marks_the_present_page(menu, path, current):
    entries = navigation.entries(request_of(User(), path))
    assert [entry.name for entry in entries] == ["home", "me", "lost", "sent"]
    assert [entry.name for entry in entries if entry.current] == ([current] if current else [])


def test_the_menu_shows_an_entry_to_those_it_is_for_and_nothing_to_strangers(menu):
    assert len(navigation.entries(request_of(User(is_staff=True)))) == 5
    assert navigation.entries(request_of()) == []


# ------------------------------------------------------------------ refusals and the site's own answers
REFUSALS = [
    (lambda request: views.bad_request(request), 400),
    (lambda request: views.permission_denied(request), 403),
    (lambda request: views.not_found(request, Http404("Case 42 of Léa Roy")), 404),
    (lambda request: views.refused(request, Invalid()), 400),
    (lambda request: views.refused(request, Conflict()), 409),
    (lambda request: views.refused(request, Stale()), 412),
    (lambda request: views.too_many_requests(request), 429),
    (lambda request: views.csrf_failure(request, "CSRF cookie not set."), 403),
    (lambda request: views.server_error(request), 500),
]


@pytest.mark.parametrize("user", [None, User(first_name="Léa", last_name="Roy")], ids=["-", "in"])
@pytest.mark.parametrize(("refuse", "status"), REFUSALS)
def test_a_refusal_is_a_whole_page_that_gives_nothing_away(menu, refuse, status, user):
    first, second = (
        refuse(request_of(user, path)) for path in ("/cases/1/?next=a", "/cases/2/?q=secret")
    )
    page = first.content.decode()
    assert first.status_code == status
    assert page.count("<h1>") == 1
    assert re.search(r"<html lang=\"fr-ca\">", page)
    assert "<form" not in page
    for told in ("Case 42", "CSRF cookie", "secret", "/cases/"):
        assert told not in page
    assert first.content == second.content


def test_the_message_of_a_refusal_is_shown():
    page = views.refused(request_of(), Conflict("The placement has ended.")).content.decode()
    assert "The placement has ended." in page


def test_the_question_before_an_act_posts_the_same_form_again():
    request = RequestFactory().post(
        "/x/?a=1", {"csrfmiddlewaretoken": "t", "reason": 'He said "no"', "who": ["1", "2"]}
    )
    request.user = AnonymousUser()
    assert not is_confirmed(request)
    page = confirmation(
        request, title="T", text="?", button="Yes", cancel_url="/c/"
    ).content.decode()
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    assert [name for name, _ in hidden].count("csrfmiddlewaretoken") == 1
    assert [pair for pair in hidden if pair[0] != "csrfmiddlewaretoken"] == [
        ("reason", "He said &quot;no&quot;"),
        ("who", "1"),
        ("who", "2"),
        ("confirmed", "yes"),
    ]
    assert is_confirmed(RequestFactory().post("/x/", {"confirmed": "yes"}))


def test_the_site_answers_that_it_is_alive_without_asking_the_database(client):
    assert client.get("/livez").json() == {"status": "ok"}  # a query would fail this test


def test_the_site_says_whether_it_is_ready(client, db, monkeypatch):
    cache.clear()
    good = dict.fromkeys(("status", "database", "migrations", "history", "erasures"), "ok")
    assert client.get("/readyz").json() == good
    cache.clear()
    monkeypatch.setattr(views.install, "check", lambda connection: ["a trigger is missing"])
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["history"]) == (503, "failed")
    assert client.get("/readyz").status_code == 503
    monkeypatch.undo()
    assert client.get("/readyz").status_code == 200  # a bad answer is not kept


def test_robots_are_kept_out(client):
    answer = client.get("/robots.txt")
    assert answer["Content-Type"] == "text/plain"
    assert answer.content == b"User-agent: *\nDisallow: /\n"


def test_every_page_has_the_landmarks_and_a_way_past_the_menu(client, db):
    page = client.get("/accounts/login/").content.decode()
    for part in ('class="skip-link" href="#main"', "<header", '<main id="main"', "<footer"):
        assert page.count(part) == 1
    assert list(get_messages(client.get("/accounts/login/").wsgi_request)) == []
