"""Where a changed record can be read: its own page, where it has one its reader may open, and its history."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from peph.audit.timeline import RecordChange


@dataclass(frozen=True, slots=True)
class Linked:
    """A record of a change with the addresses it leads to; no page: it has none, or is not for the reader."""

    record: RecordChange
    page_url: str
    history_url: str


def linked(records: Iterable[RecordChange], user: Any) -> list[Linked]:
    """The records in their order, each with its links: one query for each kind of record."""
    shown = list(records)
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
        )
        for each in shown
    ]
