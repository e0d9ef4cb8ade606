"""Nobody is served while erasures made before a restore wait to be applied again."""

import time
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from privacy.services import ledger

# A good answer is believed that long by one process; a bad one is asked again at each request.
BELIEVED_SECONDS = 30
# What machines ask of the service itself, whatever state it is in.
ALWAYS = frozenset({"/livez", "/readyz"})


class ErasuresFirstMiddleware:
    """Answer 503 to everything until the list of erasures and the database agree."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.good_until = 0.0

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.ERASURE_LEDGER or request.path in ALWAYS or self._may_serve():
            return self.get_response(request)
        return refused(request)

    def _may_serve(self) -> bool:
        now = time.monotonic()
        if now < self.good_until:
            return True
        if not is_up_to_date():
            return False
        self.good_until = now + BELIEVED_SECONDS
        return True


def is_up_to_date() -> bool:
    """Whether every erasure of the list is in the database; no, when that cannot be told."""
    try:
        return not ledger.problem()
    except DatabaseError:
        return False


def refused(request: HttpRequest) -> HttpResponse:
    """What everybody is answered meanwhile; it asks nothing of the database."""
    sentence = _("The service is being restored. Come back in a few minutes.")
    headers = {"Retry-After": "120", "Cache-Control": "no-store"}
    if request.path.startswith("/api/"):
        problem = {"type": "about:blank", "status": 503, "title": sentence, "code": "restoring"}
        return JsonResponse(
            problem, status=503, headers=headers, content_type="application/problem+json"
        )
    return HttpResponse(
        sentence, status=503, headers=headers, content_type="text/plain; charset=utf-8"
    )
