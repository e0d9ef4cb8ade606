"""Addresses of the API of the protection of personal information."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from privacy.api import registers
from privacy.api.person_data import PersonDataResource

router = SimpleRouter()
router.register("disclosures", registers.DisclosureResource, basename="api-disclosure")
router.register("incidents", registers.IncidentResource, basename="api-incident")
router.register("anonymisations", registers.AnonymisationResource, basename="api-anonymisation")
router.register("access-requests", registers.AccessRequestResource, basename="api-access-request")

urlpatterns = [
    path(
        "participants/<str:pk>/data/",
        PersonDataResource.as_view({"get": "retrieve"}),
        name="api-participant-data",
    ),
    *router.urls,
]
