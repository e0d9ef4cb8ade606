"""What holds for every request of a person: its language, how long a session lasts, the second factor.

The language is French, unless the person or, in the API, the program asked for English.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from peph.accounts import second_factor, sessions, step_up
from peph.audit import access_log

COOKIE = "peph_language"
LANGUAGES = {"fr": "fr-ca", "en": "en-ca"}


def language_of(request: HttpRequest) -> str:
    """The person's own choice when signed in, else the cookie of this browser, else French.

    In the API the `Accept-Language` header, when sent, comes before both.
    """
    if request.path_info.startswith("/api/") and "Accept-Language" in request.headers:
        return translation.get_language_from_request(request)
    # Without a session cookie nobody is signed in: do not open the session to learn it.
    if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
        return LANGUAGES[request.user.language]
    return LANGUAGES.get(request.COOKIES.get(COOKIE, ""), LANGUAGES["fr"])


class LanguageMiddleware:
    """Sets the language before the view, names it in the answer. Must come after the session's user."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = language_of(request)
        before = translation.get_language()
        translation.activate(language)
        response = self.get_response(request)
        # A streamed answer is still being written after this: it keeps the language.
        if not response.streaming:
            translation.activate(before or settings.LANGUAGE_CODE)
        response.headers.setdefault("Content-Language", language)
        if request.path_info.startswith("/api/"):
            patch_vary_headers(response, ["Accept-Language"])
        return response


class SessionLimitsMiddleware:
    """Ends a session that was idle too long, or began too long ago. Stands after the messages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            if sessions.seconds_left(request) == 0:
                _end(request)
            elif "peek" not in request.GET:
                # Asking how long the session still lasts is no sign of somebody.
                sessions.touch(request)
        return self.get_response(request)


def _end(request: HttpRequest) -> None:
    access_log.record("session_over", request=request, obj=request.user)  # type: ignore[arg-type]
    sessions.forget_device(request.session.session_key)
    request.session.flush()
    request.user = AnonymousUser()
    if not request.path_info.startswith("/api/"):
        messages.info(
            request, _("You were signed out because your session was over. Sign in again.")
        )


# Where somebody who has to add a second factor may still go. Making a token is not among them: it would
# be a way around.
STILL_OPEN = frozenset(
    {
        "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes", "mfa_reauthenticate", "mfa_reauthenticate_webauthn",
        "account_reauthenticate", "account_logout", "account_language", "account_stay",
        "account_change_password", "account_profile", "account_sessions", "account_session_end",
        "account_sessions_end_others", "account_provider_confirm", "account_provider_go_on",
    }
)  # fmt: skip


class SecondFactorMiddleware:
    """Leads whoever has to add a second factor to the page where one does. Stands after the scopes.

    Until the days of grace are over, a line on each page says so. Addresses that nobody signs in for,
    links and the API (which asks by itself), are left alone. The administration site, whose views are
    not ours to decorate, asks for a recent proof here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not getattr(view, "login_required", True) or not request.user.is_authenticated:
            return None
        match = request.resolver_match
        if until := second_factor.due_in(request.session, request.user):
            if until > timezone.now():
                request.second_factor_until = until  # type: ignore[attr-defined]
            elif not (match and match.view_name in STILL_OPEN):
                return redirect("mfa_index")
        if match and "admin" in match.app_names and not step_up.is_recent_for(request):
            return step_up.ask(request)
        return None
