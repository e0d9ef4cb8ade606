"""Signing the agreement of a placement, one signatory at a time; the last one makes it signed."""

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Placement, Signature
from cases.policy import PLACEMENT_POLICY, Action
from cases.services.context import changing
from cases.workflow import PLACEMENT_WORKFLOW, PlacementStatus
from peph.errors import Invalid
from peph.records import check_version, locked, save_valid
from peph.scopes import account_of

# What a person must be able to do on the placement to record a signature in this role: the programme
# may for all, the host for its own people.
SIGNED_BY = {
    Signature.Role.PARTICIPANT: Action.ANSWER_FOR_PARTICIPANT,
    Signature.Role.SUPERVISOR: Action.REPORT,
    Signature.Role.HOST_COORDINATOR: Action.SIGN,
    Signature.Role.PROGRAM: Action.EDIT,
}


def sign_agreement(
    placement: Placement,
    *,
    by: Any,
    role: str,
    name: str,
    signed_on: dt.date,
    means: str = Signature.Means.PAPER,
    version: int | None = None,
) -> Placement:
    """Record one signature; with the fourth the agreement is signed, on the day of the last one.

    Raises Forbidden, Stale, Conflict (the agreement is not to sign), Invalid.
    """
    with changing(placement.case, by=by, verb="cases.placement.sign-as"):
        placement = locked(Placement.objects.select_related("case"), placement.pk)
        if role not in SIGNED_BY:
            raise Invalid(fields={"role": [_("This is not one of the choices.")]})
        PLACEMENT_POLICY.check(by, SIGNED_BY[Signature.Role(role)], placement)
        check_version(placement, version)
        PLACEMENT_WORKFLOW.step("sign", placement.status, placement.get_status_display())
        if signed_on > timezone.localdate():
            raise Invalid(fields={"signed_on": [_("This date is in the future.")]})
        save_valid(
            Signature.of(
                placement,
                role=role,
                name=name.strip(),
                signed_on=signed_on,
                means=means,
                recorded_by=account_of(by),
            )
        )
        signatures = list(placement.signatures.all())
        if len(signatures) == len(SIGNED_BY):
            placement.status = PlacementStatus.SIGNED
            placement.signed_on = max(each.signed_on for each in signatures)
            save_valid(placement)
    return placement


def missing_roles(placement: Placement) -> list[Signature.Role]:
    """Who has not signed yet, while the agreement is to sign; nobody otherwise."""
    return unsigned_roles(placement) if placement.status == PlacementStatus.TO_SIGN else []


def unsigned_roles(placement: Placement) -> list[Signature.Role]:
    """Those of whom no signature is kept: everybody, where one date stands for a signed paper."""
    there = {each.role for each in placement.signatures.all()}
    return [role for role in SIGNED_BY if role not in there]
