"""The blocks of projects on the first page: what waits for the committee, the host and the lead."""

import datetime as dt
import re

import pytest
import time_machine
from django.utils import timezone

from organizations.models import Project
from organizations.services.calls import move_call
from organizations.services.projects import move_project
from peph.audit.changes import SYSTEM, change
from tests.browsing import queries, text
from tests.proposing import draft, open_call, scored, submitted, under_review

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(cast):
    return open_call(cast["lead"])


def block(page, name):
    """The part of the page that is one block; nothing when it holds nothing."""
    found = re.search(rf'<section class="stack" id="{name}".*?</section>', page, re.DOTALL)
    return found.group(0) if found else ""


def titles(page, name):
    """The projects of a block, in the order of the page."""
    return re.findall(r'<th scope="row"><a href="/projects/[^"]*">([^<]*)</a>', block(page, name))


def test_the_committee_finds_what_waits_for_its_score(cast, client, world, call):
    member = cast["committee"]
    assert "Il n’y a aucun projet à évaluer." in block(text(client, member, "/"), "projects")
    host = cast["representative"]
    first = under_review(world.site_03, host, call, lead=cast["lead"], title="Inventaire")
    submitted(world.site_03, host, call, title="Pas encore remis")
    page = text(client, member, "/")
    assert titles(page, "projects") == ["Inventaire"]
    assert 'href="/projects/?to_score=true"' in block(page, "projects")
    scored(first, member, 3, 3, 3, 3, 3)
    assert titles(text(client, member, "/"), "projects") == []


def test_a_host_finds_what_is_returned_first_with_the_day_of_reply(cast, client, world, call):
    host, lead = cast["representative"], cast["lead"]
    draft(world.site_03, host, call, title="Brouillon")
    for title, day in (("Plus tard", dt.date(2098, 2, 1)), ("Bientôt", dt.date(2098, 1, 8))):
        project = submitted(world.site_03, host, call, title=title)
        move_project(project, "return", by=lead, reason="Incomplet", reply_by=day)
    submitted(world.site_03, host, call, title="Déposé")
    page = text(client, host, "/")
    assert titles(page, "projects-to-complete") == ["Bientôt", "Plus tard", "Brouillon"]
    assert "2098-01-08" in block(page, "projects-to-complete")
    assert titles(text(client, cast["supervisor"], "/"), "projects-to-complete") == [
        "Bientôt", "Plus tard", "Brouillon",
    ]  # fmt: skip
    assert titles(text(client, cast["supervisor_elsewhere"], "/"), "projects-to-complete") == []


def test_a_host_finds_the_decisions_of_the_last_sixty_days(cast, client, world, call):
    project = under_review(
        world.site_03, cast["representative"], call, lead=cast["lead"], title="Décidé"
    )
    move_project(
        project, "select", by=cast["lead"], decided_on=timezone.localdate(), minute="CES-1"
    )
    assert titles(text(client, cast["supervisor"], "/"), "projects-decided") == ["Décidé"]
    with time_machine.travel(timezone.now() + dt.timedelta(days=61)):
        assert titles(text(client, cast["supervisor"], "/"), "projects-decided") == []


def test_the_lead_finds_what_is_to_decide_and_what_came_in_late(cast, client, world, call):
    host, lead = cast["representative"], cast["lead"]
    submitted(world.site_03, host, call, title="À temps")
    unsent = draft(world.site_06, host, call, title="En retard")
    move_call(call, "close", by=lead)
    move_project(unsent, "submit", by=host)
    page = text(client, lead, "/")
    assert set(titles(page, "projects-to-decide")) == {"À temps", "En retard"}
    assert titles(page, "projects-late") == ["En retard"]
    assert 'href="/projects/?late=true&amp;undecided=true"' in block(page, "projects-late")
    move_project(unsent, "withdraw", by=host, reason="Plus de poste")
    page = text(client, lead, "/")
    assert titles(page, "projects-to-decide") == ["À temps"]
    assert titles(page, "projects-late") == []


def test_a_block_counts_all_and_shows_eight(cast, client, world, call):
    for number in range(9):
        draft(world.site_03, cast["representative"], call, title=f"Poste {number}")
    page = text(client, cast["representative"], "/")
    assert len(titles(page, "projects-to-complete")) == 8
    assert "(9)" in block(page, "projects-to-complete")


@pytest.mark.parametrize("who", ["lead", "representative", "committee"])
def test_the_first_page_costs_the_same_for_one_and_ten_projects(who, cast, client, world, call):
    host, lead = cast["representative"], cast["lead"]
    under_review(world.site_03, host, call, lead=lead)
    draft(world.site_03, host, call)
    found = [queries(client, cast[who], "/")]
    for number in range(9):
        under_review(world.site_03, host, call, lead=lead, title=f"Analyse {number}")
        draft(world.site_03, host, call, title=f"Brouillon {number}")
    with change(by=SYSTEM, verb="test"):
        Project.objects.filter(title__startswith="Analyse").update(is_late=True)
    found.append(queries(client, cast[who], "/"))
    assert found[0] == found[1]
