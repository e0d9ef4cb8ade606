"""Which identity at the provider opens which account: linked by an administrator, never by itself."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from peph.accounts.models import Identity, User
from peph.accounts.sessions import end_sessions
from peph.audit.changes import change
from peph.errors import Conflict, Invalid
from peph.records import locked, save_valid


def account_of(issuer: str, subject: str) -> User | None:
    """The account this identity opens; None for one that nobody linked, or whose account is closed."""
    found = Identity.objects.filter(issuer=issuer, subject=subject, user__is_active=True)
    row = found.select_related("user").first()
    return row.user if row else None


def is_linked(user: Any, issuer: str) -> bool:
    """Whether an identity of this provider opens the account."""
    return Identity.objects.filter(user_id=user.pk, issuer=issuer).exists()


def link(user: User, *, by: Any, issuer: str, subject: str, reason: str) -> Identity:
    """Let an identity open an account. Raises Invalid, Conflict when one of the two is linked already."""
    if not reason.strip() or not subject.strip():
        raise Invalid(fields={"reason": [_("Give a reason.")]})
    with change(by=by, verb="accounts.link_identity", reason=reason.strip()):
        row = locked(User.objects.all(), user.pk)
        if not row.is_active:
            raise Conflict(_("This account is closed."))
        taken = Identity.objects.filter(issuer=issuer)
        if taken.filter(user=row).exists() or taken.filter(subject=subject.strip()).exists():
            raise Conflict(_("This account or this identity is linked already."))
        made = Identity(user=row, issuer=issuer, subject=subject.strip())
        save_valid(made)
    return made


def unlink(user: User, *, by: Any, issuer: str, reason: str) -> int:
    """The identity opens the account no more, and its sessions end; says how many were linked."""
    if not reason.strip():
        raise Invalid(fields={"reason": [_("Give a reason.")]})
    with change(by=by, verb="accounts.unlink_identity", reason=reason.strip()):
        gone, _each = Identity.objects.filter(user=user, issuer=issuer).delete()
    end_sessions(user)
    return gone
