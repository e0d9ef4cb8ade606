"""The role of whoever acts on a single case by an exception, after those of the programme."""

from django.utils.translation import gettext_lazy as _

from peph.audit import roles


def register() -> None:
    """Called once at start-up."""
    roles.register("exception", _("Exception on a case"), ("view_case", "change_case"))
