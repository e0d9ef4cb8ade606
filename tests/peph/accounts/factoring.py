"""What a person with a second factor has at hand: the codes of the application, those on paper."""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(secret=SECRET, *, steps=0):
    """The code shown now, or `steps` half minutes from now."""
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + steps))


def add_application(user):
    """An application that shows the codes of SECRET."""
    return totp.TOTP.activate(user, SECRET).instance


def add_recovery_codes(user):
    """The codes on paper of `user`."""
    return RecoveryCodes.activate(user).generate_codes()


def kinds(user):
    """What the account has."""
    return sorted(Authenticator.objects.filter(user=user).values_list("type", flat=True))
