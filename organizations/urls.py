"""Addresses of the host side."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from organizations.views import calls, grants, organizations, project_pages, projects, sites
from organizations.workflow import CALL_WORKFLOW, PROJECT_WORKFLOW

app_name = "organizations"


class CallMove(StringConverter):
    """Only the moves that people are offered have an address."""

    regex = "|".join(CALL_WORKFLOW.offered_names)


class ProjectMove(CallMove):
    """The same for projects."""

    regex = "|".join(PROJECT_WORKFLOW.offered_names)


register_converter(CallMove, "call_move")
register_converter(ProjectMove, "project_move")

ORGANIZATION, SITE, GRANT, CALL, PROJECT = (
    "host-organizations/<uuid:pk>/",
    "host-sites/<uuid:pk>/",
    "grants/<slug:table>/<uuid:pk>/",
    "calls/<uuid:pk>/",
    "projects/<uuid:pk>/",
)

urlpatterns = [
    path("host-organizations/", organizations.organization_list, name="organization_list"),
    path(ORGANIZATION, organizations.organization_detail, name="organization_detail"),
    path(f"{ORGANIZATION}edit/", organizations.organization_edit, name="organization_edit"),
    path(f"{ORGANIZATION}sites/new/", sites.site_new, name="site_new"),
    path("host-sites/", sites.site_list, name="site_list"),
    path(SITE, sites.site_detail, name="site_detail"),
    path(f"{SITE}edit/", sites.site_edit, name="site_edit"),
    path(f"{SITE}projects/new/", projects.project_new, name="project_new"),
    path("projects/", project_pages.project_list, name="project_list"),
    path(PROJECT, project_pages.project_detail, name="project_detail"),
    path(f"{PROJECT}edit/", projects.project_edit, name="project_edit"),
    path(f"{PROJECT}score/", projects.project_score, name="project_score"),
    path(f"{PROJECT}move/<project_move:name>/", projects.project_move, name="project_move"),
    path("calls/", calls.call_list, name="call_list"),
    path("calls/new/", calls.call_new, name="call_new"),
    path(CALL, calls.call_detail, name="call_detail"),
    path(f"{CALL}edit/", calls.call_edit, name="call_edit"),
    path(f"{CALL}move/<call_move:name>/", calls.call_move, name="call_move"),
    path("grants/", grants.grant_list, name="grant_list"),
    path("grants/new/", grants.grant_new, name="grant_new"),
    path("grants/transfer/", grants.grant_transfer, name="grant_transfer"),
    path(f"{GRANT}extend/", grants.grant_extend, name="grant_extend"),
    path(f"{GRANT}end/", grants.grant_end, name="grant_end"),
]
