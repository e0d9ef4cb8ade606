"""Addresses of the API of the protection of personal information."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from privacy.api import retention

router = SimpleRouter()
router.register("retention-rules", retention.RetentionRuleResource, basename="api-retention-rule")
router.register("legal-holds", retention.LegalHoldResource, basename="api-legal-hold")
router.register("erasures", retention.ErasureResource, basename="api-erasure")

urlpatterns = [
    path(
        "retention-due/",
        retention.DueResource.as_view({"get": "list"}),
        name="api-retention-due-list",
    ),
    *router.urls,
]
