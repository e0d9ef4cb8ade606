"""Addresses of accounts. Of the sign-in library only what is used is mounted, under the names it expects."""

from allauth.account import views as library
from django.urls import path, re_path

from peph.accounts import views

urlpatterns = [
    path("login/", views.Login.as_view(), name="account_login"),
    path("logout/", views.Logout.as_view(), name="account_logout"),
    path("inactive/", library.account_inactive, name="account_inactive"),
    # Says that accounts are opened by the programme; the library also asks for its address.
    path("signup/", library.signup, name="account_signup"),
    path("reauthenticate/", views.Reauthenticate.as_view(), name="account_reauthenticate"),
    path("password/change/", views.PasswordChange.as_view(), name="account_change_password"),
    path("password/reset/", views.PasswordReset.as_view(), name="account_reset_password"),
    path("password/reset/done/", library.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        library.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.PasswordResetFromKey.as_view(),
        name="account_reset_password_from_key",
    ),
    path("language/", views.language, name="account_language"),
    path("profile/", views.profile, name="account_profile"),
    path("tokens/new/", views.token_new, name="account_token_new"),
    path("tokens/<uuid:pk>/revoke/", views.token_revoke, name="account_token_revoke"),
]
