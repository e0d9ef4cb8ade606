"""Signing in and out (the sign-in library's views with our forms), one's own account and tokens.

The library's views are subclassed here, not mounted as they are, so that what they write is written
by our services, in a change of its own.
"""

import uuid
from typing import Any, cast

from allauth.account import views as library
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from peph.accounts import forms, services, sessions
from peph.accounts.adapter import stays_here
from peph.accounts.middleware import COOKIE
from peph.accounts.models import ApiToken, User
from peph.accounts.step_up import step_up
from peph.errors import Conflict, DomainError
from peph.forms import confirmation, is_confirmed
from peph.views import refused

A_YEAR = 365 * 24 * 3600


class Login(library.LoginView):
    form_class = forms.LoginForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        provider = settings.OIDC_NAME if settings.OIDC_ISSUER else ""
        return super().get_context_data(**kwargs) | {"provider": provider}


class Logout(library.LogoutView):
    """The browser forgets what it kept of this service, on a shared machine too."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        leave = self.request.session.get(sessions.LEAVE_AT)
        response = super().post(*args, **kwargs)
        if leave:
            response = redirect(leave)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


class PasswordReset(library.PasswordResetView):
    form_class = forms.ResetPasswordForm


class PasswordResetFromKey(library.PasswordResetFromKeyView):
    form_class = forms.ResetPasswordKeyForm


class PasswordChange(library.PasswordChangeView):
    """Whoever signs in by an identity provider alone has no password: the page says so."""

    form_class = forms.ChangePasswordForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not request.user.has_usable_password():
            return refused(request, Conflict(_("Your account has no password to change.")))
        return super().dispatch(request, *args, **kwargs)


class Reauthenticate(library.ReauthenticateView):
    """The password once more; the session then has another id."""

    form_class = forms.ReauthenticateForm

    def form_valid(self, form: Any) -> HttpResponse:
        sessions.renew_key(self.request)
        return super().form_valid(form)


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language: kept on the account of who is signed in, in a cookie for the others."""
    chosen = request.POST.get("language", "")
    target = request.POST.get("next", "")
    if not stays_here(target):
        target = reverse(settings.LOGIN_REDIRECT_URL)
    # Not `redirect`, which takes what is no address for the name of a view.
    response = HttpResponseRedirect(target)
    if chosen in User.Language:
        if request.user.is_authenticated:
            services.set_language(request.user, chosen, by=request.user)
        response.set_cookie(
            COOKIE,
            chosen,
            max_age=A_YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


@require_safe
def profile(request: HttpRequest) -> HttpResponse:
    """Who one is here, one's language, one's API tokens."""
    return _profile(request, forms.TokenForm())


@never_cache
@require_POST
@step_up(margin=0)
@sensitive_variables("plain")
def token_new(request: HttpRequest) -> HttpResponse:
    """Create a token and show it, this once: the answer is the page itself, nothing is kept of it."""
    form = forms.TokenForm(request.POST)
    if not form.is_valid():
        return _profile(request, form, status=400)
    try:
        person = _person(request)
        plain = services.issue_token(person, by=person, **form.cleaned_data)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("account_profile")
    return _profile(request, forms.TokenForm(), plain=plain)


@require_POST
def token_revoke(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Revoke a token of one's own, after asking."""
    person = _person(request)
    token: ApiToken = get_object_or_404(ApiToken.objects.filter(user=person), pk=pk)
    if not is_confirmed(request):
        return confirmation(
            request,
            title=_("Revoke “%(label)s”?") % {"label": token.label},
            text=_("Programs that use this token stop working at once."),
            button=_("Revoke the token"),
            cancel_url=reverse("account_profile"),
        )
    services.revoke_token(person, pk, by=person)
    messages.success(request, _("The token is revoked."))
    return redirect("account_profile")


def _person(request: HttpRequest) -> User:
    """Who is signed in: the site lets nobody else come here."""
    return cast(User, request.user)


def _profile(
    request: HttpRequest, form: Any, *, plain: str = "", status: int = 200
) -> HttpResponse:
    person = _person(request)
    context = {
        "facts": [(_("Name"), person.get_full_name()), (_("E-mail"), person.email)],
        "language_form": forms.LanguageForm(initial={"language": person.language}),
        "token_form": form,
        "tokens": ApiToken.objects.filter(user=person),
        "plain": plain,
    }
    return render(request, "account/profile.html", context, status=status)
