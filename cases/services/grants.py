"""Exceptional access to one case: given by whoever answers for it."""

import datetime as dt
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Case, CaseGrant, ConflictOfInterest
from cases.policy import CASE_POLICY, Action
from cases.services.context import changing
from organizations.models import Grant
from organizations.services import grants
from peph.errors import Invalid

CASE_ROLES = ("view_case", "change_case", "view_health")


def share_case(
    case: Case, *, by: Any, user: Any, role: str, reason: str, expires_on: dt.date | None
) -> Grant:
    """Give `user` an exception on one case; it must have an end. Raises Forbidden, Invalid."""
    with changing(case, by=by, verb="organizations.grant.give", reason=reason):
        CASE_POLICY.check(by, Action.SHARE, case)
        if expires_on is None:
            raise Invalid(fields={"expires_on": [_("An exception for one case has a last day.")]})
        if ConflictOfInterest.objects.keep_out(user, case.participant_id):
            raise Invalid(fields={"email": [_("This person has a conflict of interest.")]})
        return grants.write_grant(
            CaseGrant,
            CASE_ROLES,
            by=by,
            user=user,
            role=role,
            on=case,
            reason=reason,
            expires_on=expires_on,
        )


def check_may_change(grant: Grant, *, by: Any) -> None:
    """Raise Forbidden unless `by` may extend or end this grant."""
    target: models.Model = grant.content_object
    if isinstance(target, Case):
        CASE_POLICY.check(by, Action.SHARE, target)
    else:
        grants.require_lead(by)
