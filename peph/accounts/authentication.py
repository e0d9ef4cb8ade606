"""Signing in of programs: `Authorization: Token …`, checked without writing anything."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox import auth
from knox.crypto import hash_token
from rest_framework.exceptions import AuthenticationFailed

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
