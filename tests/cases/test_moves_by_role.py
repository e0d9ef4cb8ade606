"""Who makes each move: every status × every move × every person of the cast, for case and placement.

Two literal tables a life: from each status the moves that exist (`test_workflow`), and for each move who
makes it. What the page offers is held against their product, and the services against both.
"""

import datetime as dt

import pytest
import time_machine
from django.db import transaction

from cases.models import Case, Placement
from cases.services.cases import move_case
from cases.services.placements import move_placement
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangeSet
from peph.errors import Conflict, Forbidden
from tests.cases.test_workflow import CASE_MOVES, CONSEQUENCES, PLACEMENT_MOVES

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC)
TODAY, PAST, LATER = "2026-11-23", "2026-11-20", "2027-06-01"

# Whoever answers for region 03, and the two leads.
OFFICERS = "lead second_lead coordinator colleague health_coordinator"
# … and who was given this one case to work on.
EDITORS = f"{OFFICERS} editor"
# The ministry and the site that host.
HOSTS = "representative supervisor"
CASE_MOVED_BY = {
    "start-intake": EDITORS,
    "start-review": EDITORS,
    "request-documents": EDITORS,
    "receive-documents": EDITORS,
    "admit": OFFICERS,
    "refuse": OFFICERS,
    "appeal": EDITORS,
    # Whoever decided first may press it and is refused: `test_services`.
    "allow-appeal": OFFICERS,
    "dismiss-appeal": OFFICERS,
    "start-matching": EDITORS,
    "stop-matching": EDITORS,
    "suspend": EDITORS,
    "resume": EDITORS,
    "close": OFFICERS,
    "reopen": OFFICERS,
    "reopen-eligible": OFFICERS,
}
PLACEMENT_MOVED_BY = {
    "sign": f"{EDITORS} representative",
    "prepare": EDITORS,
    "start": f"{EDITORS} {HOSTS}",
    "suspend": EDITORS,
    "resume": EDITORS,
    "extend": EDITORS,
    "approve-extension": EDITORS,
    "refuse-extension": EDITORS,
    "complete": EDITORS,
    "end-early": EDITORS,
    "no-show": f"{EDITORS} {HOSTS}",
    "cancel": EDITORS,
}
NOBODY_ELSE = (
    "coordinator_elsewhere health_only representative_elsewhere supervisor_elsewhere committee auditor "
    "auditor_region auditor_elsewhere auditor_host privacy outsider reader former inactive superuser"
)
# What each move asks for, and from which status it is made in the tests of the services.
REASON = {"reason": "Motif"}
CASE_INPUTS = {
    "start-intake": ("referred", {"first_contact_on": PAST}),
    "start-review": ("intake", {"applied_on": PAST}),
    "request-documents": ("eligibility_review", REASON),
    "receive-documents": ("awaiting_documents", {}),
    "admit": ("eligibility_review", {"decided_on": PAST}),
    "refuse": ("eligibility_review", {"decided_on": PAST, **REASON}),
    "appeal": ("ineligible", REASON),
    "allow-appeal": ("under_appeal", {"decided_on": PAST, **REASON}),
    "dismiss-appeal": ("under_appeal", {"decided_on": PAST, **REASON}),
    "start-matching": ("eligible", {}),
    "stop-matching": ("matching", REASON),
    "suspend": ("in_placement", {"resume_on": LATER, **REASON}),
    "resume": ("suspended", {}),
    "close": ("post_placement", {"closed_on": PAST, "closure_reason": "studies", **REASON}),
    "reopen": ("closed", REASON),
    "reopen-eligible": ("closed", REASON),
}
PLACEMENT_INPUTS = {
    "sign": ("to_sign", {"signed_on": PAST}),
    "prepare": ("signed", {}),
    "start": ("preparation", {"started_on": "2026-04-13"}),
    "suspend": ("active", {"suspended_on": PAST, "resume_on": LATER, **REASON}),
    "resume": ("suspended", {"resumed_on": TODAY}),
    "extend": ("active", {"extension_end": LATER, **REASON}),
    "approve-extension": ("extended", {}),
    "refuse-extension": ("extended", REASON),
    "complete": ("active", {"ended_on": PAST}),
    "end-early": ("active", {"ended_on": PAST, "ended_by": "host", **REASON}),
    "no-show": ("preparation", {"expected_on": "2026-04-13", **REASON}),
    "cancel": ("signed", REASON),
}


def people(text):
    return set(text.split())


def moves(text):
    """{move: where it leads} of one line of the tables of `test_workflow`."""
    return dict(each.split(">") for each in text.split())


def put_case(case, status):
    """The case as it stands in `status`, with the dates that go with it."""
    case = Case.objects.get(pk=case.pk)
    case.status = status
    case.resume_on = dt.date(2027, 6, 1) if status == "suspended" else None
    case.resumes_as = "in_placement" if status == "suspended" else ""
    case.closed_on = dt.date(2026, 11, 1) if status == "closed" else None
    case.closure_reason = "studies" if status == "closed" else ""
    # Decided by somebody who is not asked to make a move.
    case.decided_by = None
    with change(by=SYSTEM, verb="test"):
        case.save()
    return case


def put_placement(placement, status, asked_by):
    """The placement as it stands in `status`; an extension was asked by somebody else than who decides."""
    placement = Placement.objects.get(pk=placement.pk)
    begun = status in ("active", "suspended", "extended", "completed", "ended_early")
    placement.status = status
    placement.signed_on = None if status == "to_sign" else dt.date(2026, 4, 1)
    placement.started_on = dt.date(2026, 4, 13) if begun else None
    placement.ended_on = dt.date(2026, 11, 1) if status in ("completed", "ended_early") else None
    away = status == "suspended"
    placement.suspended_on = dt.date(2026, 11, 2) if away else None
    placement.resume_on = dt.date(2027, 1, 4) if away else None
    extended = status == "extended"
    placement.extension_end = dt.date(2027, 6, 1) if extended else None
    placement.extension_by = asked_by if extended else None
    with change(by=SYSTEM, verb="test"):
        placement.save()
    return placement


@pytest.mark.parametrize(
    ("existing", "made_by", "inputs"),
    [
        (CASE_MOVES, CASE_MOVED_BY, CASE_INPUTS),
        (PLACEMENT_MOVES, PLACEMENT_MOVED_BY, PLACEMENT_INPUTS),
    ],
)
def test_the_tables_name_every_move_and_everybody(existing, made_by, inputs, cast):
    offered = {name for text in existing.values() for name in moves(text)} - CONSEQUENCES
    assert set(made_by) == set(inputs) == offered
    assert people(f"{EDITORS} {HOSTS} {NOBODY_ELSE}") == set(cast)


# ------------------------------------------------------------------ what is offered: the whole product
@pytest.mark.parametrize("status", CASE_MOVES)
def test_the_moves_of_a_case_offered_to_each_person(status, cast, case):
    case = put_case(case, status)
    existing = set(moves(CASE_MOVES[status])) - CONSEQUENCES
    for who, user in cast.items():
        seen = Case.objects.visible_to(user).with_abilities(user).filter(pk=case.pk).first()
        offered = {step.name for step in seen.available_transitions} if seen else set()
        assert offered == {move for move in existing if who in people(CASE_MOVED_BY[move])}, who


@pytest.mark.parametrize("status", PLACEMENT_MOVES)
def test_the_moves_of_a_placement_offered_to_each_person(status, cast, placement):
    placement = put_placement(placement, status, cast["lead"])
    existing = set(moves(PLACEMENT_MOVES[status]))
    for who, user in cast.items():
        seen = Placement.objects.visible_to(user).with_abilities(user).filter(pk=placement.pk)
        offered = {step.name for row in seen for step in row.available_transitions}
        assert offered == {move for move in existing if who in people(PLACEMENT_MOVED_BY[move])}, (
            who
        )


# ------------------------------------------------------------------ what is done
@pytest.fixture
def former_gone(cast):
    """The grant that is over was over on the day of these tests already."""
    grant = cast["former"].regiongrants.get()
    grant.expires_on = dt.date(2026, 11, 1)
    with change(by=SYSTEM, verb="test"):
        grant.save()


def _attempt(move, *args, **inputs):
    """What came of it, and how many changes it left; everything is as before afterwards."""
    point, before = transaction.savepoint(), ChangeSet.objects.count()
    try:
        came = str(move(*args, **inputs).status)
    except (Forbidden, Conflict) as refused:
        came = type(refused).__name__
    left = ChangeSet.objects.count() - before
    transaction.savepoint_rollback(point)
    return came, left


@pytest.mark.parametrize("move", CASE_INPUTS)
@time_machine.travel(NOW, tick=False)
def test_who_makes_each_move_of_a_case(move, cast, case, placement, former_gone):
    status, inputs = CASE_INPUTS[move]
    if move == "close":
        put_placement(placement, "completed", None)
    case = put_case(case, status)
    target = moves(CASE_MOVES[status])[move].replace("previous", "in_placement")
    for who, user in cast.items():
        came = _attempt(move_case, case, move, by=user, **inputs)
        may = who in people(CASE_MOVED_BY[move])
        assert came == ((target, 1) if may else ("Forbidden", 0)), who


@pytest.mark.parametrize("move", PLACEMENT_INPUTS)
@time_machine.travel(NOW, tick=False)
def test_who_makes_each_move_of_a_placement(move, cast, placement, former_gone):
    status, inputs = PLACEMENT_INPUTS[move]
    target = moves(PLACEMENT_MOVES[status])[move]
    for who, user in cast.items():
        # Nobody approves what they asked for: that is another table.
        asker = cast["second_lead"] if who == "lead" else cast["lead"]
        placement = put_placement(placement, status, asker)
        came = _attempt(move_placement, placement, move, by=user, **inputs)
        may = who in people(PLACEMENT_MOVED_BY[move])
        assert came == ((target, 1) if may else ("Forbidden", 0)), who


@pytest.mark.parametrize("status", CASE_MOVES)
@time_machine.travel(NOW, tick=False)
def test_a_move_that_does_not_start_from_a_case_s_status_is_a_conflict(status, cast, case):
    case = put_case(case, status)
    for move in CASE_MOVED_BY.keys() - moves(CASE_MOVES[status]).keys():
        came = _attempt(move_case, case, move, by=cast["lead"], **CASE_INPUTS[move][1])
        assert came == ("Conflict", 0), move


@pytest.mark.parametrize("status", PLACEMENT_MOVES)
@time_machine.travel(NOW, tick=False)
def test_a_move_that_does_not_start_from_a_placement_s_status_is_a_conflict(
    status, cast, placement
):
    placement = put_placement(placement, status, cast["second_lead"])
    for move in PLACEMENT_MOVED_BY.keys() - moves(PLACEMENT_MOVES[status]).keys():
        inputs = PLACEMENT_INPUTS[move][1]
        came = _attempt(move_placement, placement, move, by=cast["lead"], **inputs)
        assert came == ("Conflict", 0), move


@time_machine.travel(NOW, tick=False)
def test_whoever_asked_for_an_extension_may_refuse_it_and_not_approve_it(cast, placement):
    by = cast["coordinator"]
    placement = put_placement(placement, "extended", by)
    approved = _attempt(move_placement, placement, "approve-extension", by=by)
    refused = _attempt(move_placement, placement, "refuse-extension", by=by, reason="Non")
    assert (approved, refused) == (("Forbidden", 0), ("active", 1))
