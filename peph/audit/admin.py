"""The administration site as a break-glass: closed to auditors, our pages only, reasons asked."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import SEARCH_VAR
from django.contrib.admin.widgets import AdminTextareaWidget
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms import CharField, ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from simple_history.admin import SimpleHistoryAdmin

from peph.audit import access_log
from peph.audit.middleware import ADMIN_REASON
from peph.scopes import scope_of

LONGEST_REASON = 500


class BreakGlassSite(admin.AdminSite):
    """Django's site, without what would write unseen or let the one who verifies write at all."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Who audits does not administer, whatever else the account may do (separation of duties)."""
        return super().has_permission(request) and not audits(request.user)

    @method_decorator([never_cache, login_not_required])
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """People sign in where everybody does, with their second factor; others are told no here."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        here = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index", current_app=self.name)
        return redirect_to_login(here, settings.LOGIN_URL)

    def register(
        self,
        model_or_iterable: type[models.Model] | Iterable[type[models.Model]],
        admin_class: type[admin.ModelAdmin] | None = None,
        **options: Any,
    ) -> None:
        """Pages of libraries are left out: they would write without asking why."""
        if isinstance(admin_class, type) and issubclass(admin_class, BreakGlassAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """The own password is changed on the own page, as everybody's."""
        raise Http404


def audits(user: Any) -> bool:
    """Whether somebody holds, on anything, one of the permissions that keep out of the site."""
    held = {permission for permission, _on in scope_of(user).held}
    return bool(held & set(settings.NOT_AT_ADMINISTRATION_SITE))


class BreakGlassAdmin(admin.ModelAdmin):
    """The base of every page of the site: nothing is deleted, nothing is done in bulk."""

    actions: Any = None

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


class ReasonedForm(ModelForm):
    """Any form of the site: why this is written here, and not where everybody writes it."""

    reason_for_change = CharField(  # named by ADMIN_REASON
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=AdminTextareaWidget(attrs={"rows": 2}),
        help_text=_("Why this is done here. It is kept in the history with what you change."),
    )


class SafeHistoryAdmin(BreakGlassAdmin, SimpleHistoryAdmin):
    """The page of a tracked model: simple-history's, without the two holes of the stock class.

    Its history form accepts a POST from somebody who may only look, and it reads past get_queryset().
    Here the history is read only for everybody, and only for records the person can reach.
    """

    form = ReasonedForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The reason comes last, before the button."""
        fields = [name for name in super().get_fields(request, obj) if name != ADMIN_REASON]
        return [*fields, ADMIN_REASON]

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
