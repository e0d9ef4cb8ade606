"""The change every write on a case is made in: it names the case, its region and its host."""

from contextlib import AbstractContextManager
from typing import Any

from cases.models import Case
from peph.audit.changes import change


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
