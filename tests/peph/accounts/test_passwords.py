"""Forgetting and changing a password."""

import re

import pytest
from allauth.account.adapter import DefaultAccountAdapter
from django.core.mail import EmailMessage
from django.utils import translation

from peph.accounts import services
from peph.accounts.models import User
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangeSet
from tests.peph.accounts.conftest import PASSWORD

RESET = "/accounts/password/reset/"
NEW = "another long password 43"


@pytest.fixture(autouse=True)
def _in_english(client):
    client.cookies["peph_language"] = "en"


def link_in(message):
    return re.search(r"http://localhost:8000(/accounts/password/reset/key/\S+)", message.body)[1]


def test_a_forgotten_password_is_chosen_again_by_a_link_that_works_once(client, person, mailoutbox):
    assert client.post(RESET, {"email": "Lea.Roy@exemple.qc.ca"})["Location"] == f"{RESET}done/"
    [message] = mailoutbox
    assert message.to == ["lea.roy@exemple.qc.ca"]
    link = link_in(message)
    form_page = client.get(link)["Location"]
    assert link not in form_page  # the key does not stay in the address
    assert client.get(form_page).status_code == 200
    weak = client.post(form_page, {"password1": "short", "password2": "short"})
    assert "password1" in weak.context["form"].errors
    saved = client.post(form_page, {"password1": NEW, "password2": NEW})
    assert saved["Location"] == f"{RESET}key/done/"
    assert client.get(saved["Location"]).status_code == 200
    assert User.objects.get(pk=person.pk).check_password(NEW)
    assert "This link no longer works" in client.get(link, follow=True).content.decode()


def test_the_answer_does_not_tell_whether_the_address_has_an_account(client, person, mailoutbox):
    known = client.post(RESET, {"email": "lea.roy@exemple.qc.ca"})
    unknown = client.post(RESET, {"email": "nobody@exemple.qc.ca"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [message.to for message in mailoutbox] == [
        ["lea.roy@exemple.qc.ca"],
        ["nobody@exemple.qc.ca"],
    ]


def test_a_closed_account_is_sent_no_link(client, closed, mailoutbox):
    client.post(RESET, {"email": "old.timer@exemple.qc.ca"})
    assert [message.subject for message in mailoutbox] == ["peph – No account at this address"]


def test_a_link_asked_for_before_the_account_was_closed_changes_nothing(client, person, mailoutbox):
    client.post(RESET, {"email": "lea.roy@exemple.qc.ca"})
    form_page = client.get(link_in(mailoutbox[0]))["Location"]
    services.deactivate(person, by=SYSTEM, reason="Left the programme.")
    answer = client.post(form_page, {"password1": NEW, "password2": NEW})
    assert answer.status_code == 404
    assert User.objects.get(pk=person.pk).check_password(PASSWORD)


@pytest.mark.parametrize(
    ("email", "language"),
    [
        ("lea.roy@exemple.qc.ca", "fr-ca"),
        ("ann.lee@exemple.qc.ca", "en-ca"),
        ("nobody@exemple.qc.ca", "en-ca"),  # that of the page
    ],
)
def test_the_message_is_in_the_language_of_its_reader(
    client, person, english_person, monkeypatch, email, language
):
    written_in = []

    def render_mail(self, *args):
        written_in.append(translation.get_language())
        return EmailMessage("subject", "body", to=[email])

    monkeypatch.setattr(DefaultAccountAdapter, "render_mail", render_mail)
    client.post(RESET, {"email": email})
    assert written_in == [language]


def test_the_message_says_where_it_comes_from(client, english_person, mailoutbox):
    client.post(RESET, {"email": "ann.lee@exemple.qc.ca"})
    [message] = mailoutbox
    assert message.subject == "peph – Choose a new password"
    assert "Somebody, no doubt you, asked" in message.body
    assert message.body.rstrip().endswith("peph\nhttp://localhost:8000/")


def test_changing_the_password_needs_the_present_one_and_ends_the_other_sessions(client, person):
    other = type(client)()
    for each in (client, other):
        each.force_login(person)
    form = {"oldpassword": "not it", "password1": NEW, "password2": NEW}
    refused = client.post("/accounts/password/change/", form)
    assert "oldpassword" in refused.context["form"].errors
    form["oldpassword"] = PASSWORD
    assert client.post("/accounts/password/change/", form)["Location"] == "/accounts/profile/"
    assert client.get("/accounts/profile/").status_code == 200
    assert other.get("/accounts/profile/").status_code == 302


def test_a_changed_password_is_in_the_history_without_the_password(client, person):
    client.force_login(person)
    before = ChangeSet.objects.count()
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    client.post("/accounts/password/change/", form)
    done = ChangeSet.objects.order_by("number").last()
    assert ChangeSet.objects.count() == before + 1
    assert (done.verb, done.actor_id) == ("accounts.set_password", person.pk)
    assert not hasattr(person.history.first(), "password")


def test_confirming_that_it_is_you_asks_for_the_password(client, person):
    client.force_login(person)
    url = "/accounts/reauthenticate/"
    assert "password" in client.post(url, {"password": "not it"}).context["form"].errors
    assert client.post(url, {"password": PASSWORD})["Location"] == "/"


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "has no password to change"), ("fr", "n’a pas de mot de passe à changer")],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_account_without_a_password_is_told_so(client, person, language, said, method):
    person.set_unusable_password()
    person.language = language
    with change(by=SYSTEM, verb="test"):
        person.save()
    client.force_login(person)
    answer = getattr(client, method)("/accounts/password/change/")
    assert answer.status_code == 409
    assert said in answer.content.decode()
    # Nor does the menu lead there.
    assert "password/change" not in client.get("/accounts/profile/").content.decode()
