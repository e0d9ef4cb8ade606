"""`Idempotency-Key` on the writes of the API (the header of the IETF draft of that name)."""

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.views import APIView

from peph.audit import context
from peph.audit.middleware import RECEIPT_HEADER
from peph.idempotency.requests import plain
from peph.idempotency.services import Answer, Once, answered, keep, once
from peph.scopes import scope_of

HEADER, REPLAYED = "Idempotency-Key", "Idempotent-Replayed"
TOLD = ("Content-Type", "ETag", "Location")
READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Replay(Exception):
    """The request was carried out before; this is what was answered."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer


class Idempotent(APIView):
    """A view whose writes may carry a key: sent again with it within a day, they get the same answer."""

    _once: Once | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        key = request.headers.get(HEADER, "")
        if HEADER not in request.headers or request.method in READING:
            return
        asked = once(
            actor_id=request.user.pk,
            key=key,
            request={
                "method": request.method,
                "path": request.get_full_path(),
                "version": request.headers.get("If-Match"),
                "body": plain(request.data),
            },
            scope=scope_of(request.user),
        )
        if (before := answered(asked)) is not None:
            raise Replay(before)
        self._once = asked

    def handle_exception(self, exc: Exception) -> Any:
        if not isinstance(exc, Replay):
            return super().handle_exception(exc)
        response = HttpResponse(exc.answer.body.encode(), status=exc.answer.status)
        del response["Content-Type"]
        for name, value in exc.answer.headers.items():
            response[name] = value
        response[REPLAYED] = "true"
        return response

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if self._once is not None and response.status_code < 400:
            response.add_post_render_callback(self._keep)
        return response

    def _keep(self, response: Any) -> None:
        asked = self._once
        if asked is None:
            return
        told = {name: response[name] for name in TOLD if name in response}
        # The middleware adds it to the answer later.
        told[RECEIPT_HEADER] = ", ".join(context.current().receipts)
        keep(asked, Answer(response.status_code, response.content.decode(), told))
