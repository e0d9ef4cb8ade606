"""Second factors: adding, signing in with, removing; who has to have one, and from when."""

import datetime as dt
import re

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from cases.services.grants import share_case
from peph.accounts import second_factor, services
from peph.accounts.models import User
from peph.audit.models import AccessLog
from peph.errors import Forbidden, Invalid
from tests.peph.accounts.conftest import PASSWORD
from tests.peph.accounts.factoring import (
    SECRET,
    add_application,
    add_recovery_codes,
    code,
    kinds,
)

LOGIN = "/accounts/login/"
FACTORS = "/accounts/second-factor/"
CODE = f"{FACTORS}code/"
ADD_APP = f"{FACTORS}application/new/"
CODES = f"{FACTORS}recovery-codes/"
CONFIRM = "/accounts/reauthenticate/"


@pytest.fixture(autouse=True)
def _in_english(client):
    client.cookies["peph_language"] = "en"


def sign_in(client, user, password=PASSWORD):
    return client.post(LOGIN, {"login": user.email, "password": password})


def signed_in(client):
    return client.session.get("_auth_user_id")


@pytest.fixture
def at_once(monkeypatch):
    """What the library does when the transaction of a request is over: in a test it never is."""
    monkeypatch.setattr("django.db.transaction.on_commit", lambda act, **_options: act())


def add_by_page(client):
    """An application, added as a person does."""
    confirm(client)
    client.get(ADD_APP)
    return client.post(ADD_APP, {"code": code(client.session["mfa.totp.secret"])})


def confirm(client):
    assert client.post(CONFIRM, {"password": PASSWORD}).status_code == 302


def verbs_of(user):
    rows = AccessLog.objects.filter(object_id=str(user.pk)).order_by("pk")
    return [row.verb for row in rows]


# ------------------------------------------------------------------ adding
def test_an_application_is_added_by_its_first_code_and_gives_codes_on_paper_once(
    client, english_person, mailoutbox, at_once
):
    sign_in(client, english_person)
    assert client.get(ADD_APP)["Location"] == f"{CONFIRM}?next={ADD_APP.replace('/', '%2F')}"
    confirm(client)
    page = client.get(ADD_APP).content.decode()
    assert re.search(
        r'<svg class="qr-code" viewBox="0 0 \d+ \d+" role="img" aria-label="QR code', page
    )
    assert "style=" not in page
    secret = client.session["mfa.totp.secret"]
    assert " ".join(re.findall("....", secret)) in page
    answer = client.post(ADD_APP, {"code": code(secret)})
    assert answer["Location"] == CODES
    shown = client.get(CODES).content.decode()
    codes = re.findall(r'<code class="secret">(\d{8})</code>', shown)
    assert len(codes) == 10
    assert (
        f'href="data:text/plain;charset=utf-8,Recovery%20codes%20of%20peph%0A%0A{codes[0]}' in shown
    )
    again = client.get(CODES).content.decode()
    assert not any(each in again for each in codes)
    assert kinds(english_person) == ["recovery_codes", "totp"]
    assert [message.subject for message in mailoutbox] == [
        "peph – An application that shows codes was added to your account"
    ]
    assert verbs_of(english_person).count("factor_added") == 2


def test_secrets_are_not_readable_in_the_database(person):
    add_application(person)
    add_recovery_codes(person)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert SECRET not in stored
    assert stored.count("gAAAA") == 2


def test_the_message_is_in_the_language_of_the_person(client, person, mailoutbox, at_once):
    sign_in(client, person)
    add_by_page(client)
    assert "Une application" in mailoutbox[0].subject


def test_a_wrong_first_code_adds_nothing(client, english_person):
    sign_in(client, english_person)
    confirm(client)
    client.get(ADD_APP)
    wrong = client.post(ADD_APP, {"code": "000000"})
    assert "not right" in wrong.content.decode()
    assert kinds(english_person) == []


# ------------------------------------------------------------------ signing in
def test_the_password_alone_no_longer_opens_and_the_code_does(client, person):
    add_application(person)
    assert sign_in(client, person)["Location"] == CODE
    assert signed_in(client) is None
    assert client.get("/accounts/profile/")["Location"].startswith(LOGIN)
    assert client.post(CODE, {"code": "000000"}).status_code == 200
    assert signed_in(client) is None
    assert client.post(CODE, {"code": code()})["Location"] == "/"
    assert signed_in(client) == str(person.pk)
    assert verbs_of(person) == ["factor_failed", "sign_in"]


def test_a_code_opens_once_and_none_before_it_afterwards(client, person):
    add_application(person)
    sign_in(client, person)
    assert client.post(CODE, {"code": code()}).status_code == 302
    for steps in (0, -1):
        other = Client()
        sign_in(other, person)
        assert other.post(CODE, {"code": code(steps=steps)}).status_code == 200
        assert signed_in(other) is None
    assert other.post(CODE, {"code": code(steps=1)}).status_code == 302


@pytest.mark.parametrize(("steps", "opens"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_wrong(client, person, steps, opens):
    add_application(person)
    with time_machine.travel(timezone.now(), tick=False):
        sign_in(client, person)
        client.post(CODE, {"code": code(steps=steps)})
        assert (signed_in(client) is not None) == opens


def test_a_code_may_be_typed_with_spaces(client, person):
    add_application(person)
    sign_in(client, person)
    shown = code()
    client.post(CODE, {"code": f" {shown[:3]} {shown[3:]} "})
    assert signed_in(client) == str(person.pk)


def test_one_may_give_up_the_second_step_and_sign_in_as_somebody_else(
    client, person, english_person
):
    add_application(person)
    sign_in(client, person)
    assert client.get(LOGIN)["Location"] == CODE
    assert client.post("/accounts/logout/").status_code == 302
    sign_in(client, english_person)
    assert signed_in(client) == str(english_person.pk)


def test_a_closed_account_opens_with_no_factor(client, closed):
    add_application(closed)
    assert sign_in(client, closed)["Location"] == "/accounts/inactive/"
    assert client.get(CODE)["Location"] == LOGIN


def test_a_code_on_paper_opens_once_and_its_owner_is_told(client, person, mailoutbox):
    add_application(person)
    [first, *_others] = add_recovery_codes(person)
    sign_in(client, person)
    assert client.post(CODE, {"code": first}).status_code == 302
    assert "factor_used" in verbs_of(person)
    assert [message.subject for message in mailoutbox] == [
        "peph – Un code de récupération de votre compte a été utilisé"
    ]
    other = Client()
    sign_in(other, person)
    assert other.post(CODE, {"code": first}).status_code == 200


def test_ten_wrong_codes_lock_the_codes_and_the_right_one_waits(client, person):
    add_application(person)
    sign_in(client, person)
    for _ in range(10):
        client.post(CODE, {"code": "000000"})
    answer = client.post(CODE, {"code": code()})
    assert "Try again in 15 minutes." in answer.content.decode()
    assert signed_in(client) is None


def test_a_new_password_by_mail_does_not_skip_the_second_factor(client, person, mailoutbox):
    add_application(person)
    client.post("/accounts/password/reset/", {"email": person.email})
    link = re.search(r"http://localhost:8000(\S+/key/\S+)", mailoutbox[0].body)[1]
    new = "another long password 43"
    form = client.get(link)["Location"]
    client.post(form, {"password1": new, "password2": new})
    assert signed_in(client) is None
    assert sign_in(client, person, new)["Location"] == CODE
    assert kinds(person) == ["totp"]


# ------------------------------------------------------------------ removing
def test_removing_asks_for_the_password_tells_the_person_and_is_logged(client, person, mailoutbox):
    add_application(person)
    add_recovery_codes(person)
    client.force_login(person)
    url = f"{FACTORS}application/remove/"
    assert client.get(url)["Location"].startswith(CONFIRM)
    confirm(client)
    assert client.get(url).status_code == 200
    assert client.post(url)["Location"] == FACTORS
    assert kinds(person) == []
    assert len(mailoutbox) == 1
    assert verbs_of(person).count("factor_removed") == 2


def test_the_last_factor_of_somebody_who_has_to_have_one_stays(client, cast, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    lead = cast["lead"]
    add_application(lead)
    client.force_login(lead)
    client.post(CONFIRM, {"password": "mot-de-passe-de-test"})
    url = f"{FACTORS}application/remove/"
    assert "ajoutez-en un autre" in client.get(url).content.decode()
    client.post(url)
    assert kinds(lead) == ["totp"]


def test_adding_a_factor_ends_the_other_sessions(client, person, at_once):
    other = Client()
    other.force_login(person)
    sign_in(client, person)
    add_by_page(client)
    assert client.get("/accounts/profile/").status_code == 200
    assert other.get("/accounts/profile/").status_code == 302


# ------------------------------------------------------------------ who has to have one
@pytest.mark.parametrize(
    ("who", "asked"),
    [
        ("lead", True),
        ("coordinator", True),
        ("health_only", True),
        ("representative", True),
        ("supervisor", True),
        ("committee", True),
        ("auditor_region", True),
        ("privacy", True),
        ("superuser", True),
        ("reader", False),
        ("editor", False),
        ("outsider", False),
        ("former", False),
        ("inactive", False),
    ],
)
def test_who_may_see_more_than_one_case_has_to_have_one(who, asked, cast, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    assert second_factor.is_asked_of(cast[who]) == asked


def test_exceptions_on_two_cases_ask_for_one(cast, case_elsewhere, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    share_case(
        case_elsewhere,
        by=cast["lead"],
        user=cast["reader"],
        role="view_case",
        reason="Remplacement",
        expires_on=timezone.localdate() + dt.timedelta(days=3),
    )
    assert second_factor.is_asked_of(cast["reader"])


@pytest.fixture
def required(settings):
    settings.SECOND_FACTOR_REQUIRED = True
    settings.SESSION_IDLE_SECONDS = settings.SESSION_COOKIE_AGE = 400 * 24 * 3600


def test_pages_say_until_when_then_lead_to_where_one_is_added(client, cast, required):
    now = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
    with time_machine.travel(now, tick=False) as clock:
        client.force_login(cast["coordinator"])
        page = client.get("/cases/").content.decode()
        assert "avant le 2026-03-16" in page
        clock.shift(dt.timedelta(days=13, hours=23))
        assert client.get("/cases/").status_code == 200
        clock.shift(dt.timedelta(hours=2))
        for path in ("/", "/cases/"):
            assert client.get(path)["Location"] == FACTORS
        assert (
            client.post("/accounts/tokens/new/", {"label": "x", "days": 3})["Location"] == FACTORS
        )
        for path in (FACTORS, "/accounts/profile/", "/accounts/logout/", "/livez"):
            assert client.get(path).status_code == 200
        add_application(cast["coordinator"])
        assert client.get("/cases/").status_code == 200


def test_the_api_refuses_a_session_and_takes_a_token(client, cast, required, settings):
    settings.SECOND_FACTOR_GRACE_DAYS = 0
    person = cast["coordinator"]
    token = services.issue_token(person, by=person, label="report")
    client.force_login(person)
    refused = client.get("/api/v1/cases/")
    assert refused.status_code == 403
    assert refused["Content-Type"] == "application/problem+json"
    by_token = Client().get("/api/v1/cases/", headers={"Authorization": f"Token {token}"})
    assert by_token.status_code == 200


def test_the_administration_site_is_no_way_around(client, cast, required, settings):
    settings.SECOND_FACTOR_GRACE_DAYS = 0
    client.force_login(cast["superuser"])
    assert client.get("/admin/accounts/user/")["Location"] == FACTORS
    assert Client().get("/admin/login/?next=/admin/")["Location"] == f"{LOGIN}?next=/admin/"
    signed = Client()
    signed.force_login(cast["outsider"])
    assert signed.get("/admin/login/").status_code == 403


# ------------------------------------------------------------------ lost
@pytest.fixture
def administrators(db):
    return [
        User.objects.create_superuser(f"{name}@exemple.qc.ca", "x", first_name=name, last_name="A")
        for name in ("one", "two")
    ]


def test_two_administrators_remove_the_factors_of_somebody_who_lost_them(
    client, person, administrators, mailoutbox
):
    add_application(person)
    client.force_login(person)
    call_command(
        "reset_factors", person.email, "--by=one@exemple.qc.ca", "--second=two@exemple.qc.ca",
        "--reason=Téléphone perdu, reconnu par appel vidéo",
    )  # fmt: skip
    assert kinds(person) == []
    assert client.get("/accounts/profile/").status_code == 302
    assert [message.to for message in mailoutbox] == [[person.email]]
    row = AccessLog.objects.get(verb="factor_reset")
    assert row.actor_id == administrators[0].pk
    assert row.detail["confirmed_by"] == str(administrators[1].pk)


def test_one_alone_or_the_person_does_not_remove_them(person, administrators):
    one, two = administrators
    add_application(person)
    for by, second in ((one, one), (one, person), (person, two)):
        with pytest.raises(Forbidden):
            services.reset_factors(person, by=by, second=second, reason="x")
    with pytest.raises(Invalid):
        services.reset_factors(person, by=one, second=two, reason=" ")
    with pytest.raises(CommandError) as failure:
        call_command("reset_factors", "lea.roy@exemple.qc.ca", "--by=one@exemple.qc.ca",
                     "--second=one@exemple.qc.ca", "--reason=x")  # fmt: skip
    assert failure.value.returncode == 1
    assert kinds(person) == ["totp"]
