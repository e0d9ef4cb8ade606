"""What every page behind a link has in common: how often it is asked, its language, headers, refusals.

The address is the whole right to be here, so nothing may carry it elsewhere: no referrer, no cache, no
log. It is also what another site cannot know, so the forms need no cookie besides.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cases.models import TaskLink
from cases.services import links
from peph.accounts import throttle
from peph.accounts.middleware import LANGUAGES
from peph.audit import access_log
from peph.context import ENGLISH, FRENCH

# A minute: one person filling in one form, saved as it goes; and everybody behind one address together.
A_LINK, AN_ADDRESS = 60, 300
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}

View = Callable[[HttpRequest, str], HttpResponse]


def public(view: View) -> Any:
    """A page that needs nothing but its address."""

    @login_not_required
    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def answered(request: HttpRequest, token: str) -> HttpResponse:
        with translation.override(_chosen(request) or get_language()):
            response = view(request, token) if _allowed(request, token) else _too_many(request)
        for name, value in HEADERS.items():
            response[name] = value
        # Django would write the address of every refusal into the log of the service.
        setattr(response, "_has_been_logged", True)  # noqa: B010 - its name is Django's
        return response

    return answered


def _allowed(request: HttpRequest, token: str) -> bool:
    client = get_adapter(request).get_client_ip(request)
    # Both are counted, whichever says no.
    counted = [
        throttle.allows("link", token, most=A_LINK),
        throttle.allows("link-client", client, most=AN_ADDRESS),
    ]
    return all(counted)


def _chosen(request: HttpRequest) -> str:
    return LANGUAGES.get(request.GET.get("language", ""), "")


def speaking(request: HttpRequest, link: TaskLink) -> Any:
    """In the recipient's language, unless the reader chose the other one on the page."""
    return translation.override(_chosen(request) or LANGUAGES[link.language])


def address(name: str, request: HttpRequest, token: str) -> str:
    """An address of this link, in the language its reader chose."""
    chosen = request.GET.get("language", "")
    return reverse(name, args=[token]) + (f"?language={chosen}" if chosen in LANGUAGES else "")


def page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page with nothing around it: no menu, no way to anything else."""
    english = (get_language() or "").startswith("en")
    context["other"] = FRENCH if english else ENGLISH
    response = render(request, template, context, status=status)
    response["Content-Language"] = get_language()
    return response


def message(request: HttpRequest, status: int, heading: str, text: str) -> HttpResponse:
    """A page that only says something."""
    return page(request, "link/message.html", {"heading": heading, "text": text}, status)


def closed(request: HttpRequest, token: str = "") -> HttpResponse:
    """One page for whatever opens nothing: it says nothing of anybody."""
    try:
        link = links.find_link(token)
    except Http404:
        link = None
    if link is not None:
        access_log.record("refuse", user=request.user, obj=link, case=link.case_id)
    return message(
        request,
        404,
        _("This link opens nothing"),
        _(
            "It may have been answered already, replaced by a newer one, or called back; or the"
            " address is not complete. If an answer is awaited from you, open the newest message"
            " you received, or write to the person who sent it."
        ),
    )


def _too_many(request: HttpRequest) -> HttpResponse:
    return message(
        request,
        429,
        _("Too many tries"),
        _("Wait a minute, then try again. What was saved is not lost."),
    )
