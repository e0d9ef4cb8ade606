"""`draw_workflows`: the documentation of every life of a record, drawn from the tables themselves."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cases.workflow import (
    ACCOMMODATION_WORKFLOW,
    CASE_WORKFLOW,
    KEY_DATE_WORKFLOW,
    MATCH_WORKFLOW,
    PLACEMENT_WORKFLOW,
    AccommodationStatus,
    CaseStatus,
    KeyDateChangeStatus,
    MatchStatus,
    PlacementStatus,
)
from organizations.workflow import CALL_WORKFLOW, PROJECT_WORKFLOW, CallStatus, ProjectStatus
from peph.diagrams import section

WORKFLOWS: tuple[tuple[Any, ...], ...] = (
    ("Call", CALL_WORKFLOW, CallStatus, CallStatus.PLANNED),
    ("Project", PROJECT_WORKFLOW, ProjectStatus, ProjectStatus.DRAFT),
    ("Case", CASE_WORKFLOW, CaseStatus, CaseStatus.REFERRED),
    ("Match", MATCH_WORKFLOW, MatchStatus, MatchStatus.PROPOSED),
    ("Placement", PLACEMENT_WORKFLOW, PlacementStatus, PlacementStatus.TO_SIGN),
    (
        "Accommodation",
        ACCOMMODATION_WORKFLOW,
        AccommodationStatus,
        AccommodationStatus.REQUESTED,
    ),
    (
        "Correction of a key date",
        KEY_DATE_WORKFLOW,
        KeyDateChangeStatus,
        KeyDateChangeStatus.PROPOSED,
    ),
)
INTRODUCTION = """# The lives of the records

Drawn by `make diagrams` from the transition tables (`workflow.py` of each application): what is written
here by hand is lost. A transition that “follows from another record” is never offered as a button.
"""


def document() -> str:
    """The whole page, as Markdown."""
    return "\n".join([INTRODUCTION, *(section(*each) for each in WORKFLOWS)])


class Command(BaseCommand):
    help = "Write docs/workflows.md from the transition tables."

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "workflows.md"
        path.write_text(document(), encoding="utf-8")
        self.stdout.write(f"{path.relative_to(settings.BASE_DIR)} written.")
