"""What the sign-in library asks of us: accounts are not opened here, mail is in the person's language."""

import re
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from peph.accounts import identities, lockout, services, sessions
from peph.accounts.middleware import LANGUAGES
from peph.accounts.models import User
from peph.audit import access_log

# How one confirms who one is, by the names the library has for it.
WAYS = {
    "reauthenticate": _("Use your password"),
    "mfa_reauthenticate": _("Use a code"),
    "mfa_reauthenticate:webauthn": _("Use a passkey"),
}

OF_PROVIDER = {"allauth.mfa.stages.AuthenticateStage": "peph.accounts.oidc.stages.FactorStage"}


# A path, and nothing that a browser could read as another host, another scheme or a second line.
_HERE = re.compile(r"/(?![/\\])[^\\\x00-\x1f\x7f]*")


def stays_here(target: str | None) -> bool:
    """Whether a browser sent to this address stays in the service."""
    return bool(target and _HERE.fullmatch(target))


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up closed; one address an account, the one on `User`."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail or the password is not right."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_password": _("This is not your password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str | None) -> bool:
        return stays_here(url)

    def is_ajax(self, request: HttpRequest) -> bool:
        # The library's JSON answers repeat what was typed in the form, the password too.
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """The account with this very address; the try is counted before the password is compared.

        The library keeps a copy of addresses of its own; an old one there must open nothing.
        """
        email = str(credentials.get("email", "")).lower()
        counters = lockout.password_counters(request, email, address=self.get_client_ip(request))
        if until := lockout.take(counters):
            account = User.objects.filter(email=email).first()
            access_log.record("sign_in_locked", request=request, obj=account, model="accounts.user")
            raise ValidationError(lockout.wait_text(until), code="too_many_login_attempts")
        user = super().authenticate(request, **credentials)
        if user and user.email == email:
            lockout.succeeded(counters)
            return user
        if lockout.failed(counters):
            account = User.objects.filter(email=email).first()
            access_log.record("account_locked", request=request, obj=account, model="accounts.user")
        return None

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Nothing: the library would count in the cache, which processes do not share."""

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response = super().post_login(request, user, **kwargs)
        lockout.remember_browser(request, response, user)
        return response

    def get_login_stages(self) -> list[str]:
        stages = super().get_login_stages()
        if not settings.OIDC_ISSUER:
            return stages
        return [OF_PROVIDER.get(stage, stage) for stage in stages]

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        ways = [
            way | {"description": WAYS[way["id"]]}
            for way in super().get_reauthentication_methods(user)
        ]
        if settings.OIDC_ISSUER and identities.is_linked(user, settings.OIDC_ISSUER):
            by_provider = {
                "id": "provider",
                "url": reverse("account_provider_confirm"),
                "description": gettext("Use %(provider)s") % {"provider": settings.OIDC_NAME},
            }
            # First for whoever came that way: they may have no password to give.
            ways.insert(
                0 if sessions.BY_PROVIDER in self.request.session else len(ways), by_provider
            )
        return ways

    def logout(self, request: HttpRequest) -> None:
        sessions.forget_device(request.session.session_key)
        super().logout(request)

    def set_password(self, user: User, password: str) -> None:
        services.set_password(user, password)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_profile")

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        # With the person, for the language of the message; to the address that is tracked.
        super().send_notification_mail(
            template_prefix, user, {**(context or {}), "user": user}, email or user.email
        )

    def get_reset_password_from_key_url(self, key: str) -> str:
        # Where the service is reached, never what the request called it: anybody may ask for the message.
        path = urlsplit(super().get_reset_password_from_key_url(key)).path
        return settings.SITE_URL + path

    def format_email_subject(self, subject: str) -> str:
        return f"{settings.SITE_NAME} – {subject}"

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """The message, in the language of the person it goes to when that is known."""
        user = context.get("user")
        language = LANGUAGES[user.language] if user else translation.get_language()
        context["site_url"] = f"{settings.SITE_URL}/"
        with translation.override(language):
            return super().render_mail(template_prefix, email, context, headers)
