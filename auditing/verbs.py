"""How the timeline names what auditors do in their own workspace."""

from django.utils.translation import gettext_lazy as _

from auditing.workflow import FINDING_WORKFLOW, SAMPLE_WORKFLOW
from peph.audit import verbs


def register() -> None:
    """Called once at start-up; the transitions name themselves in their tables."""
    verbs.register(SAMPLE_WORKFLOW.verbs() | FINDING_WORKFLOW.verbs())
    verbs.register(
        {
            "auditing.sample.draw": _("Sample drawn"),
            "auditing.item.save": _("Record of a sample checked"),
            "auditing.finding.add": _("Audit finding noted"),
            "auditing.finding.update": _("Audit finding corrected"),
            "auditing.question.add": _("Question added to the checklist"),
            "auditing.question.update": _("Question of the checklist changed"),
        }
    )
