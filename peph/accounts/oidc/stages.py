"""The second step of signing in, where the provider may have asked for the factor already."""

from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest

from peph.accounts import sessions


class FactorStage(AuthenticateStage):
    """The library's, less those who showed a factor to the provider, where the settings let it count."""

    def _should_handle(self, request: HttpRequest) -> bool:
        user = self.login.user
        if user is not None and sessions.has_provider_factor(request.session, user):
            return False
        return bool(super()._should_handle(request))
