"""Addresses of the API of the participant side."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from cases.api.capacity import CapacityResource
from cases.api.cases import CaseResource
from cases.api.change_sets import ChangeSetResource
from cases.api.follow_ups import FollowUpResource, NoteResource
from cases.api.matches import MatchResource
from cases.api.matching import ProjectSuggestionResource
from cases.api.participants import ConsentResource, ParticipantResource
from cases.api.placements import PlacementResource

router = SimpleRouter()
router.register("participants", ParticipantResource, basename="api-participant")
router.register("consents", ConsentResource, basename="api-consent")
router.register("cases", CaseResource, basename="api-case")
router.register("matches", MatchResource, basename="api-match")
router.register("placements", PlacementResource, basename="api-placement")
router.register("follow-ups", FollowUpResource, basename="api-follow-up")
router.register("notes", NoteResource, basename="api-note")
router.register("change-sets", ChangeSetResource, basename="api-change-set")

# What is no noun of its own: figures, and what is computed below the address of a project.
urlpatterns = [
    *router.urls,
    path("capacity/", CapacityResource.as_view({"get": "list"}), name="api-capacity"),
    path(
        "projects/<str:pk>/suggestions/",
        ProjectSuggestionResource.as_view({"get": "suggestions"}),
        name="api-project-suggestions",
    ),
]
