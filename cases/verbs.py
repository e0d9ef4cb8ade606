"""How the timeline names what happens on the participant side."""

from django.utils.translation import gettext_lazy as _

from cases.workflow import (
    ACCOMMODATION_WORKFLOW,
    CASE_WORKFLOW,
    KEY_DATE_WORKFLOW,
    MATCH_WORKFLOW,
    PLACEMENT_WORKFLOW,
)
from peph.audit import verbs


def register() -> None:
    """Called once at start-up; the transitions name themselves in their tables."""
    for workflow in (
        CASE_WORKFLOW,
        MATCH_WORKFLOW,
        PLACEMENT_WORKFLOW,
        ACCOMMODATION_WORKFLOW,
        KEY_DATE_WORKFLOW,
    ):
        verbs.register(workflow.verbs())
    verbs.register(
        {
            "cases.case.open": _("Case opened"),
            "cases.case.update": _("Case updated"),
            "cases.case.transfer": _("Case transferred to another region"),
            "cases.participant.update": _("Participant’s information updated"),
            "cases.conflict.declare": _("Conflict of interest declared"),
            "cases.conflict.end": _("Conflict of interest ended"),
            "cases.health.update": _("Health information updated"),
            "cases.consent.give": _("Consent recorded"),
            "cases.consent.withdraw": _("Consent withdrawn"),
            "cases.work-profile.update": _("Work profile updated"),
            "cases.match.propose": _("Match proposed"),
            "cases.placement.open": _("Placement opened"),
            "cases.placement.sign-as": _("Agreement signed by one of its parties"),
            "cases.placement.update": _("Placement updated"),
            "cases.accommodation.request": _("Accommodation measure requested"),
            "cases.accommodation.update": _("Accommodation measure updated"),
            "cases.objective.add": _("Objective added to the plan"),
            "cases.objective.update": _("Objective of the plan updated"),
            "cases.plan.seed": _("Plan taken over from the project"),
            "cases.report.add": _("Progress report written"),
            "cases.report.correct": _("Progress report corrected"),
            "cases.follow-up.add": _("Follow-up planned"),
            "cases.follow-up.update": _("Follow-up changed"),
            "cases.follow-up.done": _("Follow-up done"),
            "cases.link.send": _("Link to a task sent"),
            "cases.link.renew": _("Link to a task sent again"),
            "cases.link.revoke": _("Link to a task called back"),
            "cases.evaluation.start": _("Evaluation begun"),
            "cases.evaluation.save": _("Draft of an evaluation filled in"),
            "cases.evaluation.sign": _("Evaluation signed"),
            "cases.evaluation.answer": _("Evaluation answered by the participant"),
            "cases.evaluation.discard": _("Draft of an evaluation discarded"),
            "cases.reminder.send": _("Reminders sent"),
            "cases.reminder.pause": _("Reminders paused"),
            "cases.reminder.resume": _("Reminders taken up again"),
            "cases.calendar.renew": _("Calendar address created"),
            "cases.calendar.revoke": _("Calendar address revoked"),
            "cases.note.add": _("Note added"),
            "cases.note.update": _("Note corrected"),
            "cases.problem.dismiss": _("Data problem set aside"),
            "cases.problem.restore": _("Data problem taken up again"),
            "cases.document.add": _("Document added to the file"),
            "cases.document.replace": _("New version of a document"),
            "cases.document.withdraw": _("Document withdrawn"),
            "cases.outcome.record": _("Outcome recorded"),
            "cases.outcome.update": _("Outcome corrected"),
            "cases.key-date-change.ask": _("Correction of a key date asked for"),
            "cases.import": _("Spreadsheet imported"),
        }
    )
