"""Where a changed record can be read: its own page, where it has one its reader may open, and its history."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from auditing.services.as_of import readable
from peph.audit.timeline import RecordChange


@dataclass(frozen=True, slots=True)
class Linked:
    """A record of a change with the addresses it leads to; no page: it has none, or is not for the reader."""

    record: RecordChange
    page_url: str
    history_url: str
    compare_url: str = ""


def linked(
    records: Iterable[RecordChange], user: Any, *, number: int | None = None
) -> list[Linked]:
    """The records in their order, each with its links: one query for each kind of record.

    With the `number` of their change, also to the record before and after it, where the reader may.
    """
    shown = list(records)
    keys = {(each.row.model, each.row.object_id) for each in shown}
    told = readable(user, keys) if number is not None else set()
    by_model: defaultdict[Any, set[Any]] = defaultdict(set)
    for each in shown:
        if hasattr(each.model, "get_absolute_url") and hasattr(
            each.model._default_manager, "visible_to"
        ):
            by_model[each.model].add(each.row.object_id)
    pages = {
        (model, str(record.pk)): record.get_absolute_url()
        for model, keys in by_model.items()
        for record in model._default_manager.visible_to(user).filter(pk__in=keys)
    }
    return [
        Linked(
            each,
            pages.get((each.model, each.row.object_id), ""),
            reverse("auditing:record_history", args=[each.row.model, each.row.object_id]),
            _compared(each, number) if (each.row.model, each.row.object_id) in told else "",
        )
        for each in shown
    ]


def _compared(record: RecordChange, number: Any) -> str:
    address = reverse("auditing:record_as_of", args=[record.row.model, record.row.object_id])
    return f"{address}?{urlencode({'at': f'change-{number - 1}', 'with': f'change-{number}'})}"
