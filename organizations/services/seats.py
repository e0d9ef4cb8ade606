"""The seats of a project: it is filled when the last one is taken, open again when one is given back."""

from organizations.models import Project
from organizations.workflow import PROJECT_WORKFLOW
from peph.records import locked, save_valid


def follow_seats(project: Project, *, taken: int) -> Project:
    """Let a project follow how many of its seats are taken (rows marked `consequence`).

    Runs inside the change of whoever counted; a project that is neither open nor filled stays as it is.
    """
    project = locked(Project.objects.all(), project.pk)
    step = PROJECT_WORKFLOW.by_name["fill" if taken >= project.seats else "free"]
    if project.status in step.sources:
        project.status = step.target
        save_valid(project)
    return project
