"""Forms of the second factor: codes are counted as passwords are, and open once."""

from typing import Any

from allauth.mfa import signals
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from peph.accounts import factors, lockout
from peph.accounts.models import User


def _code_field(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=20,
        widget=forms.TextInput(
            {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        ),
    )


class _Code(forms.Form):
    """A code typed by somebody: counted before it is compared."""

    user: User
    authenticator: Authenticator

    def __init__(self, *args: Any, request: Any = None, **kwargs: Any) -> None:
        self.request = request
        super().__init__(*args, **kwargs)
        self.fields["code"] = _code_field(
            _("Code"),
            _("The six digits your application shows now, or one of your recovery codes."),
        )

    def clean_code(self) -> str:
        counters = lockout.code_counters(self.request, self.user)
        if until := lockout.take(counters):
            raise ValidationError(lockout.wait_text(until))
        code = self.cleaned_data["code"]
        try:
            self._check(code)
        except ValidationError:
            lockout.failed(counters)
            raise
        lockout.succeeded(counters)
        return code

    def _check(self, code: str) -> None:
        """Spend the code. Raises ValidationError when it is of no use (any more)."""
        found = {each.type: each for each in Authenticator.objects.filter(user=self.user)}
        app = found.get(Authenticator.Type.TOTP)
        paper = found.get(Authenticator.Type.RECOVERY_CODES)
        if app and factors.spend(self.user, decrypt(app.data["secret"]), code):
            self.authenticator = app
        elif paper and paper.wrap().validate_code(code):
            self.authenticator = paper
        else:
            signals.authentication_failed.send(
                sender=Authenticator,
                request=self.request,
                user=self.user,
                authenticator=app or paper,
                reauthentication=self.request.user.is_authenticated,
            )
            raise get_adapter().validation_error("incorrect_code")
        self.authenticator.user = self.user


class AuthenticateForm(_Code, base.AuthenticateForm):
    """The second step of signing in."""


class ReauthenticateForm(_Code, base.ReauthenticateForm):
    """A code once more, before something that matters."""


class ActivateTOTPForm(totp.ActivateTOTPForm):
    """The first code of an application: shows that it holds the secret."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = _code_field(
            _("Code"), _("The six digits your application shows once it knows the secret.")
        )

    def clean_code(self) -> str:
        code = super().clean_code()
        # The code that showed it does not sign in as well.
        if not factors.spend(self.user, self.secret, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class AddPasskeyForm(webauthn.AddWebAuthnForm):
    """What the browser made, and the name its owner gives it. Always one that can sign in by itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("passwordless", None)
        self.fields["name"] = forms.CharField(
            label=_("Name of this passkey"),
            required=False,
            max_length=60,
            help_text=_("To tell it from others, for instance: telephone, office computer."),
        )

    def clean(self) -> dict[str, Any]:
        # Read by the library, which then refuses a key that did not check who holds it.
        self.cleaned_data["passwordless"] = True
        return super().clean()
