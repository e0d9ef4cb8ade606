"""Who signs in with more than a password: everybody who may see more than one case.

The rule is here and nowhere else; the middleware applies it to pages, `authentication` to the API.
"""

import datetime as dt
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils import timezone

from peph.accounts import sessions
from peph.accounts.models import SecondFactorState, User
from peph.scopes import scope_of

# What proves more than the password. Codes on paper only stand in for one of these.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def is_asked_of(user: Any) -> bool:
    """Whether somebody has to have a second factor: whoever may see more than one case, or administers.

    An exception on one case is not asked for one; exceptions on two are.
    """
    if not settings.SECOND_FACTOR_REQUIRED:
        return False
    if user.is_staff or user.is_superuser:
        return True
    records: set[Any] = set()
    for (_permission, on), ids in scope_of(user).held.items():
        if on not in settings.GRANTS_ON_ONE_RECORD:
            return True
        records |= ids
    return len(records) > 1


def has_one(user: User, *, without: Authenticator | None = None) -> bool:
    """Whether the account has a second factor, besides `without`."""
    rows = Authenticator.objects.filter(user=user, type__in=FACTORS)
    return rows.exclude(pk=without.pk if without else None).exists()


def due(user: Any) -> dt.datetime | None:
    """The moment from which somebody without a second factor gets no further; None when nothing is due.

    The days of grace begin the first time that one is asked for, at the first page after the first grant.
    """
    if not settings.SECOND_FACTOR_REQUIRED or has_one(user) or not is_asked_of(user):
        return None
    state, _made = SecondFactorState.objects.get_or_create(
        user=user, defaults={"asked_since": timezone.now()}
    )
    if state.asked_since is None:
        state.asked_since = timezone.now()
        state.save(update_fields=["asked_since"])
    return state.asked_since + dt.timedelta(days=settings.SECOND_FACTOR_GRACE_DAYS)


def due_in(session: Any, user: Any) -> dt.datetime | None:
    """The same in a session: one opened by the provider with a factor shown there asks for no other."""
    return None if sessions.has_provider_factor(session, user) else due(user)


def is_overdue(user: Any, session: Any) -> bool:
    """Whether the days of grace are over for who is signed in to this session."""
    until = due_in(session, user)
    return until is not None and until <= timezone.now()
