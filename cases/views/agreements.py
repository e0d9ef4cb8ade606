"""The agreement of a placement on one page that prints well: parties, dates, plan and signatures."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.models import Placement
from cases.services.signatures import unsigned_roles
from cases.views.placements import placements_trail
from peph.pages import open_visible, refusals


@require_safe
@refusals
def placement_agreement(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What was agreed, to read, print and sign on paper."""
    placement = open_visible(request, Placement.objects.with_people(), pk)
    signatures = list(placement.signatures.all())
    # One date stands for a paper that all have signed: there is no line left to sign.
    missing = [] if placement.signed_on else unsigned_roles(placement)
    context = {
        "placement": placement,
        "parties": _parties(placement),
        "terms": _terms(placement),
        "objectives": list(placement.objectives.order_by("created_at", "pk")),
        "signatures": signatures,
        "missing": missing,
        "trail": [
            *placements_trail(),
            (str(placement.participant), placement.get_absolute_url()),
            (_("Agreement"), ""),
        ],
    }
    return render(request, "cases/agreement.html", context)


def _parties(placement: Placement) -> list[tuple[Any, Any]]:
    return [
        (_("Participant"), placement.participant),
        (_("Host organisation"), placement.organization),
        (_("Host site"), placement.site.name),
        (_("Supervisor"), placement.supervisor_name),
        (_("Mentor"), placement.mentor_name),
        (_("Case"), placement.case.number),
    ]


def _terms(placement: Placement) -> list[tuple[Any, Any]]:
    rows: list[tuple[Any, Any]] = [
        (_("Job class"), placement.job_class),
        (_("Hours a week"), placement.hours_per_week),
        (_("Planned start"), placement.planned_start),
        (_("Planned end"), placement.initial_end),
    ]
    if placement.started_on:
        rows.append((_("First day worked"), placement.started_on))
    if placement.was_extended:
        rows.append((_("End once extended"), placement.planned_end))
    return rows
