"""The two rankings: open projects for a case, waiting cases for a project. Computed anew at each visit."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.models import Case
from cases.policy import Action
from cases.services.matches import not_in_matching
from cases.services.matching import rank_cases, rank_projects
from cases.views.cases import trail
from cases.views.matches import matches_trail
from organizations.models import Project
from organizations.policy import Action as HostAction
from organizations.workflow import ProjectStatus
from peph.audit import access_log
from peph.pages import get_visible, refusals


@require_safe
@refusals
def case_projects(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The open projects within reach, ranked for one case."""
    rows = Case.objects.with_people().select_related("job_class", "work_profile")
    case = get_visible(request, rows, pk, needs=Action.DECIDE, case=pk)
    access_log.record("open", request=request, obj=case, case=pk, detail={"part": "suggestions"})
    context = {
        "case": case,
        "ranking": rank_projects(case, user=request.user),
        "has_profile": hasattr(case, "work_profile"),
        "why_not": not_in_matching(case),
        "trail": trail(case, (_("Ranked projects"), "")),
    }
    return render(request, "cases/case_projects.html", context)


@require_safe
@refusals
def project_candidates(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The waiting cases of the reader’s scope, ranked for one project."""
    project = get_visible(request, Project.objects.with_places(), pk, needs=HostAction.FILL)
    ranking = rank_cases(project, user=request.user)
    access_log.record(
        "list",
        request=request,
        model="cases.case",
        ids=[row.record.pk for row in ranking.rows],
        detail={"project": str(pk)},
    )
    context = {
        "project": project,
        "ranking": ranking,
        "is_open": project.status == ProjectStatus.OPEN,
        "trail": [*matches_trail(), (str(project), ""), (_("Ranked cases"), "")],
    }
    return render(request, "cases/project_candidates.html", context)
