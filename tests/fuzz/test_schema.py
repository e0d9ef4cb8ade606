"""The whole description of the API, asked by three people: no error of ours, no slow answer, shapes as told.

In the test run some requests of each operation; `make fuzz-campaign` asks as often as it says.
"""

import os
from functools import cache

import pytest
from django.urls import Resolver404, resolve

from peph.accounts.models import User
from tests.engines import once
from tests.fuzz import generated
from tests.fuzz.asking import Service, Tally
from tests.routes_table import API
from tests.test_routes import things

__all__ = ["things"]
# In one process: the description is read once for all of them.
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("quiet"),
    pytest.mark.xdist_group("fuzz"),
    once,
]

# Person → the least share of answers that say yes: a host may do little, and is refused the rest.
PEOPLE = {"lead": 0.25, "coordinator": 0.2, "representative": 0.1}
CASES = int(os.environ.get("FUZZ_CASES", "0"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
# In the test run each person asks every sixth operation.
SHORT = not CASES


def real_of(path):
    """Names of the address → the thing that stands there in the table of routes."""
    names = [part.strip("{}") for part in path.split("/") if part.startswith("{")]
    try:
        name = resolve("/".join("1" if "{" in part else part for part in path.split("/"))).url_name
    except Resolver404:
        return {}
    for _method, line, arguments, _statuses in API:
        if line == name and arguments:
            return {each: arguments.get("pk" if each == "id" else each, "") for each in names}
    return {}


@cache
def described():
    """The description of the API, and its operations."""
    raw = generated.description()
    return raw, generated.operations(raw, real_of)


def headers_of(client, person, language="fr"):
    client.force_login(person)
    cookies = "; ".join(f"{name}={each.value}" for name, each in client.cookies.items())
    return {"Cookie": cookies, "Accept-Language": language}


@pytest.mark.parametrize("who", PEOPLE)
def test_no_generated_request_is_an_error_of_ours(who, client, cast, things):
    things = things | {"person": cast[who].pk}
    assert User.objects.filter(pk=things["person"]).exists()
    service, tally, headers = Service(), Tally(), headers_of(client, cast[who])
    _raw, found = described()
    each = max(1, -(-CASES // (len(found) * len(PEOPLE))))
    shown = found[[*PEOPLE].index(who) :: 6] if SHORT else found
    for operation in shown:
        generated.ask_all(
            service, operation, things, cases=each, number=SEED, headers=headers, tally=tally
        )
    print(f"{who}: {len(shown)} operations, {tally}")
    for wrong in tally.wrong[:200]:
        print(wrong)
    assert tally.wrong == []
    assert tally.accepted >= (0.1 if SHORT else PEOPLE[who])
