"""Proving the history for somebody who waits."""

from typing import Any

from django.utils.translation import gettext as _

from auditing.policy import PROOF_POLICY
from cases.policy import Action
from peph.audit import proof
from peph.audit.models import VerificationRun
from peph.errors import Conflict, Forbidden

# What a page may recompute while its reader waits; more is for the command.
MOST_ROWS = 50_000


def check_reader(user: Any) -> None:
    """Raise Forbidden for anybody but the programme's lead and auditors of the whole programme."""
    if not PROOF_POLICY.anywhere(user, Action.VIEW):
        raise Forbidden


def is_too_much() -> bool:
    """Whether the next proof takes longer than somebody waits."""
    return proof.rows_after(proof.next_start()) > MOST_ROWS


def verify_now(*, by: Any) -> VerificationRun:
    """Prove what came after the last whole proof.

    Raises Forbidden, and Conflict when that is more than a page may recompute.
    """
    check_reader(by)
    if is_too_much():
        raise Conflict(_("There is too much to prove while you wait: use the command."))
    return proof.verify_and_record(since=proof.next_start(), by=by.pk)
