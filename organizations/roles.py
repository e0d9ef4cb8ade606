"""The roles change sets name, the widest first: somebody who holds several acts in the widest."""

from django.utils.translation import gettext_lazy as _

from peph.audit import roles


def register() -> None:
    """Called once at start-up."""
    roles.register("lead", _("Lead of the programme"))
    roles.register("coordinate", _("Coordinator"))
    roles.register("represent", _("Representative of the host organisation"))
    roles.register("supervise", _("Supervisor of placements"))
    roles.register("protect", _("Privacy officer"))
    roles.register("audit", _("Auditor"))
    roles.register("select", _("Member of the selection committee"))
