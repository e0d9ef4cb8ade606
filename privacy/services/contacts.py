"""The contact the public pages name."""

from typing import Any

from peph.audit.changes import change
from peph.errors import Stale
from peph.records import amend, check_version, locked, save_valid
from privacy.models import Contact
from privacy.policy import CONTACT_POLICY, Action


def contact() -> Contact:
    """The one row; an empty one where nothing was ever written, at version 0."""
    return Contact.objects.first() or Contact(version=0)


def update_contact(*, by: Any, version: int | None = None, **fields: Any) -> Contact:
    """Write what the public pages say. Raises Forbidden, Stale, Invalid."""
    with change(by=by, verb="privacy.contact.update"):
        known = Contact.objects.first()
        CONTACT_POLICY.check(by, Action.EDIT, known or Contact())
        if known is None:
            if version:
                raise Stale
            row = Contact(**fields)
            save_valid(row)
        else:
            row = locked(Contact.objects.all(), known.pk)
            check_version(row, version)
            amend(row, fields)
    return row
