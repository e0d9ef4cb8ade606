"""The first page: what needs this person today, made of blocks by what they hold."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases.policy import HOSTS, OFFICERS, exception
from cases.views import (
    home_accommodations,
    home_evaluations,
    home_key_dates,
    home_links,
    home_matches,
    home_outcomes,
    home_plans,
    home_problems,
    home_projects,
    home_work,
)
from cases.views.home_blocks import Block
from organizations.models import ProgramGrant
from organizations.policy import everywhere
from peph.access import NOTHING, Rule
from peph.accounts.models import User
from peph.audit import access_log
from peph.pages import refusals
from peph.scopes import scope_of

Build = Callable[[Any], list[Block]]


def _if_any(build: Build) -> Build:
    """Blocks that are there only when they hold something: a page of empty titles tells nothing."""
    return lambda user: [block for block in build(user) if block.rows]


# What a person holds → the blocks it brings. Somebody with two kinds of work gets both.
WORK: list[tuple[Rule, Build]] = [
    (OFFICERS, home_work.officer_blocks),
    (OFFICERS, _if_any(home_evaluations.officer_blocks)),
    (OFFICERS, _if_any(home_accommodations.officer_blocks)),
    (OFFICERS, _if_any(home_matches.officer_blocks)),
    (OFFICERS, _if_any(home_outcomes.outcome_blocks)),
    (OFFICERS, _if_any(home_key_dates.officer_blocks)),
    (OFFICERS, home_problems.problem_blocks),
    (everywhere("lead"), _if_any(home_projects.lead_blocks)),
    (everywhere("lead"), home_work.lead_blocks),
    (everywhere("lead"), _if_any(home_links.lead_blocks)),
    (HOSTS, home_work.host_blocks),
    (HOSTS, _if_any(home_evaluations.host_blocks)),
    (HOSTS, _if_any(home_plans.report_blocks)),
    (HOSTS, _if_any(home_accommodations.host_blocks)),
    (HOSTS, _if_any(home_matches.host_blocks)),
    (HOSTS, _if_any(home_projects.host_blocks)),
    (exception("view_case", "change_case"), home_work.shared_blocks),
    (everywhere("protect"), home_work.privacy_blocks),
    (everywhere("select"), home_projects.committee_blocks),
]


def register(rule: Rule, build: Build, *, first: bool = False) -> None:
    """For the apps above: whoever holds something by `rule` gets these blocks, after or before the others."""
    WORK.insert(0 if first else len(WORK), (rule, build))


@require_safe
@refusals
def home(request: HttpRequest) -> HttpResponse:
    """What is late, due, new or to decide, one click from the work; for an outsider, whom to ask."""
    scope = scope_of(request.user)
    blocks = [
        block for rule, build in WORK if rule.q(scope) != NOTHING for block in build(request.user)
    ]
    shown = _once(blocks)
    if keys := [key for block in shown for row in block.rows if (key := _key(row))]:
        access_log.record("list", request=request, ids=keys, detail={"part": "home"})
    context = {"blocks": shown, "holds_something": bool(scope.held)}
    if not blocks:
        leads = ProgramGrant.objects.live().filter(permission__codename="lead")
        context["leads"] = User.objects.filter(pk__in=leads.values("user"), is_active=True)[:3]
    return render(request, "cases/home.html", context)


def _key(row: Any) -> Any:
    # A row is a record, or holds the one it is about.
    record = row if hasattr(row, "pk") else getattr(row, "placement", None)
    return getattr(record, "pk", None)


def _once(blocks: list[Block]) -> list[Block]:
    # Coordinators who also host share a block: it is shown where it comes first.
    first: dict[str, Block] = {}
    for block in blocks:
        first.setdefault(block.name, block)
    return list(first.values())
