"""Records as they were: after a change set, which is exact, or at a moment, which is the last one before it.

Data only, as `timeline`: whoever asks gives the part of the journal the reader may see. One query to the
journal a side, one for each kind of record, one for each kind of thing named: never more for more records.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from peph.audit.history import Declaration, by_label
from peph.audit.models import ChangedRow, ChangeSet
from peph.audit.timeline import ERASED, Names, text_of, value_of

# Which versions exist: (label of the model, key of the record) → history row and number of its change set.
Key = tuple[str, str]


@dataclass(frozen=True)
class FieldPair:
    """One field on both sides, as a person reads it. `state`: same, different, or erased (not known)."""

    name: str
    label: str
    then: str
    now: str
    state: str
    is_hidden: bool = False


@dataclass(frozen=True)
class RecordPair:
    """One record on both sides. `state`: same, different, added (only now) or removed (only then).

    `then_number`, `now_number`: the change sets that left it so; None where the record was not there.
    """

    model: type[models.Model]
    label: str
    key: str
    title: str
    state: str
    then_number: int | None
    now_number: int | None
    fields: tuple[FieldPair, ...]

    @property
    def kind(self) -> str:
        """What such a record is called."""
        return str(self.model._meta.verbose_name)

    @property
    def anchor(self) -> str:
        """Its name inside a page."""
        return f"record-{self.key}"

    @property
    def differences(self) -> tuple[FieldPair, ...]:
        """The fields worth showing to somebody who asks only for what differs."""
        return tuple(field for field in self.fields if field.state == "different")


def number_at(moment: dt.datetime) -> int:
    """The last change set at that moment; 0 before the first. A moment is only ever read through it."""
    earlier = ChangeSet.objects.filter(at__lte=moment).order_by("-at", "-number")
    return earlier.values_list("number", flat=True).first() or 0


def versions(rows: QuerySet[ChangedRow], number: int | None) -> dict[Key, int]:
    """The history row of each record of these journal rows after change set `number` (None: today).

    A record's history rows are written one after the other, so the largest is the last one.
    """
    if number is not None:
        rows = rows.filter(change_set__number__lte=number)
    last = rows.order_by().values("model", "object_id").annotate(last=Max("history_id"))
    return {(each["model"], each["object_id"]): each["last"] for each in last}


def compare(
    rows: QuerySet[ChangedRow], then: int | None, now: int | None = None
) -> list[RecordPair]:
    """Every record of these journal rows after `then` beside the same after `now`; None is today.

    A record that was on neither side is left out; so is a model that is no longer tracked.
    """
    before, after = versions(rows, then), versions(rows, now)
    loaded = _loaded({*before.items(), *after.items()})
    sides = []
    for key in sorted(before.keys() | after.keys()):
        left, right = (loaded.get((key[0], found.get(key, 0))) for found in (before, after))
        left, right = (None if _absent(each) else each for each in (left, right))
        if left is not None or right is not None:
            sides.append((by_label(key[0]), key, left, right))
    names = Names((tracked, each) for tracked, _key, *both in sides for each in both)
    return [_pair(tracked, key, left, right, names) for tracked, key, left, right in sides]


def version_of(tracked: Declaration, pk: Any, number: int | None) -> Any:
    """The history row of one record after change set `number`, with its set; None where it was not there."""
    rows = tracked.history_model._base_manager.select_related("change_set")
    found = rows.filter(**{tracked.pk.attname: pk})
    if number is not None:
        found = found.filter(change_set__number__lte=number)
    version = found.order_by("-history_id").first()
    return None if _absent(version) else version


def hidden_text() -> str:
    """What stands where a value is never shown."""
    return _("hidden information")


def _absent(version: Any) -> bool:
    return version is None or version.history_type == "-"


def _loaded(found: Iterable[tuple[Key, int]]) -> dict[tuple[str, int], Any]:
    """(label, history id) → that row with its change set."""
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    for (label, _key), history_id in found:
        wanted[label].add(history_id)
    loaded = {}
    for label, ids in wanted.items():
        try:
            tracked = by_label(label)
        except LookupError:
            continue
        history: Any = tracked.history_model._base_manager.select_related("change_set")
        for row in history.filter(history_id__in=ids):
            loaded[label, row.history_id] = row
    return loaded


def _pair(tracked: Declaration, key: Key, left: Any, right: Any, names: Names) -> RecordPair:
    fields = tuple(_fields(tracked, left, right, names))
    if left is None or right is None:
        state = "added" if left is None else "removed"
    else:
        state = "different" if any(each.state == "different" for each in fields) else "same"
    present: Any = left or right
    return RecordPair(
        model=tracked.model,
        label=key[0],
        key=key[1],
        title=names.of(tracked.model, getattr(present, tracked.pk.attname)),
        state=state,
        then_number=left and left.change_set.number,
        now_number=right and right.change_set.number,
        fields=fields,
    )


def _fields(tracked: Declaration, left: Any, right: Any, names: Names) -> Sequence[FieldPair]:
    found = []
    for live, copy in tracked.told:
        old, new = value_of(tracked, left, copy), value_of(tracked, right, copy)
        state = _state(old, new)
        is_hidden = live.attname in tracked.hidden
        if is_hidden:
            # Whether there is a value is itself information: the same words for a value and for none.
            then, now = (hidden_text() if each is not None else "" for each in (left, right))
        else:
            then, now = text_of(live, old, names), text_of(live, new, names)
            if not then and not now:
                continue
        found.append(FieldPair(live.name, str(live.verbose_name), then, now, state, is_hidden))
    return found


def _state(old: Any, new: Any) -> str:
    # What was erased cannot be compared with anything: the commitments are salted.
    if old is ERASED or new is ERASED:
        return "erased"
    empty = old in (None, "") and new in (None, "")
    return "same" if old == new or empty else "different"
