"""Step-up: what gives access or carries data away asks that one proved who one is a short time ago.

The page asks before it is shown. A form may then be typed for an hour; sent later than that, it is kept
while the password is asked, and carried out afterwards.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, overload

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.core.internal.httpkit import serialize_request
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from peph.accounts.sessions import SIGNED_IN
from peph.errors import Forbidden

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_SECONDS = 3600

View = Callable[..., HttpResponseBase]


def is_recent(request: Any, *, margin: int = 0) -> bool:
    """Whether the last proof, sign-in or password given again, is recent enough; `margin` adds seconds."""
    proofs = [each["at"] for each in get_authentication_records(request, request.user)]
    last = max([request.session.get(SIGNED_IN, 0), *proofs])
    return time.time() - last < settings.STEP_UP_SECONDS + margin


def is_recent_for(request: HttpRequest, *, margin: int = FORM_SECONDS) -> bool:
    """The same for what is asked: a form sent may lean on a proof `margin` seconds older than a page."""
    return is_recent(request, margin=0 if request.method in SAFE_METHODS else margin)


def ask(request: HttpRequest) -> HttpResponse:
    """Ask who one is, then come back; a form that was sent is kept until then."""
    methods = get_adapter().get_reauthentication_methods(request.user)
    if not methods:
        # Nothing to prove it with: signing in again is all there is.
        return redirect_to_login(request.get_full_path())
    # What was sent before and never confirmed must not be carried out by a later proof.
    request.session.pop(STATE_SESSION_KEY, None)
    back = request.get_full_path()
    if request.method == "POST":
        request.session[STATE_SESSION_KEY] = {"request": serialize_request(request)}
        # The library finds it again by its path; the query is kept with it.
        back = request.path
    return redirect(f"{methods[0]['url']}?{urlencode({REDIRECT_FIELD_NAME: back})}")


@overload
def step_up(view: View) -> View: ...
@overload
def step_up(*, margin: int) -> Callable[[View], View]: ...
def step_up(view: View | None = None, *, margin: int = FORM_SECONDS) -> Any:
    """Decorate a page: without a recent proof it asks for one, then comes back to where one was.

    `margin` is how much older the proof may be when the form is sent than when the page was asked for.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated and not is_recent_for(request, margin=margin):
                return ask(request)
            return view(request, *args, **kwargs)

        return asked

    return decorate(view) if view else decorate


def require_recent(request: Any, *, reading: bool = False) -> None:
    """The same for a write of the API, where a token is a proof of its own; and for `reading` that carries
    data away. Raises Forbidden.
    """
    if request.method in SAFE_METHODS and not reading:
        return
    if request.auth is None and not is_recent(request):
        raise Forbidden(
            _("Sign in again: this asks for a sign-in of a short time ago, or for a token.")
        )
