"""Pages of the site itself: is it alive, is it ready, robots, and what a refusal looks like."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from peph.audit.triggers import install
from peph.errors import DomainError

# A good answer is kept that long: comparing migrations and triggers is too dear for an open address.
READY, READY_SECONDS = "peph:ready", 30
# What the packages above this one need before anybody is served: name → whether it is there.
_needs: dict[str, Callable[[], bool]] = {}
PAGES = {403: "403.html", 409: "409.html", 412: "412.html"}


def register_need(name: str, is_met: Callable[[], bool]) -> None:
    """Let `readyz` ask this as well; once at start-up."""
    _needs[name] = is_met


@login_not_required
@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing of the database."""
    return JsonResponse({"status": "ok"})


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The service can work: database reached, migrations applied, history triggers in place."""
    parts = {"database": _reachable()}
    if parts["database"]:
        parts |= _installed()
    if all(parts.values()):
        parts |= {name: is_met() for name, is_met in _needs.items()}
    ready = all(parts.values())
    answer = {name: "ok" if good else "failed" for name, good in parts.items()}
    return JsonResponse(
        {"status": "ok" if ready else "failed", **answer}, status=200 if ready else 503
    )


def _reachable() -> bool:
    try:
        with connection.cursor() as db:
            db.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _installed() -> dict[str, bool]:
    if cache.get(READY):
        return {"migrations": True, "history": True}
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    found = {"migrations": not pending, "history": not install.check(connection)}
    if all(found.values()):
        cache.set(READY, True, READY_SECONDS)
    return found


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Nothing here is for search engines."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")


def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The page of a `DomainError`: its message, its status."""
    page = PAGES.get(error.status_code, "400.html")
    return render(request, page, {"message": str(error)}, status=error.status_code)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return render(request, "400.html", {"message": ""}, status=400)


def permission_denied(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return render(request, "403.html", {"message": ""}, status=403)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """The same bytes for what does not exist and for what the reader may not see."""
    return render(request, "404.html", status=404)


def too_many_requests(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return render(request, "429.html", status=429)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form sent from a page too old, or from elsewhere. The reason is for the log, not for people."""
    return render(request, "csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Written with no context at all: whatever failed may be what the usual page needs."""
    return render(None, "500.html", status=500)
