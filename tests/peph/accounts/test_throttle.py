"""So many requests a minute and not one more, whatever the number of processes that count them."""

import os

import pytest
import time_machine
from django.db import connection
from rest_framework.test import APIClient

from peph.accounts import throttle
from peph.accounts.models import RequestCount
from tests.scratch import scratch, scratch_template

__all__ = ["scratch", "scratch_template"]
NOON = "2026-11-25T12:00:00Z"


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def test_the_next_minute_begins_again(db, noon):
    assert [throttle.allows("a", "x", most=2) for _time in range(3)] == [True, True, False]
    assert throttle.allows("a", "y", most=2)
    assert throttle.allows("b", "x", most=2)
    assert throttle.forget_old() == 0
    noon.shift(60)
    assert throttle.forget_old() == 3
    assert throttle.allows("a", "x", most=2)


def test_the_api_says_when_to_ask_again(cast, settings, noon):
    settings.API_REQUESTS_PER_MINUTE = 2
    noon.shift(45)
    clients = {}
    for who in ("lead", "auditor"):
        clients[who] = APIClient(headers={"accept-language": "en"})
        clients[who].force_login(cast[who])
    told = [clients["lead"].get("/api/v1/cases/") for _time in range(3)]
    assert [answer.status_code for answer in told] == [200, 200, 429]
    assert told[-1]["Content-Type"] == "application/problem+json"
    assert told[-1]["Retry-After"] == "15"
    assert told[-1].json()["code"] == "too_many_requests"
    assert told[-1].json()["title"] == "Too many requests"
    assert clients["auditor"].get("/api/v1/cases/").status_code == 200


def test_what_is_counted_cannot_be_read(db):
    throttle.allows("link", "secret", most=1)
    assert "secret" not in str(list(RequestCount.objects.values()))


def test_two_hundred_at_once_get_no_more_than_the_limit(scratch):
    """Eight processes ask twenty-five times each, at a limit of forty."""
    assert sum(scratch.in_processes(_ask, 8)) == 40


def _ask(process):
    with time_machine.travel(NOON, tick=False):
        allowed = [throttle.allows("api", "somebody", most=40) for _time in range(25)]
    connection.close()
    os._exit(sum(allowed))
