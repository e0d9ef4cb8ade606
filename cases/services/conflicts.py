"""Conflicts of interest: declared by who answers for the case or by the person in it, ended by a lead.

Both hold from the very next request: what is closed to a person is read with what they hold.
"""

import datetime as dt
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, ConflictOfInterest
from cases.policy import CASE_POLICY, CONFLICT_POLICY, Action
from cases.policy.rules import CASE
from cases.services.context import changing
from peph.errors import Conflict, Invalid
from peph.records import check_version, locked, save_valid
from peph.scopes import forget_scopes


def declare_conflict(case: Case, *, by: Any, user: Any, reason: str) -> ConflictOfInterest:
    """Hide the person of this case, with every case of theirs, from `user`.

    Of others it is said by whoever may share the case; of oneself by whoever sees it. Raises Forbidden,
    Invalid, Conflict while `user` answers for a case of the person.
    """
    with changing(case, by=by, verb="cases.conflict.declare"):
        case = locked(Case.objects.all(), case.pk)
        CASE_POLICY.check(by, Action.VIEW if user == by else Action.SHARE, case)
        if why := obstacle(case, user):
            raise Conflict(why)
        if ConflictOfInterest.objects.keep_out(user, case.participant_id):
            raise Invalid(fields={"email": [_("This conflict of interest is already declared.")]})
        conflict = ConflictOfInterest(case=case, user=user, reason=reason.strip(), declared_by=by)
        save_valid(conflict)
    forget_scopes()
    return conflict


def obstacle(case: Case, user: Any) -> str | None:
    """Why a conflict of `user` cannot be declared yet: nobody would answer for a case any more."""
    answered_for = (
        Case.objects.open().filter(participant=case.participant_id, coordinator=user).order_by("pk")
    )
    first = answered_for.values_list("number", flat=True).first()
    if first is None:
        return None
    return _(
        "%(person)s answers for the case %(number)s: hand it over to another coordinator first."
    ) % {"person": user, "number": first}


def closed_to(user_id: Any, at: dt.datetime) -> dict[str, frozenset]:
    """What conflicts closed to somebody at a moment, in the shape of `Scope.denied`."""
    then = ConflictOfInterest.objects.filter(user_id=user_id, declared_at__lte=at).filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=at)
    )
    cases = frozenset(then.values_list("case__participant__cases", flat=True))
    return {CASE: cases} if cases else {}


def end_conflict(
    conflict: ConflictOfInterest, *, by: Any, reason: str, version: int | None = None
) -> ConflictOfInterest:
    """What the person holds gives access again. Raises Forbidden, Conflict, Invalid, Stale."""
    if not reason.strip():
        raise Invalid(fields={"reason": [_("This information is required.")]})
    with changing(conflict.case, by=by, verb="cases.conflict.end"):
        conflict = locked(ConflictOfInterest.objects.select_related("case"), conflict.pk)
        CONFLICT_POLICY.check(by, Action.EDIT, conflict)
        check_version(conflict, version)
        if conflict.is_over:
            raise Conflict(_("This conflict of interest has already ended."))
        conflict.ended_at, conflict.ended_by = timezone.now(), by
        conflict.end_reason = reason.strip()
        save_valid(conflict)
    forget_scopes()
    return conflict
