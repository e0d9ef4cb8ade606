"""Pages that write a project: drafting, completing, moving, scoring. Reading is `project_pages`."""

import uuid
from copy import copy
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from organizations.forms.projects import NewProjectForm, ProjectForm, ScoresForm
from organizations.models import Call, HostSite, Project
from organizations.policy import Action
from organizations.score_table import score_table
from organizations.services.projects import (
    check_may_score,
    move_project,
    propose_project,
    score_project,
    update_project,
)
from organizations.views.project_pages import projects_trail
from organizations.workflow import PROJECT_WORKFLOW, ProjectStatus
from peph.errors import Conflict
from peph.pages import form_page, get_visible, posted, refusals
from peph.transition_forms import VersionForm, transition_form


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def project_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Draft a project of a site, for one of the calls that take projects."""
    sites = HostSite.objects.select_related("organization", "region")
    site = get_visible(request, sites, pk, needs=Action.PROPOSE)
    taking = Call.objects.visible_to(request.user).taking_projects()
    latest = taking.order_by("-fiscal_year").first()
    if latest is None:
        raise Conflict(_("No call takes projects now: wait until the next one is open."))
    known = {
        "call": latest.pk,
        "supervisor_name": site.contact_name,
        "supervisor_email": site.contact_email,
    }
    return form_page(
        request,
        "form.html",
        NewProjectForm(
            posted(request), instance=Project(site=site), user=request.user, initial=known
        ),
        lambda **data: propose_project(site, by=request.user, **data),
        success=_("The draft was saved. Submit it once it is complete."),
        to=Project.get_absolute_url,
        context={
            "heading": _("Propose a project at %(site)s") % {"site": site},
            "button": _("Save the draft"),
            "cancel_url": site.get_absolute_url(),
            "trail": [
                (_("Host sites"), reverse("organizations:site_list")),
                (str(site), site.get_absolute_url()),
                (_("Propose a project"), ""),
            ],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def project_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Write a project that is a draft or was returned."""
    project = get_visible(request, Project.objects.with_places(), pk, needs=Action.EDIT)
    if not project.is_editable:
        raise Conflict(
            _("This project is no longer with its host: it can be changed once returned.")
        )

    def form(data: Any = None) -> forms.ModelForm:
        return ProjectForm(
            data, instance=copy(project), user=request.user, initial={"version": project.version}
        )

    return form_page(
        request,
        "form.html",
        form(posted(request)),
        lambda **data: update_project(project, by=request.user, **data),
        success=_("The project was updated."),
        to=project.get_absolute_url(),
        context=_page_of(
            project, _("Complete “%(title)s”") % {"title": project.title}, _("Save"), _("Complete")
        ),
        present=form,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def project_move(request: HttpRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """Move a project along one row of the table, with what the row asks for."""
    step = PROJECT_WORKFLOW.by_name[name]
    project = get_visible(request, Project.objects.with_places(), pk, needs=step.requires)
    PROJECT_WORKFLOW.step(name, project.status, project.get_status_display())
    now = {"version": project.version}
    context = _page_of(project, str(step.label), str(step.label))
    context["facts"] = [
        (_("Project"), project.title),
        (_("Host site"), project.site),
        (_("Status"), project.get_status_display()),
    ]
    if step.ends:
        context["warning"] = _("This ends the project in this call. It cannot be taken back here.")
    return form_page(
        request,
        "form.html",
        transition_form(step)(posted(request), initial=now),
        lambda **data: move_project(project, name, by=request.user, **data),
        success=str(step.done),
        to=project.get_absolute_url(),
        context=context,
        present=lambda: VersionForm(initial=now),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def project_score(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Score a project criterion by criterion; a member of the committee sees here the own scores only."""
    project = get_visible(request, Project.objects.with_places(), pk)
    check_may_score(request.user, project)
    if project.status != ProjectStatus.UNDER_REVIEW:
        raise Conflict(_("Projects are scored while they are under review."))
    table = score_table(project, request.user)
    own = table.own if table else None
    form = ScoresForm(
        posted(request),
        criteria=[each for each in table.criteria if each.is_active] if table else [],
        given=own.scores if own else {},
        initial={"version": project.version},
    )
    context = _page_of(project, _("Score “%(title)s”") % {"title": project.title}, _("Save"))
    context["intro"] = _(
        "Your scores can be changed until the decision. What you leave open can be scored later."
    )
    return form_page(
        request,
        "form.html",
        form,
        lambda **data: score_project(
            project, by=request.user, scores=form.scores, version=data["version"]
        ),
        success=_("Your scores were saved."),
        to=project.get_absolute_url(),
        context=context,
        present=lambda: VersionForm(initial={"version": project.version}),
    )


def _page_of(project: Project, heading: str, button: str, here: str = "") -> dict[str, Any]:
    """What every form on a project shows around it."""
    url = project.get_absolute_url()
    return {
        "heading": heading,
        "button": button,
        "cancel_url": url,
        "trail": [*projects_trail(), (project.title, url), (here or button, "")],
    }
