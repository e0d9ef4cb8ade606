"""`SafeHistoryAdmin`, the base of every admin page of a tracked model."""

from typing import Any

from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from simple_history.admin import SimpleHistoryAdmin

from peph.audit import access_log


class SafeHistoryAdmin(SimpleHistoryAdmin):
    """simple-history's pages, without the two holes of the stock class.

    Its history form accepts a POST from somebody who may only look, and it reads past get_queryset().
    Here the history is read only, and only for records the person can reach. No actions and no delete:
    the administration site is the break-glass, not a tool for bulk work.
    """

    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list; what it showed and what was looked for are in the access log."""
        response = super().changelist_view(request, extra_context)
        shown = getattr(response, "context_data", None) or {}
        if "cl" in shown:
            words = request.GET.get(SEARCH_VAR, "")
            access_log.record(
                "search" if words else "list",
                request=request,
                model=self.model._meta.label_lower,
                ids=[row.pk for row in shown["cl"].result_list],
                detail={"q": words} if words else None,
            )
        return response

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The form of one record; opening it is in the access log."""
        found = self.get_object(request, unquote(object_id)) if request.method == "GET" else None
        if found is not None:
            case = getattr(found, "case_id", None)
            access_log.record("open", request=request, obj=found, case=case)
        return super().change_view(request, object_id, form_url, extra_context)

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
        found = self.get_object(request, unquote(object_id))
        if found is None:
            raise Http404
        case = getattr(found, "case_id", None)
        access_log.record("open", request=request, obj=found, case=case, detail={"part": "history"})
