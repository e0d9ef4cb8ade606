"""Which placements take the seats of a project; the project follows (`organizations.services.seats`)."""

from django.utils.translation import gettext_lazy as _

from cases.models import Placement
from organizations.models import HostSite, Project
from organizations.services.seats import follow_seats
from organizations.workflow import ProjectStatus
from peph.errors import Conflict, DomainError, Invalid
from peph.records import locked


def taken_seats(project: Project) -> int:
    """Placements under way and completed: what was cancelled or broke off gave its seat back."""
    return Placement.objects.seated().filter(project=project).count()


def no_seat(project: Project) -> DomainError | None:
    """What keeps anybody from being placed in this project now; None when a seat is free."""
    if project.status != ProjectStatus.OPEN:
        return Conflict(
            _("The project takes nobody now: it is “%(status)s”.")
            % {"status": project.get_status_display()}
        )
    if taken_seats(project) >= project.seats:
        return Conflict(_("No seat of this project is free."))
    return None


def reserve_seat(project: Project, site: HostSite) -> Project:
    """The project, locked until the change ends, so that two people do not take its last seat.

    Raises Conflict (no seat), Invalid (another site).
    """
    project = locked(Project.objects.all(), project.pk)
    if project.site_id != site.pk:
        raise Invalid(fields={"site": [_("The project is for another site.")]})
    if refusal := no_seat(project):
        raise refusal
    return project


def settle_seats(placement: Placement) -> None:
    """After a placement was opened or is over: let its project follow, if it has one."""
    if placement.project_id is None:
        return
    # Locked before it is counted: another placement of the project may be ending at the same time.
    project = locked(Project.objects.all(), placement.project_id)
    follow_seats(project, taken=taken_seats(project))
