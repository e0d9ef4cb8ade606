"""The plan of a placement: who keeps its objectives, while it lasts, and how it begins."""

import datetime as dt

import pytest
import time_machine

from cases.models import Objective, Report
from cases.policy import HOST_POLICY, OBJECTIVE_POLICY, REPORT_POLICY
from cases.services import plans, reports
from cases.services.cases import move_case, transfer_case
from cases.services.participants import give_consent
from cases.services.placements import move_placement, open_placement
from cases.services.plans import add_objective, plan_from_project, update_objective
from cases.services.reports import add_report, correct_report
from organizations.models import Call, JobClass, Project
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangedRow, ChangeSet
from peph.errors import Conflict, Forbidden, Invalid, Stale

pytestmark = pytest.mark.django_db
NOVEMBER = dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC)
MAY = {"from_on": dt.date(2026, 5, 1), "to_on": dt.date(2026, 5, 31), "hours_worked": 140}

VIEW, KEEP, NOBODY = "view", "view edit", ""
# person → (an objective, a report, whether a report of theirs is the host's own) of a placement of
# region 03 at the MTMD.
MAY_DO = {
    "lead": (KEEP, KEEP, False),
    "second_lead": (KEEP, KEEP, False),
    "coordinator": (KEEP, KEEP, False),
    "colleague": (KEEP, KEEP, False),
    "coordinator_elsewhere": (NOBODY, NOBODY, False),
    "health_coordinator": (KEEP, KEEP, False),
    "health_only": (NOBODY, NOBODY, False),
    "representative": (KEEP, VIEW, True),
    "representative_elsewhere": (NOBODY, NOBODY, False),
    "supervisor": (KEEP, VIEW, True),
    "supervisor_elsewhere": (NOBODY, NOBODY, False),
    "committee": (NOBODY, NOBODY, False),
    "auditor": (VIEW, VIEW, False),
    "auditor_region": (VIEW, VIEW, False),
    "auditor_elsewhere": (NOBODY, NOBODY, False),
    "auditor_host": (VIEW, VIEW, False),
    "privacy": (VIEW, VIEW, False),
    "outsider": (NOBODY, NOBODY, False),
    "reader": (VIEW, VIEW, False),
    "editor": (KEEP, KEEP, False),
    "former": (NOBODY, NOBODY, False),
    "inactive": (NOBODY, NOBODY, False),
    "superuser": (NOBODY, NOBODY, False),
}
# Every public write of the plan and of the reports.
WRITES = {
    "add_objective": lambda by, x: add_objective(x.placement, by=by, text="Classer"),
    "update_objective": lambda by, x: update_objective(x.objective, by=by, state="reached"),
    "plan_from_project": lambda by, x: plan_from_project(x.placement, by=by),
    "add_report": lambda by, x: add_report(
        x.placement, by=by, author_name="D. S.", **MAY | {"to_on": dt.date(2026, 5, 10)}
    ),
    "correct_report": lambda by, x: correct_report(x.report, by=by, reason="R", hours_worked=1),
}
# Inside the change of `add_report`, which asked for the right.
INNER = {"note_progress"}


@pytest.fixture
def objective(cast, placement):
    return add_objective(
        placement,
        by=cast["supervisor"],
        text="Répondre au téléphone",
        indicator="Seul, une journée",
    )


@pytest.fixture
def stage(placement, objective, cast):
    class Stage:
        report = add_report(
            placement,
            by=cast["supervisor"],
            author_name="Dominique Superviseur",
            **MAY | {"from_on": dt.date(2026, 5, 11)},
        )

    Stage.placement, Stage.objective = placement, objective
    return Stage


def _may(policy, user, row):
    return {action for action in policy.rules if policy.allows(user, action, row)}


def test_every_person_of_the_cast_has_a_line(cast):
    assert set(MAY_DO) == set(cast)


@pytest.mark.parametrize("who", MAY_DO)
def test_what_each_person_may_do_with_plan_and_reports(who, cast, stage):
    on_objective, on_report, own = MAY_DO[who]
    assert _may(OBJECTIVE_POLICY, cast[who], stage.objective) == set(on_objective.split())
    assert _may(REPORT_POLICY, cast[who], stage.report) == set(on_report.split())
    assert _may(HOST_POLICY, cast[who], stage.placement) == (
        {"report", "evaluate"} if own else set()
    )


def test_the_list_of_writes_is_complete():
    public = {
        name
        for module in (plans, reports)
        for name, thing in vars(module).items()
        if getattr(thing, "__module__", "") == module.__name__
        and "_" in name
        and not name.startswith("_")
    }
    assert public - INNER == set(WRITES)


@pytest.mark.parametrize(
    "who",
    [
        "outsider", "coordinator_elsewhere", "representative_elsewhere", "supervisor_elsewhere", "auditor",
        "auditor_host", "reader", "former", "superuser", "privacy", "committee",
    ],
)  # fmt: skip
@pytest.mark.parametrize("write", WRITES)
def test_nobody_writes_without_the_right_and_nothing_is_left(write, who, stage, cast):
    before = (ChangeSet.objects.count(), ChangedRow.objects.count())
    with pytest.raises(Forbidden):
        WRITES[write](cast[who], stage)
    assert (ChangeSet.objects.count(), ChangedRow.objects.count()) == before


@pytest.mark.parametrize("who", ["representative", "supervisor"])
def test_a_host_does_not_rewrite_a_report_once_it_is_there(who, stage, cast):
    with pytest.raises(Forbidden):
        WRITES["correct_report"](cast[who], stage)


@pytest.mark.parametrize("who", ["coordinator", "editor", "representative", "supervisor"])
def test_programme_and_host_keep_the_plan(who, cast, placement):
    by = cast[who]
    kept = add_objective(
        placement, by=by, text="  Classer les dossiers ", due_on=dt.date(2026, 9, 1)
    )
    kept = update_objective(kept, by=by, version=1, state="under_way", progress="La moitié")
    assert (kept.text, kept.state, kept.progress, kept.version) == (
        "Classer les dossiers", "under_way", "La moitié", 2,
    )  # fmt: skip
    told = ChangeSet.objects.latest("number")
    assert (told.verb, told.case_id, told.actor_id) == (
        "cases.objective.update", placement.case_id, by.pk,
    )  # fmt: skip


REFUSED = [
    ({"text": "   "}, ["text"]),
    ({"text": "a" * 401}, ["text"]),
    ({"text": "Trop tôt", "due_on": dt.date(2026, 4, 12)}, ["due_on"]),
    ({"text": "Trop tard", "due_on": dt.date(2027, 4, 12)}, ["due_on"]),
    ({"text": "Sans état", "state": "done"}, ["state"]),
    ({"text": "Abandonné", "state": "dropped"}, ["progress"]),
]


@pytest.mark.parametrize(("fields", "at_fault"), REFUSED)
def test_an_objective_that_makes_no_sense_is_refused(fields, at_fault, cast, placement):
    with pytest.raises(Invalid) as refused:
        add_objective(placement, by=cast["supervisor"], **fields)
    assert list(refused.value.fields) == at_fault
    assert not placement.objectives.exists()


def test_first_and_last_day_of_the_placement_are_days_of_it(cast, placement):
    for day in (dt.date(2026, 4, 13), dt.date(2027, 4, 11)):
        assert add_objective(placement, by=cast["lead"], text="X", due_on=day).due_on == day


def test_giving_up_says_why(cast, objective):
    with pytest.raises(Invalid):
        update_objective(objective, by=cast["supervisor"], state="dropped")
    kept = update_objective(
        objective, by=cast["supervisor"], state="dropped", progress="Poste transformé"
    )
    assert kept.state == "dropped"


def test_a_day_that_was_right_once_does_not_block_progress(cast, placement):
    kept = add_objective(placement, by=cast["lead"], text="X", due_on=dt.date(2027, 4, 1))
    with time_machine.travel(NOVEMBER, tick=False):
        placement.refresh_from_db()
        placement.planned_end = dt.date(2027, 3, 1)
        with change(by=SYSTEM, verb="cases.placement.update"):
            placement.save()
        kept = update_objective(kept, by=cast["lead"], due_on=kept.due_on, progress="Bien")
    assert kept.progress == "Bien"


def test_a_stale_copy_cannot_write(cast, objective):
    update_objective(objective, by=cast["lead"], version=objective.version, progress="Une")
    with pytest.raises(Stale):
        update_objective(objective, by=cast["supervisor"], version=objective.version, progress="2")
    assert Objective.objects.get(pk=objective.pk).progress == "Une"


@time_machine.travel(NOVEMBER, tick=False)
def test_the_plan_closes_with_its_placement(cast, placement, objective):
    move_placement(placement, "complete", by=cast["lead"], ended_on="2026-11-20")
    for write in (
        lambda: add_objective(placement, by=cast["supervisor"], text="Encore"),
        lambda: update_objective(objective, by=cast["lead"], progress="Trop tard"),
        lambda: plan_from_project(placement, by=cast["lead"]),
    ):
        with pytest.raises(Conflict):
            write()


@pytest.mark.parametrize("status", ["to_sign", "signed", "preparation"])
def test_the_plan_is_agreed_before_the_placement_begins(status, cast, placement):
    with change(by=SYSTEM, verb="cases.placement.update"):
        placement.status, placement.started_on = status, None
        placement.save()
    assert add_objective(placement, by=cast["representative"], text="Classer").state == "planned"


# ------------------------------------------------------------------ from the project
@pytest.fixture
def with_project(placement, project):
    """The placement of the cast, as if it took a seat of a project."""

    def add(objectives):
        with change(by=SYSTEM, verb="cases.placement.update"):
            project.objectives = objectives
            project.save()
            placement.project = project
            placement.save()
        return placement

    return add


@pytest.fixture
def project(world, cast):
    """A project of the MTMD, as it stands once written."""
    from_on = dt.date(2026, 4, 1)
    with change(by=SYSTEM, verb="organizations.project.propose"):
        call = Call(
            fiscal_year=2026, opens_on=dt.date(2025, 9, 1), closes_on=dt.date(2025, 11, 15),
            committee_on=dt.date(2025, 12, 1), results_on=dt.date(2026, 1, 15), start_from=from_on,
            start_to=dt.date(2026, 10, 31),
        )  # fmt: skip
        call.save()
        project = Project(
            call=call, site=world.site_03, organization=world.mtmd, region=world.regions["03"],
            title="Accueil", job_class=JobClass.objects.order_by("code").first(), tasks="x",
            objectives="x", supervision="x", supervisor_name="Dominique Superviseur",
            hours_per_week=35, starts_from=from_on,
        )  # fmt: skip
        project.save()
    return project


LINES = """- Répondre au téléphone
  • Classer les dossiers

2) Rédiger une note
3 réunions par mois
"""


def test_the_plan_begins_with_the_lines_of_the_project(cast, with_project):
    found = plan_from_project(with_project(LINES), by=cast["coordinator"])
    assert [(each.text, each.state) for each in found] == [
        ("Répondre au téléphone", "planned"),
        ("Classer les dossiers", "planned"),
        ("Rédiger une note", "planned"),
        ("3 réunions par mois", "planned"),
    ]
    assert ChangeSet.objects.latest("number").verb == "cases.plan.seed"
    with pytest.raises(Conflict):
        plan_from_project(found[0].placement, by=cast["coordinator"])


def test_a_line_too_long_for_an_objective_is_cut(cast, with_project):
    (kept,) = plan_from_project(with_project("é" * 500), by=cast["coordinator"])
    assert (len(kept.text), kept.text[-2:]) == (400, "é…")


def test_without_a_project_there_is_nothing_to_take_over(cast, placement):
    assert plan_from_project(placement, by=cast["coordinator"]) == []


def test_a_placement_opened_for_a_project_has_its_plan(cast, world, case_elsewhere, project):
    by, day = cast["lead"], dt.date(2026, 5, 5)
    person = case_elsewhere.participant
    give_consent(person, by=by, purpose="case_management", text_version="1", given_on=day)
    move_case(case_elsewhere, "start-intake", by=by, first_contact_on=day)
    move_case(case_elsewhere, "start-review", by=by, applied_on=day)
    move_case(case_elsewhere, "admit", by=by, decided_on=day)
    with change(by=SYSTEM, verb="organizations.project.update"):
        project.objectives = "Accueillir\nClasser"
        project.status, project.submitted_on, project.decided_on = "open", day, day
        project.save()
    placement = open_placement(
        case_elsewhere, by=by, site=world.site_03, project=project, planned_start=day
    )
    assert [each.text for each in placement.objectives.all()] == ["Accueillir", "Classer"]
    assert ChangeSet.objects.latest("number").verb == "cases.placement.open"


def test_a_transfer_takes_plan_and_reports_along(cast, world, stage):
    case = stage.placement.case
    transfer_case(case, by=cast["lead"], region=world.regions["06"], reason="Déménagement")
    for model in (Objective, Report):
        assert {row.region.code for row in model.objects.filter(case=case)} == {"06"}
        assert not model.objects.visible_to(cast["coordinator"]).exists()
        assert model.objects.visible_to(cast["supervisor"]).exists()
