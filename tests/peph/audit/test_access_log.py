"""The access log: one row an access, nothing in it that could forge another."""

import uuid
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from peph.accounts.models import User
from peph.audit import access_log, context
from peph.audit.models import AccessLog

CASE = uuid.UUID(int=5)


def test_an_access_says_who_read_what(person: User, ledger: SimpleNamespace) -> None:
    request = RequestFactory().get("/cases/1/")
    request.user = person
    with context.entered(context.Context("page", uuid.UUID(int=9), is_safe=True)):
        access_log.record(
            "health", request=request, obj=ledger.entry, case=str(CASE), detail="nature"
        )
    row = AccessLog.objects.get(verb="health")
    assert (row.actor_id, row.channel, row.request_id) == (person.pk, "page", uuid.UUID(int=9))
    assert (row.model, row.object_id, row.case_id) == ("ledger.entry", str(ledger.entry.pk), CASE)
    assert (row.path, row.detail, row.object_ids) == ("/cases/1/", "nature", None)


def test_a_list_names_what_it_showed(person: User) -> None:
    keys = [uuid.UUID(int=n) for n in range(3)]
    row = access_log.record("list", user=person, model="cases.case", ids=keys)
    row.refresh_from_db()
    assert (row.model, row.object_id, row.object_ids) == ("cases.case", "", [str(k) for k in keys])


def test_somebody_not_signed_in_is_nobody(db: None) -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    assert access_log.record("refuse", request=request).actor_id is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a\r\n2026 INFO forged", "a\\r\\n2026 INFO forged"),
        ("a\x00b\x1b[31m", "a\\x00b\\x1b[31m"),
        ("\ud800", "\\ud800"),
        ("é\u2028x", "é\\u2028x"),
        ("x" * 400, "x" * 299 + "…"),
        (None, None),
        (12, 12),
        ({"q": "a\nb", "n": [1, "c\rd"]}, {"q": "a\\nb", "n": [1, "c\\rd"]}),
    ],
)
def test_what_is_kept_is_short_and_on_one_line(given: Any, kept: Any, db: None) -> None:
    row = access_log.record("search", detail=given)
    row.refresh_from_db()
    assert row.detail == kept
