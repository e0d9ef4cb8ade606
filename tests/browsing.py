"""Going through the pages as somebody: get, read, post, count the queries, and a case to look at."""

import datetime as dt
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case
from cases.services.cases import open_case


def address(name: str, record: Any, *more: str) -> str:
    """The page `name` of the participant side about one record."""
    return reverse(f"cases:{name}", args=[record.pk, *more])


def get(client: Client, user: Any, url: str) -> HttpResponse:
    """The answer to `user`."""
    client.force_login(user)
    return client.get(url)


def text(client: Client, user: Any, url: str) -> str:
    """The page as `user` gets it; it must be there."""
    answer = get(client, user, url)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def post(client: Client, user: Any, url: str, **data: Any) -> HttpResponse:
    """Send a form as `user`."""
    client.force_login(user)
    return client.post(url, data)


def queries(client: Client, user: Any, url: str) -> int:
    """How many queries the page costs, the session being known."""
    client.force_login(user)
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def new_case(by: Any, world: Any, last: str, first: str) -> Case:
    """A case just referred in region 03."""
    return open_case(
        by=by,
        region=world.regions["03"],
        person={"last_name": last, "first_name": first, "birth_date": dt.date(1995, 6, 7)},
        referred_on=dt.date(2026, 9, 1),
    )
