"""When a call and a project may move: the two tables of transitions (DOMAIN §3.1 and §3.2)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from organizations.policy import Action as A
from peph.workflow import REASON, Input, Transition, Workflow


class CallStatus(models.TextChoices):
    PLANNED = "planned", _("Planned")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")
    SELECTING = "selecting", _("Under selection")
    PUBLISHED = "published", _("Results published")
    ARCHIVED = "archived", _("Archived")


class ProjectStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Returned for completion")
    UNDER_REVIEW = "under_review", _("Under review")
    WAITLISTED = "waitlisted", _("Waiting list")
    NOT_SELECTED = "not_selected", _("Not selected")
    SELECTED = "selected", _("Selected")
    OPEN = "open", _("Open for candidates")
    FILLED = "filled", _("Filled")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class RejectionReason(models.TextChoices):
    SUPERVISION = "supervision", _("Supervision not sufficient")
    TASKS = "tasks", _("Tasks not suited to a placement")
    ACCESSIBILITY = "accessibility", _("Place not accessible")
    INCOMPLETE = "incomplete", _("Project incomplete")
    LATE = "late", _("Received after the deadline")
    PLACES = "places", _("No place left this year")
    OTHER = "other", _("Other")


C, S = CallStatus, ProjectStatus

# A call takes projects in until the committee sits; after the deadline they are marked late.
CALL_TAKES_PROJECTS = frozenset({C.OPEN, C.CLOSED})
# A project returned to its host comes back until the results are out.
CALL_TAKES_COMPLETIONS = CALL_TAKES_PROJECTS | {C.SELECTING}
# The committee reads what came in once nothing else is expected.
CALL_UNDER_SELECTION = frozenset({C.CLOSED, C.SELECTING})
CALL_OVER = frozenset({C.PUBLISHED, C.ARCHIVED})
# What the host still writes.
PROJECT_EDITABLE = frozenset({S.DRAFT, S.RETURNED})
# Seats that count: the committee retained them and nobody cancelled.
PROJECT_RETAINED = frozenset({S.SELECTED, S.OPEN, S.FILLED, S.COMPLETED})
# What the committee still owes a decision: a call publishes once there is none.
PROJECT_UNDECIDED = frozenset({S.SUBMITTED, S.RETURNED, S.UNDER_REVIEW})

_DECIDED = Input("decided_on", "date", _("Date of the decision"), limit="past")
_MINUTE = Input("minute", "text", _("Number of the committee’s minute"))
_COMMENT = Input("reason", "text", _("Comment"), required=False)

# fmt: off
CALL_WORKFLOW = Workflow("organizations.call", (
    Transition("open", frozenset({C.PLANNED}), C.OPEN, A.EDIT, _("Open the call"), _("Call opened"), (_COMMENT,)),
    Transition("close", frozenset({C.OPEN}), C.CLOSED, A.EDIT, _("Close the call"), _("Call closed"), (_COMMENT,)),
    Transition("reopen", frozenset({C.CLOSED}), C.OPEN, A.EDIT, _("Reopen the call"), _("Call reopened"), (Input("closes_on", "date", _("New deadline"), limit="future"), REASON)),
    Transition("start-selection", frozenset({C.CLOSED}), C.SELECTING, A.EDIT, _("Start the selection"), _("Selection started"), (_COMMENT,)),
    Transition("publish", frozenset({C.SELECTING}), C.PUBLISHED, A.EDIT, _("Publish the results"), _("Results published"), (_COMMENT,)),
    Transition("archive", frozenset({C.PUBLISHED}), C.ARCHIVED, A.EDIT, _("Archive the call"), _("Call archived"), (_COMMENT,), ends=True),
))

PROJECT_WORKFLOW = Workflow("organizations.project", (
    Transition("submit", frozenset({S.DRAFT, S.RETURNED}), S.SUBMITTED, A.SUBMIT, _("Submit the project"), _("Project submitted"), (_COMMENT,)),
    Transition("return", frozenset({S.SUBMITTED}), S.RETURNED, A.DECIDE, _("Return for completion"), _("Project returned for completion"), (Input("reason", "text", _("What is missing")), Input("reply_by", "date", _("Answer expected by"), required=False, limit="future", help=_("Ten working days from now when left empty.")))),
    Transition("withdraw", PROJECT_EDITABLE | {S.SUBMITTED}, S.WITHDRAWN, A.SUBMIT, _("Withdraw the project"), _("Project withdrawn"), (REASON,), ends=True),
    Transition("start-review", frozenset({S.SUBMITTED}), S.UNDER_REVIEW, A.DECIDE, _("Give to the committee"), _("Project under review"), (_COMMENT,)),
    Transition("select", frozenset({S.UNDER_REVIEW, S.WAITLISTED}), S.SELECTED, A.DECIDE, _("Select the project"), _("Project selected"), (_DECIDED, _MINUTE, _COMMENT)),
    Transition("waitlist", frozenset({S.UNDER_REVIEW}), S.WAITLISTED, A.DECIDE, _("Put on the waiting list"), _("Project on the waiting list"), (_DECIDED, _MINUTE, REASON)),
    Transition("reject", frozenset({S.UNDER_REVIEW, S.WAITLISTED}), S.NOT_SELECTED, A.DECIDE, _("Do not select"), _("Project not selected"), (_DECIDED, _MINUTE, Input("rejection_reason", "choice", _("Main reason"), choices=tuple(RejectionReason.choices)), REASON), ends=True),
    Transition("open", frozenset({S.SELECTED}), S.OPEN, A.DECIDE, _("Open for candidates"), _("Project open for candidates"), (Input("fill_by", "date", _("To be filled by"), limit="future"),)),
    # Follow from the placements: the last seat taken, a seat free again.
    Transition("fill", frozenset({S.OPEN}), S.FILLED, A.FILL, _("Filled"), _("Project filled"), consequence=True),
    Transition("free", frozenset({S.FILLED}), S.OPEN, A.FILL, _("A seat is free again"), _("A seat of the project is free again"), consequence=True),
    Transition("refill", frozenset({S.COMPLETED}), S.OPEN, A.DECIDE, _("Open again"), _("Project opened again"), (Input("fill_by", "date", _("To be filled by"), limit="future"), REASON)),
    Transition("complete", frozenset({S.OPEN, S.FILLED}), S.COMPLETED, A.DECIDE, _("Complete the project"), _("Project completed"), (_COMMENT,), ends=True),
    Transition("cancel", frozenset({S.SELECTED, S.OPEN, S.FILLED}), S.CANCELLED, A.SUBMIT, _("Cancel the project"), _("Project cancelled"), (REASON,), ends=True),
))
# fmt: on
