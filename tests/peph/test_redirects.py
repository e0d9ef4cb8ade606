"""Where a page may send a browser, and whose address a message carries: never what somebody else chose."""

import itertools
import re

import pytest
from allauth.account.adapter import get_adapter
from django.core import mail

from tests.engines import once

pytestmark = [pytest.mark.django_db, once]
HOSTS = (
    "evil.example",
    "evil.example%2f",
    "testserver.evil.example",
    "testserver@evil.example",
    "evil%E3%80%82example",
    "evil\u3002example",
    "127.0.0.1",
    "[::1]",
    "0x7f.1",
    "2130706433",
)
FORMS = (
    "http://{}",
    "https://{}/",
    "//{}",
    "///{}",
    "////{}",
    "/\\{}",
    "\\\\{}",
    "\\/{}",
    "/\t/{}",
    "/\n/{}",
    "\t//{}",
    " //{}",
    "http:{}",
    "http:/{}",
    "https:\\\\{}",
    "hTTp://{}",
    "ftp://{}",
    "//{}\\@testserver/",
    "http://testserver@{}/",
    "http://testserver\\.{}",
    "\x00//{}",
    "\u00a0//{}",
    "//{}#testserver",
    "//{}?testserver",
)
OTHERS = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "javascript://testserver/%0aalert(1)",
    "mailto:a@b.ca",
    "file:///etc/passwd",
    "blob:x",
    "about:blank",
    "x:y",
    "\x01javascript:x",
    "//",
    "///",
    "\\",
    "//;@evil.example",
    "http://",
    "http:///evil.example",
    "/%0d%0aLocation:%20//evil.example",
    "/\r\nSet-Cookie: a=b",
)
TARGETS = [*(form.format(host) for form, host in itertools.product(FORMS, HOSTS)), *OTHERS]
# What a browser makes of an address that stays here.
HERE = re.compile(r"/(?![/\\])[^\\\t\r\n\x00]*|https?://testserver(/[^\\]*)?")


def test_the_table_is_as_long_as_it_says():
    assert len(set(TARGETS)) >= 200


def test_choosing_a_language_leads_nowhere_else(client):
    led = {
        target: client.post("/accounts/language/", {"language": "en", "next": target})["Location"]
        for target in TARGETS[::8]
    }
    assert {target: to for target, to in led.items() if not HERE.fullmatch(to)} == {}


def test_the_sign_in_library_takes_none_of_them_either():
    taken = [target for target in [*TARGETS, "", None] if get_adapter().is_safe_url(target)]
    # Part of a path: what it says of lines is not read again.
    assert taken == ["/%0d%0aLocation:%20//evil.example"]
    assert get_adapter().is_safe_url("/cases/?q=é&cursor=a%2Fb")


@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/accounts/logout/", "/accounts/reauthenticate/"]
)
def test_signing_in_and_out_leads_nowhere_else(path, client, cast):
    for target in TARGETS[::40]:
        if path != "/accounts/login/":
            client.force_login(cast["reader"])
        form = {"login": "reader@exemple.qc.ca", "password": "mot-de-passe-de-test", "next": target}
        answer = client.post(f"{path}", form)
        assert answer.status_code == 302, (path, answer.status_code)
        assert HERE.fullmatch(answer["Location"]), target
        client.logout()


def test_a_page_that_asks_for_a_sign_in_names_only_itself(client):
    answer = client.get("/cases/?next=//evil.example")
    assert answer["Location"].startswith("/accounts/login/?next=/cases/")


@pytest.mark.parametrize("named", ["HTTP_HOST", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED"])
def test_a_message_carries_the_address_of_the_service(named, client, cast, settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.SITE_URL = "https://peph.exemple.qc.ca"
    form = {"email": "reader@exemple.qc.ca"}
    client.post("/accounts/password/reset/", form, **{named: "evil.example"})
    (message,) = mail.outbox
    addresses = re.findall(r"https?://[^/\s]+", message.body)
    assert addresses
    assert set(addresses) == {"https://peph.exemple.qc.ca"}


def test_a_host_that_is_not_ours_is_refused(client):
    assert client.get("/accounts/login/", headers={"host": "evil.example"}).status_code == 400
