"""Pages that show projects: the list, and one project with all that its reader may know of it."""

import uuid
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from organizations.filters import ProjectFilter
from organizations.models import Project
from organizations.policy import PROJECT_POLICY, Action
from organizations.score_table import score_table
from organizations.services.obstacles import obstacle
from organizations.services.projects import reason_given
from organizations.views.moves import moves_of
from peph.pages import listing, open_visible, refusals


@require_safe
@refusals
def project_list(request: HttpRequest) -> HttpResponse:
    """The projects the reader may see, those that moved last coming first."""
    rows = Project.objects.with_places()
    asked = ProjectFilter(request.GET, queryset=rows, request=request)
    if not PROJECT_POLICY.anywhere(request.user, Action.SCORE):
        del asked.form.fields["to_score"]
    found = listing(request, asked, PROJECT_POLICY)
    return render(request, "organizations/project_list.html", {"listing": found})


@require_safe
def project_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One project: what can be done now, the post, the decision, and the scores for those who may."""
    project = open_visible(request, Project.objects.with_places(), pk)
    offered = project.offered

    def address(page: str, *more: str) -> str:
        return reverse(f"organizations:project_{page}", args=[project.pk, *more])

    context = {
        "project": project,
        "moves": moves_of(
            project.available_transitions,
            address=lambda name: address("move", name),
            obstacle=partial(obstacle, project),
        ),
        "edit_url": address("edit") if "edit" in offered else "",
        "score_url": address("score") if "score" in offered else "",
        "reason": reason_given(project),
        "post": _post(project),
        "texts": _texts(project),
        "decision": _decision(project),
        "scores": score_table(project, request.user),
        "trail": [*projects_trail(), (project.title, "")],
    }
    return render(request, "organizations/project_detail.html", context)


# ------------------------------------------------------------------ what the page shows
def _post(project: Project) -> list[tuple[Any, Any]]:
    return [
        (_("Host site"), project.site),
        (_("Region"), project.region),
        (_("Job class"), project.job_class),
        (_("Hours a week"), project.hours_per_week),
        (_("Telework possible"), _("Yes") if project.telework else _("No")),
        (_("Seats"), project.seats),
        (_("Can start from"), project.starts_from),
        (_("Hiring afterwards"), project.get_hiring_display()),
        (_("Supervisor"), project.supervisor_name),
        (_("E-mail of the supervisor"), project.supervisor_email),
        (_("Mentor"), project.mentor_name),
    ]


def _texts(project: Project) -> list[tuple[Any, str]]:
    """The longer answers of the host, each under its own heading."""
    names = ("tasks", "objectives", "supervision", "adaptations")
    return [
        (Project._meta.get_field(name).verbose_name, getattr(project, name))  # type: ignore[union-attr]
        for name in names
        if getattr(project, name)
    ]


def _decision(project: Project) -> list[tuple[Any, Any]]:
    """Where the project stands in its call; told only as far as there is something to tell."""
    told = (
        (_("Submitted"), project.submitted_on),
        (_("Answer expected by"), project.reply_by),
        (_("Decided"), project.decided_on),
        (_("Minute of the committee"), project.minute),
        (_("Main reason"), project.get_rejection_reason_display()),
        (_("Reason given to the host"), project.decision_comment),
        (_("To be filled by"), project.fill_by),
    )
    return [
        (_("Call for projects"), project.call),
        *((label, value) for label, value in told if value),
    ]


def projects_trail() -> list[tuple[str, str]]:
    """The way to a project."""
    return [(_("Projects"), reverse("organizations:project_list"))]
