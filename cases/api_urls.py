"""Addresses of the API of the participant side."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from cases.api.cases import CaseResource
from cases.api.change_sets import ChangeSetResource
from cases.api.follow_ups import FollowUpResource, NoteResource
from cases.api.participants import ConsentResource, ParticipantResource
from cases.api.placements import PlacementResource
from cases.api.reminders import CalendarFeedView, ReminderPauseResource

router = SimpleRouter()
router.register("participants", ParticipantResource, basename="api-participant")
router.register("consents", ConsentResource, basename="api-consent")
router.register("cases", CaseResource, basename="api-case")
router.register("placements", PlacementResource, basename="api-placement")
router.register("follow-ups", FollowUpResource, basename="api-follow-up")
router.register("notes", NoteResource, basename="api-note")
router.register("change-sets", ChangeSetResource, basename="api-change-set")
router.register("reminder-pauses", ReminderPauseResource, basename="api-reminder-pause")

urlpatterns = [
    *router.urls,
    path("calendar-feed/", CalendarFeedView.as_view(), name="api-calendar-feed"),
]
