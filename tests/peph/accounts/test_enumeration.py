"""Nobody learns who has an account: the same words, the same status, the same work.

Time is what the work takes: counting it is exact where measuring is not.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from peph.accounts.models import User

LOGIN, RESET = "/accounts/login/", "/accounts/password/reset/"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
NOBODY = "nobody.at.all@exemple.qc.ca"


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Ask as somebody unknown; the answer, and what the service did for it."""
    hashed, sent, hosts = [], [], iter(range(1, 255))
    for hasher in {type(each) for each in hashers.get_hashers()}:
        encode = hasher.encode
        monkeypatch.setattr(
            hasher, "encode", lambda *a, _e=encode, **k: (hashed.append(1), _e(*a, **k))[1]
        )
    send = EmailMessage.send
    monkeypatch.setattr(EmailMessage, "send", lambda *a, **k: (sent.append(1), send(*a, **k))[1])

    def ask(path: str, form: dict[str, str]) -> dict[str, Any]:
        hashed.clear()
        sent.clear()
        # Each from a network of its own: what one asked must not show in the answer to the next.
        client = Client(REMOTE_ADDR=f"192.0.2.{next(hosts)}")
        with CaptureQueriesContext(connection) as queries:
            answer = client.post(path, form)
        [typed] = [value for name, value in form.items() if name != "password"]
        return {
            "status": answer.status_code,
            "to": answer.get("Location"),
            "text": TOKEN.sub("", answer.content.decode()).replace(typed, "TYPED"),
            "headers": sorted(answer.headers),
            "cookies": sorted(client.cookies),
            "hashes": len(hashed),
            "mails": len(sent),
            "writes": sum(
                not each["sql"].startswith("SELECT") for each in queries.captured_queries
            ),
        }

    return ask


def test_signing_in_does_the_same_for_an_account_and_for_none(
    person: User, closed: User, work: Callable[..., dict[str, Any]]
) -> None:
    form = {"password": "not the password 12"}
    known = work(LOGIN, form | {"login": person.email})
    assert known["hashes"] == 1
    for login in (closed.email, NOBODY):
        assert work(LOGIN, form | {"login": login}) == known


def test_locked_or_not_the_answer_is_the_same(
    person: User, settings: Any, work: Callable[..., dict[str, Any]]
) -> None:
    settings.SIGN_IN_TRIES_BY_ADDRESS = 1000
    form = {"password": "not the password 12"}
    for login in (person.email, NOBODY):
        for _try in range(10):
            work(LOGIN, form | {"login": login})
    known, unknown = (work(LOGIN, form | {"login": login}) for login in (person.email, NOBODY))
    for each in (known, unknown):
        # Whether the count of the network is begun before that of the account is met is a throw of dice.
        del each["writes"]
    assert (known["hashes"], known) == (0, unknown)


def test_asking_for_a_new_password_does_the_same_for_an_account_and_for_none(
    person: User, closed: User, work: Callable[..., dict[str, Any]]
) -> None:
    known = work(RESET, {"email": person.email})
    assert (known["status"], known["mails"]) == (302, 1)
    for email in (closed.email, NOBODY):
        assert work(RESET, {"email": email}) == known
