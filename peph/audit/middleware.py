"""The request's side of the history: its context, the receipt of its writes, and views that are not ours."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from uuid_utils import compat

from peph.audit import context, verbs
from peph.audit.changes import SYSTEM, change

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Packages whose views open their own change; the administration site's are Django's wherever they stand.
OURS = ("peph", "organizations", "cases", "auditing", "privacy")
CHANNELS = (("/api/", "api"), ("/admin/", "admin"), ("/link/", "link"))
RECEIPT_HEADER = "Change-Set"
# The field of every form of the administration site; change() seals nothing there without it.
ADMIN_REASON = "reason_for_change"


class AuditMiddleware:
    """Stands last, so that the views it wraps are run with the person and the language known."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        running = context.Context(
            channel=channel_of(request.path_info),
            request_id=compat.uuid7(),
            is_safe=request.method in SAFE_METHODS,
        )
        with context.entered(running):
            response = self.get_response(request)
        if running.receipts:
            response[RECEIPT_HEADER] = ", ".join(running.receipts)
        return response

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        """Run a POST of a library's view inside a change, with the route as its verb."""
        if request.method in SAFE_METHODS or not is_foreign(request, view):
            return None
        user = getattr(request, "user", None)
        by = user if getattr(user, "is_authenticated", False) else SYSTEM
        reason = request.POST.get(ADMIN_REASON, "").strip()
        with change(by=by, verb=verb_of(request), reason=reason):
            return view(request, *args, **kwargs)


def channel_of(path: str) -> str:
    """The channel a path belongs to; an ordinary page where nothing else is said."""
    return next((channel for prefix, channel in CHANNELS if path.startswith(prefix)), "page")


def is_foreign(request: HttpRequest, view: Callable[..., HttpResponse]) -> bool:
    """Whether nobody of ours wrote this view, so that it opens no change."""
    match = request.resolver_match
    if match is not None and "admin" in match.app_names:
        return True
    return view.__module__.partition(".")[0] not in OURS


def verb_of(request: HttpRequest) -> str:
    """The verb of a form that is not ours: its route."""
    match = request.resolver_match
    name = (match.view_name if match else "") or "unnamed"
    return (verbs.FOREIGN + name.replace(":", "."))[:100]
