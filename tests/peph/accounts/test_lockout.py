"""Failed tries: counted before the password is compared, per account and address, without a hostage."""

import datetime as dt
import os
from io import StringIO

import pytest
import time_machine
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from peph.accounts import lockout
from peph.accounts.models import SignInCount
from peph.audit.models import AccessLog
from tests.peph.accounts.conftest import PASSWORD
from tests.scratch import scratch, scratch_template  # noqa: F401

LOGIN = "/accounts/login/"
WRONG = "not the password"


def sign_in(client, login, password=PASSWORD, address="198.51.100.7"):
    form = {"login": login, "password": password}
    return client.post(LOGIN, form, REMOTE_ADDR=address)


def signed_in(client):
    return client.session.get("_auth_user_id") is not None


def fail(login, times=10, address="203.0.113.9"):
    """Somebody elsewhere who types wrong passwords."""
    for _ in range(times):
        sign_in(Client(), login, WRONG, address)


def clock():
    return time_machine.travel(timezone.now(), tick=False)


@pytest.fixture
def hashed(monkeypatch):
    """How many passwords were compared or hashed."""
    seen = []
    original = MD5PasswordHasher.encode

    def encode(self, *args, **kwargs):
        seen.append(1)
        return original(self, *args, **kwargs)

    monkeypatch.setattr(MD5PasswordHasher, "encode", encode)
    return seen


@pytest.mark.parametrize("login", ["lea.roy@exemple.qc.ca", "nobody@exemple.qc.ca"])
def test_after_ten_failures_nothing_is_compared_whether_the_account_exists_or_not(
    login, client, person, hashed
):
    client.cookies["peph_language"] = "en"
    fail(login)
    hashed.clear()
    answer = sign_in(client, login)
    assert "Try again in 15 minutes." in answer.content.decode()
    assert (answer.status_code, hashed, signed_in(client)) == (200, [], False)


def test_nine_failures_do_not_lock_and_a_success_clears_them(client, person):
    for _ in range(3):
        fail(person.email, times=9)
        fresh = Client()
        sign_in(fresh, person.email)
        assert signed_in(fresh)


def test_each_lock_is_twice_as_long_and_none_longer_than_a_day(client, person):
    waits = []
    with clock() as now:
        for _ in range(9):
            fail(person.email)
            row = SignInCount.objects.get(key=lockout.counter("account", person.email).key)
            waits.append(int((row.locked_until - timezone.now()).total_seconds() / 60))
            now.move_to(row.locked_until + dt.timedelta(seconds=1))
        sign_in(client, person.email)
    assert waits == [15, 30, 60, 120, 240, 480, 960, 1440, 1440]
    assert signed_in(client)


def test_failures_spread_over_time_do_not_lock(client, person):
    with clock() as now:
        for _ in range(4):
            fail(person.email, times=9)
            now.shift(dt.timedelta(minutes=16))
        sign_in(client, person.email)
    assert signed_in(client)


def test_an_address_that_tries_many_accounts_is_locked_and_the_others_are_not(person, hashed):
    for number in range(10):
        fail(f"guess.{number}@exemple.qc.ca", times=1)
    hashed.clear()
    there, here = Client(), Client()
    sign_in(there, person.email, address="203.0.113.9")
    assert (signed_in(there), hashed) == (False, [])
    sign_in(here, person.email, address="198.51.100.7")
    assert signed_in(here)


def test_an_own_account_is_no_way_to_go_on_guessing(english_person):
    """Signing in between the guesses gives back one try, not those that failed."""
    for number in range(12):
        fail(f"guess.{number}@exemple.qc.ca", times=1)
        sign_in(Client(), english_person.email, address="203.0.113.9")
    assert SignInCount.objects.filter(locked_until__isnull=False).count() == 1


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("198.51.100.7", "198.51.100.8", False),
    ],
)
def test_the_addresses_of_one_network_count_together(first, second, same):
    assert (lockout._network(first) == lockout._network(second)) == same


def test_a_live_session_goes_on_while_others_fail(client, person):
    client.force_login(person)
    fail(person.email, times=30)
    assert client.get("/accounts/profile/").status_code == 200
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302


def test_a_browser_that_is_known_signs_in_while_others_fail(client, person):
    sign_in(client, person.email)
    client.post("/accounts/logout/")
    fail(person.email, address="198.51.100.7")
    sign_in(client, person.email)
    assert signed_in(client)


def test_a_known_browser_is_counted_too_and_knows_its_own_accounts_only(
    client, person, english_person
):
    sign_in(client, person.email)
    client.post("/accounts/logout/")
    for _ in range(10):
        sign_in(client, person.email, WRONG)
    sign_in(client, person.email)
    assert not signed_in(client)
    fail(english_person.email)
    sign_in(client, english_person.email)
    assert not signed_in(client)


@pytest.mark.parametrize("cookie", ["", "x", "WyJhIl0:1:x"])
def test_a_made_up_mark_of_a_browser_is_worth_nothing(cookie, client, person):
    fail(person.email)
    client.cookies["browser"] = cookie
    sign_in(client, person.email)
    assert not signed_in(client)


def test_a_password_chosen_again_by_mail_unlocks(client, person):
    fail(person.email)
    lockout.unlock(person)
    sign_in(client, person.email)
    assert signed_in(client)


def test_the_command_unlocks_and_says_so(client, person):
    fail(person.email)
    said = StringIO()
    call_command("unlock", "lea.roy@exemple.qc.ca", stdout=said)
    call_command("unlock", "lea.roy@exemple.qc.ca", stdout=said)
    assert said.getvalue().splitlines() == [
        "lea.roy@exemple.qc.ca: unlocked.",
        "lea.roy@exemple.qc.ca: was not locked.",
    ]
    sign_in(client, person.email)
    assert signed_in(client)


def test_locking_refusing_and_unlocking_are_in_the_access_log(client, person):
    fail(person.email)
    sign_in(client, person.email)
    call_command("unlock", person.email, stdout=StringIO())
    verbs = AccessLog.objects.filter(object_id=str(person.pk)).order_by("pk")
    assert [row.verb for row in verbs] == [
        *["sign_in_failed"] * 10, "account_locked", "sign_in_locked", "account_unlocked",
    ]  # fmt: skip


def test_a_try_counts_from_its_beginning_and_is_given_back_when_it_was_right(db):
    name = [lockout.counter("account", "x@exemple.qc.ca")]
    assert [lockout.take(name) for _ in range(10)] == [None] * 10
    assert lockout.take(name) is not None
    lockout.succeeded(name)
    assert lockout.take(name) is None


def test_what_is_counted_cannot_be_read(person):
    fail(person.email, times=1)
    assert all(len(row.key) == 64 for row in SignInCount.objects.all())
    assert "lea" not in str(list(SignInCount.objects.values()))


def test_many_at_the_same_moment_are_compared_ten_times(scratch):  # noqa: F811
    """Eight processes that sign in as one person, from addresses of their own: nothing else holds them."""
    statuses = scratch.in_processes(_guess, 8)  # how many each of them compared
    assert sum(statuses) == 10


def _guess(process):
    compared = []
    MD5PasswordHasher.verify = lambda *_args: bool(compared.append(1))
    for number in range(5):
        sign_in(Client(), "lead@exemple.qc.ca", WRONG, f"198.51.{process}.{number}")
    connection.close()
    os._exit(len(compared))
