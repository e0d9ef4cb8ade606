"""Signing in, failing to, and signing out, written to the access log."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from peph.accounts.models import User
from peph.audit import access_log


@receiver(user_logged_in)
def signed_in(*, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    access_log.record("sign_in", request=request, user=user, obj=user)


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
