"""Signing in, failing to, signing out, and second factors that come and go, written to the access log."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.signals import password_changed, password_reset
from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from peph.accounts import lockout, sessions
from peph.accounts.models import User
from peph.audit import access_log


@receiver(user_logged_in)
def signed_in(*, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    detail = None
    if request is not None:
        sessions.begin(request)
        used = [each.get("type") for each in get_authentication_records(request, user)]
        detail = {"factor": used[-1]} if used and used[-1] else None
    access_log.record("sign_in", request=request, user=user, obj=user, detail=detail)


@receiver(user_logged_out)
def signed_out(*, request: HttpRequest | None, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        access_log.record("sign_out", request=request, user=user, obj=user)


@receiver(user_login_failed)
def sign_in_failed(
    *, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """Names the account that was tried, never what was typed: it may be a password in the wrong box."""
    tried = credentials.get("email") or credentials.get("username") or ""
    account = User.objects.filter(email=str(tried).strip().lower()).first()
    access_log.record("sign_in_failed", request=request, obj=account, model="accounts.user")


@receiver(factors.authentication_failed)
def factor_failed(*, request: HttpRequest, user: User, **kwargs: Any) -> None:
    access_log.record("factor_failed", request=request, obj=user)


@receiver(factors.authenticator_added)
@receiver(factors.authenticator_removed)
@receiver(factors.authenticator_reset)
def factor_changed(
    *, signal: Any, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    """The other sessions end: whoever holds one of them has not shown the new factor."""
    verb = "factor_removed" if signal is factors.authenticator_removed else "factor_added"
    detail = {"factor": authenticator.type}
    access_log.record(verb, request=request, user=user, obj=user, detail=detail)
    sessions.end_sessions(user, keep=request.session.session_key)


@receiver(factors.authenticator_used)
def factor_used(
    *, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    """A code on paper is used once in a while only: its owner is told."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        detail = {"factor": authenticator.type}
        access_log.record("factor_used", request=request, obj=user, detail=detail)
        get_adapter(request).send_notification_mail("account/email/recovery_code_used", user)


@receiver(password_changed)
def password_was_changed(*, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Their hash no longer fits, so the others are closed anyway; this drops them."""
    sessions.end_sessions(user, keep=request.session.session_key)


@receiver(password_reset)
def password_was_reset(*, user: User, **kwargs: Any) -> None:
    """Who holds the mailbox of an account is not kept out by the tries of others."""
    lockout.unlock(user)
    sessions.end_sessions(user)
