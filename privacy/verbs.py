"""How the timeline names what is done to protect personal information."""

from django.utils.translation import gettext_lazy as _

from peph.audit import verbs
from privacy.workflow import ERASURE_WORKFLOW


def register() -> None:
    """Called once at start-up; the transitions name themselves in their tables."""
    verbs.register(ERASURE_WORKFLOW.verbs())
    # Retention and erasure.
    verbs.register(
        {
            "privacy.erasure.propose": _("Erasure proposed"),
            "privacy.erasure.apply-again": _("Person erased again after a restore"),
            "privacy.rule.update": _("Retention rule changed"),
            "privacy.rule.apply": _("Accesses deleted at the end of their term"),
            "privacy.hold.place": _("Legal hold placed"),
            "privacy.hold.lift": _("Legal hold lifted"),
        }
    )
