"""Addresses of the API of the auditor’s workspace."""

from rest_framework.routers import SimpleRouter

from auditing.api.change_sets import ChangeSetResource

router = SimpleRouter()
router.register("change-sets", ChangeSetResource, basename="api-change-set")

urlpatterns = [
    *router.urls,
]
