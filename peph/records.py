"""What every record of ours has: an unguessable, time-ordered key and a version that guards edits."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from uuid_utils import compat

from peph.errors import Conflict, Invalid, Stale

M = TypeVar("M", bound="Record")


def new_id() -> Any:
    """A UUIDv7: ordered by creation time (short index), random enough not to be guessed."""
    return compat.uuid7()


class Record(models.Model):
    """Base of our models. `version` counts the saves; an edit names the version it was made from."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            self.version += 1
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "version"}
        super().save(*args, **kwargs)


def locked(queryset: "models.QuerySet[M]", pk: object) -> M:
    """The row, locked until the running change ends. Raises Http404 when it is not in `queryset`.

    SQLite has no row locks: there the change itself holds the only write lock.
    """
    row = queryset.select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def check_version(row: Record, version: int | None) -> None:
    """Raise `Stale` when the locked row is not at the version the edit was made from (None: any).

    Asked after the right: whoever may not write is not told that somebody else did.
    """
    if version is not None and row.version != version:
        raise Stale


def amend(row: Record, values: Mapping[str, Any]) -> bool:
    """Set what differs, check the whole row, save it. False when nothing differed: no empty history.

    Raises what `save_valid` raises.
    """
    changed = False
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed = True
    if changed:
        save_valid(row)
    return changed


def save_valid(row: models.Model) -> None:
    """Check fields and constraints, then save.

    Raises `Invalid` naming each field at fault, `Conflict` when another write came first.
    """
    try:
        row.full_clean()
    except ValidationError as error:
        problems = error.message_dict
        general = problems.pop(NON_FIELD_ERRORS, [])
        raise Invalid(" ".join(general) or None, fields=problems) from error
    try:
        row.save()
    except IntegrityError as error:
        if "audit:" in str(error):
            raise
        raise Conflict(
            _("Another change came first. Look at the present state and try again.")
        ) from error
