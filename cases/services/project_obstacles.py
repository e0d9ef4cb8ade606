"""What keeps a project from being cancelled, as far as only the participant side knows it."""

from django.utils.translation import gettext as _

from cases.models import Match, Placement
from organizations.models import Project
from organizations.services import obstacles


def register() -> None:
    """Called once at start-up."""
    obstacles.register("cancel", _people_placed, _people_proposed)


def _people_placed(project: Project) -> str | None:
    if not Placement.objects.current().filter(project=project).exists():
        return None
    return _("Somebody is placed on this project: end or cancel the placement first.")


def _people_proposed(project: Project) -> str | None:
    if not Match.objects.open().filter(project=project).exists():
        return None
    return _("Somebody is proposed for this project: the programme closes the match first.")
