"""A conflict of interest beats every grant, on every surface, from the very next request."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from cases.services.conflicts import declare_conflict
from cases.services.grants import share_case
from organizations.services.grants import give_grant
from peph.audit.changes import SYSTEM
from tests.engines import once
from tests.routes_table import API, PAGES
from tests.test_routes import address, things  # noqa: F401 a fixture

pytestmark = [pytest.mark.django_db, once]


def holds_everything(person: Any, world: Any, case: Any, by: Any) -> None:
    """Every role on everything the case touches, roles that exclude each other left out."""
    for role, on in (
        ("lead", world.program),
        ("coordinate", world.regions["03"]),
        ("view_health", world.regions["03"]),
    ):
        give_grant(by=SYSTEM, user=person, role=role, on=on, reason="Épreuve")
    for role in ("change_case", "view_health"):
        share_case(
            case, by=by, user=person, role=role, reason="Épreuve",
            expires_on=timezone.localdate() + dt.timedelta(days=30),
        )  # fmt: skip


CANARIES = ("Côté-Tremblay", "C\\u00f4t\\u00e9-Tremblay", "Éloïse")


@pytest.mark.parametrize("who", ["outsider", "auditor"])
def test_sweep(who, client, cast, world, case, things, request):  # noqa: F811
    person = cast[who]
    if who == "outsider":
        holds_everything(person, world, case, cast["lead"])
    declare_conflict(case, by=cast["coordinator"], user=person, reason="Beau-frère")
    client.force_login(person)
    bad = []
    canaries = [*CANARIES, case.number, *(str(things[n]) for n in ("case", "participant", "placement"))]
    for method, name, arguments, _statuses in [*PAGES, *API]:
        if method != "get":
            continue
        url = address(name, arguments, things)
        answer = client.get(url)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = body.decode("utf-8", "replace")
        for canary in canaries:
            if canary in text and canary not in url:
                bad.append((name, arguments, answer.status_code, canary))
    for b in bad:
        print(b)
    assert not bad
