"""What people read most, each beside its floor, through the querysets, rules and pages of the views."""

from collections.abc import Iterator
from typing import Any

import orjson
from django.utils import timezone

from cases.benchmark import floors
from cases.benchmark.floors import PAGE
from cases.benchmark.people import Reader
from cases.benchmark.timing import CannotMeasure, Measure
from cases.models import Case, FollowUp, Note, Placement
from cases.policy import CASE_POLICY, FOLLOW_UP_POLICY, Action
from peph.accounts.models import User
from peph.audit import timeline
from peph.audit.models import ChangedRow
from peph.paging import Order, Page, count_up_to, page
from peph.scopes import remembered_scopes, scope_of
from peph.text import plain

COUNTED = 1000
ENTRIES = 20
SEARCHES = (
    ("last-name", "Tremb"),
    ("first-name", "Noémie"),
    ("accent", "cote"),
    ("two-words", "gagnon jo"),
    ("nothing", "zyzzyva"),
)


def reads(readers: list[Reader], busy: Case) -> Iterator[Measure]:
    """Lists, counts, searches, one case, its timeline."""
    by_name = {reader.name: reader for reader in readers}
    coordinator, lead = by_name["coordinator"], by_name["lead"]
    yield Measure(
        "scope",
        lambda: scope_of(coordinator.user),
        lambda: User.objects.get(pk=coordinator.user.pk),
    )
    for reader in readers:
        yield _list(reader)
    yield _deep(coordinator)
    yield _deep(lead)
    yield Measure(
        "count.coordinator",
        lambda: count_up_to(Case.objects.visible_to(coordinator.user), COUNTED),
        lambda: floors.count(coordinator, COUNTED),
    )
    for reader in (coordinator, lead):
        for name, text in SEARCHES:
            yield _search(f"search.{name}.{reader.name}", reader, text)
    yield Measure(
        "follow-ups.overdue",
        lambda: _overdue(coordinator),
        lambda: floors.overdue(coordinator, timezone.localdate()),
    )
    yield Measure("detail", lambda: _detail(coordinator, busy.pk), lambda: floors.detail(busy.pk))
    yield Measure("timeline", lambda: _timeline(busy.pk), lambda: floors.timeline(busy.pk, ENTRIES))


def cases_of(reader: Reader, found: Any = None, **options: Any) -> Page:
    """A page of cases as the list shows it, the reader's scope resolved anew."""
    queryset = Case.objects.all() if found is None else found
    branches = CASE_POLICY.branches(reader.user, Action.VIEW)
    return page(queryset.with_people(), branches=branches, size=PAGE, **options)


def _list(reader: Reader) -> Measure:
    return Measure(
        f"list.{reader.name}",
        lambda: _json(cases_of(reader)),
        lambda: floors.case_page(reader),
    )


def _deep(reader: Reader) -> Measure:
    """The page after nine tenths of the scope."""
    rows = Case.objects.visible_to(reader.user)
    newest_first = rows.order_by("-updated_at", "-pk")
    row = newest_first[rows.count() * 9 // 10]
    start = page(
        Case.objects.filter(updated_at__lte=row.updated_at),
        branches=CASE_POLICY.branches(reader.user, Action.VIEW),
        size=1,
    )
    if start.next is None:
        raise CannotMeasure(f"{reader.name} sees too few cases for a deep page.")
    cursor, after = start.next, (row.updated_at, row.pk)
    return Measure(
        f"list.{reader.name}.deep",
        lambda: _json(cases_of(reader, cursor=cursor)),
        lambda: floors.case_page(reader, after),
    )


def _search(name: str, reader: Reader, text: str) -> Measure:
    words = plain(text).split()
    return Measure(
        name,
        lambda: _json(cases_of(reader, Case.objects.all().matching_text(text))),
        lambda: floors.search(words),
    )


def _json(found: Page) -> bytes:
    return orjson.dumps([_row(case) for case in found.rows])


def _row(case: Case) -> dict[str, Any]:
    return {
        "id": case.pk,
        "number": case.number,
        "status": case.status,
        "fiscal_year": case.fiscal_year,
        "referred_on": case.referred_on,
        "updated_at": case.updated_at,
        "participant": case.participant.full_name,
        "region": case.region.name,
        "coordinator": case.coordinator.get_full_name() if case.coordinator else None,
        "organization": case.organization.acronym if case.organization else None,
        "site": case.site.name if case.site else None,
    }


def _overdue(reader: Reader) -> bytes:
    found = page(
        FollowUp.objects.overdue().with_people(),
        order=Order("due_on", descending=False),
        branches=FOLLOW_UP_POLICY.branches(reader.user, Action.VIEW),
        size=PAGE,
    )
    return orjson.dumps(
        [
            {
                "id": each.pk,
                "title": each.title,
                "due_on": each.due_on,
                "concern": each.concern,
                "case": each.case.number,
                "participant": each.case.participant.full_name,
                "region": each.region.code,
                "responsible": each.responsible.last_name if each.responsible else None,
            }
            for each in found.rows
        ]
    )


def _detail(reader: Reader, pk: Any) -> bytes:
    # A request resolves the scope once, whatever the number of rules asked.
    with remembered_scopes():
        return _case_with_all(reader.user, pk)


def _case_with_all(user: Any, pk: Any) -> bytes:
    case = Case.objects.visible_to(user).with_abilities(user).with_people().get(pk=pk)
    return orjson.dumps(
        [
            _row(case) | {"actions": [step.name for step in case.available_transitions]},
            [
                [each.pk, each.status, each.site.name, each.planned_start, each.planned_end]
                for each in Placement.objects.visible_to(user)
                .with_abilities(user)
                .with_people()
                .filter(case=case)
            ],
            [
                [each.pk, each.title, each.due_on, each.done_on]
                for each in FollowUp.objects.visible_to(user)
                .with_abilities(user)
                .with_people()
                .filter(case=case)
            ],
            [
                [each.pk, each.text, each.created_at]
                for each in Note.objects.visible_to(user).filter(case=case)
            ],
        ]
    )


def _timeline(pk: Any) -> bytes:
    entries = timeline.entries(
        timeline.for_case(pk)[:ENTRIES], rows=ChangedRow.objects.filter(case_id=pk)
    )
    return orjson.dumps(
        [
            {
                "number": entry.change_set.number,
                "at": entry.change_set.at,
                "label": str(entry.change_set.label),
                "actor": entry.actor_name,
                "records": [
                    [record.label, record.title, [[f.label, f.old, f.new] for f in record.fields]]
                    for record in entry.records
                ],
            }
            for entry in entries
        ]
    )
