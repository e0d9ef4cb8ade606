"""What the sign-in library asks of us: accounts are not opened here, mail is in the person's language."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from peph.accounts import services
from peph.accounts.middleware import LANGUAGES
from peph.accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up closed; one address an account, the one on `User`."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail or the password is not right."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_password": _("This is not your password."),
        "too_many_login_attempts": _(
            "There were too many tries in a short time. Wait a few minutes, then try again."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_ajax(self, request: HttpRequest) -> bool:
        # The library's JSON answers repeat what was typed in the form, the password too.
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """The account with this very address.

        The library keeps a copy of addresses of its own; an old one there must open nothing.
        """
        user = super().authenticate(request, **credentials)
        return user if user and user.email == credentials.get("email", "").lower() else None

    def set_password(self, user: User, password: str) -> None:
        services.set_password(user, password)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_profile")

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
        context["site_url"] = self.request.build_absolute_uri("/")
        with translation.override(language):
            return super().render_mail(template_prefix, email, context, headers)
