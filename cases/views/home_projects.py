"""What the first page holds of projects: to score, to complete, to decide; one function a kind of work."""

import datetime as dt
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.views.home_blocks import MOST_COUNTED, MOST_ROWS, Block, address
from organizations.models import Project
from organizations.workflow import PROJECT_EDITABLE
from peph.paging import count_up_to

DECIDED_DAYS = 60
LIST = "organizations:project_list"


def committee_blocks(user: Any) -> list[Block]:
    """The selection committee: the projects under review that wait for the own score."""
    return [
        _block(
            "projects",
            _("Projects waiting for your score"),
            Project.objects.to_score_by(user),
            user,
            "submitted_on",
            empty=_("There is no project to score."),
            url=address(LIST, to_score="true"),
            link=_("All projects waiting for your score"),
        )
    ]


def host_blocks(user: Any) -> list[Block]:
    """Hosts: what they have still to write, the returned ones first, and what was decided lately."""
    since = timezone.localdate() - dt.timedelta(days=DECIDED_DAYS)
    return [
        _block(
            "projects-to-complete",
            _("Projects to complete"),
            Project.objects.filter(status__in=PROJECT_EDITABLE),
            user,
            F("reply_by").asc(nulls_last=True),
            empty=_("No project waits for you."),
            url=reverse(LIST),
            link=_("All your projects"),
        ),
        _block(
            "projects-decided",
            _("Projects decided in the last 60 days"),
            Project.objects.filter(decided_on__gte=since),
            user,
            "-decided_on",
            empty=_("No project was decided lately."),
            url=reverse(LIST),
            link=_("All your projects"),
        ),
    ]


def lead_blocks(user: Any) -> list[Block]:
    """The lead: the projects not decided yet, and those of them that came in late."""
    return [
        _block(
            "projects-to-decide",
            _("Projects to decide"),
            Project.objects.undecided(),
            user,
            "submitted_on",
            empty=_("No project waits for a decision."),
            url=address(LIST, undecided="true"),
            link=_("All projects to decide"),
        ),
        _block(
            "projects-late",
            _("Projects submitted late"),
            Project.objects.undecided().filter(is_late=True),
            user,
            "submitted_on",
            empty=_("No undecided project came in late."),
            url=address(LIST, late="true", undecided="true"),
            link=_("All late projects to decide"),
        ),
    ]


def _block(name: str, title: Any, found: Any, user: Any, order: Any, **more: Any) -> Block:
    seen = found.visible_to(user)
    return Block(
        name=name,
        kind="projects",
        title=title,
        rows=list(seen.with_places().order_by(order, "pk")[:MOST_ROWS]),
        count=count_up_to(seen, MOST_COUNTED),
        **more,
    )
