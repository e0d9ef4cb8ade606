"""A page of change sets as people read it: names for ids, and the first fields from what to what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.db.models.expressions import RawSQL

from auditing.policy import CHANGED_ROW_POLICY
from cases.models import Case
from cases.policy import Action
from organizations.models import HostOrganization, Region
from peph.audit import timeline
from peph.audit.models import ChangedRow, ChangeSet
from peph.audit.timeline import FieldChange, RecordChange

# Records and fields of a change set told on the list; its own page tells all.
MOST_RECORDS, MOST_FIELDS = 2, 3
# A set with more records than this is not read whole for the sake of the first ones.
_SMALL = 20


@dataclass(frozen=True, slots=True)
class Told:
    """A record with the first of its fields; `more` were left out."""

    record: RecordChange
    fields: Sequence[FieldChange]
    more: int


@dataclass(frozen=True, slots=True)
class ChangeSetRow:
    """A change set with the names of what it is about; the case only where the reader may open it."""

    change_set: ChangeSet
    actor: str
    case: Case | None
    region: Region | None
    organization: HostOrganization | None
    told: Sequence[Told] = ()
    has_more: bool = field(default=False)


def change_set_rows(
    change_sets: Iterable[ChangeSet], user: Any, *, tell: bool = False
) -> list[ChangeSetRow]:
    """Put names on ids, and with `tell` say what changed: as many queries for fifty as for one."""
    shown = list(change_sets)
    actors = timeline.actor_names(shown)
    cases = Case.objects.visible_to(user).in_bulk({each.case_id for each in shown} - {None})
    regions = Region.objects.in_bulk({each.region_id for each in shown} - {None})
    organizations = HostOrganization.objects.in_bulk(
        {each.organization_id for each in shown} - {None}
    )
    records = first_records(shown, user) if tell else {}
    return [
        ChangeSetRow(
            each,
            actors[each.actor_id],
            cases.get(each.case_id),
            regions.get(each.region_id),
            organizations.get(each.organization_id),
            [_told(record) for record in records.get(each.pk, ())[:MOST_RECORDS]],
            len(records.get(each.pk, ())) > MOST_RECORDS,
        )
        for each in shown
    ]


def _told(record: RecordChange) -> Told:
    # Of a new record everything is new: its name says enough here.
    changed = record.fields if record.kind == "~" else ()
    return Told(record, changed[:MOST_FIELDS], max(0, len(changed) - MOST_FIELDS))


def first_records(change_sets: Sequence[ChangeSet], user: Any) -> dict[Any, list[RecordChange]]:
    """Change set → the first records of it the reader may see, one more than are told."""
    seen = CHANGED_ROW_POLICY.q(user, Action.VIEW)
    small = [each.pk for each in change_sets if each.rows <= _SMALL]
    large = [each.pk for each in change_sets if each.rows > _SMALL]
    visible = ChangedRow.objects.filter(seen)
    journal = list(visible.filter(change_set__in=small).order_by("id")) if small else []
    if large:
        journal += ChangedRow.objects.filter(pk__in=_first_of_each(seen, large)).order_by("id")
    kept: dict[Any, list[ChangedRow]] = {}
    for row in journal:
        mine = kept.setdefault(row.change_set_id, [])
        if len(mine) <= MOST_RECORDS:
            mine.append(row)
    described = timeline.described([row for rows in kept.values() for row in rows])
    return {
        key: [described[row.id] for row in rows if row.id in described]
        for key, rows in kept.items()
    }


def _first_of_each(seen: Q, change_sets: list[Any]) -> RawSQL:
    """Keys of the first rows of each set: one short scan of the index for each."""
    parts: list[str] = []
    params: list[Any] = []
    for number, key in enumerate(change_sets):
        rows = ChangedRow.objects.filter(seen, change_set=key).order_by("id").values_list("pk")
        sql, values = rows[: MOST_RECORDS + 1].query.sql_with_params()
        parts.append(f"SELECT * FROM ({sql}) AS part{number}")  # noqa: S608 Django wrote it
        params.extend(values)
    return RawSQL(" UNION ALL ".join(parts), params)  # noqa: S611 built above, values apart
