"""Pages of the accommodation measures: list, asking, keeping up to date, moving."""

import uuid
from copy import copy
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.forms.accommodations import AccommodationForm, NewAccommodationForm
from cases.lists.accommodations import AccommodationFilter
from cases.models import Accommodation, Case, Placement
from cases.policy import ACCOMMODATION_POLICY, Action
from cases.services.accommodations import (
    changeable,
    move_accommodation,
    obstacle,
    request_accommodation,
    update_accommodation,
)
from cases.views.list_links import links_of
from cases.workflow import ACCOMMODATION_WORKFLOW
from peph.errors import Conflict
from peph.pages import form_page, get_visible, listing, posted, refusals
from peph.transition_forms import VersionForm, transition_form

FORM = "form.html"


@require_safe
@refusals
def accommodation_list(request: HttpRequest) -> HttpResponse:
    """The measures the reader may see, those that moved last coming first."""
    rows = Accommodation.objects.with_people()
    found = listing(
        request,
        AccommodationFilter(request.GET, queryset=rows, request=request),
        ACCOMMODATION_POLICY,
    )
    context = {"listing": found, "links": links_of("accommodations", request)}
    return render(request, "cases/accommodation_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def accommodation_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask for a measure from the page of a case; the placement under way is a question of the form."""
    case = get_visible(request, Case.objects.with_people(), pk, needs=Action.EDIT, case=pk)
    trail = [(_("Cases"), reverse("cases:case_list")), (case.number, case.get_absolute_url())]
    return _new(request, case, None, trail)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def accommodation_new_here(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask for a measure from the page of its placement."""
    placement = get_visible(request, Placement.objects.with_people(), pk, needs=Action.EDIT)
    if not placement.is_current:
        raise Conflict(_("This placement is over."))
    trail = [
        (_("Placements"), reverse("cases:placement_list")),
        (str(placement.participant), placement.get_absolute_url()),
    ]
    return _new(request, placement.case, placement, trail)


def _new(
    request: HttpRequest, case: Case, placement: Placement | None, trail: list[tuple[Any, str]]
) -> HttpResponse:
    if not case.is_open:
        raise Conflict(_("This case is closed: reopen it first."))
    user, here = request.user, {"placement": placement} if placement else {}
    facts = [(_("Case"), case.number), (_("Participant"), case.participant)]
    if placement:
        facts.append((_("Host site"), placement.site))
    heading = _("Ask for an accommodation measure")
    return form_page(
        request,
        FORM,
        NewAccommodationForm(posted(request), case=case, user=user, asks_where=not placement),
        lambda **data: request_accommodation(case, by=user, **data, **here),
        success=_("The measure was requested."),
        to=Accommodation.get_absolute_url,
        context={
            "heading": heading,
            "button": _("Ask for it"),
            "cancel_url": trail[-1][1],
            "trail": [*trail, (heading, "")],
            "facts": facts,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def accommodation_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Correct what was asked before the decision; afterwards who supplies and pays, and what it cost."""
    accommodation = get_visible(request, Accommodation.objects.with_people(), pk, needs=Action.EDIT)
    if not changeable(accommodation):
        raise Conflict(_("This measure is closed: reconsider it or ask for another one."))

    def form(data: Any = None) -> AccommodationForm:
        return AccommodationForm(data, user=request.user, instance=copy(accommodation))

    return form_page(
        request,
        FORM,
        form(posted(request)),
        lambda **data: update_accommodation(accommodation, by=request.user, **data),
        success=_("The measure was updated."),
        to=accommodation.get_absolute_url(),
        context=page_of(accommodation, _("Keep the measure up to date"), _("Save")),
        present=form,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def accommodation_move(request: HttpRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """Move a measure along one row of the table, with what the row asks for."""
    step = ACCOMMODATION_WORKFLOW.by_name[name]
    accommodation = get_visible(
        request, Accommodation.objects.with_people(), pk, needs=step.requires
    )
    ACCOMMODATION_WORKFLOW.step(name, accommodation.status, accommodation.get_status_display())
    if refusal := obstacle(accommodation, name, by=request.user):
        raise refusal
    now = {"version": accommodation.version}
    # What is modified is what was asked for: it is there to be changed.
    known = {"measure": accommodation.measure} if name == "modify" else {}
    return form_page(
        request,
        FORM,
        transition_form(step)(posted(request), initial={**now, **known}),
        lambda **data: move_accommodation(accommodation, name, by=request.user, **data),
        success=step.done,
        to=accommodation.get_absolute_url(),
        context=page_of(accommodation, str(step.label), str(step.label)),
        present=lambda: VersionForm(initial=now),
    )


def page_of(accommodation: Accommodation, heading: str, button: str) -> dict[str, Any]:
    """What every form on a measure shows around it."""
    url = accommodation.get_absolute_url()
    return {
        "heading": heading,
        "button": button,
        "cancel_url": url,
        "trail": [
            *accommodations_trail(),
            (str(accommodation.case.participant), url),
            (heading, ""),
        ],
        "facts": [
            (_("Participant"), accommodation.case.participant),
            (_("Barrier"), accommodation.barrier),
            (_("Measure"), accommodation.measure),
            (_("Status"), accommodation.get_status_display()),
        ],
    }


def accommodations_trail() -> list[tuple[Any, str]]:
    return [(_("Accommodation measures"), reverse("cases:accommodation_list"))]
