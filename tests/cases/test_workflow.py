"""The two tables of transitions, pinned: from each status, the moves that exist and where they lead."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError

from cases.management.commands.draw_workflows import document
from cases.models import Case, Placement
from cases.workflow import CASE_WORKFLOW, PLACEMENT_WORKFLOW, CaseStatus, PlacementStatus
from peph.audit.changes import SYSTEM, change
from peph.errors import Invalid
from peph.workflow import Input, Transition, Workflow
from tests import BASE_DIR

CASE_MOVES = {
    "referred": "start-intake>intake close>closed",
    "intake": "start-review>eligibility_review close>closed",
    "eligibility_review": (
        "request-documents>awaiting_documents admit>eligible refuse>ineligible close>closed"
    ),
    "awaiting_documents": "receive-documents>eligibility_review close>closed",
    "eligible": "start-matching>matching place>in_placement suspend>suspended close>closed",
    "ineligible": "appeal>under_appeal close>closed",
    "under_appeal": "allow-appeal>eligible dismiss-appeal>ineligible close>closed",
    "matching": "stop-matching>eligible place>in_placement close>closed",
    "in_placement": (
        "release>eligible end-placement>post_placement suspend>suspended close>closed"
    ),
    "post_placement": "close>closed",
    "suspended": "resume>previous close>closed",
    "closed": "reopen>referred reopen-eligible>eligible",
}
PLACEMENT_MOVES = {
    "to_sign": "sign>signed cancel>cancelled",
    "signed": "prepare>preparation cancel>cancelled",
    "preparation": "start>active no-show>no_show cancel>cancelled",
    "active": "suspend>suspended extend>extended complete>completed end-early>ended_early",
    "suspended": "resume>active end-early>ended_early",
    "extended": "approve-extension>active refuse-extension>active end-early>ended_early",
    "completed": "",
    "ended_early": "",
    "no_show": "",
    "cancelled": "",
}
# What nobody presses: it follows from the placement.
CONSEQUENCES = {"place", "release", "end-placement"}


@pytest.mark.parametrize(
    ("workflow", "statuses", "moves"),
    [
        (CASE_WORKFLOW, CaseStatus, CASE_MOVES),
        (PLACEMENT_WORKFLOW, PlacementStatus, PLACEMENT_MOVES),
    ],
)
def test_the_moves_from_each_status(workflow, statuses, moves):
    assert {
        status: {f"{step.name}>{step.target}" for step in workflow if status in step.sources}
        for status in statuses.values
    } == {status: set(text.split()) for status, text in moves.items()}


def test_consequences_are_never_offered():
    offered = set(CASE_WORKFLOW.offered_names)
    everything = " ".join(CASE_MOVES.values()).split()
    assert offered == {move.split(">")[0] for move in everything} - CONSEQUENCES


def test_two_transitions_may_not_share_a_name():
    step = Transition("go", frozenset({"a"}), "b", "edit", "Go", "Gone")
    with pytest.raises(ValueError, match="same name"):
        Workflow("x", (step, step))


NOW = dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC)
INPUTS = [
    (Input("x", "date", "X"), "2026-11-23", dt.date(2026, 11, 23)),
    (Input("x", "date", "X"), " 2026-11-23 ", dt.date(2026, 11, 23)),
    (Input("x", "date", "X", limit="past"), "2026-11-23", dt.date(2026, 11, 23)),
    (Input("x", "date", "X", limit="future"), "2026-11-24", dt.date(2026, 11, 24)),
    (Input("x", "date", "X", required=False), "", None),
    (Input("x", "text", "X"), "  Parce que  ", "Parce que"),
    (Input("x", "integer", "X"), "12", 12),
    (Input("x", "choice", "X", choices=(("a", "A"),)), "a", "a"),
    (Input("x", "date", "X"), "", Invalid),
    (Input("x", "date", "X"), "23/11/2026", Invalid),
    (Input("x", "date", "X"), "2026-02-30", Invalid),
    (Input("x", "date", "X"), ["2026-11-23"], Invalid),
    (Input("x", "date", "X", limit="past"), "2026-11-24", Invalid),
    (Input("x", "date", "X", limit="future"), "2026-11-23", Invalid),
    (Input("x", "text", "X"), "   ", Invalid),
    (Input("x", "text", "X"), "a\x00b", Invalid),
    (Input("x", "text", "X"), "a" * 4001, Invalid),
    (Input("x", "text", "X"), 5, Invalid),
    (Input("x", "integer", "X"), "-1", Invalid),
    (Input("x", "integer", "X"), "10000", Invalid),
    (Input("x", "date", "X"), "0001-01-01", Invalid),
    (Input("x", "choice", "X", choices=(("a", "A"),)), ["a"], Invalid),
    (Input("x", "choice", "X", choices=(("a", "A"),)), "b", Invalid),
]


@pytest.mark.parametrize(("asked", "given", "expected"), INPUTS)
def test_what_a_transition_asks_for_is_typed_or_refused(asked, given, expected):
    step = Transition("go", frozenset({"a"}), "b", "edit", "Go", "Gone", (asked,))
    with time_machine.travel(NOW, tick=False):
        if expected is Invalid:
            with pytest.raises(Invalid) as refused:
                step.clean({"x": given})
            assert list(refused.value.fields) == ["x"]
        else:
            assert step.clean({"x": given}) == {"x": expected}


def test_an_input_a_transition_does_not_take_is_refused():
    step = Transition("go", frozenset({"a"}), "b", "edit", "Go", "Gone")
    with pytest.raises(Invalid) as refused:
        step.clean({"status": "closed"})
    assert list(refused.value.fields) == ["status"]


TODAY = dt.date(2026, 11, 1)
# Statuses and dates that the database itself refuses, whatever code writes them.
REFUSED_CASES = [
    {"status": "closed"},
    {"status": "closed", "closed_on": TODAY},
    {"closed_on": TODAY, "closure_reason": "other"},
    {"status": "suspended"},
    {"resumes_as": "eligible"},
    {"status": "eligible"},
    {"status": "in_placement", "decided_on": TODAY},
    {"decided_on": dt.date(2020, 1, 1)},
    {"status": "closed", "closure_reason": "other", "closed_on": dt.date(2020, 1, 1)},
]
REFUSED_PLACEMENTS = [
    {"planned_end": dt.date(2026, 4, 13)},
    {"status": "preparation", "started_on": None, "signed_on": None},
    {"started_on": None},
    {"status": "completed"},
    {"ended_on": TODAY},
    {"status": "completed", "ended_on": dt.date(2026, 4, 12)},
    {"status": "suspended"},
    {"status": "extended"},
    {"extension_end": TODAY},
]


@pytest.mark.django_db
@pytest.mark.parametrize("values", REFUSED_CASES)
def test_the_database_refuses_a_case_whose_dates_contradict_its_status(values, case_elsewhere):
    with pytest.raises(IntegrityError), change(by=SYSTEM, verb="test"):
        Case.objects.filter(pk=case_elsewhere.pk).update(**values)


@pytest.mark.django_db
@pytest.mark.parametrize("values", REFUSED_PLACEMENTS)
def test_the_database_refuses_a_placement_whose_dates_contradict_its_status(values, placement):
    with pytest.raises(IntegrityError), change(by=SYSTEM, verb="test"):
        Placement.objects.filter(pk=placement.pk).update(**values)


# ------------------------------------------------------------------ the documentation
def test_the_diagrams_of_the_documentation_are_those_of_the_tables():
    assert (BASE_DIR / "docs" / "workflows.md").read_text(encoding="utf-8") == document()


def test_a_diagram_shows_every_move_of_its_table():
    drawn = document()
    assert "    active --> suspended: suspend\n" in drawn
    assert "    suspended --> previous: resume\n" in drawn
    assert "| extend | active | extended | edit | extension_end, reason |\n" in drawn
