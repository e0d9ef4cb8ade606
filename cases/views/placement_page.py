"""The page of one placement: what can be done now, what was agreed, who is there, and each noun's part."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.models import FollowUp, Placement
from cases.services.placements import obstacle, offered
from cases.services.signatures import SIGNED_BY, missing_roles
from cases.views.accommodation_page import accommodations_of_placement
from cases.views.documents import placement_documents
from cases.views.evaluation_rows import evaluations_section
from cases.views.key_date_page import key_dates_of_placement
from cases.views.links import link_section
from cases.views.outcomes import placement_outcomes
from cases.views.placements import placements_trail
from cases.views.plans import plan_section
from cases.views.reminders import reminders_section
from cases.views.reports import report_section
from cases.views.sections import Builder, sections_of
from cases.workflow import PLACEMENT_WORKFLOW
from peph.audit import timeline, verbs
from peph.pages import open_visible
from peph.templatetags.peph import date_iso

# In the order of the page.
SECTIONS: tuple[Builder, ...] = (
    key_dates_of_placement,
    accommodations_of_placement,
    plan_section,
    report_section,
    placement_outcomes,
    placement_documents,
    evaluations_section,
    reminders_section,
    link_section,
)
# A suspension keeps its reason beside its dates; the others are those of the change.
REASONED = [
    verb for verb in PLACEMENT_WORKFLOW.verbs() if verb != PLACEMENT_WORKFLOW.verb("suspend")
]


@require_safe
def placement_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One placement: what can be done now, what was agreed, who is there, what is followed."""
    placement = open_visible(
        request, Placement.objects.with_people().select_related("extension_by", "project"), pk
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
        "moves": offered(placement, by=request.user),
        "kept": [
            (step.label, str(refusal))
            for step in placement.available_transitions
            if (refusal := obstacle(placement, step.name, by=request.user))
        ],
        "agreement": _agreement(placement),
        "people": _people(placement),
        "person": _person(placement),
        "suspensions": _suspensions(placement),
        "reasons": _reasons(placement),
        "signatures": list(placement.signatures.all()),
        "to_sign": [
            (role, getattr(placement, f"can_{SIGNED_BY[role]}"))
            for role in missing_roles(placement)
        ],
        "follow_ups": list(follow_ups),
        "sections": sections_of(SECTIONS, request, placement),
        "trail": [*placements_trail(), (str(placement.participant), "")],
    }
    return render(request, "cases/placement_detail.html", context)


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
        (_("Project"), placement.project),
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


def _reasons(placement: Placement) -> list[tuple[str, str, str]]:
    """(what was done, when, why) of each move that says why; for the programme only."""
    if not placement.can_edit:  # type: ignore[attr-defined]
        return []
    moves = timeline.for_record(Placement, placement.pk).filter(verb__in=REASONED)
    return [
        (str(verbs.label(each.verb)), date_iso(each.at), each.reason)
        for each in moves.exclude(reason="")
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
