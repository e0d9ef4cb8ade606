"""Signing in and out on the pages: who gets in, what the others are told, what is written down."""

import pytest
from django.urls import reverse

from peph.accounts.models import User
from peph.audit.changes import SYSTEM, change
from peph.audit.models import AccessLog
from tests.peph.accounts.conftest import PASSWORD

LOGIN = "/accounts/login/"
REFUSED = "The e-mail or the password is not right."


@pytest.fixture(autouse=True)
def _in_english(client):
    client.cookies["peph_language"] = "en"


def sign_in(client, login, password=PASSWORD, **more):
    return client.post(LOGIN, {"login": login, "password": password, **more})


def signed_in_as(client):
    return client.session.get("_auth_user_id")


@pytest.mark.parametrize(
    "login",
    ["lea.roy@exemple.qc.ca", "LEA.Roy@Exemple.qc.ca", "  lea.roy@exemple.qc.ca "],
)
def test_the_right_password_opens_the_first_page(client, person, login):
    answer = sign_in(client, login)
    assert answer.status_code == 302
    assert answer["Location"] == "/"
    assert signed_in_as(client) == str(person.pk)


@pytest.mark.parametrize(
    ("domain", "login", "gets_in"),
    [
        ("exemple.qc.ca", "lea.roy", True),
        ("exemple.qc.ca", "Lea.Roy ", True),
        ("exemple.qc.ca", "lea", False),
        ("ailleurs.qc.ca", "lea.roy", False),
        ("", "lea.roy", False),
    ],
)
def test_a_short_name_gets_the_default_domain(client, person, settings, domain, login, gets_in):
    settings.ACCOUNT_DEFAULT_DOMAIN = domain
    assert sign_in(client, login).status_code == (302 if gets_in else 200)
    assert (signed_in_as(client) is not None) == gets_in


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, person):
    wrong = sign_in(client, "lea.roy@exemple.qc.ca", "not the password")
    unknown = sign_in(client, "nobody@exemple.qc.ca", "not the password")
    for answer, typed in ((wrong, "lea.roy"), (unknown, "nobody")):
        assert answer.status_code == 200
        assert REFUSED in answer.content.decode()
        assert f'value="{typed}@exemple.qc.ca"' in answer.content.decode()
    same = [answer.content.decode().count("<li>") for answer in (wrong, unknown)]
    assert same == [1, 1]


def test_a_closed_account_does_not_open_and_only_its_owner_learns_why(client, closed):
    owner = sign_in(client, "old.timer@exemple.qc.ca")
    assert owner["Location"] == "/accounts/inactive/"
    assert signed_in_as(client) is None
    assert "This account is closed" in client.get("/accounts/inactive/").content.decode()
    stranger = sign_in(client, "old.timer@exemple.qc.ca", "not the password")
    assert REFUSED in stranger.content.decode()


def test_an_account_closed_while_signed_in_is_out_at_the_next_page(client, person):
    client.force_login(person)
    assert client.get("/accounts/profile/").status_code == 200
    from_elsewhere = User.objects.get(pk=person.pk)
    from_elsewhere.is_active = False
    with change(by=SYSTEM, verb="accounts.deactivate"):
        from_elsewhere.save()
    assert client.get("/accounts/profile/")["Location"].startswith(LOGIN)


def test_the_typed_password_is_never_sent_back(client, person):
    for headers in ({}, {"Accept": "application/json"}, {"X-Requested-With": "XMLHttpRequest"}):
        answer = client.post(
            LOGIN, {"login": "lea.roy@exemple.qc.ca", "password": "tr0ub4dor"}, headers=headers
        )
        assert answer["Content-Type"] == "text/html; charset=utf-8"
        assert "tr0ub4dor" not in answer.content.decode()


def test_too_many_tries_on_one_account_are_refused_even_with_the_right_password(client, person):
    for _ in range(10):
        sign_in(client, "lea.roy@exemple.qc.ca", "not the password")
    answer = sign_in(client, "lea.roy@exemple.qc.ca")
    assert signed_in_as(client) is None
    assert "Try again in 15 minutes." in answer.content.decode()


@pytest.mark.parametrize(
    ("target", "lands_on"),
    [
        ("/accounts/profile/", "/accounts/profile/"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_signing_in_leads_to_pages_of_ours_only(client, person, target, lands_on):
    assert sign_in(client, "lea.roy@exemple.qc.ca", next=target)["Location"] == lands_on


def test_signing_out_asks_first_on_a_link_and_acts_on_a_form(client, english_person):
    client.force_login(english_person)
    assert "Do you want to sign out?" in client.get("/accounts/logout/").content.decode()
    assert signed_in_as(client) == str(english_person.pk)
    assert client.post("/accounts/logout/")["Location"] == LOGIN
    assert signed_in_as(client) is None


def test_signing_out_twice_leads_to_the_sign_in_page(client, db):
    assert client.get("/accounts/logout/")["Location"] == LOGIN
    assert client.post("/accounts/logout/")["Location"] == LOGIN


def test_nobody_opens_an_account_by_themselves(client, db):
    form = {"email": "new@exemple.qc.ca", "password1": PASSWORD, "password2": PASSWORD}
    for answer in (client.get("/accounts/signup/"), client.post("/accounts/signup/", form)):
        assert "Accounts are opened by the programme" in answer.content.decode()
    assert not User.objects.filter(email="new@exemple.qc.ca").exists()


def test_the_pages_of_the_library_that_are_not_used_do_not_exist(client, person):
    client.force_login(person)
    for path in ("email/", "confirm-email/", "password/set/", "login/code/confirm/", ""):
        assert client.get(f"/accounts/{path}").status_code == 404


def test_signing_in_failing_and_signing_out_are_in_the_access_log(client, person):
    last = AccessLog.objects.order_by("pk").last()
    sign_in(client, "lea.roy@exemple.qc.ca", "not the password")
    sign_in(client, "my-password-in-the-wrong-box", "x")
    sign_in(client, "lea.roy@exemple.qc.ca")
    client.post("/accounts/logout/")
    rows = AccessLog.objects.filter(pk__gt=last.pk if last else 0).order_by("pk")
    assert list(rows.values_list("verb", "actor_id", "model", "object_id")) == [
        ("sign_in_failed", None, "accounts.user", str(person.pk)),
        ("sign_in_failed", None, "accounts.user", ""),
        ("sign_in", person.pk, "accounts.user", str(person.pk)),
        ("sign_out", person.pk, "accounts.user", str(person.pk)),
    ]
    assert "wrong-box" not in str(list(rows.values()))


def test_an_old_address_kept_by_the_library_opens_nothing(client, person, mailoutbox):
    person.emailaddress_set.create(email="lea.old@exemple.qc.ca", verified=True, primary=True)
    sign_in(client, "lea.old@exemple.qc.ca")
    assert signed_in_as(client) is None
    client.post(reverse("account_reset_password"), {"email": "lea.old@exemple.qc.ca"})
    assert [message.subject for message in mailoutbox] == ["peph – No account at this address"]
