"""Accounts in the administration site, the break-glass: opened, corrected, closed there; never deleted."""

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from peph.accounts import services
from peph.accounts.models import User
from peph.audit.admin import SafeHistoryAdmin


@admin.register(User)
class UserAdmin(SafeHistoryAdmin):
    """A new account has no password: its owner asks for one from the sign-in page."""

    list_display = ("last_name", "first_name", "email", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser", "language")
    search_fields = ("last_name", "first_name", "email")
    fields = (
        "email",
        "first_name",
        "last_name",
        "language",
        "is_active",
        "is_staff",
        "is_superuser",
        "created_at",
        "last_login",
        "password_changed_at",
    )
    readonly_fields = ("created_at", "last_login", "password_changed_at")
    ordering = ("last_name", "first_name", "email")

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if "is_active" in form.changed_data and not obj.is_active:
            services.end_access(obj)
