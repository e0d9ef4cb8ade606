"""Addresses of the API of the participant side."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from cases.api.accommodations import AccommodationResource
from cases.api.capacity import CapacityResource
from cases.api.cases import CaseResource
from cases.api.conflicts import ConflictResource
from cases.api.documents import DocumentResource
from cases.api.evaluations import AwaitedEvaluationResource, EvaluationResource
from cases.api.follow_ups import FollowUpResource, NoteResource
from cases.api.key_dates import KeyDateChangeResource
from cases.api.links import AnswersResource, LinkResource
from cases.api.matches import MatchResource
from cases.api.matching import ProjectSuggestionResource
from cases.api.outcomes import OutcomeResource
from cases.api.participants import ConsentResource, ConsentTextResource, ParticipantResource
from cases.api.placements import PlacementResource
from cases.api.plans import ObjectiveResource, ReportResource
from cases.api.problems import ProblemResource
from cases.api.reminders import CalendarFeedView, ReminderPauseResource

router = SimpleRouter()
router.register("participants", ParticipantResource, basename="api-participant")
router.register("consents", ConsentResource, basename="api-consent")
router.register("consent-texts", ConsentTextResource, basename="api-consent-text")
router.register("cases", CaseResource, basename="api-case")
router.register("conflicts", ConflictResource, basename="api-conflict")
router.register("matches", MatchResource, basename="api-match")
router.register("placements", PlacementResource, basename="api-placement")
router.register("accommodations", AccommodationResource, basename="api-accommodation")
router.register("objectives", ObjectiveResource, basename="api-objective")
router.register("reports", ReportResource, basename="api-report")
router.register("follow-ups", FollowUpResource, basename="api-follow-up")
router.register("evaluations", EvaluationResource, basename="api-evaluation")
router.register("awaited-evaluations", AwaitedEvaluationResource, basename="api-awaited-evaluation")
router.register("notes", NoteResource, basename="api-note")
router.register("links", LinkResource, basename="api-link")
router.register("documents", DocumentResource, basename="api-document")
router.register("outcomes", OutcomeResource, basename="api-outcome")
router.register("key-date-changes", KeyDateChangeResource, basename="api-key-date-change")
router.register("reminder-pauses", ReminderPauseResource, basename="api-reminder-pause")

# What is computed has no address of its own for a single row.
urlpatterns = [
    *router.urls,
    path("answers/", AnswersResource.as_view({"get": "show"}), name="api-answers"),
    path("capacity/", CapacityResource.as_view({"get": "list"}), name="api-capacity"),
    path(
        "projects/<str:pk>/suggestions/",
        ProjectSuggestionResource.as_view({"get": "suggestions"}),
        name="api-project-suggestions",
    ),
    path("data-problems/", ProblemResource.as_view({"get": "list"}), name="api-data-problem-list"),
    path(
        "data-problems/dismissals/",
        ProblemResource.as_view({"post": "dismiss"}),
        name="api-data-problem-dismissals",
    ),
    path(
        "data-problems/dismissals/<str:dismissal_id>/",
        ProblemResource.as_view({"delete": "restore"}),
        name="api-data-problem-dismissal",
    ),
    path("calendar-feed/", CalendarFeedView.as_view(), name="api-calendar-feed"),
]
