"""Which fields go when a person is forgotten, what stands in their place, and what stays and why."""

import datetime as dt
from functools import cache
from typing import Any

from django.db import models
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext_lazy as _

from peph.audit.history import declaration
from peph.crypto import EncryptedTextField
from privacy.services.reach import is_tracked

# What a reader finds where a text stood: that there was one, and that it is gone.
ERASED_TEXT = "[effacé · erased]"
# No birth date is so old: it says nothing, and the column takes no empty value.
ERASED_DATE = dt.date(1900, 1, 1)
FREE = (models.CharField, models.TextField, models.JSONField, models.BinaryField)

# Fields that can hold words or bytes and yet stay, each with why. `tests/privacy` refuses any other.
KEPT: dict[str, Any] = {
    "cases.Case.number": _(
        "The number of the file: random, it says nothing of the person. Figures, samples and paper files"
        " are held together by it."
    ),
    "cases.Consent.text_version": _("Names one of the texts of the programme."),
    "cases.Dismissal.check_code": _("Names one of the checks of the service."),
    "cases.Document.media_type": _("The format of a file whose bytes are gone."),
    "cases.Document.sha256": _(
        "The digest of the bytes that are gone: the proof of what was destroyed. Nobody reads it back."
    ),
    "cases.WorkProfile.other_regions": _("Codes of regions."),
    "auditing.SampleItem.object_key": _(
        "The key of a record, by which the sample can be drawn again."
    ),
    "privacy.AccessRequest.number": _("The number of an entry of a register, in order of arrival."),
    "privacy.Disclosure.number": _("The number of an entry of a register, in order of arrival."),
    "privacy.Erasure.preview": _("How many records of each kind, nothing of what they say."),
    "privacy.Erasure.counts": _("How many records of each kind, nothing of what they say."),
}
# Written by its own rule, not blanked: the names a pseudonym takes the place of.
PSEUDONYM = {"cases.Participant": ("last_name", "first_name", "search_key")}


@cache
def fields_to_blank(model: type[models.Model]) -> tuple[models.Field, ...]:
    """What goes of a kind of record: its personal fields, and any free text beside its history."""
    own = PSEUDONYM.get(model._meta.label, ())
    personal = declaration(model).personal if is_tracked(model) else frozenset()
    return tuple(
        field
        for field in model._meta.local_concrete_fields
        if field.name not in own
        and (field.attname in personal or (is_free(field) and not is_kept(field)))
    )


def is_free(field: models.Field) -> bool:
    """Whether people or programs can put words or bytes into it."""
    return (
        isinstance(field, FREE)
        and not field.choices
        and not field.is_relation
        and not field.primary_key
    )


def is_kept(field: models.Field) -> bool:
    """Whether it stays although it can hold words."""
    return f"{field.model._meta.label}.{field.name}" in KEPT


def blank(model: type[models.Model], keys: Any, **instead: Any) -> int:
    """Blank what goes of these records; how many. `instead` are the values of a pseudonym.

    One statement, so that no version of a record holds one half of what goes.
    """
    values = {field.name: _nothing(field) for field in fields_to_blank(model)} | instead
    if not values:
        return 0
    if any(field.name == "version" for field in model._meta.local_concrete_fields):
        values["version"] = F("version") + 1
    return model._base_manager.filter(pk__in=keys).update(**values)


def _nothing(field: models.Field) -> Any:
    """What stands in the place of a value: nothing where nothing stood, else as little as it takes."""
    if field.null:
        return None
    if isinstance(field, models.DateField):
        return ERASED_DATE
    if isinstance(field, models.BooleanField):
        return False
    if isinstance(field, models.BinaryField):
        return b""
    if isinstance(field, models.JSONField):
        return {}
    if not isinstance(field, models.CharField | models.TextField):
        return field.get_default()
    if not _takes_mark(field):
        return ""
    # Where nothing was written, nothing was erased.
    return Case(When(**{field.name: ""}, then=Value("")), default=Value(ERASED_TEXT))


def _takes_mark(field: models.Field) -> bool:
    # An address that is none would be written to; an encrypted text cannot be compared in a query.
    if isinstance(field, models.EmailField | EncryptedTextField):
        return False
    return field.max_length is None or field.max_length >= len(ERASED_TEXT)
