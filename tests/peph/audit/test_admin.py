"""The administration site's history pages: read only, and never past the queryset."""

import uuid
from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.forms import ModelForm
from django.test import Client

from peph.accounts.models import User
from peph.audit.admin import BreakGlassSite
from peph.audit.changes import SYSTEM, ChangeError, change
from peph.audit.models import ChangeSet
from peph.scopes import Scope
from tests.ledger.models import Entry
from tests.peph.audit.urls import EntryAdmin

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


@pytest.mark.parametrize("reason", [None, "", "   "])
def test_nothing_is_written_without_a_reason(
    reason: str | None, client: Client, boss: User, ledger: SimpleNamespace
) -> None:
    given = {"name": "Luc", "count": "4"} | (
        {} if reason is None else {"reason_for_change": reason}
    )
    sets = ChangeSet.objects.count()
    for address in ("add/", f"{ledger.entry.pk}/change/"):
        answer = client.post(f"/admin/ledger/entry/{address}", given)
        assert answer.status_code == 200
        assert "reason_for_change" in answer.context["adminform"].form.errors
        assert 'value="Luc"' in answer.content.decode()
    assert ChangeSet.objects.count() == sets


def test_a_page_that_forgets_the_reason_is_not_sealed(
    client: Client, boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EntryAdmin, "form", ModelForm)
    monkeypatch.setattr(EntryAdmin, "get_fields", lambda *given: ("name", "count"))
    with pytest.raises(ChangeError, match="nothing without a reason"):
        client.post("/admin/ledger/entry/add/", {"name": "Luc", "count": "4"})
    assert not Entry.objects.filter(name="Luc").exists()


@pytest.mark.parametrize(
    ("permission", "on", "opens"),
    [
        ("audit", "organizations.Program", 302),
        ("audit", "organizations.Region", 302),
        ("audit", "organizations.HostOrganization", 302),
        ("coordinate", "organizations.Region", 200),
    ],
)
def test_whoever_audits_does_not_administer(
    permission: str,
    on: str,
    opens: int,
    client: Client,
    boss: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scope = Scope(boss.pk, {(permission, on): frozenset({uuid.UUID(int=1)})})
    monkeypatch.setattr("peph.audit.admin.scope_of", lambda user: scope)
    assert client.get("/admin/ledger/entry/").status_code == opens
    assert client.post("/admin/ledger/entry/add/", {"name": "Luc"}).status_code == opens


def test_the_site_has_our_pages_only() -> None:
    assert sorted(model._meta.label for model in admin.site._registry) == [
        "accounts.User",
        "outbox.Message",
    ]
    assert isinstance(admin.site, BreakGlassSite)


def test_the_own_password_is_not_changed_there(client: Client, boss: User) -> None:
    assert client.get("/admin/password_change/").status_code == 404


def test_nothing_is_deleted_or_done_in_bulk(
    client: Client, boss: User, ledger: SimpleNamespace
) -> None:
    assert client.get(f"/admin/ledger/entry/{ledger.entry.pk}/delete/").status_code == 403
    page = client.get("/admin/ledger/entry/").content.decode()
    assert 'name="action"' not in page
