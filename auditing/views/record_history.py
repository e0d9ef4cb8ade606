"""All change sets of one record: what happened to it, newest first, each field from what to what."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from auditing.lists.change_set_rows import ChangeSetRow, change_set_rows
from auditing.policy import CHANGED_ROW_POLICY
from auditing.views.addresses import number_in, tracked_kind
from auditing.views.record_links import linked
from cases.policy import Action
from peph.audit import access_log, timeline
from peph.audit.models import ChangedRow
from peph.audit.timeline import RecordChange

ROWS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Step:
    """One change of the record: who and when, and from what to what."""

    row: ChangeSetRow
    record: RecordChange


@require_safe
def record_history(request: HttpRequest, kind: str, object_id: str) -> HttpResponse:
    """The life of one record, as far as the reader may see its changes."""
    model: Any = tracked_kind(kind).model
    rows = ChangedRow.objects.filter(model=kind, object_id=object_id)
    seen = rows.filter(CHANGED_ROW_POLICY.q(request.user, Action.VIEW))
    before = number_in(request, "before")
    page = seen if before is None else seen.filter(pk__lt=before)
    shown = list(page.select_related("change_set").order_by("-pk")[: ROWS_A_PAGE + 1])
    if not shown:
        if rows.exists():
            access_log.record("refuse", request=request, model=kind, ids=[object_id])
        raise Http404
    case = next((row.case_id for row in shown if row.case_id), None)
    access_log.record("open", request=request, model=kind, ids=[object_id], case=case)
    more, shown = len(shown) > ROWS_A_PAGE, shown[:ROWS_A_PAGE]
    changes = timeline.described(shown)
    sets = change_set_rows((row.change_set for row in shown), request.user)
    steps = [
        Step(row, changes[each.pk])
        for row, each in zip(sets, shown, strict=True)
        if each.pk in changes
    ]
    context = {
        "kind": model._meta.verbose_name,
        "title": steps[0].record.title if steps else object_id,
        "steps": steps,
        "page_url": linked([steps[0].record], request.user)[0].page_url if steps else "",
        "next_url": f"?before={shown[-1].pk}" if more else "",
        "trail": [(_("History"), reverse("auditing:change_set_list")), (_("One record"), "")],
    }
    return render(request, "auditing/record_history.html", context)
