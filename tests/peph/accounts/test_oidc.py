"""Signing in by an identity provider: a real one, in a process of its own, and tokens forged by hand."""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import NoReverseMatch, reverse

from peph.accounts import identities, services, sessions
from peph.accounts.models import Identity, User
from peph.accounts.oidc import client as protocol
from peph.audit.changes import SYSTEM
from peph.audit.models import AccessLog
from peph.errors import Conflict, Invalid
from tests.engines import once
from tests.peph.accounts.conftest import PASSWORD

SUBJECT = "7f3c-lea"
BEGIN, BACK, CONFIRM = (f"/accounts/provider/{end}" for end in ("", "back/", "confirm/"))
PROFILE = "/accounts/profile/"

pytestmark = once


class Provider:
    """The provider, and what a person does at it."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"

    def knows(self, subject: str, **claims: Any) -> None:
        self._send(f"{self.issuer}/users/{subject}", json.dumps(claims), "PUT", "application/json")

    def signs_in(self, address: str, subject: str) -> str:
        """The address the browser is sent back to."""
        form = urllib.parse.urlencode({"sub": subject})
        return self._send(address, form, "POST", "application/x-www-form-urlencoded")

    def _send(self, address: str, body: str, method: str, kind: str) -> str:
        request = urllib.request.Request(
            address, body.encode(), {"Content-Type": kind}, method=method
        )
        try:
            with protocol._opener.open(request, timeout=10) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.headers["Location"]


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    process = subprocess.Popen(
        [
            sys.executable, "-W", "ignore", "-m", "oidc_provider_mock",
            "--host", "127.0.0.1", "--port", str(port),
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    end = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            assert time.monotonic() < end
            assert process.poll() is None
    yield Provider(port)
    process.terminate()
    process.wait(10)


def switched_on(settings: Any, issuer: str) -> None:
    settings.OIDC_ISSUER, settings.OIDC_NAME = issuer, "Identité Québec"
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = "peph", "s" * 40
    settings.ROOT_URLCONF = "tests.peph.accounts.oidc_urls"
    protocol.forget()


@pytest.fixture
def provider(running: Provider, settings: Any) -> Provider:
    switched_on(settings, running.issuer)
    running.knows(SUBJECT, email="lea.roy@exemple.qc.ca")
    return running


@pytest.fixture
def linked(person: User, settings: Any) -> User:
    identities.link(
        person, by=SYSTEM, issuer=settings.OIDC_ISSUER, subject=SUBJECT, reason="Vérifiée"
    )
    return person


def through(client: Client, provider: Provider, subject: str = SUBJECT, **form: str) -> Any:
    """Press the button, sign in at the provider, come back."""
    asked = client.post(form.pop("at", BEGIN), form)
    assert asked["Location"].startswith(provider.issuer), asked["Location"]
    back = provider.signs_in(asked["Location"], subject)
    assert back.startswith(f"http://testserver{BACK}?")
    return client.get(back.removeprefix("http://testserver"))


def said(client: Client) -> str:
    """What stands above the next page."""
    page = client.get("/accounts/login/").content.decode()
    return page.partition('id="messages"')[2].partition("<main")[0]


def test_without_a_provider_there_is_no_trace_of_one(client: Client, db: None) -> None:
    with pytest.raises(NoReverseMatch):
        reverse("account_provider")
    assert "provider" not in client.get("/accounts/login/").content.decode()
    assert client.post(BEGIN).status_code == 404
    with pytest.raises(CommandError) as refused:
        call_command("link_identity", "lea.roy", "x", "--reason", "x")
    assert refused.value.returncode == 2


def test_sign_in_with_the_provider_opens_the_linked_account(
    client: Client, provider: Provider, linked: User
) -> None:
    assert "Identité Québec" in client.get("/accounts/login/").content.decode()
    asked = client.post(BEGIN, {"next": "/help/"})
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(asked["Location"]).query)
    assert (query["code_challenge_method"], query["response_type"]) == (["S256"], ["code"])
    answer = through(client, provider, next=PROFILE)
    assert answer["Location"] == PROFILE
    assert client.get(PROFILE).status_code == 200
    row = AccessLog.objects.get(verb="sign_in")
    assert row.object_id == str(linked.pk)


def test_an_identity_that_nobody_linked_opens_nothing(
    client: Client, provider: Provider, person: User
) -> None:
    """Not even one with the very address of an account."""
    provider.knows("other", email=person.email, email_verified=True)
    assert through(client, provider, "other")["Location"] == "/accounts/login/"
    assert "aucun compte" in said(client)
    assert client.get(PROFILE).status_code == 302
    assert AccessLog.objects.filter(verb="provider_unknown").count() == 1
    assert User.objects.filter(email=person.email).count() == 1


def test_a_closed_account_is_opened_by_nothing(
    client: Client, provider: Provider, linked: User
) -> None:
    assert identities.account_of(provider.issuer, SUBJECT) == linked
    services.deactivate(linked, by=SYSTEM, reason="Départ")
    assert through(client, provider)["Location"] == "/accounts/login/"
    assert client.get(PROFILE).status_code == 302


def test_an_address_that_changes_at_the_provider_changes_nothing(
    client: Client, provider: Provider, linked: User, english_person: User
) -> None:
    provider.knows(SUBJECT, email=english_person.email, email_verified=True)
    through(client, provider)
    assert client.session["_auth_user_id"] == str(linked.pk)


def test_the_provider_alone_opens_no_more_than_the_password(
    client: Client, provider: Provider, linked: User
) -> None:
    Authenticator.objects.create(user=linked, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert through(client, provider)["Location"] == reverse("mfa_authenticate")
    assert client.get(PROFILE).status_code == 302


@pytest.mark.parametrize(
    ("claims", "counts"),
    [
        ({"amr": ["pwd", "mfa"]}, True),
        ({"acr": "urn:qc:niveau:3"}, True),
        ({"amr": ["pwd"], "acr": "urn:qc:niveau:1"}, False),
        ({"amr": "mfa"}, False),
        ({"amr": [["mfa"]]}, False),
    ],
)
def test_a_factor_shown_to_the_provider_counts_where_the_settings_say_so(
    claims: dict[str, Any],
    counts: bool,
    client: Client,
    provider: Provider,
    linked: User,
    settings: Any,
) -> None:
    settings.OIDC_FACTOR_AMR, settings.OIDC_FACTOR_ACR = ["mfa"], ["urn:qc:niveau:3"]
    settings.SECOND_FACTOR_REQUIRED, settings.SECOND_FACTOR_GRACE_DAYS = True, 0
    Authenticator.objects.create(user=linked, type=Authenticator.Type.TOTP, data={"secret": "x"})
    provider.knows(SUBJECT, **claims)
    landed = through(client, provider, next=PROFILE)["Location"]
    assert landed == (PROFILE if counts else reverse("mfa_authenticate"))
    provider.knows(SUBJECT)


def test_a_factor_shown_by_somebody_else_counts_for_nobody(
    client: Client, provider: Provider, person: User, english_person: User
) -> None:
    """A session that was opened by one person, and turns to another one."""
    session = client.session
    session[sessions.PROVIDER_FACTOR] = str(english_person.pk)
    session.save()
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "x"})
    form = {"login": person.email, "password": PASSWORD}
    assert client.post("/accounts/login/", form)["Location"] == reverse("mfa_authenticate")


def test_an_answer_nobody_asked_for_opens_nothing(
    client: Client, provider: Provider, linked: User
) -> None:
    """Of another browser, with another state, or a second time."""
    asked = client.post(BEGIN)
    back = provider.signs_in(asked["Location"], SUBJECT).removeprefix("http://testserver")
    other = Client()
    other.post(BEGIN)
    assert other.get(back)["Location"] == "/accounts/login/"
    assert client.get(f"{BACK}?code=x&state=y")["Location"] == "/accounts/login/"
    # The first wrong answer ended what was begun.
    assert client.get(back)["Location"] == "/accounts/login/"
    for each in (client, other):
        assert each.get(PROFILE).status_code == 302


def test_nothing_is_begun_by_a_link(client: Client, provider: Provider) -> None:
    assert client.get(BEGIN).status_code == 405


def test_no_token_of_the_provider_is_kept(client: Client, provider: Provider, linked: User) -> None:
    through(client, provider)
    kept = json.dumps(dict(client.session.items()))
    assert "eyJ" not in kept
    assert protocol.settings.OIDC_CLIENT_SECRET not in kept


def test_signing_out_ends_the_session_here(
    client: Client, provider: Provider, linked: User
) -> None:
    """And leads to where the one at the provider ends."""
    through(client, provider)
    answer = client.post("/accounts/logout/")
    assert answer["Location"].startswith(f"{provider.issuer}/")
    assert (
        "post_logout_redirect_uri=http%3A%2F%2Ftestserver%2Faccounts%2Flogin%2F"
        in answer["Location"]
    )
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get(PROFILE).status_code == 302


def test_who_came_by_the_provider_proves_again_there(
    client: Client, provider: Provider, linked: User
) -> None:
    through(client, provider)
    session = client.session
    session[sessions.SIGNED_IN] = time.time() - 3600
    session["account_authentication_methods"] = []
    session.save()
    linked.set_unusable_password()
    key = client.session.session_key
    asked = client.post("/accounts/tokens/new/", {"label": "x", "days": 3})
    assert asked["Location"].startswith(CONFIRM)
    assert "Identité Québec" in client.get(asked["Location"]).content.decode()
    target = urllib.parse.parse_qs(urllib.parse.urlsplit(asked["Location"]).query)["next"][0]
    kept = through(client, provider, at=CONFIRM, next=target)["Location"]
    assert client.session.session_key != key
    assert client.get(kept).status_code == 200
    assert linked.auth_token_set.count() == 0
    # The kept form is carried out by a button: coming back from elsewhere is a link.
    assert client.post(kept.split("?")[0], {"next": target}).status_code == 200
    assert linked.auth_token_set.count() == 1


def test_somebody_else_at_the_provider_proves_nothing(
    client: Client, provider: Provider, linked: User, english_person: User
) -> None:
    identities.link(
        english_person, by=SYSTEM, issuer=provider.issuer, subject="other", reason="Vérifiée"
    )
    through(client, provider)
    before = client.session["account_authentication_methods"]
    assert through(client, provider, "other", at=CONFIRM, next=PROFILE)["Location"] == "/"
    assert client.session["account_authentication_methods"] == before
    assert client.session["_auth_user_id"] == str(linked.pk)


def test_a_provider_that_does_not_answer_is_said_in_plain_words(
    client: Client, db: None, settings: Any
) -> None:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        switched_on(settings, f"http://127.0.0.1:{found.getsockname()[1]}")
    assert client.post(BEGIN)["Location"] == "/accounts/login/"
    assert "n’a pas répondu comme prévu" in said(client)
    assert AccessLog.objects.filter(verb="provider_failed").count() == 1


def test_a_description_of_another_issuer_is_refused(
    client: Client, provider: Provider, settings: Any
) -> None:
    settings.OIDC_ISSUER = provider.issuer.replace("127.0.0.1", "localhost") + "/"
    protocol.forget()
    with pytest.raises(protocol.ProviderError, match="another issuer"):
        protocol.description()


# ------------------------------------------------------------------ tokens forged by hand
KEY, OTHER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
FLOW = protocol.new_flow()


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    sound = {
        "iss": "https://issuer.example", "aud": "peph", "sub": SUBJECT, "iat": now, "exp": now + 60,
        "nonce": FLOW.nonce,
    }  # fmt: skip
    return {name: value for name, value in (sound | changed).items() if value is not None}


def signed(key: Any = KEY, *, algorithm: str = "ES256", kid: str = "k", **changed: Any) -> str:
    return jwt.encode(claims(**changed), key, algorithm=algorithm, headers={"kid": kid})


FORGED: dict[str, Callable[[], str]] = {
    "another key": lambda: signed(OTHER),
    "a key nobody has": lambda: signed(OTHER, kid="unknown"),
    "no signature": lambda: signed("", algorithm="none"),
    "the client's secret": lambda: signed("s" * 40, algorithm="HS256"),
    "another issuer": lambda: signed(iss="https://other.example"),
    "for another service": lambda: signed(aud="other"),
    "for several, by another": lambda: signed(aud=["peph", "other"], azp="other"),
    "over": lambda: signed(exp=int(time.time()) - 3600),
    "not yet": lambda: signed(nbf=int(time.time()) + 3600),
    "without an end": lambda: signed(exp=None),
    "of another sign-in": lambda: signed(nonce="other"),
    "of no sign-in": lambda: signed(nonce=None),
    "of nobody": lambda: signed(sub=None),
    "altered": lambda: signed()[:-6] + "AAAAAA",
    "no token": lambda: "x.y.z",
}


@pytest.fixture
def issuer(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    switched_on(settings, "https://issuer.example")
    key = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(KEY.public_key())) | {"kid": "k"}
    answers = {
        f"https://issuer.example{protocol.WELL_KNOWN}": {
            "issuer": "https://issuer.example", "jwks_uri": "https://issuer.example/keys",
        },
        "https://issuer.example/keys": {"keys": [key]},
    }  # fmt: skip
    monkeypatch.setattr(protocol, "_ask", lambda url, form=None: answers[url])


def test_a_sound_token_is_believed(issuer: None) -> None:
    assert protocol.believed(signed(), FLOW)["sub"] == SUBJECT
    assert protocol.believed(signed(aud=["peph", "other"], azp="peph"), FLOW)["sub"] == SUBJECT


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_a_token_that_is_not_as_it_must_be_opens_nothing(
    forge: Callable[[], str], issuer: None
) -> None:
    with pytest.raises(protocol.ProviderError):
        protocol.believed(forge(), FLOW)


def test_who_proves_again_was_asked_again(issuer: None) -> None:
    flow = protocol.Flow(FLOW.state, FLOW.nonce, FLOW.verifier, FLOW.at, confirms="x")
    assert protocol.believed(signed(auth_time=int(time.time())), flow)["sub"] == SUBJECT
    for moment in (None, int(time.time()) - 3600, "now"):
        with pytest.raises(protocol.ProviderError, match="ask again"):
            protocol.believed(signed(auth_time=moment), flow)


# ------------------------------------------------------------------ linking
def test_an_identity_opens_one_account_and_an_account_has_one(
    person: User, english_person: User, settings: Any
) -> None:
    settings.OIDC_ISSUER = "https://issuer.example"
    call_command("link_identity", person.email, "abc", "--reason", "Vérifiée au téléphone")
    for user, subject in ((english_person, "abc"), (person, "def")):
        with pytest.raises(Conflict):
            identities.link(
                user, by=SYSTEM, issuer=settings.OIDC_ISSUER, subject=subject, reason="x"
            )
    with pytest.raises(Invalid):
        identities.link(english_person, by=SYSTEM, issuer="x", subject="def", reason=" ")
    call_command("link_identity", person.email, "--end", "--reason", "Départ")
    assert identities.account_of(settings.OIDC_ISSUER, "abc") is None
    kinds = Identity.history.order_by("history_id").values_list("history_type", flat=True)
    assert list(kinds) == ["+", "-"]
