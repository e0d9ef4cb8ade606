"""A call for projects and a project in it, brought through the services to wherever a test begins."""

import datetime as dt
from typing import Any

from organizations.models import Call, HostSite, JobClass, Project, ProjectCriterion
from organizations.services.calls import create_call, move_call
from organizations.services.projects import move_project, propose_project, score_project

DATES = {
    "opens_on": dt.date(2026, 9, 1),
    "closes_on": dt.date(2098, 11, 16),
    "committee_on": dt.date(2098, 12, 10),
    "results_on": dt.date(2099, 1, 20),
    "start_from": dt.date(2099, 4, 1),
    "start_to": dt.date(2099, 10, 31),
}


def planned_call(by: Any, fiscal_year: int = 2027, **changes: Any) -> Call:
    """A call that nobody opened yet; its deadline is far away."""
    return create_call(by=by, fiscal_year=fiscal_year, **(DATES | changes))


def open_call(by: Any, fiscal_year: int = 2027, **changes: Any) -> Call:
    return move_call(planned_call(by, fiscal_year, **changes), "open", by=by)


def post(**changes: Any) -> dict[str, Any]:
    """What a host says of a post."""
    said = {
        "title": "Soutien à l’inventaire des ouvrages",
        "job_class": JobClass.objects.get(code="264-10"),
        "tasks": "Tenir à jour l’inventaire\nRépondre aux demandes",
        "objectives": "Connaître le système d’inventaire",
        "supervision": "Rencontre chaque semaine",
        "supervisor_name": "Dominique Superviseur",
        "supervisor_email": "dominique@exemple.qc.ca",
        "mentor_name": "Claude Mentor",
        "hours_per_week": 35,
        "starts_from": dt.date(2099, 4, 1),
    }
    return said | changes


def draft(site: HostSite, by: Any, call: Call, **changes: Any) -> Project:
    return propose_project(site, by=by, call=call, **post(**changes))


def submitted(site: HostSite, by: Any, call: Call, **changes: Any) -> Project:
    return move_project(draft(site, by, call, **changes), "submit", by=by)


def under_review(site: HostSite, by: Any, call: Call, *, lead: Any, **changes: Any) -> Project:
    """Submitted while the call was open, given to the committee once it is closed."""
    project = submitted(site, by, call, **changes)
    call.refresh_from_db()
    if call.status == "open":
        move_call(call, "close", by=lead)
    return move_project(project, "start-review", by=lead)


def scores(*levels: int, comment: str = "") -> dict[str, dict[str, Any]]:
    """A level for each criterion, in the order of the form."""
    codes = ProjectCriterion.objects.order_by("rank").values_list("code", flat=True)
    return {
        code: {"level": level, "comment": comment}
        for code, level in zip(codes, levels, strict=False)
    }


def scored(project: Project, by: Any, *levels: int, comment: str = "") -> Project:
    return score_project(project, by=by, scores=scores(*levels, comment=comment))
