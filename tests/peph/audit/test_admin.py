"""The administration site's history pages: read only, and never past the queryset."""

import uuid
from types import SimpleNamespace

import pytest
from django.test import Client

from peph.accounts.models import User
from peph.audit.changes import SYSTEM, change
from tests.ledger.models import Entry

pytestmark = pytest.mark.urls("tests.peph.audit.urls")


@pytest.fixture
def boss(client: Client, db: None) -> User:
    """Somebody with every right of the site, signed in."""
    user = User.objects.create_superuser(
        "boss@exemple.qc.ca", "x" * 20, first_name="B", last_name="B"
    )
    client.force_login(user)
    return user


@pytest.fixture
def closed(ledger: SimpleNamespace) -> Entry:
    """An entry out of the site's scope."""
    with change(by=SYSTEM, verb="tests.close"):
        return Entry.objects.create(name="closed", is_open=False)


def _version(entry: Entry) -> str:
    return f"/admin/ledger/entry/{entry.pk}/history/{entry.history.first().history_id}/"


def test_the_history_of_a_reachable_record_can_be_read(
    client: Client, boss: User, ledger: SimpleNamespace
) -> None:
    assert client.get(f"/admin/ledger/entry/{ledger.entry.pk}/history/").status_code == 200
    assert client.get(_version(ledger.entry)).status_code == 200


def test_a_version_cannot_be_written_back(
    client: Client, boss: User, ledger: SimpleNamespace
) -> None:
    before = ledger.entry.history.count()
    answer = client.post(_version(ledger.entry), {"name": "reverted", "count": "1"})
    assert answer.status_code == 403
    assert ledger.entry.history.count() == before
    assert Entry.objects.get(pk=ledger.entry.pk).name == "Zoë"


def test_the_history_of_a_record_out_of_scope_is_not_there(
    client: Client, boss: User, closed: Entry
) -> None:
    assert client.get(f"/admin/ledger/entry/{closed.pk}/history/").status_code == 404
    assert client.get(_version(closed)).status_code == 404


@pytest.mark.parametrize("key", ["nonsense", str(uuid.UUID(int=5))])
def test_a_key_that_is_none_is_not_there_either(key: str, client: Client, boss: User) -> None:
    assert client.get(f"/admin/ledger/entry/{key}/history/").status_code == 404
    assert client.get(f"/admin/ledger/entry/{key}/history/1/").status_code == 404


def test_nothing_is_deleted_or_done_in_bulk(
    client: Client, boss: User, ledger: SimpleNamespace
) -> None:
    assert client.get(f"/admin/ledger/entry/{ledger.entry.pk}/delete/").status_code == 403
    page = client.get("/admin/ledger/entry/").content.decode()
    assert 'name="action"' not in page
