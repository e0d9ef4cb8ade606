"""Answers of the API written fast: a row by a plan made once for the page, JSON by orjson.

What the library does for each field of each row (`Serializer.to_representation`) costs more than the query.
"""

import datetime as dt
from collections.abc import Callable
from functools import cached_property
from operator import attrgetter
from typing import Any

import orjson
from django.utils import timezone
from rest_framework.fields import DateTimeField, Field, SkipField
from rest_framework.relations import PKOnlyObject
from rest_framework.renderers import JSONRenderer
from rest_framework.serializers import BaseSerializer
from rest_framework.utils.encoders import JSONEncoder

Read = Callable[[Any], Any]
_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS
_other = JSONEncoder().default


class QuickJSONRenderer(JSONRenderer):
    """The same bytes as the library's; what orjson does not write, the library does."""

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        context = renderer_context or {}
        if data is None or self.get_indent(accepted_media_type or "", context) is not None:
            return super().render(data, accepted_media_type, renderer_context)
        try:
            return orjson.dumps(data, default=_other, option=_OPTIONS)
        except TypeError:
            # A whole number beyond 64 bits, half a character.
            return super().render(data, accepted_media_type, renderer_context)


class Quick(BaseSerializer):
    """For a serializer that stands in a list: put it first among the bases."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """The row as plain values, in the order of the fields."""
        shown = {}
        for name, read in self._reads:
            try:
                shown[name] = read(instance)
            except SkipField:
                continue
        return shown

    @cached_property
    def _reads(self) -> list[tuple[str, Read]]:
        fields: Any = self._readable_fields  # type: ignore[attr-defined]
        return [(field.field_name, _read(field)) for field in fields]


def _show(field: Any) -> Read:
    """What the field makes of a value; of a moment without asking again for the time zone."""
    plain = type(field) is DateTimeField
    if not plain or hasattr(field, "format") or hasattr(field, "timezone"):
        return field.to_representation
    here = timezone.get_current_timezone()

    def moment(value: dt.datetime) -> str:
        text = value.astimezone(here).isoformat()
        return f"{text[:-6]}Z" if text.endswith("+00:00") else text

    return moment


def _read(field: Any) -> Read:
    """How one field is read: attribute by attribute, without looking again for what it is."""
    show = _show(field)

    def as_the_library(row: Any) -> Any:
        value = field.get_attribute(row)
        known = value.pk if isinstance(value, PKOnlyObject) else value
        return None if known is None else show(value)

    if not field.source_attrs:
        return show  # of the row itself
    if type(field).get_attribute is not Field.get_attribute:
        return as_the_library
    get = attrgetter(".".join(field.source_attrs))

    def read(row: Any) -> Any:
        try:
            value = get(row)
        except (AttributeError, KeyError):
            return as_the_library(row)
        if callable(value):
            return as_the_library(row)
        return None if value is None else show(value)

    return read
