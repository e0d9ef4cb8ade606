"""Tries to sign in, counted in the database before anything is compared.

Counted first, so that a thousand tries at the same moment compare ten passwords, whatever the number of
processes. A browser where the person signed in before has a count of its own: somebody else who types
wrong passwords under an account closes neither that browser nor the passkeys of its owner.
"""

import datetime as dt
import ipaddress
import math
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import ngettext

from peph import crypto
from peph.accounts.models import SignInCount, User

SALT = "peph.accounts.lockout"
LONGEST_LOCK = dt.timedelta(hours=24)
# A name nobody tried for that long is forgotten, and with it how often it was locked.
FORGOTTEN_AFTER = dt.timedelta(days=2)
BROWSER_SECONDS = 180 * 24 * 3600
MOST_IN_A_BROWSER = 5


@dataclass(frozen=True, slots=True, order=True)
class Counter:
    """A name that tries are counted under, and how many may fail in one window of time.

    `is_shared`: others are counted under it too, as under the address of an office.
    """

    key: str
    most: int
    is_shared: bool = False


def counter(kind: str, name: object) -> Counter:
    """The counter of one name. What it is cannot be read from its key."""
    # Not signed with SECRET_KEY: changing that one must not set every count to zero.
    return Counter(crypto.mark(SALT, f"{kind}:{name}"), settings.SIGN_IN_TRIES)


def password_counters(request: HttpRequest, email: str, *, address: str) -> list[Counter]:
    """What a password typed for `email` counts under, the same whether an account has it or not.

    Somebody signed in who types the password once more counts under their own session's account only.
    """
    email = email.strip().lower()
    if request.user.is_authenticated:
        return [counter("again", request.user.pk)]
    known = known_browsers(request)
    user = User.objects.filter(email=email).only("pk").first() if known else None
    if user is not None and str(user.pk) in known:
        return [counter("browser", known[str(user.pk)])]
    network = counter("address", _network(address))
    by_address = Counter(network.key, settings.SIGN_IN_TRIES_BY_ADDRESS, is_shared=True)
    return sorted([counter("account", email), by_address])


def code_counters(request: HttpRequest, user: User) -> list[Counter]:
    """What a code typed by somebody who gave the right password counts under."""
    if request.user.is_authenticated:
        return [counter("code again", user.pk)]
    nonce = known_browsers(request).get(str(user.pk))
    return [counter("code browser", nonce) if nonce else counter("code", user.pk)]


def take(counters: Iterable[Counter]) -> dt.datetime | None:
    """Count one try under each. None when it may go on; else until when not, and nothing is counted."""
    now = timezone.now()
    with transaction.atomic():
        rows = []
        for each in counters:
            row = _locked(each.key, now)
            if row.locked_until and row.locked_until > now:
                return row.locked_until
            if row.tries >= each.most:
                return row.began_at + _window()
            rows.append(row)
        for row in rows:
            row.tries += 1
            row.save()
    return None


def failed(counters: Iterable[Counter]) -> bool:
    """A try counted before was wrong. Says whether one of the names is locked from now on."""
    now, locks = timezone.now(), False
    with transaction.atomic():
        for each in counters:
            row = _locked(each.key, now)
            row.failed += 1
            if row.failed >= each.most:
                # Twice as long each time, never for good.
                row.locked_until = now + min(_window() * 2 ** min(row.locks, 16), LONGEST_LOCK)
                row.locks += 1
                row.tries = row.failed = 0
                row.began_at = now
                locks = True
            row.save()
    return locks


def succeeded(counters: Iterable[Counter]) -> None:
    """A try counted before was right: the names are clear again.

    A shared one gets back this one try only: one's own account would otherwise be a way to go on
    guessing at others.
    """
    now = timezone.now()
    with transaction.atomic():
        for each in counters:
            if each.is_shared:
                row = _locked(each.key, now)
                row.tries = max(row.tries - 1, row.failed)
                row.save()
            else:
                SignInCount.objects.filter(key=each.key).delete()
    # Apart from the others, whose rows it could otherwise wait for in another order.
    SignInCount.objects.filter(began_at__lt=now - FORGOTTEN_AFTER).delete()


def unlock(user: User) -> int:
    """Forget the tries on an account, passwords and codes; says how many names were locked."""
    names = [
        ("account", user.email),
        ("code", user.pk),
        ("again", user.pk),
        ("code again", user.pk),
    ]
    rows = SignInCount.objects.filter(key__in=[counter(*name).key for name in names])
    locked = rows.filter(locked_until__gt=timezone.now()).count()
    rows.delete()
    return locked


def wait_text(until: dt.datetime) -> str:
    """When one may try again, and what works meanwhile."""
    minutes = max(1, math.ceil((until - timezone.now()).total_seconds() / 60))
    return ngettext(
        "There were too many failed tries. Try again in %(minutes)d minute. Meanwhile you can sign in with a"
        " passkey, or from a browser where you signed in before.",
        "There were too many failed tries. Try again in %(minutes)d minutes. Meanwhile you can sign in with"
        " a passkey, or from a browser where you signed in before.",
        minutes,
    ) % {"minutes": minutes}


# ------------------------------------------------------------------ browsers that are known
def known_browsers(request: HttpRequest) -> dict[str, str]:
    """Account → the mark of this browser, for those who signed in with it before."""
    try:
        found = signing.loads(
            request.COOKIES.get(settings.BROWSER_COOKIE_NAME, ""),
            salt=SALT,
            max_age=BROWSER_SECONDS,
        )
    except signing.BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def remember_browser(request: HttpRequest, response: HttpResponse, user: Any) -> None:
    """Mark the browser of somebody who just signed in."""
    known = known_browsers(request)
    mark = known.pop(str(user.pk), None) or secrets.token_urlsafe(16)
    kept = dict([*known.items()][-(MOST_IN_A_BROWSER - 1) :]) | {str(user.pk): mark}
    response.set_cookie(
        settings.BROWSER_COOKIE_NAME,
        signing.dumps(kept, salt=SALT),
        max_age=BROWSER_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _locked(key: str, now: dt.datetime) -> SignInCount:
    """The row of a counter under its lock, its window begun again when it is over."""
    row, _made = SignInCount.objects.select_for_update().get_or_create(
        key=key, defaults={"began_at": now}
    )
    if row.began_at + _window() <= now:
        row.tries = row.failed = 0
        row.began_at = now
    return row


def _window() -> dt.timedelta:
    return dt.timedelta(seconds=settings.SIGN_IN_WINDOW_SECONDS)


def _network(address: str) -> str:
    """An IPv6 address by its /64: who has one has all of them."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6:
        return str(ipaddress.ip_network(f"{address}/64", strict=False).network_address)
    return address
