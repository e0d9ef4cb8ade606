"""Addresses of the host side."""

from django.urls import path

from organizations.views import grants, organizations, sites

app_name = "organizations"

ORGANIZATION, SITE, GRANT = (
    "host-organizations/<uuid:pk>/",
    "host-sites/<uuid:pk>/",
    "grants/<slug:table>/<uuid:pk>/",
)

urlpatterns = [
    path("host-organizations/", organizations.organization_list, name="organization_list"),
    path(ORGANIZATION, organizations.organization_detail, name="organization_detail"),
    path(f"{ORGANIZATION}edit/", organizations.organization_edit, name="organization_edit"),
    path(f"{ORGANIZATION}sites/new/", sites.site_new, name="site_new"),
    path("host-sites/", sites.site_list, name="site_list"),
    path(SITE, sites.site_detail, name="site_detail"),
    path(f"{SITE}edit/", sites.site_edit, name="site_edit"),
    path("grants/", grants.grant_list, name="grant_list"),
    path("grants/new/", grants.grant_new, name="grant_new"),
    path(f"{GRANT}extend/", grants.grant_extend, name="grant_extend"),
    path(f"{GRANT}end/", grants.grant_end, name="grant_end"),
]
