"""Views of the audit's tests: one of ours, one of a library, the administration site."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from peph.audit.admin import BreakGlassSite, SafeHistoryAdmin
from peph.audit.changes import SYSTEM, change
from tests.ledger.models import Account, Entry


@login_not_required
def foreign(request: HttpRequest) -> HttpResponse:
    """A library's view: it writes, and knows nothing of changes."""
    Account.objects.create(code=request.POST.get("code", "get"))
    if request.POST.get("fail"):
        raise ZeroDivisionError
    return HttpResponse("done")


@login_not_required
def ours(request: HttpRequest) -> HttpResponse:
    """A view of ours: it opens its own change, or forgets to."""
    if request.POST.get("forget"):
        Account.objects.create(code="forgotten")
    with change(by=request.user if request.user.is_authenticated else SYSTEM, verb="tests.ours"):
        Account.objects.create(code="ours")
    return HttpResponse("done")


foreign.__module__ = "library.views"
ours.__module__ = "cases.views.cases"


class EntryAdmin(SafeHistoryAdmin):
    """Scoped: only open entries are reachable."""

    fields = ("name", "count")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).exclude(is_open=False)


site = BreakGlassSite("admin")
site.register(Entry, EntryAdmin)


def answer(status: int) -> Any:
    """An error page that needs no template of the project."""
    return lambda request, exception=None: HttpResponse(status=status)


handler403, handler404, handler500 = answer(403), answer(404), answer(500)
urlpatterns = [
    path("foreign/", foreign, name="foreign"),
    path("api/v1/foreign/", foreign, name="foreign_api"),
    path("link/foreign/", foreign, name="foreign_link"),
    path("ours/", ours, name="ours"),
    path("admin/", site.urls),
]
