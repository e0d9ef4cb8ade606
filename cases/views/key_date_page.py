"""The page of one correction of a key date, and the key dates on the pages of a case and of a placement."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from cases.models import Case, KeyDateChange, Placement
from cases.models.key_dates import is_set, key_dates_of
from cases.policy import CASE_POLICY, Action
from cases.services.key_date_changes import obstacle
from cases.views.key_dates import key_dates_trail, request_facts, title_of
from cases.views.sections import Section
from cases.workflow import KeyDateChangeStatus
from peph.pages import open_visible, refusals

TONES = {
    KeyDateChangeStatus.PROPOSED: "warning",
    KeyDateChangeStatus.APPLIED: "success",
    KeyDateChangeStatus.REFUSED: "neutral",
    KeyDateChangeStatus.WITHDRAWN: "neutral",
}


@dataclass(frozen=True, slots=True)
class KeyDateRow:
    """One key date: the day, the correction it has from, the one that waits, the way to ask for one."""

    label: Any
    day: dt.date | None
    applied: KeyDateChange | None
    waiting: KeyDateChange | None
    ask_url: str


@require_safe
@refusals
def key_date_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One correction: what was asked and why, what stands now, who decided, what can be done."""
    asked = open_visible(request, KeyDateChange.objects.with_people(), pk)
    found = {
        step: obstacle(asked, step.name, by=request.user) for step in asked.available_transitions
    }
    context = {
        "asked": asked,
        "title": title_of(asked),
        "tone": TONES[KeyDateChangeStatus(asked.status)],
        "moves": [step for step, why in found.items() if why is None],
        "kept": [(step.label, str(why)) for step, why in found.items() if why is not None],
        "facts": [*request_facts(asked), (_("Date as it stands now"), asked.present)],
        "decision": _decision(asked),
        "trail": [*key_dates_trail(), (title_of(asked), "")],
    }
    return render(request, "cases/key_date_detail.html", context)


def _decision(asked: KeyDateChange) -> list[tuple[Any, Any]]:
    if asked.is_open:
        return []
    facts: list[tuple[Any, Any]] = [
        (_("Decided by"), asked.decided_by),
        (_("Decided on"), asked.decided_at),
    ]
    if asked.decision_comment:
        facts.append((_("Comment"), asked.decision_comment))
    return facts


# ------------------------------------------------------------------ the parts of other pages
def key_dates_of_case(request: HttpRequest, case: Any) -> Section | None:
    """The key dates of a case, for whoever reads the file."""
    if not case.can_read_personal:
        return None
    return _section(request, case, "cases:case_key_date_ask", placement=None, case=case)


def key_dates_of_placement(request: HttpRequest, placement: Any) -> Section | None:
    """The key dates of a placement, for the programme; the host reads the dates, not their corrections."""
    if not CASE_POLICY.allows(request.user, Action.READ_PERSONAL, placement.case):
        return None
    return _section(request, placement, "cases:placement_key_date_ask", placement=placement)


def _section(request: HttpRequest, record: Case | Placement, address: str, **of: Any) -> Section:
    changes = (
        KeyDateChange.objects.visible_to(request.user)
        .filter(**of, status__in=[KeyDateChangeStatus.PROPOSED, KeyDateChangeStatus.APPLIED])
        .select_related("evidence")
        .order_by("asked_at", "pk")
    )
    # The last of each state.
    last = {(each.key_date, each.status): each for each in changes}
    rows = [
        KeyDateRow(
            name.label,
            getattr(record, name),
            last.get((name, KeyDateChangeStatus.APPLIED)),
            waiting := last.get((name, KeyDateChangeStatus.PROPOSED)),
            reverse(address, args=[record.pk, name])
            if record.can_edit and waiting is None and is_set(record, name)  # type: ignore[union-attr]
            else "",
        )
        for name in key_dates_of(record)
    ]
    return Section(
        name="key-dates",
        title=gettext_lazy("Key dates"),
        template="cases/_section_key_dates.html",
        shown={"rows": rows, "record": record},
    )
