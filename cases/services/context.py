"""What every write on a case starts with: a change that names the case, its region and its host."""

from contextlib import AbstractContextManager
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.models import Case
from peph.audit.changes import change
from peph.errors import Conflict


def changing(case: Case, *, by: Any, verb: str, reason: object = "") -> AbstractContextManager:
    """A change on one case, findable by case, region and host organisation."""
    return change(
        by=by,
        verb=verb,
        reason=reason.strip() if isinstance(reason, str) else "",
        case=case.pk,
        region=case.region_id,
        organization=case.organization_id,
    )


def check_open(case: Case) -> None:
    """Raise Conflict when the case is closed: nothing is added to it then."""
    if not case.is_open:
        raise Conflict(_("This case is closed: reopen it first."))
