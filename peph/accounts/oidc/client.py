"""The protocol: what is asked of the provider, and what of its answers is believed.

Authorization code flow with PKCE, state and nonce. Nothing of an answer counts before the signature,
issuer, audience, times and nonce of the identity token hold. No token is kept.
"""

import base64
import hashlib
import json
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import jwt
from django.conf import settings

# Asymmetric ones only: a token signed with the client's own secret would prove little.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
WELL_KNOWN = "/.well-known/openid-configuration"
SECONDS, MOST_BYTES, KEPT_SECONDS, LEEWAY = 10, 1 << 20, 3600, 60
# How long somebody may take at the provider.
FLOW_SECONDS = 900


class ProviderError(Exception):
    """The provider did not answer as it must: unreachable, or with what is not believed."""


@dataclass(frozen=True)
class Flow:
    """What this browser began; the answer has to belong to it."""

    state: str
    nonce: str
    verifier: str
    at: float
    back_to: str = ""
    # The account of somebody who is signed in and only proves again who they are.
    confirms: str = ""

    @property
    def is_over(self) -> bool:
        return time.time() - self.at > FLOW_SECONDS


def new_flow(*, back_to: str = "", confirms: str = "") -> Flow:
    """A flow that begins now."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Flow(state, nonce, verifier, time.time(), back_to, confirms)


# ------------------------------------------------------------------ the provider's own answers
class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The issuer is named in the settings: what it points to elsewhere is not asked."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)
_kept: dict[str, tuple[float, dict[str, Any]]] = {}


def forget() -> None:
    """Ask the provider for its description and its keys again."""
    _kept.clear()


def _ask(url: str, form: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A JSON object. Raises ProviderError for anything else."""
    if not url.startswith(("https://", *settings.OIDC_PLAIN_HTTP)):
        raise ProviderError(f"{url[:80]} is not https.")
    headers = {"Accept": "application/json"}
    if form is not None:
        pair = f"{settings.OIDC_CLIENT_ID}:{settings.OIDC_CLIENT_SECRET}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    data = None if form is None else urlencode(form).encode()
    request = urllib.request.Request(url, data, headers)  # noqa: S310 - the scheme is checked above
    try:
        with _opener.open(request, timeout=SECONDS) as answer:
            read = json.loads(answer.read(MOST_BYTES))
    except (OSError, ValueError, RecursionError) as error:
        raise ProviderError(f"{url[:80]}: {error}") from error
    if not isinstance(read, dict):
        raise ProviderError(f"{url[:80]} answered something else than an object.")
    return read


def _known(url: str) -> dict[str, Any]:
    kept = _kept.get(url)
    if kept is None or time.time() - kept[0] > KEPT_SECONDS:
        kept = _kept[url] = (time.time(), _ask(url))
    return kept[1]


def description() -> dict[str, Any]:
    """What the issuer says of itself. Raises ProviderError when it speaks for another one."""
    found = _known(settings.OIDC_ISSUER.rstrip("/") + WELL_KNOWN)
    if found.get("issuer") != settings.OIDC_ISSUER:
        forget()
        raise ProviderError("The description is that of another issuer.")
    return found


def _endpoint(name: str) -> str:
    address = description().get(name)
    if not isinstance(address, str):
        raise ProviderError(f"The description has no {name}.")
    return address


# ------------------------------------------------------------------ the flow
def address_to_ask(flow: Flow, *, come_back: str, language: str) -> str:
    """Where the browser is sent."""
    digest = hashlib.sha256(flow.verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": settings.OIDC_CLIENT_ID,
        "redirect_uri": come_back,
        "scope": settings.OIDC_SCOPE,
        "state": flow.state,
        "nonce": flow.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        "ui_locales": language,
    }
    if settings.OIDC_FACTOR_ACR:
        asked["acr_values"] = " ".join(settings.OIDC_FACTOR_ACR)
    if flow.confirms:
        asked |= {"prompt": "login", "max_age": "0"}
    address = _endpoint("authorization_endpoint")
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"


def claims_of(code: str, flow: Flow, *, come_back: str) -> dict[str, Any]:
    """What the provider vouches for, once all of it holds. Raises ProviderError."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": come_back,
        "code_verifier": flow.verifier,
    }
    token = _ask(_endpoint("token_endpoint"), form).get("id_token")
    if not isinstance(token, str):
        raise ProviderError("The answer holds no identity token.")
    return believed(token, flow)


def believed(token: str, flow: Flow) -> dict[str, Any]:
    """The claims of an identity token. Raises ProviderError unless it is for us, of now and of this flow."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            _signing_key(token),
            algorithms=[*ALGORITHMS],
            audience=settings.OIDC_CLIENT_ID,
            issuer=settings.OIDC_ISSUER,
            leeway=LEEWAY,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise ProviderError(f"The identity token: {error}") from error
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if several and claims.get("azp") != settings.OIDC_CLIENT_ID:
        raise ProviderError("The identity token is for somebody else.")
    if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), flow.nonce.encode()):
        raise ProviderError("The identity token belongs to another sign-in.")
    if flow.confirms and not _is_fresh(claims.get("auth_time"), flow):
        raise ProviderError("The provider did not ask again who this is.")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise ProviderError("The identity token names nobody.")
    return claims


def _is_fresh(moment: Any, flow: Flow) -> bool:
    return isinstance(moment, int | float) and moment >= flow.at - LEEWAY


def _signing_key(token: str) -> Any:
    """The key of the issuer that the token names; asked for once more, for keys change."""
    header = jwt.get_unverified_header(token)
    if header.get("alg") not in ALGORITHMS:
        raise ProviderError("The identity token is signed in a way that is not accepted.")
    address = _endpoint("jwks_uri")
    for is_second in (False, True):
        if is_second:
            _kept.pop(address, None)
        keys = [
            key
            for key in jwt.PyJWKSet.from_dict(_known(address)).keys
            if key.public_key_use in (None, "sig") and header.get("kid") in (None, key.key_id)
        ]
        if len(keys) == 1:
            return keys[0].key
    raise ProviderError("No key of the issuer signed the identity token.")


def shows_a_factor(claims: Mapping[str, Any]) -> bool:
    """Whether the provider says that somebody showed more than a password, as the settings understand it."""
    methods = claims.get("amr")
    used = set(methods) if isinstance(methods, list) and all(map(_is_text, methods)) else set()
    return claims.get("acr") in settings.OIDC_FACTOR_ACR or bool(used & {*settings.OIDC_FACTOR_AMR})


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def address_to_leave(come_back: str) -> str | None:
    """Where the session at the provider ends; None when it offers no such place."""
    try:
        place = description().get("end_session_endpoint")
    except ProviderError:
        return None
    if not isinstance(place, str):
        return None
    asked = urlencode({"client_id": settings.OIDC_CLIENT_ID, "post_logout_redirect_uri": come_back})
    return f"{place}{'&' if '?' in place else '?'}{asked}"
