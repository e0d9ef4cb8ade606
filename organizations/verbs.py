"""How the timeline names what happens on the host side."""

from django.utils.translation import gettext_lazy as _

from organizations.workflow import CALL_WORKFLOW, PROJECT_WORKFLOW
from peph.audit import verbs


def register() -> None:
    """Called once at start-up; the transitions name themselves in their tables."""
    verbs.register(CALL_WORKFLOW.verbs() | PROJECT_WORKFLOW.verbs())
    verbs.register(
        {
            "organizations.site.open": _("Host site opened"),
            "organizations.site.update": _("Host site updated"),
            "organizations.organization.update": _("Host organisation updated"),
            "organizations.program.update": _("Settings of the programme changed"),
            "organizations.call.create": _("Call planned"),
            "organizations.call.update": _("Dates of the call changed"),
            "organizations.project.propose": _("Project drafted"),
            "organizations.project.update": _("Project updated"),
            "organizations.project.score": _("Project scored by a member of the committee"),
            "organizations.grant.give": _("Access given"),
            "organizations.grant.extend": _("Access extended"),
            "organizations.grant.end": _("Access ended"),
            "organizations.grant.transfer": _("Access handed over to a successor"),
            "organizations.reference.load": _("Reference data loaded"),
        }
    )
