"""Progress reports: their period, their hours, on whose behalf, what an urgent concern brings about."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine

from cases.models import FollowUp, Report
from cases.services.cases import move_case
from cases.services.placements import move_placement
from cases.services.plans import add_objective
from cases.services.reports import add_report, correct_report
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangedRow, ChangeSet
from peph.errors import Conflict, Forbidden, Invalid, Stale
from peph.scopes import Bearer, Scope

pytestmark = pytest.mark.django_db
# A Monday.
NOVEMBER = dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC)


def report(placement, by, first="2026-05-01", last="2026-05-31", **fields):
    given = {"hours_worked": Decimal(140), "author_name": "Dominique Superviseur"} | fields
    return add_report(
        placement, by=by, from_on=dt.date.fromisoformat(first), to_on=dt.date.fromisoformat(last),
        **given,
    )  # fmt: skip


# A report covers May. The placement: 2026-04-13 to 2027-04-11; today is 2026-11-23.
PERIODS = [
    ("2026-04-13", "2026-04-30", []),
    ("2026-06-01", "2026-06-01", []),
    ("2026-06-01", "2026-11-23", []),
    ("2026-04-12", "2026-04-30", ["from_on"]),
    ("2026-06-30", "2026-06-01", ["to_on"]),
    ("2026-06-01", "2026-11-24", ["to_on"]),
    ("2026-05-01", "2026-05-31", ["from_on"]),
    ("2026-05-31", "2026-06-10", ["from_on"]),
    ("2026-04-20", "2026-05-01", ["from_on"]),
    ("2026-04-20", "2026-06-10", ["from_on"]),
    ("2026-05-10", "2026-05-12", ["from_on"]),
]


@pytest.mark.parametrize(("first", "last", "at_fault"), PERIODS)
@time_machine.travel(NOVEMBER, tick=False)
def test_periods_lie_within_the_placement_and_do_not_overlap(
    first, last, at_fault, cast, placement
):
    report(placement, cast["supervisor"])
    if at_fault:
        with pytest.raises(Invalid) as refused:
            report(placement, cast["supervisor"], first, last, hours_worked=Decimal(1))
        assert list(refused.value.fields) == at_fault
    else:
        report(placement, cast["supervisor"], first, last, hours_worked=Decimal(1))
    assert placement.reports.count() == 1 + (not at_fault)


@time_machine.travel(NOVEMBER, tick=False)
def test_the_last_report_is_written_once_the_placement_is_over(cast, placement):
    placement = move_placement(placement, "complete", by=cast["lead"], ended_on="2026-11-20")
    with pytest.raises(Invalid) as refused:
        report(placement, cast["supervisor"], "2026-11-01", "2026-11-21")
    assert list(refused.value.fields) == ["to_on"]
    assert report(placement, cast["supervisor"], "2026-11-01", "2026-11-20").to_on.day == 20


@time_machine.travel(dt.datetime(2027, 5, 3, 15, tzinfo=dt.UTC), tick=False)
def test_nothing_is_reported_beyond_the_planned_end(cast, placement):
    with pytest.raises(Invalid) as refused:
        report(placement, cast["supervisor"], "2027-04-01", "2027-04-12")
    assert list(refused.value.fields) == ["to_on"]


@pytest.mark.parametrize(
    ("status", "can"),
    [
        ("to_sign", False), ("signed", False), ("preparation", False), ("no_show", False),
        ("cancelled", False), ("active", True),
    ],
)  # fmt: skip
def test_only_a_placement_that_began_is_reported_on(status, can, cast, placement):
    with change(by=SYSTEM, verb="cases.placement.update"):
        placement.status = status
        placement.started_on = placement.started_on if can else None
        placement.save()
    if can:
        assert report(placement, cast["supervisor"])
    else:
        with pytest.raises(Conflict):
            report(placement, cast["supervisor"])


HOURS = [
    ({"hours_worked": Decimal(0), "hours_absent": Decimal("147.5")}, []),
    ({"hours_worked": Decimal("744.0")}, []),
    ({"hours_worked": Decimal("-0.5")}, ["hours_worked"]),
    ({"hours_absent": Decimal(-1)}, ["hours_absent"]),
    ({"hours_worked": Decimal("12.25")}, ["hours_worked"]),
    ({"hours_worked": Decimal(744), "hours_absent": Decimal("0.1")}, ["hours_worked"]),
    ({"author_name": "  "}, ["author_name"]),
    ({"concern": "watch"}, ["progress"]),
    ({"concern": "urgent", "progress": "  "}, ["progress"]),
    ({"concern": "grave", "progress": "Oui"}, ["concern"]),
    ({"concern": "watch", "progress": "Retards fréquents"}, []),
]


@pytest.mark.parametrize(("fields", "at_fault"), HOURS)
def test_hours_words_and_concern_are_checked(fields, at_fault, cast, placement):
    if not at_fault:
        assert report(placement, cast["supervisor"], **fields)
        return
    with pytest.raises(Invalid) as refused:
        report(placement, cast["supervisor"], **fields)
    assert list(refused.value.fields) == at_fault
    assert not Report.objects.exists()


# Who writes → whether it is kept as written on behalf of the host; what the caller claims adds to it only.
ON_BEHALF = [
    ("supervisor", None, False),
    ("representative", None, False),
    ("supervisor", True, True),
    ("coordinator", None, True),
    ("coordinator", False, True),
    ("lead", None, True),
    ("editor", None, True),
]


@pytest.mark.parametrize(("who", "claimed", "kept"), ON_BEHALF)
def test_what_the_programme_writes_for_the_host_is_kept_as_such(
    who, claimed, kept, cast, placement
):
    written = report(placement, cast[who], is_on_behalf=claimed)
    assert (written.is_on_behalf, written.recorded_by, written.author_name) == (
        kept, cast[who], "Dominique Superviseur",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("today", "due"),
    [
        ("2026-11-23", "2026-11-25"),  # Monday → Wednesday
        ("2026-11-26", "2026-11-30"),  # Thursday → Monday
        ("2026-11-27", "2026-12-01"),  # Friday → Tuesday
        ("2026-11-28", "2026-12-01"),  # Saturday → Tuesday
    ],
)
@pytest.mark.parametrize("who", ["supervisor", "coordinator"])
def test_an_urgent_concern_is_followed_up_within_two_working_days(who, today, due, cast, placement):
    day = dt.datetime.combine(dt.date.fromisoformat(today), dt.time(15), dt.UTC)
    with time_machine.travel(day, tick=False):
        report(placement, cast[who], concern="urgent", progress="Conflit dans l’équipe")
    planned = FollowUp.objects.get(subject__startswith="Préoccupation urgente")
    assert (planned.due_on.isoformat(), planned.responsible, planned.is_shared) == (
        due, cast["coordinator"], False,
    )  # fmt: skip
    assert (planned.placement_id, planned.case_id) == (placement.pk, placement.case_id)
    (change_set,) = {
        ChangedRow.objects.get(object_id=str(row.pk)).change_set_id
        for row in (planned, Report.objects.get())
    }
    assert ChangeSet.objects.get(pk=change_set).verb == "cases.report.add"


@pytest.mark.parametrize("concern", ["none", "watch"])
def test_any_other_concern_plans_nothing(concern, cast, placement):
    before = FollowUp.objects.count()
    report(placement, cast["supervisor"], concern=concern, progress="À suivre")
    assert FollowUp.objects.count() == before


def test_whoever_came_by_a_link_reports_in_the_host_s_own_name_and_is_heard(cast, placement):
    held = {("report", "cases.Placement"): frozenset({placement.pk})}
    link = Bearer(Scope("a-link", held))
    written = report(placement, link, concern="urgent", progress="Conflit")
    assert (written.is_on_behalf, written.recorded_by) == (False, None)
    planned = FollowUp.objects.get(subject__contains="2026-05-31")
    assert planned.responsible == cast["coordinator"]
    with pytest.raises(Forbidden):
        correct_report(written, by=link, reason="R", hours_worked=1)


# ------------------------------------------------------------------ objectives in a report
@pytest.fixture
def objective(cast, placement):
    return add_objective(placement, by=cast["supervisor"], text="Répondre au téléphone")


def test_a_report_tells_how_far_objectives_are(cast, placement, objective):
    told = {objective.pk: {"state": "reached", "progress": " Seule, tout le matin ", "version": 1}}
    report(placement, cast["supervisor"], objectives=told)
    objective.refresh_from_db()
    assert (objective.state, objective.progress, objective.version) == (
        "reached", "Seule, tout le matin", 2,
    )  # fmt: skip
    assert ChangeSet.objects.latest("number").verb == "cases.report.add"


def test_what_is_told_alike_leaves_no_trace(cast, placement, objective):
    report(placement, cast["supervisor"], objectives={str(objective.pk): {"state": "planned"}})
    objective.refresh_from_db()
    assert objective.version == 1


def test_a_wrong_word_on_an_objective_refuses_the_whole_report(cast, placement, objective):
    key = str(objective.pk)
    for told, error, at_fault in (
        ({key: {"state": "dropped"}}, Invalid, [f"objectives.{key}.progress"]),
        ({key: {"state": "maybe"}}, Invalid, [f"objectives.{key}.state"]),
        ({str(placement.pk): {"state": "reached"}}, Invalid, ["objectives"]),
        ({key: {"state": "reached", "version": 7}}, Stale, None),
    ):
        with pytest.raises(error) as refused:
            report(placement, cast["supervisor"], objectives=told)
        if at_fault:
            assert list(refused.value.fields) == at_fault
    assert not Report.objects.exists()
    objective.refresh_from_db()
    assert objective.version == 1


@time_machine.travel(NOVEMBER, tick=False)
def test_a_report_written_after_the_end_leaves_the_plan_as_it_was(cast, placement, objective):
    placement = move_placement(placement, "complete", by=cast["lead"], ended_on="2026-11-20")
    key = str(objective.pk)
    with pytest.raises(Conflict):
        report(placement, cast["supervisor"], objectives={key: {"state": "reached"}})
    report(placement, cast["supervisor"], objectives={key: {"state": "planned"}})


# ------------------------------------------------------------------ correcting one
def test_the_programme_corrects_saying_why_and_the_history_keeps_the_former(cast, placement):
    written = report(placement, cast["supervisor"], progress="Tout va bien")
    fixed = correct_report(
        written, by=cast["coordinator"], version=1, reason="Erreur de saisie",
        hours_worked=Decimal("133.5"),
    )  # fmt: skip
    assert (fixed.hours_worked, fixed.is_on_behalf, fixed.recorded_by) == (
        Decimal("133.5"), False, cast["supervisor"],
    )  # fmt: skip
    told = ChangeSet.objects.latest("number")
    assert (told.verb, told.reason) == ("cases.report.correct", "Erreur de saisie")
    assert [str(row.hours_worked) for row in written.history.order_by("history_id")] == [
        "140.0", "133.5",
    ]  # fmt: skip


def test_a_correction_is_checked_like_the_report(cast, placement):
    by = cast["coordinator"]
    report(placement, cast["supervisor"], "2026-06-01", "2026-06-30")
    written = report(placement, cast["supervisor"])
    for fields, at_fault in (
        ({"reason": " ", "hours_worked": 1}, ["reason"]),
        ({"reason": "R", "to_on": dt.date(2026, 6, 1)}, ["from_on"]),
        ({"reason": "R", "from_on": dt.date(2026, 4, 1)}, ["from_on"]),
        ({"reason": "R", "hours_worked": Decimal(-1)}, ["hours_worked"]),
        ({"reason": "R", "concern": "watch"}, ["progress"]),
    ):
        with pytest.raises(Invalid) as refused:
            correct_report(written, by=by, **fields)
        assert list(refused.value.fields) == at_fault
    with pytest.raises(Stale):
        correct_report(written, by=by, version=9, reason="R", hours_worked=1)
    assert Report.objects.get(pk=written.pk).version == 1
    # Its own days do not stand in its way.
    assert correct_report(written, by=by, reason="R", to_on=dt.date(2026, 5, 30)).version == 2


def test_a_concern_found_urgent_later_is_followed_up_once(cast, placement):
    before = FollowUp.objects.count()
    written = report(placement, cast["supervisor"], concern="watch", progress="Retards")
    for hours in (10, 20):
        correct_report(
            written, by=cast["coordinator"], reason="Appel", concern="urgent",
            hours_worked=Decimal(hours),
        )  # fmt: skip
    assert FollowUp.objects.count() == before + 1


def test_a_closed_case_is_not_reported_on(cast, placement):
    with time_machine.travel(NOVEMBER, tick=False):
        move_placement(placement, "complete", by=cast["lead"], ended_on="2026-11-20")
        move_case(
            placement.case, "close", by=cast["lead"], closed_on="2026-11-23",
            closure_reason="studies", reason="Études",
        )  # fmt: skip
        with pytest.raises(Conflict):
            report(placement, cast["lead"])


def test_somebody_elsewhere_learns_nothing(cast, placement):
    with pytest.raises(Forbidden):
        report(placement, cast["supervisor_elsewhere"], "2020-01-01", "2020-01-02")
