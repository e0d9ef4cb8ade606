"""The privacy policy and the accessibility statement: read by anybody, in both languages, kept by one."""

import pytest

from privacy.inventory.reading import FILES
from privacy.models import Contact

pytestmark = pytest.mark.django_db
PAGES = ("/privacy/", "/accessibility/")


def text(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("url", PAGES)
def test_anybody_reads_them_and_finds_them_from_any_page(url, client):
    assert f'href="{url}"' in text(client, "/accounts/login/")
    page = text(client, url)
    assert page.count("<h1") == 1
    assert "n’a encore nommé personne" in page


def test_the_policy_says_what_is_collected_why_and_for_how_long(client):
    page = text(client, "/privacy/")
    for file in FILES:
        assert page.count(f"<strong>{file.name}</strong>") == 2
    for words in ("20 jours", "Commission d’accès à l’information", "jamais", "témoins"):
        assert words in page
    client.post("/accounts/language/", {"language": "en"})
    assert "You are answered within 20 days" in text(client, "/privacy/")


def test_the_statement_says_what_was_not_checked(client):
    page = text(client, "/accessibility/")
    assert "n’a encore mis le service à l’essai" in page
    assert "SGQRI 008" in page


def test_the_privacy_officer_names_the_contact(client, cast):
    url = "/privacy/contact/"
    assert url not in text(client, "/privacy/")
    client.force_login(cast["privacy"])
    assert url in text(client, "/privacy/")
    typed = {"version": 0, "name": "Camille Exemple", "email": "vie-privee@exemple.qc.ca",
             "policy_on": "2026-09-01", "accessibility_email": "acces@exemple.qc.ca"}  # fmt: skip
    assert client.post(url, typed).status_code == 302
    assert client.post(url, typed | {"version": 1, "name": "Dominique Exemple"}).status_code == 302
    assert client.post(url, typed | {"version": 1}).status_code == 412
    assert Contact.objects.get().name == "Dominique Exemple"
    assert client.post(url, typed | {"version": 2, "email": "x"}).status_code == 400
    client.logout()
    policy, statement = text(client, "/privacy/"), text(client, "/accessibility/")
    assert "Dominique Exemple" in policy
    assert "2026-09-01" in policy
    assert "mailto:vie-privee@exemple.qc.ca" in policy
    assert "mailto:acces@exemple.qc.ca" in statement


@pytest.mark.parametrize("who", ["lead", "coordinator", "outsider"])
def test_nobody_else_does(who, client, cast):
    client.force_login(cast[who])
    assert client.get("/privacy/contact/").status_code == 403
    assert client.post("/privacy/contact/", {"version": 0}).status_code == 403
