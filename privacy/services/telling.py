"""A record in words: each of its columns with its name and its value, generated from the model.

Nothing is listed by hand: a new column is told as soon as it exists.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

# The key, the count of saves, what only serves to find: nothing about anybody.
SILENT = frozenset({"id", "version", "search_key", "only"})
# Who wrote it and when comes after what it says.
LAST = frozenset({"noted_by", "created_at", "updated_at"})


def told_fields(model: type[models.Model]) -> list[models.Field]:
    """The columns that tell a person something, in the order of the model."""
    found = [each for each in model._meta.local_concrete_fields if each.name not in SILENT]
    return sorted(found, key=lambda each: each.name in LAST)


def label_of(field: models.Field) -> str:
    """The name of a column as people read it."""
    return str(capfirst(str(field.verbose_name)))


def text_of(record: Any, field: models.Field) -> str:
    """The value of a column as people read it; empty for nothing."""
    value = getattr(record, field.attname)
    if value is None or value == "":
        return ""
    if field.choices:
        return str(getattr(record, f"get_{field.name}_display")())
    if field.is_relation:
        # A record of the history may name one that is gone.
        try:
            return str(getattr(record, field.name))
        except models.ObjectDoesNotExist:
            return str(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def value_of(record: Any, field: models.Field) -> Any:
    """The value for a program or a cell: typed where it has a type, in words where it is a code."""
    value = getattr(record, field.attname)
    if field.choices or field.is_relation:
        return text_of(record, field)
    return value


def facts_of(record: Any, fields: Iterable[models.Field] | None = None) -> list[tuple[str, Any]]:
    """(name, text) of each column that holds something."""
    chosen = told_fields(type(record)) if fields is None else fields
    found = [(label_of(field), text_of(record, field)) for field in chosen]
    return [(label, text) for label, text in found if text]
