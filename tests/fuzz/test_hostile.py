"""Hostile values wherever one can stand: no error of ours, no slow answer, refusals that can be acted on.

In the test run a few hundred requests; `make fuzz-campaign` asks as often as it says, and compares engines.
"""

import json
import os
from pathlib import Path

import pytest

from tests.engines import once
from tests.fuzz import hostile, places
from tests.fuzz.asking import Service, Tally
from tests.fuzz.hostile import Request
from tests.fuzz.test_schema import described, headers_of
from tests.fuzz.values import BODIES, values
from tests.test_routes import things

__all__ = ["things"]
REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "0"))
# Where the statuses go, to be compared with those of the other engine.
STATUSES = os.environ.get("FUZZ_STATUSES", "")
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.xdist_group("fuzz"),
    pytest.mark.usefixtures("quiet"),
]
if not REQUESTS:
    pytestmark.append(once)
# Every so many places, and every so many values: numbers without a common factor reach all pairs.
STRIDE = 1009


@pytest.fixture
def cookies(client, cast):
    """The cookies of each person, by name."""
    found = {"anonymous": ""}
    for who in places.ON_PAGES:
        found[who] = headers_of(client, cast[who])["Cookie"]
        client.cookies.clear()
    return found


def test_the_corpus_is_as_large_as_it_says():
    assert len(values()) >= 2_000
    assert len({value.family for value in values()}) >= 20


def test_no_hostile_value_is_an_error_of_ours(cookies, things):
    service, tally = Service(), Tally()

    def look(request):
        return service(request.environ(cookies[request.who]))

    raw, operations = described()
    found = [
        *places.of_the_api(operations, raw, things),
        *(places.of_the_pages(look, things) if REQUESTS else ()),
        *places.of_the_headers(),
    ]
    statuses = []
    for language, request in _requests(found, operations, things):
        headers = {"Accept-Language": language.encode(), **request.headers}
        asked = Request(
            request.who, request.method, request.path, request.query, request.body, headers
        )
        answer = service.ask(
            lambda asked=asked: asked.environ(cookies[asked.who]),
            str(asked),
            tally,
            language="" if "Accept-Language" in request.headers else language,
        )
        statuses.append(answer.status_code if answer is not None else 500)
    print(f"{len(found)} places, {len(values())} values, {tally}")
    for wrong in tally.wrong[:200]:
        print(wrong)
    if STATUSES:
        Path(STATUSES).write_text(json.dumps(statuses), encoding="utf-8")
    assert tally.wrong == []


def _requests(found, operations, things):
    """Each value somewhere and each place with some; then whole bodies for operations that take one."""
    many = values()
    for turn in range(REQUESTS or 150):
        place = found[turn % len(found)] if REQUESTS else found[turn * 61 % len(found)]
        value = many[(turn * STRIDE + turn // len(found)) % len(many)]
        yield ("fr", "en")[turn % 2], place.put(value)
    writes = [each for each in operations if not each.name.startswith("GET ")]
    for turn in range(len(BODIES) * (5 if REQUESTS else 1)):
        method, path = writes[turn * 7 % len(writes)].name.split(" ", 1)
        for name, thing in writes[turn * 7 % len(writes)].real.items():
            path = path.replace(f"{{{name}}}", str(things.get(thing, thing) or "1"))
        yield (
            ("fr", "en")[turn % 2],
            hostile.body_request(places.ON_API, method, path, BODIES[turn % len(BODIES)]),
        )
