"""A form of a page sent twice, by a second click or a reload, is carried out once."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from peph import views
from peph.errors import Conflict
from peph.idempotency.requests import plain
from peph.idempotency.services import Answer, answered, fingerprint, keep, once
from peph.scopes import scope_of

TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of a field
ELSEWHERE = ("/api/", "/admin/")


class SentTwiceMiddleware:
    """Stands inside the audit's, whose context the change looks into.

    Each page gives its forms a token of its own, so the same token with the same content is the same
    page sent again. It then goes where the first time went.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            request.method != "POST"
            or request.path_info.startswith(ELSEWHERE)
            or not request.user.is_authenticated
            or TOKEN not in request.POST
        ):
            return self.get_response(request)
        sent = {
            "path": request.get_full_path(),
            "body": [plain(request.POST), plain(request.FILES)],
        }
        asked = once(
            actor_id=request.user.pk,
            key=fingerprint(sent).hex(),
            request=sent,
            scope=scope_of(request.user),
        )
        try:
            before = answered(asked)
        except Conflict as error:
            return views.refused(request, error)
        if before is not None:
            return HttpResponseRedirect(before.headers["Location"])
        response = self.get_response(request)
        if response.status_code == 302:
            keep(asked, Answer(302, "", {"Location": response["Location"]}))
        return response
