"""Proposing, completing and deciding projects in a call: what each write does, and what it refuses."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from cases.models import Match, Placement
from organizations.models import Call, Project
from organizations.services import calls as call_services
from organizations.services import projects as project_services
from organizations.services.calls import create_call, move_call, update_call
from organizations.services.projects import (
    move_project,
    propose_project,
    reason_given,
    score_project,
    update_project,
)
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangedRow, ChangeSet
from peph.errors import Conflict, Forbidden, Invalid, Stale
from tests.proposing import (
    DATES,
    draft,
    open_call,
    planned_call,
    post,
    scores,
    submitted,
    under_review,
)

pytestmark = pytest.mark.django_db

# Every public write, called as whoever is given; each needs more than reading the project.
WRITES = {
    "create_call": lambda by, x: create_call(by=by, fiscal_year=2031, **DATES),
    "update_call": lambda by, x: update_call(x.call, by=by, results_on=dt.date(2099, 2, 1)),
    "move_call": lambda by, x: move_call(x.call, "close", by=by),
    "propose_project": lambda by, x: propose_project(x.site, by=by, call=x.call, **post()),
    "update_project": lambda by, x: update_project(x.project, by=by, seats=2),
    "move_project": lambda by, x: move_project(x.project, "submit", by=by),
    "score_project": lambda by, x: score_project(x.project, by=by, scores=scores(3)),
}


class Stage:
    def __init__(self, call, project):
        self.call, self.project, self.site = call, project, project.site


@pytest.fixture
def stage(call, project):
    return Stage(call, project)


def test_the_list_of_writes_is_complete():
    public = {
        name
        for module in (call_services, project_services)
        for name, thing in vars(module).items()
        if getattr(thing, "__module__", "") == module.__name__ and not name.startswith("_")
    }
    assert public - {"obstacle", "reason_given", "check_may_score"} == set(WRITES)


@pytest.mark.parametrize(
    "who",
    [
        "outsider",
        "coordinator_elsewhere",
        "representative_elsewhere",
        "supervisor_elsewhere",
        "auditor",
        "auditor_host",
        "privacy",
        "committee",
        "reader",
        "former",
        "inactive",
        "superuser",
    ],
)
@pytest.mark.parametrize("write", WRITES)
def test_nobody_writes_without_the_right_and_nothing_is_left(write, who, cast, stage):
    before = (ChangeSet.objects.count(), ChangedRow.objects.count())
    with pytest.raises(Forbidden):
        WRITES[write](cast[who], stage)
    assert (ChangeSet.objects.count(), ChangedRow.objects.count()) == before


# ------------------------------------------------------------------ calls
def test_a_call_goes_through_its_year(cast):
    by = cast["lead"]
    call = planned_call(by)
    assert (call.status, str(call)) == ("planned", "Appel 2027-2028")
    for name, status in (
        ("open", "open"),
        ("close", "closed"),
        ("start-selection", "selecting"),
        ("publish", "published"),
        ("archive", "archived"),
    ):
        call = move_call(call, name, by=by, reason="Comme prévu")
        assert call.status == status
        told = ChangeSet.objects.latest("number")
        assert (told.verb, told.reason) == (f"organizations.call.{name}", "Comme prévu")


def test_a_fiscal_year_has_one_call(cast, call):
    with pytest.raises(Invalid) as refused:
        planned_call(cast["lead"])
    assert list(refused.value.fields) == ["fiscal_year"]


def test_a_closed_call_is_opened_again_with_a_later_deadline(cast, call):
    move_call(call, "close", by=cast["lead"])
    call = move_call(
        call, "reopen", by=cast["lead"], closes_on=dt.date(2098, 12, 1), reason="Tempête"
    )
    assert (call.status, call.closes_on) == ("open", dt.date(2098, 12, 1))
    move_call(call, "close", by=cast["lead"])
    with pytest.raises(Invalid, match="suivent"):
        move_call(call, "reopen", by=cast["lead"], closes_on=dt.date(2098, 12, 11), reason="X")


# What is settled, by the status of the call.
SETTLED = {
    "planned": set(),
    "open": {"fiscal_year", "opens_on"},
    "closed": {"fiscal_year", "opens_on", "closes_on"},
    "selecting": {"fiscal_year", "opens_on", "closes_on"},
}
NEW = {
    "fiscal_year": 2028,
    "opens_on": dt.date(2026, 9, 2),
    "closes_on": dt.date(2098, 11, 17),
    "committee_on": dt.date(2098, 12, 11),
    "results_on": dt.date(2099, 1, 21),
    "start_from": dt.date(2099, 4, 2),
    "start_to": dt.date(2099, 11, 1),
}


@pytest.mark.parametrize("status", SETTLED)
@pytest.mark.parametrize("field", NEW)
def test_the_calendar_is_corrected_as_far_as_nothing_rests_on_it(field, status, cast, call):
    with change(by=SYSTEM, verb="test"):
        Call.objects.filter(pk=call.pk).update(status=status)
    if field in SETTLED[status]:
        with pytest.raises(Invalid) as refused:
            update_call(call, by=cast["lead"], **{field: NEW[field]})
        assert list(refused.value.fields) == [field]
    else:
        assert (
            getattr(update_call(call, by=cast["lead"], **{field: NEW[field]}), field) == NEW[field]
        )


@pytest.mark.parametrize("status", ["published", "archived"])
def test_the_calendar_of_a_call_that_is_over_stays(status, cast, call):
    with change(by=SYSTEM, verb="test"):
        Call.objects.filter(pk=call.pk).update(status=status)
    with pytest.raises(Conflict):
        update_call(call, by=cast["lead"], results_on=NEW["results_on"])


UNDECIDED = {"submitted": True, "returned": True, "under_review": True, "draft": False,
             "withdrawn": False, "waitlisted": False, "selected": False, "cancelled": False}  # fmt: skip


@pytest.mark.parametrize("status", UNDECIDED)
def test_results_are_published_once_every_project_is_decided(status, cast, call, project):
    day = dt.date(2026, 11, 2)
    with change(by=SYSTEM, verb="test"):
        Call.objects.filter(pk=call.pk).update(status="selecting")
        Project.objects.filter(pk=project.pk).update(
            status=status, submitted_on=day, decided_on=day
        )
    if UNDECIDED[status]:
        with pytest.raises(Conflict, match="1 projet de cet appel"):
            move_call(call, "publish", by=cast["lead"])
    else:
        assert move_call(call, "publish", by=cast["lead"]).status == "published"


# ------------------------------------------------------------------ the host's part
def test_a_project_repeats_the_region_and_organisation_of_its_site(cast, world, project):
    assert (project.status, project.region, project.organization) == (
        "draft", world.regions["03"], world.mtmd,
    )  # fmt: skip
    told = ChangeSet.objects.latest("number")
    assert (told.verb, told.region_id, told.organization_id) == (
        "organizations.project.propose", world.regions["03"].pk, world.mtmd.pk,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "taken"),
    [
        ("planned", False),
        ("open", True),
        ("closed", True),
        ("selecting", False),
        ("published", False),
        ("archived", False),
    ],
)
def test_a_project_is_drafted_and_submitted_while_its_call_takes_projects(
    status, taken, cast, world, call, project
):
    with change(by=SYSTEM, verb="test"):
        Call.objects.filter(pk=call.pk).update(status=status)
    host = cast["representative"]
    if taken:
        assert draft(world.site_06, host, call).status == "draft"
        assert move_project(project, "submit", by=host).status == "submitted"
    else:
        with pytest.raises(Conflict, match="ne reçoit pas de projet"):
            draft(world.site_06, host, call)
        with pytest.raises(Conflict, match="ne reçoit pas de projet"):
            move_project(project, "submit", by=host)


@pytest.mark.parametrize(
    ("day", "closed", "late"),
    [
        ("2026-11-15", False, False),
        ("2026-11-16", False, False),
        ("2026-11-17", False, True),
        ("2026-11-10", True, True),
    ],
)
def test_a_project_is_late_after_the_deadline_or_once_the_call_is_closed(
    day, closed, late, cast, world
):
    call = open_call(cast["lead"], closes_on=dt.date(2026, 11, 16))
    if closed:
        move_call(call, "close", by=cast["lead"])
    with time_machine.travel(f"{day}T15:00:00+00:00", tick=False):
        project = submitted(world.site_03, cast["representative"], call)
    assert (project.submitted_on.isoformat(), project.is_late) == (day, late)


def test_an_evening_of_the_last_day_is_not_late(cast, world):
    call = open_call(cast["lead"], closes_on=dt.date(2026, 11, 16))
    # 22:30 in Québec: already the 17th by universal time.
    with time_machine.travel("2026-11-17T03:30:00+00:00", tick=False):
        project = submitted(world.site_03, cast["representative"], call)
    assert (project.submitted_on, project.is_late) == (dt.date(2026, 11, 16), False)


def test_a_returned_project_is_expected_back_in_ten_working_days(cast, project):
    project = move_project(project, "submit", by=cast["representative"])
    with time_machine.travel("2026-11-25T15:00:00+00:00", tick=False):
        project = move_project(project, "return", by=cast["lead"], reason="Précisez l’encadrement")
    assert (project.status, project.reply_by) == ("returned", dt.date(2026, 12, 9))
    assert reason_given(project) == "Précisez l’encadrement"

    project = update_project(project, by=cast["supervisor"], supervision="Chaque matin")
    assert reason_given(project) == "Précisez l’encadrement"
    project = move_project(project, "submit", by=cast["representative"])
    assert (project.status, project.reply_by, reason_given(project)) == ("submitted", None, "")


def test_another_day_of_reply_can_be_given(cast, project):
    move_project(project, "submit", by=cast["representative"])
    project = move_project(
        project, "return", by=cast["lead"], reason="X", reply_by=dt.date(2098, 1, 8)
    )
    assert project.reply_by == dt.date(2098, 1, 8)


def test_a_completed_project_keeps_the_day_it_first_came_in(cast, world):
    by = cast["lead"]
    call = open_call(by, closes_on=dt.date(2026, 11, 16))
    with time_machine.travel("2026-11-16T15:00:00+00:00", tick=False):
        in_time = submitted(world.site_03, cast["representative"], call)
        move_project(in_time, "return", by=by, reason="X")
    with time_machine.travel("2026-11-18T15:00:00+00:00", tick=False):
        late = submitted(world.site_06, cast["representative"], call)
        move_project(late, "return", by=by, reason="X")
    # The committee sits already: what was returned still comes back, a draft does not come in.
    unsent = draft(world.site_03, cast["representative"], call, title="Autre")
    move_call(call, "close", by=by)
    move_call(call, "start-selection", by=by)
    with time_machine.travel("2026-11-24T15:00:00+00:00", tick=False):
        for project, kept in ((in_time, ("2026-11-16", False)), (late, ("2026-11-18", True))):
            back = move_project(project, "submit", by=cast["representative"])
            assert (back.submitted_on.isoformat(), back.is_late) == kept
        with pytest.raises(Conflict):
            move_project(unsent, "submit", by=cast["representative"])


WRITTEN_BY = ["lead", "coordinator", "representative", "supervisor"]


@pytest.mark.parametrize("who", WRITTEN_BY)
def test_host_and_programme_write_a_project_until_it_is_submitted(who, cast, project):
    assert update_project(project, by=cast[who], seats=2).seats == 2
    move_project(project, "submit", by=cast["representative"])
    with pytest.raises(Conflict):
        update_project(project, by=cast[who], seats=3)
    move_project(project, "return", by=cast["lead"], reason="X")
    assert update_project(project, by=cast[who], seats=3).seats == 3


def test_a_stale_copy_neither_writes_nor_moves(cast, project):
    update_project(project, by=cast["supervisor"], version=1, seats=2)
    with pytest.raises(Stale):
        update_project(project, by=cast["representative"], version=1, seats=3)
    with pytest.raises(Stale):
        move_project(project, "submit", by=cast["representative"], version=1)
    assert Project.objects.get(pk=project.pk).seats == 2


def test_an_edit_that_changes_nothing_leaves_nothing(cast, project):
    before = ChangeSet.objects.count()
    assert update_project(project, by=cast["supervisor"], seats=project.seats).version == 1
    assert ChangeSet.objects.count() == before


@pytest.mark.parametrize("mentor", ["Dominique Superviseur", "dominique  SUPERVISEUR"])
def test_the_mentor_is_not_the_supervisor(mentor, cast, world, call, project):
    for write in (
        lambda: draft(world.site_03, cast["lead"], call, mentor_name=mentor),
        lambda: update_project(project, by=cast["lead"], mentor_name=mentor),
    ):
        with pytest.raises(Invalid) as refused:
            write()
        assert list(refused.value.fields) == ["mentor_name"]
    assert Project.objects.get(pk=project.pk).mentor_name == "Claude Mentor"


def test_a_draft_goes_to_another_call_and_a_submitted_project_does_not(cast, project):
    following = open_call(cast["lead"], fiscal_year=2028)
    planned = planned_call(cast["lead"], fiscal_year=2029)
    with pytest.raises(Invalid):
        update_project(project, by=cast["representative"], call=planned)
    assert update_project(project, by=cast["representative"], call=following).call == following
    move_project(project, "submit", by=cast["representative"])
    move_project(project, "return", by=cast["lead"], reason="X")
    with pytest.raises(Invalid) as refused:
        update_project(project, by=cast["representative"], call=project.call)
    assert list(refused.value.fields) == ["call"]
    # The copy of the test still names the first call: moving it took the present one.
    assert Project.objects.get(pk=project.pk).call == following


def test_a_unit_with_several_posts_proposes_each(cast, world, call, project):
    other = draft(world.site_03, cast["supervisor"], call, title="Autre poste", seats=2)
    assert set(call.projects.all()) == {project, other}


# ------------------------------------------------------------------ the committee's part
def test_the_committee_begins_once_the_call_is_closed(cast, call, project):
    move_project(project, "submit", by=cast["representative"])
    with pytest.raises(Conflict, match="une fois l’appel clos"):
        move_project(project, "start-review", by=cast["lead"])
    move_call(call, "close", by=cast["lead"])
    assert move_project(project, "start-review", by=cast["lead"]).status == "under_review"


@pytest.fixture
def reviewed(cast, world, call):
    """A project under review, submitted in time."""
    return under_review(world.site_03, cast["representative"], call, lead=cast["lead"])


def test_a_project_is_selected_opened_filled_again_and_completed(cast, reviewed):
    by = cast["lead"]
    decided = {"decided_on": timezone.localdate(), "minute": "CES-2026-12"}
    project = move_project(reviewed, "select", by=by, **decided)
    assert (project.status, project.decided_on, project.minute, project.decision_comment) == (
        "selected", timezone.localdate(), "CES-2026-12", "",
    )  # fmt: skip
    project = move_project(project, "open", by=by, fill_by="2099-06-01")
    assert (project.status, project.fill_by) == ("open", dt.date(2099, 6, 1))
    project = move_project(project, "complete", by=by)
    project = move_project(project, "refill", by=by, fill_by="2099-09-01", reason="Départ")
    assert (project.status, project.fill_by) == ("open", dt.date(2099, 9, 1))


def test_a_project_waits_then_is_not_selected_and_its_host_is_told_why(cast, reviewed):
    by = cast["lead"]
    project = move_project(
        reviewed,
        "waitlist",
        by=by,
        decided_on=timezone.localdate(),
        minute="CES-1",
        reason="Rang 4",
    )
    assert (project.status, project.decision_comment) == ("waitlisted", "Rang 4")
    project = move_project(
        project, "reject", by=by, decided_on=timezone.localdate(), minute="CES-2",
        rejection_reason="places", reason="Aucune place libérée",
    )  # fmt: skip
    assert (project.status, project.minute, project.rejection_reason, project.decision_comment) == (
        "not_selected", "CES-2", "places", "Aucune place libérée",
    )  # fmt: skip


MISSING = [
    ("select", {"minute": "CES-1"}, "decided_on"),
    ("select", {"decided_on": "2026-11-01"}, "minute"),
    ("select", {"decided_on": "2026-11-01", "minute": "x" * 41}, "minute"),
    ("select", {"decided_on": "2000-01-01", "minute": "CES-1"}, "decided_on"),
    ("select", {"decided_on": "2099-01-01", "minute": "CES-1"}, "decided_on"),
    ("waitlist", {"decided_on": "2026-11-01", "minute": "CES-1"}, "reason"),
    ("reject", {"decided_on": "2026-11-01", "minute": "CES-1", "reason": "X"}, "rejection_reason"),
    (
        "reject",
        {"decided_on": "2026-11-01", "minute": "CES-1", "rejection_reason": "tasks"},
        "reason",
    ),
]


@pytest.mark.parametrize(("name", "given", "field"), MISSING)
def test_a_decision_says_when_by_which_minute_and_why(name, given, field, cast, world, call):
    with time_machine.travel("2026-11-01T15:00:00+00:00", tick=False):
        project = under_review(world.site_03, cast["representative"], call, lead=cast["lead"])
        before = ChangeSet.objects.count()
        with pytest.raises(Invalid) as refused:
            move_project(project, name, by=cast["lead"], **given)
    assert list(refused.value.fields) == [field]
    assert ChangeSet.objects.count() == before


# ------------------------------------------------------------------ cancelling
@pytest.fixture
def filled(cast, reviewed):
    """A project open for candidates."""
    project = move_project(
        reviewed, "select", by=cast["lead"], decided_on=timezone.localdate(), minute="CES-1"
    )
    return move_project(project, "open", by=cast["lead"], fill_by="2099-06-01")


def test_a_project_on_which_somebody_is_placed_is_not_cancelled(cast, filled, placement):
    with change(by=SYSTEM, verb="test"):
        Placement.objects.filter(pk=placement.pk).update(project=filled)
    with pytest.raises(Conflict, match="est placée"):
        move_project(filled, "cancel", by=cast["representative"], reason="Réorganisation")
    with change(by=SYSTEM, verb="test"):
        Placement.objects.filter(pk=placement.pk).update(
            status="completed", ended_on=dt.date(2026, 11, 1)
        )
    project = move_project(filled, "cancel", by=cast["representative"], reason="Réorganisation")
    assert (project.status, reason_given(project)) == ("cancelled", "Réorganisation")


def test_a_project_for_which_somebody_is_proposed_is_not_cancelled(cast, filled, case):
    with change(by=SYSTEM, verb="test"):
        match = Match(
            case=case, project=filled, region=filled.region, organization=filled.organization,
            site=filled.site,
        )  # fmt: skip
        match.save()
    with pytest.raises(Conflict, match="est proposée"):
        move_project(filled, "cancel", by=cast["lead"], reason="Réorganisation")
    with change(by=SYSTEM, verb="test"):
        Match.objects.filter(pk=match.pk).update(status="withdrawn", refusal_reason="no_post")
    assert move_project(filled, "cancel", by=cast["lead"], reason="X").status == "cancelled"


def test_what_follows_from_the_placements_is_nobodys_to_ask_for(cast, filled):
    for name in ("fill",):
        with pytest.raises(Conflict):
            move_project(filled, name, by=cast["lead"])
    assert Project.objects.get(pk=filled.pk).status == "open"
