"""Sessions: how long they last, which ones a person has, and ending them."""

import time
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

SIGNED_IN, SEEN = "signed_in_at", "seen_at"
# Opened by the identity provider; with a second factor shown there; where the session there ends.
BY_PROVIDER, PROVIDER_FACTOR, LEAVE_AT = "by_provider", "provider_factor", "leave_at"
# A page does not write to the session when another did so less than that ago.
TOUCH_SECONDS = 60


def has_provider_factor(session: Any, user: Any) -> bool:
    """Whether this very person showed a second factor to the identity provider to open the session."""
    return bool(session.get(PROVIDER_FACTOR) == str(user.pk))


def begin(request: HttpRequest) -> None:
    """Somebody just signed in: the limits are counted from now."""
    request.session[SIGNED_IN] = request.session[SEEN] = time.time()


def seconds_left(request: HttpRequest) -> int:
    """How long the session lasts if nothing more is done in it; 0 once it is over."""
    now = time.time()
    idle = request.session.get(SEEN, now) + settings.SESSION_IDLE_SECONDS - now
    whole = request.session.get(SIGNED_IN, now) + settings.SESSION_COOKIE_AGE - now
    return max(0, int(min(idle, whole)))


def touch(request: HttpRequest) -> None:
    """The person is there: the idle limit is counted from now."""
    now = time.time()
    if SIGNED_IN not in request.session:
        # A session from before the limits: they begin to count now.
        begin(request)
    elif now - request.session[SEEN] >= TOUCH_SECONDS:
        request.session[SEEN] = now
        UserSession.objects.filter(session_key=request.session.session_key).update(
            last_seen_at=timezone.now()
        )


def renew_key(request: HttpRequest) -> None:
    """Another session id for the same session, after one proved again who one is."""
    before = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)


def devices(request: HttpRequest) -> list[UserSession]:
    """The live sessions of who asks, the present one first, then the last used."""
    found = UserSession.objects.purge_and_list(request.user)
    return sorted(
        found, key=lambda each: (not each.is_current(), -each.last_seen_at.timestamp(), each.pk)
    )


def end_sessions(user: Any, *, keep: str | None = None) -> int:
    """End the live sessions of `user`, but for the one with the key `keep`; says how many ended."""
    # A session names its owner inside its signed text only: every live one is read.
    live = Session.objects.filter(expire_date__gt=timezone.now()).exclude(pk=keep or "")
    theirs = [
        session.pk
        for session in live.iterator(chunk_size=500)
        if session.get_decoded().get(SESSION_KEY) == str(user.pk)
    ]
    Session.objects.filter(pk__in=theirs).delete()
    UserSession.objects.filter(user=user).exclude(session_key=keep or "").delete()
    return len(theirs)


def end_one(user: Any, pk: object) -> bool:
    """End one session of `user`; False when there is none of theirs with this key."""
    found = UserSession.objects.filter(user=user, pk=pk).first()
    if found is None:
        return False
    found.end()
    return True


def forget_device(session_key: str | None) -> None:
    """Drop what is kept of the device of a session that ends."""
    UserSession.objects.filter(session_key=session_key or "").delete()
