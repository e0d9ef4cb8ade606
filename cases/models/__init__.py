"""Models of the participant side, one file a noun."""

from cases.models.cases import Case, CaseGrant
from cases.models.followups import FollowUp
from cases.models.notes import Note
from cases.models.participants import Consent, DisabilityRecord, Participant
from cases.models.placements import Placement
from cases.models.signatures import Signature
from cases.models.suspensions import Suspension
from cases.models.uploads import ImportUpload

__all__ = [
    "Case",
    "CaseGrant",
    "Consent",
    "DisabilityRecord",
    "FollowUp",
    "ImportUpload",
    "Note",
    "Participant",
    "Placement",
    "Signature",
    "Suspension",
]
