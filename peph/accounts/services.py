"""Every write to accounts and tokens. Who may close whose account is the caller's question."""

import datetime as dt
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from knox.models import get_digest_token
from knox.settings import CONSTANTS

from peph.accounts import lockout
from peph.accounts.models import ApiToken, User
from peph.accounts.sessions import end_sessions
from peph.audit import access_log
from peph.audit.changes import SYSTEM, change
from peph.errors import Conflict, Forbidden, Invalid
from peph.records import locked

# A token forgotten somewhere stops by itself within three months.
LONGEST_TOKEN_DAYS = 90


def issue_token(user: User, *, by: Any, label: str, days: int = LONGEST_TOKEN_DAYS) -> str:
    """A new token of `user`, in clear: the only time anybody sees it.

    Raises `Forbidden` when `by` is neither the person nor the system, `Conflict` for a closed account,
    `Invalid` on an empty label or a life outside 1 to 90 days.
    """
    _own(user, by)
    problems: dict[str, list[object]] = {}
    label = label.strip()
    if not 0 < len(label) <= 80:
        problems["label"] = [_("Give a label of 1 to 80 characters.")]
    if not 1 <= days <= LONGEST_TOKEN_DAYS:
        problems["days"] = [
            _("A token lives from 1 to %(most)d days.") % {"most": LONGEST_TOKEN_DAYS}
        ]
    if problems:
        raise Invalid(fields=problems)
    with change(by=by, verb="accounts.issue_token"):
        if not locked(User.objects.all(), user.pk).is_active:
            raise Conflict(_("This account is closed."))
        digest, plain = get_digest_token()
        ApiToken(
            user=user,
            label=label,
            digest=digest,
            token_key=plain[: CONSTANTS.TOKEN_KEY_LENGTH],
            expiry=timezone.now() + dt.timedelta(days=days),
        ).save()
    return plain


def revoke_token(user: User, pk: object, *, by: Any) -> None:
    """Delete a token of `user`; what uses it stops at once. Raises Http404 when it is not theirs."""
    _own(user, by)
    with change(by=by, verb="accounts.revoke_token"):
        locked(ApiToken.objects.filter(user=user), pk).delete()


def set_language(user: User, language: str, *, by: Any) -> None:
    """The language pages and messages have for this person: "fr" or "en"."""
    _own(user, by)
    if language not in User.Language:
        raise Invalid(fields={"language": [_("This is not one of the choices.")]})
    if user.language == language:
        return
    with change(by=by, verb="accounts.set_language"):
        row = locked(User.objects.all(), user.pk)
        row.language = language
        row.save(update_fields=["language"])
    user.language = language


def set_password(user: User, password: str) -> None:
    """A new password, already checked, given by the person or by who holds the link mailed to them."""
    with change(by=user, verb="accounts.set_password"):
        row = locked(User.objects.filter(is_active=True), user.pk)
        row.set_password(password)
        row.save(update_fields=["password", "password_changed_at"])
    # The session of who changed it goes on: it is compared with this very instance.
    user.password, user.version = row.password, row.version


def deactivate(user: User, *, by: Any, reason: str) -> None:
    """Close the account: nobody signs in with it, its sessions and tokens end. Its history stays.

    Raises `Invalid` without a reason, `Conflict` when somebody closes their own account.
    """
    if not reason.strip():
        raise Invalid(fields={"reason": [_("Give a reason.")]})
    if getattr(by, "pk", None) == user.pk:
        raise Conflict(_("You cannot close your own account."))
    with change(by=by, verb="accounts.deactivate", reason=reason.strip()):
        row = locked(User.objects.all(), user.pk)
        if row.is_active:
            row.is_active = False
            row.save(update_fields=["is_active"])
        end_access(row)
    user.is_active = False


def end_access(user: User) -> None:
    """End all sessions and tokens of `user`, inside the running change.

    A closed account opens nothing anyway; this is so that opening it again does not revive them.
    """
    ApiToken.objects.filter(user=user).delete()
    end_sessions(user)


def unlock(user: User, *, by: Any) -> int:
    """Forget the failed tries on an account; says how many of its counts were locked."""
    locked_names = lockout.unlock(user)
    access_log.record("account_unlocked", user=by, obj=user, detail={"locked": locked_names})
    return locked_names


def reset_factors(user: User, *, by: User, second: User, reason: str) -> None:
    """Remove all second factors of somebody who lost them; two administrators answer for it.

    Sessions and the count of tries end with them. The person is told by the caller, who knows how.
    Raises `Invalid` without a reason, `Forbidden` unless `by` and `second` are two people who may open
    the administration site, neither of them the person.
    """
    if not reason.strip():
        raise Invalid(fields={"reason": [_("Give a reason.")]})
    if len({user.pk, by.pk, second.pk}) < 3 or not all(
        each.is_active and each.is_staff for each in (by, second)
    ):
        raise Forbidden(_("Two administrators are needed, neither of them the person."))
    with transaction.atomic():
        Authenticator.objects.filter(user=user).delete()
        end_sessions(user)
        lockout.unlock(user)
        detail = {"reason": reason.strip(), "confirmed_by": str(second.pk)}
        access_log.record("factor_reset", user=by, obj=user, detail=detail)


def _own(user: User, by: Any) -> None:
    if by != SYSTEM and getattr(by, "pk", None) != user.pk:
        raise Forbidden
