"""Addresses of accounts. Of the sign-in library only what is used is mounted, under the names it expects."""

from allauth.account import views as library
from django.conf import settings
from django.urls import include, path, re_path

from peph.accounts import factor_views, session_views, views

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
    path("second-factor/", factor_views.Index.as_view(), name="mfa_index"),
    path("second-factor/code/", factor_views.Authenticate.as_view(), name="mfa_authenticate"),
    path(
        "second-factor/confirm/", factor_views.Reauthenticate.as_view(), name="mfa_reauthenticate"
    ),
    path(
        "second-factor/application/new/",
        factor_views.ActivateApplication.as_view(),
        name="mfa_activate_totp",
    ),
    path(
        "second-factor/application/remove/",
        factor_views.RemoveApplication.as_view(),
        name="mfa_deactivate_totp",
    ),
    path(
        "second-factor/recovery-codes/",
        factor_views.RecoveryCodes.as_view(),
        name="mfa_view_recovery_codes",
    ),
    path(
        "second-factor/recovery-codes/new/",
        factor_views.NewRecoveryCodes.as_view(),
        name="mfa_generate_recovery_codes",
    ),
    path("second-factor/passkeys/new/", factor_views.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path(
        "second-factor/passkeys/<int:pk>/remove/",
        factor_views.RemovePasskey.as_view(),
        name="mfa_remove_webauthn",
    ),
    path(
        "second-factor/passkeys/confirm/",
        factor_views.ReauthenticatePasskey.as_view(),
        name="mfa_reauthenticate_webauthn",
    ),
    path("login/passkey/", factor_views.LoginPasskey.as_view(), name="mfa_login_webauthn"),
    path("sessions/", session_views.session_list, name="account_sessions"),
    path("sessions/<int:pk>/end/", session_views.session_end, name="account_session_end"),
    path(
        "sessions/end-others/",
        session_views.sessions_end_others,
        name="account_sessions_end_others",
    ),
    path("stay/", session_views.stay, name="account_stay"),
    path("language/", views.language, name="account_language"),
    path("profile/", views.profile, name="account_profile"),
    path("tokens/new/", views.token_new, name="account_token_new"),
    path("tokens/<uuid:pk>/revoke/", views.token_revoke, name="account_token_revoke"),
]

if settings.OIDC_ISSUER:
    # Without a provider neither the addresses nor the libraries they need are there.
    urlpatterns.append(path("", include("peph.accounts.oidc.urls")))
