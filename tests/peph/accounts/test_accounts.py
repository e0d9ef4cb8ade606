"""Opening and closing accounts, and what the administration site lets one do to them."""

import pytest
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.test import Client

from peph.accounts import services
from peph.accounts.models import ApiToken, User
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangeSet
from peph.errors import Conflict, Invalid
from tests.peph.accounts.conftest import PASSWORD


def form_of(user, **changes):
    fields = ("email", "first_name", "last_name", "language")
    flags = ("is_active", "is_staff", "is_superuser")
    form = {name: getattr(user, name) for name in fields}
    form["reason_for_change"] = "Demande de la direction"
    form |= {name: "on" for name in flags if getattr(user, name)}
    return {name: value for name, value in (form | changes).items() if value is not None}


@pytest.fixture
def administrator(db):
    return User.objects.create_superuser(
        "root@exemple.qc.ca", PASSWORD, first_name="Ro", last_name="Ot"
    )


def test_the_first_administrator_is_made_by_a_command_and_is_in_the_history(db, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command(
        "createsuperuser",
        interactive=False,
        email="Root@Exemple.qc.ca",
        first_name="Ro",
        last_name="Ot",
        verbosity=0,
    )
    root = User.objects.get(email="root@exemple.qc.ca")
    assert (root.is_staff, root.is_superuser, root.check_password(PASSWORD)) == (True, True, True)
    assert [row.history_type for row in root.history.all()] == ["+"]


def test_closing_an_account_ends_its_sessions_and_tokens_for_good(client, person):
    other = Client()
    other.force_login(User.objects.create_user("b@exemple.qc.ca", first_name="B", last_name="C"))
    client.force_login(person)
    services.issue_token(person, by=person, label="report")
    services.deactivate(person, by=SYSTEM, reason="Left the programme.")
    assert not ApiToken.objects.filter(user=person).exists()
    done = ChangeSet.objects.order_by("number").last()
    assert (done.verb, done.reason) == ("accounts.deactivate", "Left the programme.")
    assert client.get("/accounts/profile/").status_code == 302
    with change(by=SYSTEM, verb="accounts.create"):
        User.objects.filter(pk=person.pk).update(is_active=True)
    assert client.get("/accounts/profile/").status_code == 302
    assert other.get("/accounts/profile/").status_code == 200


def test_closing_an_account_asks_for_a_reason_and_for_somebody_else(person, administrator):
    with pytest.raises(Invalid):
        services.deactivate(person, by=administrator, reason="  ")
    with pytest.raises(Conflict):
        services.deactivate(person, by=person, reason="I leave.")
    assert User.objects.get(pk=person.pk).is_active


def test_a_password_kept_in_an_old_form_is_renewed_at_sign_in_without_a_change(
    client, person, settings
):
    old_one = "django.contrib.auth.hashers.PBKDF2PasswordHasher"
    settings.PASSWORD_HASHERS = [*settings.PASSWORD_HASHERS, old_one]
    old = make_password(PASSWORD, hasher="pbkdf2_sha256")
    User.objects.filter(pk=person.pk).update(password=old)
    before = ChangeSet.objects.count()
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    after = User.objects.get(pk=person.pk)
    assert client.session["_auth_user_id"] == str(person.pk)
    assert after.password.split("$")[0] != "pbkdf2_sha256"
    assert (after.version, after.password_changed_at) == (
        person.version,
        person.password_changed_at,
    )
    assert after.last_login is not None
    assert ChangeSet.objects.count() == before


def test_the_administration_site_opens_an_account_without_a_password(client, administrator):
    client.force_login(administrator)
    form = {"email": "New@Exemple.qc.ca", "first_name": "N", "last_name": "W", "language": "fr"}
    form["reason_for_change"] = "Arrivée"
    answer = client.post("/admin/accounts/user/add/", form | {"is_active": "on"})
    assert answer.status_code == 302
    made = User.objects.get(email="new@exemple.qc.ca")
    assert not made.has_usable_password()
    assert made.history.get().history_user_id == administrator.pk
    stored = ChangeSet.objects.first()
    assert (stored.channel, stored.reason) == ("admin", "Arrivée")


def test_the_administration_site_closes_an_account_like_the_service(client, administrator, person):
    services.issue_token(person, by=person, label="report")
    client.force_login(administrator)
    url = f"/admin/accounts/user/{person.pk}/change/"
    assert client.get(url).status_code == 200
    assert client.post(url, form_of(person, is_active=None)).status_code == 302
    assert not User.objects.get(pk=person.pk).is_active
    assert not ApiToken.objects.filter(user=person).exists()


def test_the_administration_site_deletes_nobody(client, administrator, person):
    client.force_login(administrator)
    url = f"/admin/accounts/user/{person.pk}/delete/"
    assert client.get(url).status_code == 403
    assert client.post(url, {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=person.pk).exists()


def test_the_administration_site_is_closed_to_the_others(client, person):
    client.force_login(person)
    assert client.get("/admin/accounts/user/").status_code == 302


def test_the_own_page_shows_who_one_is_and_needs_a_sign_in(client, person):
    assert (
        client.get("/accounts/profile/")["Location"] == "/accounts/login/?next=/accounts/profile/"
    )
    client.force_login(person)
    page = client.get("/accounts/profile/").content.decode()
    assert "Léa Roy" in page
    assert "lea.roy@exemple.qc.ca" in page
