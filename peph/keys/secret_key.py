"""Changing SECRET_KEY: the next one is known everywhere before it signs, the old one until nothing needs it.

SECRET_KEY=old                       SECRET_KEY_NEXT=new             everybody reads what new signs
SECRET_KEY=new                       SECRET_KEY_FALLBACKS=old        everybody signs with new
SECRET_KEY=new                                                       old is worth nothing
"""

import datetime as dt
import secrets

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import signing
from django.utils import timezone

from peph.keys.steps import (
    RESTART,
    Refused,
    Step,
    check_nothing_was_restarted,
    publish,
    record,
    recorded,
    still_signed,
)

KIND = "SECRET_KEY"


def rotate(*, restarted: bool = False, at_once: bool = False) -> Step:
    """One step. `restarted`: every process runs with the present settings; `at_once`: wait for nothing.

    Raises Refused for settings that no step leads to.
    """
    following, before = settings.SECRET_KEY_NEXT, settings.SECRET_KEYS_BEFORE
    if following and before or len(before) > 1 or settings.SECRET_KEY in (following, *before):
        raise Refused(
            "SECRET_KEY_NEXT and SECRET_KEY_FALLBACKS hold more than one other key. Keep the one this change"
            " is about; an older one is retired by taking it out."
        )
    if before:
        return _retire(before[0], restarted=restarted, at_once=at_once)
    if following:
        return _promote(following, restarted=restarted)
    check_nothing_was_restarted(restarted)
    return _prepare()


def _prepare() -> Step:
    step, new = Step(), secrets.token_urlsafe(50)
    _publish(step, {"SECRET_KEY_NEXT": new})
    record(KIND, "prepared", new)
    return step.say("Step 1 of 3: the next SECRET_KEY is made; it signs nothing yet.").say(RESTART)


def _promote(following: str, *, restarted: bool) -> Step:
    step = Step()
    if not restarted:
        return step.say("Step 1 of 3 was made.").say(RESTART)
    values = {
        "SECRET_KEY": following,
        "SECRET_KEY_FALLBACKS": settings.SECRET_KEY,
        "SECRET_KEY_NEXT": "",
    }
    _publish(step, values)
    record(KIND, "promoted", following)
    step.say("Step 2 of 3: the new SECRET_KEY signs; what the old one signed stays valid.")
    return step.say(RESTART)


def _retire(old: str, *, restarted: bool, at_once: bool) -> Step:
    step = Step()
    if not restarted:
        return step.say("Step 2 of 3 was made.").say(RESTART)
    since = recorded(KIND, "everywhere", settings.SECRET_KEY)
    if since is None:
        # Only from now on is it known that no process signs with the old one any more.
        record(KIND, "everywhere", settings.SECRET_KEY)
        since = timezone.now()
    step.say(f"Sessions signed again: {sign_sessions_again()}.")
    left = _left(since)
    if left and not at_once:
        step.said += ["The old key is still needed, nothing was changed:", *left]
        return step.say(
            "Run this again then. If the old key is known to somebody, --at-once: the above stops."
        )
    _publish(step, {"SECRET_KEY_FALLBACKS": ""})
    record(KIND, "retired", old)
    step.is_over = True
    return step.say("Step 3 of 3: the old SECRET_KEY is out. Start every process again once more.")


def _publish(step: Step, values: dict[str, str]) -> None:
    publish(step, values, beside="SECRET_KEY", value=settings.SECRET_KEY)


def _left(since: dt.datetime) -> list[str]:
    until = since + dt.timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    left = still_signed(since)
    if until > timezone.now():
        left.append(f"Links to choose a new password, good until {until:%Y-%m-%d %H:%M} UTC.")
    return left


def sign_sessions_again() -> int:
    """Sign every live session with the present key; says how many only an older one had signed."""
    store, done = SessionStore(), 0
    live = Session.objects.filter(expire_date__gt=timezone.now())
    for key, text in live.values_list("pk", "session_data").iterator(chunk_size=500):
        if _is_signed_now(store, text):
            continue
        kept = store.decode(text)
        if kept:
            # Unless its owner's own request was quicker, and signed it.
            rows = Session.objects.filter(pk=key, session_data=text)
            done += rows.update(session_data=store.encode(kept))
    return done


def _is_signed_now(store: SessionStore, text: str) -> bool:
    try:
        signing.loads(
            text,
            key=settings.SECRET_KEY,
            salt=store.key_salt,
            serializer=store.serializer,
            fallback_keys=[],
        )
    except signing.BadSignature:
        return False
    return True
