"""The plan of a placement: its part of the placement's page, adding an objective, keeping it up to date."""

import uuid
from copy import copy
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.forms.plans import KeptObjectiveForm, ObjectiveForm
from cases.models import Objective, Placement
from cases.policy import Action
from cases.services.plans import add_objective, update_objective
from cases.views.placements import page_of
from cases.views.sections import Section
from peph.errors import Conflict
from peph.pages import form_page, get_visible, posted, refusals

PLAN = "plan"


def plan_section(request: HttpRequest, placement: Placement) -> Section | None:
    """The objectives with how far they are; nothing for a placement that is over and had none."""
    user = request.user
    found = Objective.objects.visible_to(user).with_abilities(user).filter(placement=placement)
    objectives = list(found.order_by("created_at", "pk"))
    if not objectives and not placement.is_current:
        return None
    shown = {
        "placement": placement,
        "objectives": objectives,
        "may_change": placement.is_current and placement.can_update,  # type: ignore[attr-defined]
    }
    return Section(name=PLAN, title=_("Plan"), template="cases/_placement_plan.html", shown=shown)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def objective_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Add an objective to the plan of a placement."""
    placement = get_visible(request, Placement.objects.with_people(), pk, needs=Action.UPDATE)
    check_open(placement)
    return form_page(
        request,
        "form.html",
        ObjectiveForm(posted(request)),
        lambda **data: add_objective(placement, by=request.user, **data),
        success=_("The objective was added to the plan."),
        to=f"{placement.get_absolute_url()}#{PLAN}",
        context=page_of(
            placement,
            _("Add an objective to the plan of %(name)s") % {"name": placement.participant},
            _("Add the objective"),
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def objective_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Say how far an objective is, or reword it."""
    rows = Objective.objects.select_related(
        "case", "placement__participant", "placement__site__organization"
    )
    objective = get_visible(request, rows, pk, needs=Action.EDIT)
    placement = objective.placement
    check_open(placement)

    def form(data: Any = None) -> KeptObjectiveForm:
        return KeptObjectiveForm(
            data, instance=copy(objective), initial={"version": objective.version}
        )

    context = page_of(placement, _("Objective of the plan"), _("Save"), _("Objective"))
    context["facts"] = [
        (_("Participant"), placement.participant),
        (_("Objective"), objective.text),
    ]
    return form_page(
        request,
        "form.html",
        form(posted(request)),
        lambda **data: update_objective(objective, by=request.user, **data),
        success=_("The objective was updated."),
        to=f"{placement.get_absolute_url()}#{PLAN}",
        context=context,
        present=form,
    )


def check_open(placement: Placement) -> None:
    """Raise Conflict when the plan is closed with its placement."""
    if not placement.is_current:
        raise Conflict(_("This placement is over: its plan is closed."))
