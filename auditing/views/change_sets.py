"""The history as people read it: who changed what, when, where, and each field from what to what."""

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from auditing.lists.change_set_rows import ChangeSetRow, change_set_rows
from auditing.lists.change_sets import ChangeSetFilter
from auditing.lists.exporting import export
from auditing.models import Population
from auditing.policy import CHANGE_SET_POLICY, CHANGED_ROW_POLICY
from auditing.views.addresses import number_in
from auditing.views.record_links import linked
from auditing.views.sample_links import sample_link
from cases.policy import Action
from peph.accounts.step_up import step_up
from peph.audit import access_log, timeline
from peph.audit.models import ChangeSet
from peph.errors import Invalid
from peph.exports import FORMATS
from peph.fiscal import fiscal_year_dates, fiscal_year_of
from peph.pages import listed, narrowed_by, refusals

ROWS_A_PAGE, SETS_A_PAGE = 50, 25


@require_safe
@refusals
def change_set_list(request: HttpRequest) -> HttpResponse:
    """The history inside the reader's scope, newest first."""
    filterset = ChangeSetFilter(request.GET, queryset=ChangeSet.objects.none(), request=request)
    search = filterset.found()
    found = listed(
        request, filterset, lambda cursor: search.page(cursor, SETS_A_PAGE), search.count
    )
    link = sample_link(request, Population.CHANGE_SETS)
    context = {
        "listing": found,
        "rows": change_set_rows(found.rows, request.user, tell=True),
        "links": [link] if link else [],
        "behind": search.behind,
        "periods": _periods(timezone.localdate()),
        "formats": FORMATS.items(),
    }
    return render(request, "auditing/change_set_list.html", context)


@require_safe
@step_up
@refusals
def change_set_export(request: HttpRequest) -> HttpResponseBase:
    """Everything the filter of the address finds, as a file."""
    filterset = ChangeSetFilter(request.GET, queryset=ChangeSet.objects.none(), request=request)
    if not filterset.is_valid():
        raise Invalid(fields=filterset.errors)
    return export(
        filterset.found(),
        request=request,
        user=request.user,
        format=request.GET.get("format", "csv"),
        asked=narrowed_by(request, filterset),
    )


def _periods(today: dt.date) -> list[tuple[str, str, str]]:
    """(words, first day, last day) of the periods asked for most."""
    year = fiscal_year_dates(fiscal_year_of(today))[0]
    return [
        (label, first.isoformat(), today.isoformat())
        for label, first in (
            (_("Today"), today),
            (_("Last 7 days"), today - dt.timedelta(days=6)),
            (_("This fiscal year"), year),
        )
    ]


@require_safe
def change_set_detail(request: HttpRequest, number: int) -> HttpResponse:
    """What one change did to the records the reader may see."""
    change_set = _visible_change_set(request, number)
    journal = change_set.changed_rows.filter(
        CHANGED_ROW_POLICY.q(request.user, Action.VIEW), pk__gt=number_in(request, "after") or 0
    )
    rows = list(journal.order_by("pk")[: ROWS_A_PAGE + 1])
    more, rows = len(rows) > ROWS_A_PAGE, rows[:ROWS_A_PAGE]
    row = change_set_rows([change_set], request.user)[0]
    records = timeline.changes_of(change_set, rows)
    context = {
        "row": row,
        "facts": _facts(row),
        "records": records,
        "linked": linked(records, request.user, number=number),
        "neighbours": _neighbours(change_set, request.user),
        "next_url": f"?after={rows[-1].pk}" if more else "",
        "trail": [
            (_("History"), reverse("auditing:change_set_list")),
            (_("Change %(number)d") % {"number": number}, ""),
        ],
    }
    return render(request, "auditing/change_set_detail.html", context)


def _visible_change_set(request: HttpRequest, number: int) -> ChangeSet:
    sets = ChangeSet.objects.filter(number=number)
    found = sets.filter(CHANGE_SET_POLICY.q(request.user, Action.VIEW)).first()
    if found is None:
        if (hidden := sets.first()) is not None:
            access_log.record("refuse", request=request, obj=hidden)
        raise Http404
    access_log.record("open", request=request, obj=found, case=found.case_id)
    return found


def _neighbours(change_set: ChangeSet, user: Any) -> list[tuple[str, int]]:
    """(words, number) of the changes before and after this one: of the same case, the same request."""
    seen = ChangeSet.objects.filter(CHANGE_SET_POLICY.q(user, Action.VIEW))
    found = []
    for key, before, after in (
        ("case_id", _("Previous change of the same case"), _("Next change of the same case")),
        (
            "request_id",
            _("Previous change of the same request"),
            _("Next change of the same request"),
        ),
    ):
        value = getattr(change_set, key)
        if value is None:
            continue
        same = seen.filter(**{key: value}).values_list("number", flat=True)
        earlier = same.filter(number__lt=change_set.number).order_by("-number").first()
        later = same.filter(number__gt=change_set.number).order_by("number").first()
        found += [(before, earlier)] if earlier else []
        found += [(after, later)] if later else []
    return found


def _facts(row: ChangeSetRow) -> list[tuple[Any, Any]]:
    change_set = row.change_set
    at = timezone.localtime(change_set.at)
    return [
        (_("When"), at.strftime("%Y-%m-%d %H:%M:%S")),
        (_("By"), row.actor),
        (_("Role at the time"), change_set.role_label),
        (_("Reason"), change_set.reason),
        (_("Channel"), change_set.get_channel_display()),
        (_("Region"), row.region),
        (_("Host organisation"), row.organization),
        (_("Records changed"), change_set.rows),
        (_("Request"), change_set.request_id),
        (_("Receipt"), change_set.receipt),
    ]
