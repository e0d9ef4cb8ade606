"""Pages of signing in by the provider: going there, coming back, and proving again who one is."""

import logging
from dataclasses import asdict
from typing import Any, cast

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY, resume_request
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from peph.accounts import sessions, step_up
from peph.accounts.identities import account_of
from peph.accounts.models import User
from peph.accounts.oidc import client
from peph.accounts.oidc.client import Flow, ProviderError
from peph.audit import access_log

logger = logging.getLogger(__name__)
FLOW = "oidc_flow"


@never_cache
@login_not_required
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Go to the provider, to come back signed in. By a button only: a link would sign people in unasked."""
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    return _go(request, client.new_flow(back_to=get_next_redirect_url(request) or ""))


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Prove again who one is, at the provider."""
    target = get_next_redirect_url(request) or ""
    if request.method == "POST":
        return _go(request, client.new_flow(back_to=target, confirms=str(request.user.pk)))
    provider = {"provider": settings.OIDC_NAME}
    context = {
        "text": _("What you are about to do needs you to sign in again with %(provider)s.")
        % provider,
        "button": _("Continue with %(provider)s") % provider,
        "action": reverse("account_provider_confirm"),
        "next": target,
    }
    return render(request, "account/provider_confirm.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def go_on(request: HttpRequest) -> HttpResponse:
    """Carry out the form kept while one proved who one is: by a button, for a link writes nothing."""
    target = get_next_redirect_url(request) or ""
    if request.method == "POST" and step_up.is_recent(request):
        return cast(HttpResponse, resume_request(request)) or redirect(settings.LOGIN_REDIRECT_URL)
    context = {
        "text": _("You have confirmed that it is you. What you filled in was kept."),
        "button": _("Go on"),
        "action": reverse("account_provider_go_on"),
        "next": target,
    }
    return render(request, "account/provider_confirm.html", context)


@never_cache
@login_not_required
@require_safe
@sensitive_variables("code", "claims")
def come_back(request: HttpRequest) -> HttpResponse:
    """Back from the provider: whoever it vouches for is signed in, or has proven again who they are."""
    kept = request.session.pop(FLOW, None)
    flow = Flow(**kept) if kept else None
    state, code = request.GET.get("state", ""), request.GET.get("code", "")
    if flow is None or flow.is_over or not constant_time_compare(state, flow.state):
        return _refused(
            request, _("This sign-in was not begun here, or too long ago. Begin again.")
        )
    if not code:
        return _refused(request, _("The sign-in was not completed. Nothing has changed."))
    try:
        claims = client.claims_of(code, flow, come_back=_address(request))
    except ProviderError as error:
        return _failed(request, error)
    user = account_of(settings.OIDC_ISSUER, claims["sub"])
    if flow.confirms:
        return _confirmed(request, flow, user)
    if user is None:
        access_log.record("provider_unknown", request=request, model="accounts.user")
        return _refused(
            request,
            _(
                "%(provider)s knows you, but no account here is linked to it. Ask the person you work with at"
                " the programme, or sign in with your e-mail."
            )
            % {"provider": settings.OIDC_NAME},
        )
    return _sign_in(request, flow, user, has_factor=client.shows_a_factor(claims))


def _sign_in(request: HttpRequest, flow: Flow, user: User, *, has_factor: bool) -> HttpResponse:
    request.session[sessions.BY_PROVIDER] = True
    if settings.OIDC_SIGN_OUT:
        home = request.build_absolute_uri(reverse(settings.LOGIN_URL))
        request.session[sessions.LEAVE_AT] = client.address_to_leave(home)
    if has_factor:
        request.session[sessions.PROVIDER_FACTOR] = str(user.pk)
    else:
        request.session.pop(sessions.PROVIDER_FACTOR, None)
    record_authentication(request, user, method="provider", type="provider" if has_factor else None)
    # Through the same steps as a password: second factor, limits, access log.
    return perform_login(request, Login(user=user, redirect_url=flow.back_to or None))


def _confirmed(request: HttpRequest, flow: Flow, user: User | None) -> HttpResponse:
    # Who began, who is signed in now, and whom the provider knows are one person.
    if user is None or {str(user.pk), str(request.user.pk)} != {flow.confirms}:
        return _refused(request, _("This is not the identity your account is linked to."))
    sessions.renew_key(request)
    record_authentication(request, user, method="provider", reauthenticated=True)
    if STATE_SESSION_KEY in request.session:
        query = urlencode({REDIRECT_FIELD_NAME: flow.back_to})
        return redirect(f"{reverse('account_provider_go_on')}?{query}")
    return redirect(flow.back_to or settings.LOGIN_REDIRECT_URL)


def _go(request: HttpRequest, flow: Flow) -> HttpResponse:
    try:
        address = client.address_to_ask(
            flow, come_back=_address(request), language=get_language() or "fr-ca"
        )
    except ProviderError as error:
        return _failed(request, error)
    request.session[FLOW] = asdict(flow)
    return redirect(address)


def _address(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("account_provider_back"))


def _failed(request: HttpRequest, error: ProviderError) -> HttpResponse:
    # For whoever runs the service; the person reads what they can do.
    logger.warning("Signing in by the provider: %s", access_log.clean(error))
    access_log.record("provider_failed", request=request, model="accounts.user")
    return _refused(
        request,
        _("%(provider)s did not answer as it should. Try again later, or sign in with your e-mail.")
        % {"provider": settings.OIDC_NAME},
    )


def _refused(request: HttpRequest, text: Any) -> HttpResponse:
    messages.error(request, text)
    is_in = request.user.is_authenticated
    return redirect(settings.LOGIN_REDIRECT_URL if is_in else settings.LOGIN_URL)
