"""Addresses of the API of the participant side."""

from rest_framework.routers import SimpleRouter

from cases.api.cases import CaseResource
from cases.api.change_sets import ChangeSetResource
from cases.api.evaluations import AwaitedEvaluationResource, EvaluationResource
from cases.api.follow_ups import FollowUpResource, NoteResource
from cases.api.participants import ConsentResource, ParticipantResource
from cases.api.placements import PlacementResource

router = SimpleRouter()
router.register("participants", ParticipantResource, basename="api-participant")
router.register("consents", ConsentResource, basename="api-consent")
router.register("cases", CaseResource, basename="api-case")
router.register("placements", PlacementResource, basename="api-placement")
router.register("follow-ups", FollowUpResource, basename="api-follow-up")
router.register("evaluations", EvaluationResource, basename="api-evaluation")
router.register("awaited-evaluations", AwaitedEvaluationResource, basename="api-awaited-evaluation")
router.register("notes", NoteResource, basename="api-note")
router.register("change-sets", ChangeSetResource, basename="api-change-set")
