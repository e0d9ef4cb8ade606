"""How the timeline names what is done to protect personal information."""

from django.utils.translation import gettext_lazy as _

from peph.audit import verbs
from privacy.workflow import ACCESS_REQUEST_WORKFLOW, ERASURE_WORKFLOW, INCIDENT_WORKFLOW


def register() -> None:
    """Called once at start-up; the transitions name themselves in their tables."""
    verbs.register(
        INCIDENT_WORKFLOW.verbs() | ACCESS_REQUEST_WORKFLOW.verbs() | ERASURE_WORKFLOW.verbs()
    )
    verbs.register(
        {
            "privacy.disclosure.add": _("Disclosure entered in the register"),
            "privacy.disclosure.correct": _("Disclosure corrected"),
            "privacy.incident.add": _("Confidentiality incident entered in the register"),
            "privacy.incident.correct": _("Confidentiality incident corrected"),
            "privacy.anonymisation.add": _("Anonymisation entered in the register"),
            "privacy.anonymisation.correct": _("Anonymisation corrected"),
            "privacy.accessrequest.add": _("Access request received"),
            "privacy.accessrequest.correct": _("Access request corrected"),
            "privacy.contact.update": _("Contact for personal information changed"),
            "privacy.erasure.propose": _("Erasure proposed"),
            "privacy.erasure.apply-again": _("Person erased again after a restore"),
            "privacy.rule.update": _("Retention rule changed"),
            "privacy.rule.apply": _("Accesses deleted at the end of their term"),
            "privacy.hold.place": _("Legal hold placed"),
            "privacy.hold.lift": _("Legal hold lifted"),
        }
    )
