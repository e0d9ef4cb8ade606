"""`SafeHistoryAdmin`, the base of every admin page of a tracked model."""

from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from simple_history.admin import SimpleHistoryAdmin


class SafeHistoryAdmin(SimpleHistoryAdmin):
    """simple-history's pages, without the two holes of the stock class.

    Its history form accepts a POST from somebody who may only look, and it reads past get_queryset().
    Here the history is read only, and only for records the person can reach. No actions and no delete:
    the administration site is the break-glass, not a tool for bulk work.
    """

    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self._reachable(request, object_id)
        return super().history_view(request, object_id, extra_context)

    def history_form_view(
        self,
        request: HttpRequest,
        object_id: str,
        version_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        self._reachable(request, object_id)
        return super().history_form_view(request, object_id, version_id, extra_context)

    def _reachable(self, request: HttpRequest, object_id: str) -> None:
        """404 for a record out of scope as for one that does not exist, a malformed key included."""
        if self.get_object(request, unquote(object_id)) is None:
            raise Http404
