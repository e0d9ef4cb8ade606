"""Addresses of the API of the host side."""

from rest_framework.routers import SimpleRouter

from organizations.api import hosts as api
from organizations.api.calls import CallResource
from organizations.api.grants import GrantResource
from organizations.api.projects import ProjectResource

router = SimpleRouter()
router.register("regions", api.RegionResource, basename="api-region")
router.register("job-classes", api.JobClassResource, basename="api-job-class")
router.register(
    "host-organizations", api.HostOrganizationResource, basename="api-host-organization"
)
router.register("host-sites", api.HostSiteResource, basename="api-host-site")
router.register("grants", GrantResource, basename="api-grant")
router.register("calls", CallResource, basename="api-call")
router.register("projects", ProjectResource, basename="api-project")
