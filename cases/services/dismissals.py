"""Setting aside a problem of the data that is none, and taking it up again."""

import datetime as dt
import uuid
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Dismissal
from cases.policy import CASE_POLICY, Action
from cases.services.context import changing
from cases.services.data_checks.table import BY_CODE
from peph.errors import Conflict, Invalid
from peph.records import amend, locked, save_valid
from peph.scopes import account_of


def dismiss_problem(
    check_code: str, object_id: uuid.UUID, *, by: Any, reason: str, until: dt.date | None = None
) -> Dismissal:
    """Set a problem aside, for good or until a day; the queue no longer shows it.

    Raises Forbidden, Invalid, Conflict (no such problem today: somebody mended it).
    """
    check = BY_CODE.get(check_code)
    if check is None:
        raise Invalid(fields={"check": [_("This is not one of the choices.")]})
    if until is not None and until <= timezone.localdate():
        raise Invalid(fields={"until": [_("This date must come after today.")]})
    row = check.with_people(check.problems()).filter(pk=object_id).first()
    if row is None:
        raise Conflict(_("This problem is no longer there."))
    case = check.case_of(row)
    with changing(case, by=by, verb="cases.problem.dismiss", reason=reason):
        CASE_POLICY.check(by, Action.EDIT, case)
        locked(Case.objects.all(), case.pk)
        said = {"reason": reason.strip(), "until": until, "dismissed_by": account_of(by)}
        # The day it was set aside until has passed: the row is there already.
        known = Dismissal.objects.filter(check_code=check_code, object_id=object_id).first()
        if known is not None:
            amend(known, said)
            return known
        dismissal = Dismissal(
            case=case, region_id=case.region_id, check_code=check_code, object_id=object_id, **said
        )
        save_valid(dismissal)
    return dismissal


def restore_problem(dismissal: Dismissal, *, by: Any) -> None:
    """Take a problem up again. Raises Forbidden."""
    with changing(dismissal.case, by=by, verb="cases.problem.restore"):
        CASE_POLICY.check(by, Action.EDIT, dismissal.case)
        locked(Dismissal.objects.all(), dismissal.pk).delete()
