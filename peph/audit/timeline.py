"""Reading the history: for change sets, which records changed and each field from what to what.

Data only: who may read what is asked before (give a filtered journal) and after (a field knows its
name). The number of queries depends on how many kinds of record changed, never on how many records.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import F, OuterRef, Subquery, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _

from peph.audit.changes import SYSTEM
from peph.audit.history import Declaration, by_label, declaration
from peph.audit.models import ChangedRow, ChangeSet

# Records shown of one change set; an import has a hundred thousand.
MOST_RECORDS = 50
ERASED = object()


@dataclass(frozen=True)
class FieldChange:
    """One field, as a person reads it; `state` is shown, erased or modified."""

    name: str
    label: str
    old: str
    new: str
    state: str = "shown"


@dataclass(frozen=True)
class RecordChange:
    """One record a change set touched: "+" created, "~" changed, "-" deleted."""

    row: ChangedRow
    model: type[models.Model]
    label: str
    title: str
    kind: str
    fields: tuple[FieldChange, ...]


@dataclass
class Entry:
    """One change set with its records, in the order they were written; `more` were left out."""

    change_set: ChangeSet
    actor: Any
    actor_name: str
    records: list[RecordChange] = field(default_factory=list)
    more: int = 0


def for_case(case_id: Any) -> "models.QuerySet[ChangeSet]":
    """The change sets that are about a case or touched a record of it, newest first."""
    touched = ChangedRow.objects.filter(case_id=case_id).order_by()
    about = ChangeSet.objects.filter(case_id=case_id).order_by()
    return ChangeSet.objects.filter(
        id__in=touched.values("change_set_id").union(about.values("id"))
    ).order_by("-number")


def for_record(model: type[models.Model], pk: Any) -> "models.QuerySet[ChangeSet]":
    """The change sets that touched one record, newest first."""
    touched = ChangedRow.objects.filter(model=declaration(model).label, object_id=str(pk))
    return ChangeSet.objects.filter(id__in=touched.values("change_set_id")).order_by("-number")


def entries(
    change_sets: Iterable[ChangeSet],
    *,
    rows: "models.QuerySet[ChangedRow] | None" = None,
    most: int = MOST_RECORDS,
) -> list[Entry]:
    """What a page of change sets did. `rows`, the part of the journal the reader may see; all by default."""
    sets = list(change_sets)
    people = _people(each.actor_id for each in sets)
    journal = ChangedRow.objects.all() if rows is None else rows
    placed = (
        journal.filter(change_set__in=[each.id for each in sets])
        .annotate(
            place=Window(RowNumber(), partition_by=F("change_set_id"), order_by=F("id").asc())
        )
        .annotate(size=Window(models.Count("*"), partition_by=F("change_set_id")))
        .filter(place__lte=most)
        .order_by("id")
    )
    by_set: defaultdict[Any, list[Any]] = defaultdict(list)
    for row in placed:
        by_set[row.change_set_id].append(row)
    changed = described([row for kept in by_set.values() for row in kept])
    found = []
    for each in sets:
        kept = by_set[each.id]
        actor = people.get(each.actor_id)
        entry = Entry(each, actor, _actor_name(each.actor_id, actor))
        entry.records = [changed[row.id] for row in kept if row.id in changed]
        entry.more = kept[0].size - len(kept) if kept else 0
        found.append(entry)
    return found


def changes_of(
    change_set: ChangeSet, rows: "Sequence[ChangedRow] | models.QuerySet[ChangedRow] | None" = None
) -> list[RecordChange]:
    """What one change set did to these journal rows of it (a page of them, for a large set)."""
    journal = list(change_set.changed_rows.order_by("id") if rows is None else rows)
    changed = described(journal)
    return [changed[row.id] for row in journal if row.id in changed]


def named(change_sets: Iterable[ChangeSet]) -> list[Entry]:
    """Change sets with who made them and nothing of what they did: one query."""
    sets = list(change_sets)
    people = _people(each.actor_id for each in sets)
    return [
        Entry(
            each, people.get(each.actor_id), _actor_name(each.actor_id, people.get(each.actor_id))
        )
        for each in sets
    ]


def actor_names(change_sets: Iterable[ChangeSet]) -> dict[Any, str]:
    """Key of each actor → the name people know them by, in one query."""
    ids = {each.actor_id for each in change_sets}
    people = _people(ids)
    return {key: _actor_name(key, people.get(key)) for key in ids}


def _people(ids: Iterable[Any]) -> dict[Any, Any]:
    return get_user_model()._default_manager.in_bulk({each for each in ids if each != SYSTEM})


def _actor_name(actor_id: Any, actor: Any) -> str:
    if actor_id == SYSTEM:
        return _("the system")
    return str(actor) if actor is not None else _("a person whose account is gone")


def described(journal: list[ChangedRow]) -> dict[int, RecordChange]:
    """Journal row id → what it stands for. Rows of a model no longer tracked are left out."""
    by_model: defaultdict[str, list[ChangedRow]] = defaultdict(list)
    for row in journal:
        by_model[row.model].append(row)
    pairs: list[tuple[Declaration, ChangedRow, Any, Any]] = []
    for label, changed in by_model.items():
        try:
            tracked = by_label(label)
        except LookupError:
            continue
        now, before = _versions(tracked, [row.history_id for row in changed])
        pairs += [
            (tracked, row, now[row.history_id], before.get(row.history_id))
            for row in changed
            if row.history_id in now
        ]
    names = Names((tracked, version) for tracked, _row, *both in pairs for version in both)
    return {
        row.id: RecordChange(
            row=row,
            model=tracked.model,
            label=str(tracked.model._meta.verbose_name),
            title=names.of(tracked.model, getattr(now, tracked.pk.attname)),
            kind=row.type,
            fields=_fields(tracked, row.type, now, before, names),
        )
        for tracked, row, now, before in pairs
    }


def _versions(tracked: Declaration, ids: list[int]) -> tuple[dict[int, Any], dict[int, Any]]:
    """History id → that row, and history id → the row of the same record before it. Two queries."""
    history = tracked.history_model._base_manager
    pk = tracked.pk.attname
    earlier = history.filter(**{pk: OuterRef(pk)}, history_id__lt=OuterRef("history_id")).order_by(
        "-history_id"
    )
    now = {
        row.history_id: row
        for row in history.filter(history_id__in=ids).annotate(
            before_id=Subquery(earlier.values("history_id")[:1])
        )
    }
    previous = history.in_bulk({row.before_id for row in now.values() if row.before_id})
    return now, {key: previous[row.before_id] for key, row in now.items() if row.before_id}


def _named(model: type[models.Model]) -> "models.QuerySet":
    # A record's name may be made of the names of what it belongs to. What it need not belong to is
    # followed only where the model says so (NAMED_WITH): it would be a query a record.
    return model._base_manager.select_related(*getattr(model, "NAMED_WITH", ()))


class Names:
    """What records are called today: those of these versions, and those their foreign keys point to."""

    def __init__(self, versions: Iterable[tuple[Declaration, Any]]) -> None:
        wanted: defaultdict[type[models.Model], set[Any]] = defaultdict(set)
        for tracked, version in versions:
            if version is None:
                continue
            wanted[tracked.model].add(getattr(version, tracked.pk.attname))
            for live, _copy in tracked.columns:
                if not isinstance(live, models.ForeignKey) or live.attname in tracked.hidden:
                    continue
                if (key := getattr(version, live.attname)) is not None:
                    wanted[live.remote_field.model].add(key)
        self._names = {
            model: {key: str(record) for key, record in _named(model).in_bulk(keys).items()}
            for model, keys in wanted.items()
        }

    def of(self, model: type[models.Model], key: Any) -> str:
        """The name, or the key of what is gone."""
        return self._names.get(model, {}).get(key, str(key))


def value_of(tracked: Declaration, version: Any, copy: models.Field) -> Any:
    """What a version holds; ERASED where the value was redacted."""
    if version is None:
        return None
    if tracked.hashed_name(copy) in (version.redacted or {}):
        return ERASED
    return getattr(version, copy.attname)


def _fields(
    tracked: Declaration, kind: str, now: Any, before: Any, names: Names
) -> tuple[FieldChange, ...]:
    """What the change did to each field: all values of a new record, the last ones of a deleted one.

    Two erased values cannot be compared (their commitments are salted): nothing is said of them.
    """
    old_version = {"+": None, "~": before, "-": now}[kind]
    new_version = None if kind == "-" else now
    changes = []
    for live, copy in tracked.told:
        old = value_of(tracked, old_version, copy)
        new = value_of(tracked, new_version, copy)
        if old == new or (old in (None, "") and new in (None, "")):
            continue
        label = str(live.verbose_name)
        if live.attname in tracked.hidden:
            change = FieldChange(live.name, label, "", _("modified"), "modified")
        else:
            state = "erased" if ERASED in (old, new) else "shown"
            change = FieldChange(
                live.name, label, text_of(live, old, names), text_of(live, new, names), state
            )
        changes.append(change)
    return tuple(changes)


def text_of(live: models.Field, value: Any, names: Names) -> str:
    """A value as a person reads it, in the running language and time zone."""
    if value is None or value == "":
        return ""
    if value is ERASED:
        return _("(erased)")
    if isinstance(live, models.ForeignKey):
        return names.of(live.remote_field.model, value)
    if live.choices:
        return str(dict(live.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, bytes | memoryview):
        return _("%(count)s bytes") % {"count": len(bytes(value))}
    return str(value)
