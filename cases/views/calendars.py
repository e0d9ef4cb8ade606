"""One's calendar: the page with its secret address, and the calendar itself for a calendar program."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.serializers.calendars import icalendar_of
from cases.services.calendars import (
    calendar_of,
    events_of,
    feed_of,
    renew_calendar,
    revoke_calendar,
)
from peph.accounts.middleware import LANGUAGES
from peph.audit import access_log
from peph.forms import confirmation, is_confirmed
from peph.pages import refusals


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@refusals
@sensitive_variables("secret", "address")
def calendar(request: HttpRequest) -> HttpResponse:
    """What the calendar holds and whether it has an address; a POST makes one and shows it, this once."""
    feed = feed_of(request.user)
    address = ""
    if request.method == "POST":
        if feed is not None and not is_confirmed(request):
            return confirmation(
                request,
                title=_("Renew the address of your calendar?"),
                text=_("The present address stops at once, in every program that uses it."),
                button=_("Renew the address"),
                cancel_url=reverse("cases:calendar"),
            )
        secret = renew_calendar(request.user, by=request.user)
        address = request.build_absolute_uri(reverse("cases:calendar_feed", args=[secret]))
        feed = feed_of(request.user)
    return render(request, "cases/calendar.html", {"feed": feed, "address": address})


@require_POST
@refusals
def calendar_revoke(request: HttpRequest) -> HttpResponse:
    """End the address, after asking."""
    if not is_confirmed(request):
        return confirmation(
            request,
            title=_("Revoke the address of your calendar?"),
            text=_("The present address stops at once, in every program that uses it."),
            button=_("Revoke the address"),
            cancel_url=reverse("cases:calendar"),
        )
    if revoke_calendar(request.user, by=request.user):
        messages.success(request, _("The address of your calendar is revoked."))
    return redirect("cases:calendar")


@login_not_required
@require_safe
@sensitive_variables("secret")
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar at a secret address: what its owner answers for and may see at this moment."""
    feed = calendar_of(secret)
    if feed is None:
        raise Http404
    user = feed.user
    with override(LANGUAGES[user.language]):
        events = events_of(user)
        content = icalendar_of(user, events, absolute=request.build_absolute_uri)
    # Without the request: its address is the secret.
    access_log.record(
        "list",
        user=user,
        model="cases.followup",
        ids=[each.uid for each in events],
        detail={"calendar": True},
    )
    return HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": 'inline; filename="peph.ics"',
            "Content-Language": LANGUAGES[user.language],
            "X-Robots-Tag": "noindex",
        },
    )
