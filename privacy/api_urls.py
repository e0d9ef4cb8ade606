"""Addresses of the API of the protection of personal information."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from privacy.api import registers, retention
from privacy.api.person_data import PersonDataResource

router = SimpleRouter()
router.register("disclosures", registers.DisclosureResource, basename="api-disclosure")
router.register("incidents", registers.IncidentResource, basename="api-incident")
router.register("anonymisations", registers.AnonymisationResource, basename="api-anonymisation")
router.register("access-requests", registers.AccessRequestResource, basename="api-access-request")
router.register("retention-rules", retention.RetentionRuleResource, basename="api-retention-rule")
router.register("legal-holds", retention.LegalHoldResource, basename="api-legal-hold")
router.register("erasures", retention.ErasureResource, basename="api-erasure")

urlpatterns = [
    path(
        "participants/<str:pk>/data/",
        PersonDataResource.as_view({"get": "retrieve"}),
        name="api-participant-data",
    ),
    path(
        "retention-due/",
        retention.DueResource.as_view({"get": "list"}),
        name="api-retention-due-list",
    ),
    *router.urls,
]
