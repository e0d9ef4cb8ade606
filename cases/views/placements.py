"""Pages of the placements: list, one, opening, keeping up to date, moving."""

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
from cases.forms.transitions import VersionForm, transition_form
from cases.models import Case, FollowUp, Placement
from cases.policy import PLACEMENT_POLICY, Action
from cases.services.placements import move_placement, open_placement, update_placement
from cases.services.signatures import SIGNED_BY, missing_roles
from cases.workflow import CASE_WORKFLOW, PLACEMENT_WORKFLOW
from peph.pages import form_page, get_visible, listing, open_visible, posted, refusals
from peph.templatetags.peph import date_iso


@require_safe
@refusals
def placement_list(request: HttpRequest) -> HttpResponse:
    """The placements the reader may see, those that moved last coming first."""
    rows = Placement.objects.with_people()
    found = listing(
        request, PlacementFilter(request.GET, queryset=rows, request=request), PLACEMENT_POLICY
    )
    return render(request, "cases/placement_list.html", {"listing": found})


@require_safe
def placement_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One placement: what can be done now, what was agreed, who is there, what is followed."""
    placement = open_visible(
        request, Placement.objects.with_people().select_related("extension_by"), pk
    )
    follow_ups = (
        FollowUp.objects.visible_to(request.user)
        .with_abilities(request.user)
        .filter(placement=placement)
        .select_related("step", "case")
        .order_by("due_on", "pk")
    )
    context = {
        "placement": placement,
        "moves": placement.available_transitions,
        "agreement": _agreement(placement),
        "people": _people(placement),
        "person": _person(placement),
        "suspensions": _suspensions(placement),
        "signatures": list(placement.signatures.all()),
        "to_sign": [
            (role, getattr(placement, f"can_{SIGNED_BY[role]}"))
            for role in missing_roles(placement)
        ],
        "follow_ups": list(follow_ups),
        "trail": [*_trail(), (str(placement.participant), "")],
    }
    return render(request, "cases/placement_detail.html", context)


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


# ------------------------------------------------------------------ what a page shows
def _agreement(placement: Placement) -> list[tuple[Any, Any]]:
    rows = [
        (_("Planned start"), date_iso(placement.planned_start)),
        (_("First day worked"), date_iso(placement.started_on)),
        (_("Planned end"), date_iso(placement.planned_end)),
        (_("Agreement signed"), date_iso(placement.signed_on)),
    ]
    if placement.was_extended:
        rows.append((_("End first agreed"), date_iso(placement.initial_end)))
    # Told only where there is something to tell.
    told = (
        (_("Suspended from"), placement.resume_on and date_iso(placement.suspended_on)),
        (_("Expected return"), date_iso(placement.resume_on)),
        (_("End asked for"), date_iso(placement.extension_end)),
        (_("Extension asked by"), placement.extension_end and placement.extension_by),
        (_("Last day worked"), date_iso(placement.ended_on)),
        (_("Ended by"), placement.get_ended_by_display()),
        (_("Day expected"), date_iso(placement.expected_on)),
        (_("Hours missed"), placement.hours_missed),
    )
    return [*rows, *((label, value) for label, value in told if value not in (None, ""))]


def _suspensions(placement: Placement) -> list[tuple[str, str]]:
    """(from when to when, why) of each suspension; the reason for the programme only."""
    return [
        (
            _("From %(left)s to %(back)s")
            % {
                "left": date_iso(each.suspended_on),
                "back": date_iso(each.resumed_on or each.expected_on),
            },
            each.reason if placement.can_edit else "",  # type: ignore[attr-defined]
        )
        for each in placement.suspensions.all()
    ]


def _people(placement: Placement) -> list[tuple[Any, Any]]:
    return [
        (_("Host organisation"), placement.organization),
        (_("Region"), placement.region),
        (_("Job class"), placement.job_class),
        (_("Hours a week"), placement.hours_per_week),
        (_("Supervisor"), placement.supervisor_name),
        (_("E-mail of the supervisor"), placement.supervisor_email),
        (_("Mentor"), placement.mentor_name),
    ]


def _person(placement: Placement) -> list[tuple[Any, Any]]:
    """How to reach the participant; what has to be adapted, for whoever may read it."""
    person = placement.participant
    rows: list[tuple[Any, Any]] = [
        (_("Name"), person.full_name),
        (_("E-mail"), person.email),
        (_("Telephone"), person.phone),
    ]
    if placement.can_read_needs:  # type: ignore[attr-defined]
        rows.append((_("What has to be adapted"), person.functional_needs))
    return rows


def page_of(placement: Placement, heading: str, button: str, here: str = "") -> dict[str, Any]:
    """What every form on a placement shows around it."""
    url = placement.get_absolute_url()
    return {
        "heading": heading,
        "button": button,
        "cancel_url": url,
        "trail": [*_trail(), (str(placement.participant), url), (here or button, "")],
    }


def _trail() -> list[tuple[str, str]]:
    return [(_("Placements"), reverse("cases:placement_list"))]
