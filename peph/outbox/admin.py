"""The outbox in the administration site: what became of each message, and trying again. No text is shown."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from peph.audit.admin import BreakGlassAdmin
from peph.outbox.models import Message
from peph.outbox.services import try_again


@admin.register(Message)
class MessageAdmin(BreakGlassAdmin):
    """To read, but for one action: a message that was given up can be queued anew."""

    list_display = ("key", "to", "created_at", "attempts", "sent_at", "gave_up_at", "last_error")
    list_filter = ("gave_up_at", "sent_at")
    search_fields = ("key", "to")
    fields = (*list_display, "language", "subject", "next_try_at", "erased_at")
    actions = ("send_again",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Message | None = None) -> bool:
        return False

    @admin.action(description=_("Try to send again"))
    def send_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        count = try_again(queryset)
        told = ngettext(
            "%(count)s message will be tried again.",
            "%(count)s messages will be tried again.",
            count,
        )
        messages.success(request, told % {"count": count})
