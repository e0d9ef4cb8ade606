"""The history as people read it: who changed what, when, where, and each field from what to what."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from auditing.lists.change_sets import ChangeSetFilter
from auditing.models import Population
from auditing.policy import CHANGE_SET_POLICY, CHANGED_ROW_POLICY
from auditing.services.as_of import readable
from auditing.views.sample_links import sample_link
from cases.models import Case
from cases.policy import Action
from organizations.models import HostOrganization, Region
from peph.audit import access_log, timeline
from peph.audit.models import ChangedRow, ChangeSet
from peph.pages import listing, refusals
from peph.paging import Order

ROWS_A_PAGE = 50
NEWEST_NUMBER_FIRST = Order("number")


@dataclass(frozen=True, slots=True)
class ChangeSetRow:
    """A change set with the names of what it is about; the case only where the reader may open it."""

    change_set: ChangeSet
    actor: str
    case: Case | None
    region: Region | None
    organization: HostOrganization | None


def change_set_rows(change_sets: Iterable[ChangeSet], user: Any) -> list[ChangeSetRow]:
    """Put names on ids, in as many queries for fifty change sets as for one."""
    shown = list(change_sets)
    entries = timeline.entries(shown, rows=ChangedRow.objects.none())
    cases = Case.objects.visible_to(user).in_bulk({each.case_id for each in shown} - {None})
    regions = Region.objects.in_bulk({each.region_id for each in shown} - {None})
    organizations = HostOrganization.objects.in_bulk(
        {each.organization_id for each in shown} - {None}
    )
    return [
        ChangeSetRow(
            entry.change_set,
            entry.actor_name,
            cases.get(entry.change_set.case_id),
            regions.get(entry.change_set.region_id),
            organizations.get(entry.change_set.organization_id),
        )
        for entry in entries
    ]


@require_safe
@refusals
def change_set_list(request: HttpRequest) -> HttpResponse:
    """The history inside the reader's scope, newest first."""
    found = listing(
        request,
        ChangeSetFilter(request.GET, queryset=ChangeSet.objects.all(), request=request),
        CHANGE_SET_POLICY,
        order=NEWEST_NUMBER_FIRST,
    )
    link = sample_link(request, Population.CHANGE_SETS)
    context = {
        "listing": found,
        "rows": change_set_rows(found.page.rows, request.user),
        "links": [link] if link else [],
    }
    return render(request, "auditing/change_set_list.html", context)


@require_safe
def change_set_detail(request: HttpRequest, number: int) -> HttpResponse:
    """What one change did to the records the reader may see."""
    change_set = _visible_change_set(request, number)
    journal = change_set.changed_rows.filter(
        CHANGED_ROW_POLICY.q(request.user, Action.VIEW), pk__gt=_after(request)
    )
    rows = list(journal.order_by("pk")[: ROWS_A_PAGE + 1])
    more, rows = len(rows) > ROWS_A_PAGE, rows[:ROWS_A_PAGE]
    row = change_set_rows([change_set], request.user)[0]
    context = {
        "row": row,
        "facts": _facts(row),
        "with_history": readable_rows(rows, request.user),
        "records": timeline.changes_of(change_set, rows),
        "next_url": f"?after={rows[-1].pk}" if more else "",
        "trail": [
            (_("History"), reverse("auditing:change_set_list")),
            (_("Change %(number)d") % {"number": number}, ""),
        ],
    }
    return render(request, "auditing/change_set_detail.html", context)


def readable_rows(rows: Iterable[ChangedRow], user: Any) -> set[int]:
    """Keys of the journal rows whose record the reader may see as it was."""
    shown = list(rows)
    keys = readable(user, {(row.model, row.object_id) for row in shown})
    return {row.pk for row in shown if (row.model, row.object_id) in keys}


def _visible_change_set(request: HttpRequest, number: int) -> ChangeSet:
    sets = ChangeSet.objects.filter(number=number)
    found = sets.filter(CHANGE_SET_POLICY.q(request.user, Action.VIEW)).first()
    if found is None:
        if (hidden := sets.first()) is not None:
            access_log.record("refuse", request=request, obj=hidden)
        raise Http404
    access_log.record("open", request=request, obj=found, case=found.case_id)
    return found


def _after(request: HttpRequest) -> int:
    given = request.GET.get("after", "0")
    if not (given.isascii() and given.isdecimal() and len(given) <= 18):
        raise Http404
    return int(given)


def _facts(row: ChangeSetRow) -> list[tuple[Any, Any]]:
    change_set = row.change_set
    at = timezone.localtime(change_set.at)
    return [
        (_("When"), at.strftime("%Y-%m-%d %H:%M:%S")),
        (_("By"), row.actor),
        (_("Reason"), change_set.reason),
        (_("Channel"), change_set.get_channel_display()),
        (_("Region"), row.region),
        (_("Host organisation"), row.organization),
        (_("Receipt"), change_set.receipt),
    ]
