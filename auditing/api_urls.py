"""Addresses of the API of the auditor’s workspace."""

from rest_framework.routers import SimpleRouter

from auditing.api.change_sets import ChangeSetResource
from auditing.api.findings import FindingResource
from auditing.api.samples import SampleResource

router = SimpleRouter()
router.register("change-sets", ChangeSetResource, basename="api-change-set")
router.register("samples", SampleResource, basename="api-sample")
router.register("findings", FindingResource, basename="api-finding")

urlpatterns = [
    *router.urls,
]
