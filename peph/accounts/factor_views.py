"""Second factors: the list, adding, removing, codes on paper, and the second step of signing in.

The library's views with our forms; subclassed here so that they are views of ours (`peph.accounts.views`).
"""

import json
from typing import Any
from urllib.parse import quote

from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.base import views as base
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal import auth as webauthn_auth
from allauth.mfa.webauthn.internal import flows as webauthn_flows
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from peph.accounts import factor_forms as forms
from peph.accounts import factors, second_factor, sessions
from peph.accounts.factors import grouped


class Index(base.IndexView):
    """What one signs in with besides the password, and whether one has to."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        found = context["authenticators"]
        codes = found.get(Authenticator.Type.RECOVERY_CODES)
        return context | {
            "application": found.get(Authenticator.Type.TOTP),
            "passkeys": found.get(Authenticator.Type.WEBAUTHN, []),
            "codes_left": len(codes.get_unused_codes()) if codes else 0,
            "has_one": second_factor.has_one(self.request.user),
            "is_asked": second_factor.is_asked_of(self.request.user),
            "until": getattr(self.request, "second_factor_until", None),
        }


class Authenticate(base.AuthenticateView):
    """The second step of signing in: a code, or a passkey."""

    def get_form_class(self) -> Any:
        def form(**kwargs: Any) -> Any:
            return forms.AuthenticateForm(request=self.request, **kwargs)

        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        has = set(
            Authenticator.objects.filter(user=self.stage.login.user).values_list("type", flat=True)
        )
        return context | {
            "has_code": bool(has - {Authenticator.Type.WEBAUTHN}),
            "options": _options(context) if Authenticator.Type.WEBAUTHN in has else "",
        }


class Reauthenticate(base.ReauthenticateView):
    """A code once more."""

    def get_form_class(self) -> Any:
        def form(**kwargs: Any) -> Any:
            return forms.ReauthenticateForm(request=self.request, **kwargs)

        return form

    def form_valid(self, form: Any) -> HttpResponse:
        sessions.renew_key(self.request)
        return super().form_valid(form)


class ReauthenticatePasskey(webauthn.ReauthenticateWebAuthnView):
    """A passkey once more."""

    def form_valid(self, form: Any) -> HttpResponse:
        sessions.renew_key(self.request)
        return super().form_valid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        messages.error(self.request, _("This passkey was not accepted."))
        return redirect(self.request.get_full_path())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"options": _options(context)}


@method_decorator(login_not_required, name="dispatch")
class LoginPasskey(webauthn.LoginWebAuthnView):
    """Signing in with a passkey alone: it is two factors in one. GET gives the browser its challenge."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        options = webauthn_auth.begin_authentication(user=None)
        return JsonResponse(json.loads(json.dumps(options, cls=DjangoJSONEncoder)))

    def form_valid(self, form: Any) -> HttpResponse:
        authenticator = form.cleaned_data["credential"]
        login = Login(user=authenticator.user, redirect_url=get_next_redirect_url(self.request))
        return webauthn_flows.perform_passwordless_login(self.request, authenticator, login)

    def form_invalid(self, form: Any) -> HttpResponse:
        messages.error(self.request, _("This passkey was not accepted."))
        return redirect("account_login")


@method_decorator(sensitive_variables("secret"), name="get_context_data")
class ActivateApplication(totp.ActivateTOTPView):
    """Adding an application that shows codes: a QR code, and the secret for who copies it by hand."""

    form_class = forms.ActivateTOTPForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"secret": grouped(context["form"].secret)}


class RemoveApplication(totp.DeactivateTOTPView):
    """Removing the application; not the last factor of somebody who has to have one."""


class AddPasskey(webauthn.AddWebAuthnView):
    """Adding a passkey: the browser makes it, the page sends what it made."""

    form_class = forms.AddPasskeyForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        options = webauthn_auth.begin_registration(self.request.user, True)
        return context | {"options": json.dumps(options, cls=DjangoJSONEncoder)}


class RemovePasskey(webauthn.RemoveWebAuthnView):
    """Removing a passkey, after asking; not the last factor of somebody who has to have one."""

    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        if not factors.may_remove(self.object):
            messages.error(self.request, str(factors.LAST_ONE))
            return redirect("mfa_index")
        return super().form_valid(form)


class RecoveryCodes(recovery_codes.ViewRecoveryCodesView):
    """The codes on paper, shown once: to print, to copy, or to keep as a text file."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        text = ""
        if context["can_view_codes"]:
            title = _("Recovery codes of %(site)s") % {"site": settings.SITE_NAME}
            text = "\n".join([title, "", *context["unused_codes"], ""])
        # The file is in the address of the link: nothing of the codes is kept to be asked for again.
        return context | {"file": f"data:text/plain;charset=utf-8,{quote(text)}" if text else ""}


class NewRecoveryCodes(recovery_codes.GenerateRecoveryCodesView):
    """New codes on paper; those before stop working."""


def _options(context: dict[str, Any]) -> str:
    return json.dumps(context["js_data"]["request_options"], cls=DjangoJSONEncoder)
