"""Models of the participant side, one file a noun."""

from cases.models.accommodations import Accommodation
from cases.models.case_grants import CaseGrant
from cases.models.cases import Case
from cases.models.checks import Dismissal
from cases.models.conflicts import ConflictOfInterest
from cases.models.consents import ConsentText
from cases.models.documents import Document, DocumentContent
from cases.models.evaluation_scores import EvaluationScore
from cases.models.evaluations import KIND_OF_STEP, STEPS, Evaluation, awaited_evaluations
from cases.models.followups import FollowUp
from cases.models.key_dates import KeyDate, KeyDateChange
from cases.models.links import TaskLink
from cases.models.matches import Match, WorkProfile
from cases.models.notes import Note
from cases.models.outcomes import Outcome
from cases.models.participants import Consent, DisabilityRecord, Participant
from cases.models.parts import PlacementPart
from cases.models.placements import Placement
from cases.models.plans import Objective, Report
from cases.models.reminders import CalendarFeed, Reminder, ReminderPause
from cases.models.signatures import Signature
from cases.models.suspensions import Suspension
from cases.models.uploads import ImportUpload

__all__ = [
    "KIND_OF_STEP",
    "STEPS",
    "Accommodation",
    "CalendarFeed",
    "Case",
    "CaseGrant",
    "ConflictOfInterest",
    "Consent",
    "ConsentText",
    "DisabilityRecord",
    "Dismissal",
    "Document",
    "DocumentContent",
    "Evaluation",
    "EvaluationScore",
    "FollowUp",
    "ImportUpload",
    "KeyDate",
    "KeyDateChange",
    "Match",
    "Note",
    "Objective",
    "Outcome",
    "Participant",
    "Placement",
    "PlacementPart",
    "Reminder",
    "ReminderPause",
    "Report",
    "Signature",
    "Suspension",
    "TaskLink",
    "WorkProfile",
    "awaited_evaluations",
]
