"""The request's side: channel, receipt, views that are not ours, and reading that may not write."""

from types import SimpleNamespace

import pytest
from django.db import IntegrityError
from django.test import Client, RequestFactory

from peph.accounts.models import User
from peph.audit.changes import SYSTEM, ChangeError
from peph.audit.middleware import is_foreign
from peph.audit.models import ChangeSet
from tests.ledger.models import Account

pytestmark = pytest.mark.urls("tests.peph.audit.urls")


@pytest.mark.parametrize(
    ("path", "channel", "verb"),
    [
        ("/foreign/", "page", "foreign.foreign"),
        ("/api/v1/foreign/", "api", "foreign.foreign_api"),
        ("/link/foreign/", "link", "foreign.foreign_link"),
    ],
)
def test_a_post_of_a_library_is_a_change_named_by_its_route(
    path: str, channel: str, verb: str, client: Client, person: User
) -> None:
    client.force_login(person)
    response = client.post(path, {"code": "B"})
    stored = ChangeSet.objects.first()
    assert (response.status_code, response["Change-Set"]) == (200, stored.receipt)
    assert (stored.actor_id, stored.channel, stored.verb) == (person.pk, channel, verb)
    assert stored.request_id is not None


def test_a_post_of_somebody_not_signed_in_is_the_systems(client: Client, db: None) -> None:
    client.post("/foreign/", {"code": "B"})
    assert ChangeSet.objects.first().actor_id == SYSTEM


def test_a_post_of_a_library_that_fails_leaves_nothing(client: Client, db: None) -> None:
    with pytest.raises(ZeroDivisionError):
        client.post("/foreign/", {"code": "B", "fail": "yes"})
    assert not Account.objects.filter(code="B").exists()
    assert client.post("/foreign/", {"code": "B"}).status_code == 200


def test_a_view_of_ours_opens_its_own_change(client: Client, person: User) -> None:
    client.force_login(person)
    response = client.post("/ours/")
    stored = ChangeSet.objects.first()
    assert (stored.verb, response["Change-Set"]) == ("tests.ours", stored.receipt)


def test_a_view_of_ours_that_forgets_is_refused_by_the_database(client: Client, db: None) -> None:
    with pytest.raises(IntegrityError, match="outside change"):
        client.post("/ours/", {"forget": "yes"})


def test_a_get_may_not_write(client: Client, db: None) -> None:
    with pytest.raises(IntegrityError, match="outside change"):
        client.get("/foreign/")


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_a_get_may_not_open_a_change(method: str, client: Client, db: None) -> None:
    with pytest.raises(ChangeError, match="only reads"):
        getattr(client, method)("/ours/")


def test_an_answer_without_a_change_has_no_receipt(client: Client, db: None) -> None:
    assert "Change-Set" not in client.get("/nowhere/")


def test_a_post_of_the_administration_site_is_a_change(client: Client, db: None) -> None:
    boss = _superuser()
    client.force_login(boss)
    response = client.post(
        "/admin/ledger/entry/add/",
        {"name": "Luc", "count": "4", "reason_for_change": " Panne du service "},
    )
    stored = ChangeSet.objects.first()
    assert (response.status_code, stored.actor_id) == (302, boss.pk)
    assert (stored.channel, stored.verb) == ("admin", "foreign.admin.ledger_entry_add")
    assert stored.reason == "Panne du service"


def test_an_admin_view_written_by_us_is_foreign_all_the_same() -> None:
    request = RequestFactory().post("/admin/")
    view = SimpleNamespace(__module__="organizations.admin")
    request.resolver_match = SimpleNamespace(app_names=["admin"])
    assert is_foreign(request, view)
    request.resolver_match = SimpleNamespace(app_names=["organizations"])
    assert not is_foreign(request, view)


def _superuser() -> User:
    return User.objects.create_superuser(
        "boss@exemple.qc.ca", "x" * 20, first_name="B", last_name="B"
    )
