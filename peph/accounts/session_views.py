"""One's own sessions: where one is signed in, ending one or all the others, staying signed in."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from peph.accounts import sessions
from peph.accounts.devices import device_text
from peph.audit import access_log
from peph.forms import confirmation, is_confirmed
from peph.text import duration_text


@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    """Each session with its device, its network address and its dates."""
    found = sessions.devices(request)
    rows: list[dict[str, Any]] = [
        {
            "pk": each.pk,
            "device": device_text(each.user_agent),
            "address": each.ip,
            "began": each.created_at,
            "seen": each.last_seen_at,
            "is_current": each.is_current(),
        }
        for each in found
    ]
    context = {
        "rows": rows,
        "has_others": any(not row["is_current"] for row in rows),
        "idle_text": duration_text(settings.SESSION_IDLE_SECONDS),
        "whole_text": duration_text(settings.SESSION_COOKIE_AGE),
    }
    return render(request, "account/session_list.html", context)


@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one session of one's own, at once."""
    if not sessions.end_one(request.user, pk):
        raise Http404
    access_log.record("session_ended", request=request, obj=request.user)  # type: ignore[arg-type]
    if not request.session.exists(request.session.session_key or ""):
        # It was this one.
        request.session.flush()
        return redirect("account_login")
    messages.success(request, _("The session has ended."))
    return redirect("account_sessions")


@require_POST
def sessions_end_others(request: HttpRequest) -> HttpResponse:
    """End all sessions but this one, after asking."""
    if not is_confirmed(request):
        return confirmation(
            request,
            title=_("End all other sessions?"),
            text=_("Your other devices are signed out at once. What was not saved there is lost."),
            button=_("End all other sessions"),
            cancel_url=reverse("account_sessions"),
        )
    ended = sessions.end_sessions(request.user, keep=request.session.session_key)
    access_log.record(
        "session_ended",
        request=request,
        obj=request.user,  # type: ignore[arg-type]
        detail={"sessions": ended},
    )
    messages.success(
        request,
        ngettext("%(count)d session has ended.", "%(count)d sessions have ended.", ended)
        % {"count": ended},
    )
    return redirect("account_sessions")


@require_safe
def stay(request: HttpRequest) -> HttpResponse:
    """How many seconds the session lasts. Asking is a sign of life, unless `?peek` says that it is none."""
    return JsonResponse({"seconds": sessions.seconds_left(request)})
