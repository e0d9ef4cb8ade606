"""Pages of the placements: list, opening, keeping up to date, moving. One placement is `placement_page`."""

import uuid
from copy import copy
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.filters import PlacementFilter
from cases.forms.placements import HostPlacementForm, NewPlacementForm, PlacementForm
from cases.models import Case, Placement
from cases.policy import PLACEMENT_POLICY, Action
from cases.services.placements import move_placement, open_placement, update_placement
from cases.views.cases import matches_end
from cases.views.list_links import links_of
from cases.workflow import CASE_WORKFLOW, PLACEMENT_WORKFLOW
from peph.pages import form_page, get_visible, listing, posted, refusals
from peph.transition_forms import VersionForm, transition_form


@require_safe
@refusals
def placement_list(request: HttpRequest) -> HttpResponse:
    """The placements the reader may see, those that moved last coming first."""
    rows = Placement.objects.with_people()
    found = listing(
        request, PlacementFilter(request.GET, queryset=rows, request=request), PLACEMENT_POLICY
    )
    context = {"listing": found, "links": links_of("placements", request)}
    return render(request, "cases/placement_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def placement_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Place the participant of a case at a site the reader may see."""
    case = get_visible(request, Case.objects.with_people(), pk, needs=Action.DECIDE)
    CASE_WORKFLOW.step("place", case.status, case.get_status_display())

    def form(data: Any = None) -> NewPlacementForm:
        known = {"version": case.version, "job_class": case.job_class_id}
        return NewPlacementForm(data, user=request.user, initial=known)

    return form_page(
        request,
        "form.html",
        form(posted(request)),
        lambda **data: open_placement(case, by=request.user, **data),
        success=_("The placement was opened, with its follow-ups."),
        to=Placement.get_absolute_url,
        context={
            "heading": _("Place %(name)s") % {"name": case.participant},
            "button": _("Open the placement"),
            "intro": matches_end(case),
            "cancel_url": case.get_absolute_url(),
            "trail": [
                (_("Cases"), reverse("cases:case_list")),
                (case.number, case.get_absolute_url()),
                (_("Open a placement"), ""),
            ],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def placement_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Keep a placement up to date: the programme all of it, the host what is the host's."""
    placement = get_visible(request, Placement.objects.with_people(), pk, needs=Action.UPDATE)
    kind = PlacementForm if placement.can_edit else HostPlacementForm

    def form(data: Any = None) -> forms.ModelForm:
        return kind(data, instance=copy(placement), initial={"version": placement.version})

    return form_page(
        request,
        "form.html",
        form(posted(request)),
        lambda **data: update_placement(placement, by=request.user, **data),
        success=_("The placement was updated."),
        to=placement.get_absolute_url(),
        context=page_of(
            placement,
            _("Keep the placement of %(name)s up to date") % {"name": placement.participant},
            _("Save"),
            _("Update"),
        ),
        present=form,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def placement_move(request: HttpRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """Move a placement along one row of the table, with what the row asks for."""
    step = PLACEMENT_WORKFLOW.by_name[name]
    placement = get_visible(request, Placement.objects.with_people(), pk, needs=step.requires)
    PLACEMENT_WORKFLOW.step(name, placement.status, placement.get_status_display())
    form_class, now = transition_form(step), {"version": placement.version}
    context = page_of(placement, str(step.label), str(step.label))
    context["facts"] = [
        (_("Participant"), placement.participant),
        (_("Host site"), placement.site),
        (_("Status"), placement.get_status_display()),
    ]
    if step.ends:
        context["warning"] = _("This ends the placement. It cannot be taken back here.")
    return form_page(
        request,
        "form.html",
        form_class(posted(request), initial=now),
        lambda **data: move_placement(placement, name, by=request.user, **data),
        success=str(step.done),
        to=placement.get_absolute_url(),
        context=context,
        present=lambda: VersionForm(initial=now),
    )


def page_of(placement: Placement, heading: str, button: str, here: str = "") -> dict[str, Any]:
    """What every form on a placement shows around it."""
    url = placement.get_absolute_url()
    return {
        "heading": heading,
        "button": button,
        "cancel_url": url,
        "trail": [*placements_trail(), (str(placement.participant), url), (here or button, "")],
    }


def placements_trail() -> list[tuple[str, str]]:
    return [(_("Placements"), reverse("cases:placement_list"))]
