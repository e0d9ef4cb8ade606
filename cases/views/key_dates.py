"""Pages of the corrections of key dates: list, asking for one, deciding on one."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.forms.key_dates import KeyDateChangeForm
from cases.lists.key_dates import KeyDateChangeFilter
from cases.models import Case, KeyDate, KeyDateChange, Placement
from cases.policy import KEY_DATE_POLICY, Action
from cases.services.key_date_changes import (
    ask_key_date_change,
    ask_obstacle,
    move_key_date_change,
    obstacle,
)
from cases.views.cases import trail as case_trail
from cases.views.documents import takes_a_document
from cases.views.placements import placements_trail
from cases.workflow import KEY_DATE_WORKFLOW
from peph.errors import Forbidden
from peph.pages import form_page, get_visible, listing, posted, refusals
from peph.paging import Order
from peph.transition_forms import VersionForm, transition_form

FORM = "form.html"


@require_safe
@refusals
def key_date_list(request: HttpRequest) -> HttpResponse:
    """Every correction of a key date the reader may see, the last one asked for coming first."""
    if not KEY_DATE_POLICY.anywhere(request.user, Action.VIEW):
        raise Forbidden
    rows = KeyDateChange.objects.with_people()
    found = listing(
        request,
        KeyDateChangeFilter(request.GET, queryset=rows, request=request),
        KEY_DATE_POLICY,
        order=Order("asked_at"),
    )
    return render(request, "cases/key_date_list.html", {"listing": found})


@takes_a_document
@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def case_key_date_ask(request: HttpRequest, pk: uuid.UUID, key_date: str) -> HttpResponse:
    """Ask for a correction of a key date of a case."""
    case = get_visible(request, Case.objects.with_people(), pk, needs=Action.EDIT, case=pk)
    return _ask(request, case, case, key_date, case_trail(case))


@takes_a_document
@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def placement_key_date_ask(request: HttpRequest, pk: uuid.UUID, key_date: str) -> HttpResponse:
    """Ask for a correction of a key date of a placement."""
    placement = get_visible(request, Placement.objects.with_people(), pk, needs=Action.EDIT)
    trail = [*placements_trail(), (str(placement.participant), placement.get_absolute_url())]
    return _ask(request, placement, placement.case, key_date, trail)


def _ask(
    request: HttpRequest,
    record: Case | Placement,
    case: Case,
    key_date: str,
    trail: list[tuple[Any, str]],
) -> HttpResponse:
    if refusal := ask_obstacle(record, key_date):
        raise refusal
    label = KeyDate(key_date).label
    heading = _("Ask for a correction: %(date)s") % {"date": label}
    back = f"{record.get_absolute_url()}#key-dates"
    return form_page(
        request,
        FORM,
        KeyDateChangeForm(
            posted(request),
            request.FILES or None,
            case=case,
            user=request.user,
            key_date=key_date,
            version=record.version,
        ),
        lambda **data: ask_key_date_change(record, by=request.user, key_date=key_date, **data),
        success=_("The correction was asked for. Somebody else decides."),
        to=KeyDateChange.get_absolute_url,
        context={
            "heading": heading,
            "button": _("Ask for the correction"),
            "cancel_url": back,
            "trail": [*trail, (heading, "")],
            "intro": _("The date stays as it is until a second person applies the correction."),
            "facts": [
                (_("Case"), case.number),
                (_("Participant"), record.participant),
                (label, getattr(record, key_date)),
            ],
        },
        present=lambda: VersionForm(initial={"version": record.version}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def key_date_move(request: HttpRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """Apply, refuse or withdraw a correction."""
    step = KEY_DATE_WORKFLOW.by_name[name]
    asked = get_visible(request, KeyDateChange.objects.with_people(), pk, needs=step.requires)
    KEY_DATE_WORKFLOW.step(name, asked.status, asked.get_status_display())
    if refusal := obstacle(asked, name, by=request.user):
        raise refusal
    now = {"version": asked.version}
    url = asked.get_absolute_url()
    return form_page(
        request,
        FORM,
        transition_form(step)(posted(request), initial=now),
        lambda **data: move_key_date_change(asked, name, by=request.user, **data),
        success=step.done,
        to=url,
        context={
            "heading": str(step.label),
            "button": str(step.label),
            "cancel_url": url,
            "trail": [*key_dates_trail(), (title_of(asked), url), (step.label, "")],
            "facts": request_facts(asked),
        },
        present=lambda: VersionForm(initial=now),
    )


# ------------------------------------------------------------------ what the pages of one correction share
def key_dates_trail() -> list[tuple[Any, str]]:
    """The way to a page about a correction."""
    return [(_("Changes of key dates"), reverse("cases:key_date_list"))]


def title_of(asked: KeyDateChange) -> str:
    """Whose date, and which."""
    return f"{asked.case.participant} – {asked.get_key_date_display()}"


def request_facts(asked: KeyDateChange) -> list[tuple[Any, Any]]:
    """What was asked for, by whom and why."""
    return [
        (_("Participant"), asked.case.participant),
        (_("Key date"), asked.get_key_date_display()),
        (_("Date at the time of the request"), asked.former),
        (_("Correct date"), asked.corrected),
        (_("Reason"), asked.reason),
        (_("Evidence"), asked.evidence and asked.evidence.title),
        (_("Asked by"), asked.asked_by),
        (_("Asked on"), asked.asked_at),
    ]
