"""Signing in of programs: `Authorization: Token …`, checked without writing anything; pages by session."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox import auth
from knox.crypto import hash_token
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from peph.accounts import second_factor
from peph.accounts.models import ApiToken, User


class TokenAuthentication(auth.TokenAuthentication):
    """The library's, less its habit of deleting and renewing tokens while it reads them."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, ApiToken]:
        """The owner and the token. One answer for a token unknown, expired, or of a closed account."""
        try:
            digest = hash_token(token.decode("ascii"))
        except UnicodeDecodeError:
            digest = ""
        found = (
            ApiToken.objects.select_related("user")
            .filter(digest=digest, expiry__gt=timezone.now(), user__is_active=True)
            .first()
        )
        if found is None:
            raise AuthenticationFailed(_("This token is not valid, or no longer is."))
        return found.user, found


class SessionAuthentication(authentication.SessionAuthentication):
    """A page of ours that asks the API: the session is worth no more here than on the pages."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """The person signed in. Refuses who should have added a second factor by now."""
        found = super().authenticate(request)
        if found and second_factor.is_overdue(found[0], request.session):
            raise PermissionDenied(_("Add a second factor to your account first, or use a token."))
        return found


class PageScheme(SessionScheme):
    """How the API's description names the session."""

    target_class = "peph.accounts.authentication.SessionAuthentication"


class TokenScheme(OpenApiAuthenticationExtension):
    """How the API's description names this way in."""

    target_class = "peph.accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token` and a space, then the token (`manage.py api_token`).",
        }
