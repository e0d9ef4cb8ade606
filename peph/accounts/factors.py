"""Second factors, as the sign-in library asks for them: encrypted at rest, one code opens once."""

from typing import Any

import qrcode
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from peph import crypto
from peph.accounts import second_factor
from peph.accounts.models import SecondFactorState, User

# A code that is read by a machine stands in white on all sides, four modules wide.
QUIET = 4
LAST_ONE = _(
    "You need a second factor for what you may see: add another one before you remove this one."
)


class FactorAdapter(DefaultMFAAdapter):
    """Secrets encrypted with the keys of the fields, the name of the site, our words."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": LAST_ONE,
        "incorrect_code": _("This code is not right, or it was already used."),
    }

    def encrypt(self, text: str) -> str:
        return crypto.encrypted(text)

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypted(encrypted_text)

    def _get_site_name(self) -> str:
        return settings.SITE_NAME

    def build_totp_svg(self, url: str) -> SafeString:
        """The QR code as a drawing of one path, without styles: the page's policy allows no others."""
        code = qrcode.QRCode(border=QUIET)
        code.add_data(url)
        rows = code.get_matrix()
        path = "".join(
            f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
        )
        return format_html(
            '<svg class="qr-code" viewBox="0 0 {0} {0}" role="img" aria-label="{1}">'
            '<rect width="{0}" height="{0}" fill="#fff"/><path d="{2}" fill="#000"/></svg>',
            len(rows),
            gettext("QR code of the secret written below"),
            path,
        )

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return may_remove(authenticator)

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Any) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Passkey %(number)d") % {"number": count + 1}


def may_remove(factor: Authenticator) -> bool:
    """Whether its owner may do without: there is another one, or nothing asks for one."""
    user = factor.user
    return second_factor.has_one(user, without=factor) or not second_factor.is_asked_of(user)


def spend(user: User, secret: str, code: str) -> bool:
    """Whether `code` is good now and was not used, nor a later one. It is used from now on."""
    step = _step_of(secret, code)
    if step is None:
        return False
    SecondFactorState.objects.get_or_create(user=user)
    # One statement: of two at the same moment with the same code, one finds the step taken.
    return bool(
        SecondFactorState.objects.filter(user=user, last_step__lt=step).update(last_step=step)
    )


def _step_of(secret: str, code: str) -> int | None:
    typed = "".join(code.split())
    steps = totp.yield_hotp_counters_from_time()
    return next(
        (step for step in steps if typed == totp.format_hotp_value(totp.hotp_value(secret, step))),
        None,
    )


def grouped(secret: str) -> str:
    """A secret as one can copy it by hand: groups of four characters."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
