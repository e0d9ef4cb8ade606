"""The lives of a call and of a project: every status × every move × every person, written out.

200 is done, 403 a right that is missing, 404 a record that is not seen, 409 not from this status.
"""

import datetime as dt

import pytest

from organizations.models import Call, Project
from organizations.services.calls import move_call
from organizations.services.projects import move_project
from organizations.workflow import CALL_WORKFLOW, PROJECT_WORKFLOW
from peph.audit.changes import SYSTEM, change
from peph.errors import DomainError

pytestmark = pytest.mark.django_db

# Where each move leads, and from where: pinned apart from the code.
CALL_MOVES = {
    "planned": "open>open",
    "open": "close>closed",
    "closed": "reopen>open start-selection>selecting",
    "selecting": "publish>published",
    "published": "archive>archived",
    "archived": "",
}
PROJECT_MOVES = {
    "draft": "submit>submitted withdraw>withdrawn",
    "submitted": "return>returned withdraw>withdrawn start-review>under_review",
    "returned": "submit>submitted withdraw>withdrawn",
    "under_review": "select>selected waitlist>waitlisted reject>not_selected",
    "waitlisted": "select>selected reject>not_selected",
    "not_selected": "",
    "selected": "open>open cancel>cancelled",
    "open": "fill>filled complete>completed cancel>cancelled",
    "filled": "free>open complete>completed cancel>cancelled",
    "completed": "refill>open",
    "cancelled": "",
    "withdrawn": "",
}


@pytest.mark.parametrize(
    ("workflow", "moves"), [(CALL_WORKFLOW, CALL_MOVES), (PROJECT_WORKFLOW, PROJECT_MOVES)]
)
def test_the_moves_from_each_status(workflow, moves):
    assert {
        status: {f"{step.name}>{step.target}" for step in workflow if status in step.sources}
        for status in moves
    } == {status: set(text.split()) for status, text in moves.items()}


def test_every_status_has_its_line():
    assert set(CALL_MOVES) == {code for code, _label in Call._meta.get_field("status").choices}
    assert set(PROJECT_MOVES) == {
        code for code, _label in Project._meta.get_field("status").choices
    }


# ------------------------------------------------------------------ the project
# fmt: off
LEAD = """
             submit return withdraw start-review select waitlist reject open fill free refill complete cancel
draft        200    409    200      409          409    409      409    409  409  409  409    409      409
submitted    409    200    200      200          409    409      409    409  409  409  409    409      409
returned     200    409    200      409          409    409      409    409  409  409  409    409      409
under_review 409    409    409      409          200    200      200    409  409  409  409    409      409
waitlisted   409    409    409      409          200    409      200    409  409  409  409    409      409
not_selected 409    409    409      409          409    409      409    409  409  409  409    409      409
selected     409    409    409      409          409    409      409    200  409  409  409    409      200
open         409    409    409      409          409    409      409    409  409  409  409    200      200
filled       409    409    409      409          409    409      409    409  409  409  409    200      200
completed    409    409    409      409          409    409      409    409  409  409  200    409      409
cancelled    409    409    409      409          409    409      409    409  409  409  409    409      409
withdrawn    409    409    409      409          409    409      409    409  409  409  409    409      409
"""
OFFICER = """
             submit return withdraw start-review select waitlist reject open fill free refill complete cancel
draft        200    403    200      403          403    403      403    403  409  409  403    403      409
submitted    409    403    200      403          403    403      403    403  409  409  403    403      409
returned     200    403    200      403          403    403      403    403  409  409  403    403      409
under_review 409    403    409      403          403    403      403    403  409  409  403    403      409
waitlisted   409    403    409      403          403    403      403    403  409  409  403    403      409
not_selected 409    403    409      403          403    403      403    403  409  409  403    403      409
selected     409    403    409      403          403    403      403    403  409  409  403    403      200
open         409    403    409      403          403    403      403    403  409  409  403    403      200
filled       409    403    409      403          403    403      403    403  409  409  403    403      200
completed    409    403    409      403          403    403      403    403  409  409  403    403      409
cancelled    409    403    409      403          403    403      403    403  409  409  403    403      409
withdrawn    409    403    409      403          403    403      403    403  409  409  403    403      409
"""
HOST = """
             submit return withdraw start-review select waitlist reject open fill free refill complete cancel
draft        200    403    200      403          403    403      403    403  403  403  403    403      409
submitted    409    403    200      403          403    403      403    403  403  403  403    403      409
returned     200    403    200      403          403    403      403    403  403  403  403    403      409
under_review 409    403    409      403          403    403      403    403  403  403  403    403      409
waitlisted   409    403    409      403          403    403      403    403  403  403  403    403      409
not_selected 409    403    409      403          403    403      403    403  403  403  403    403      409
selected     409    403    409      403          403    403      403    403  403  403  403    403      200
open         409    403    409      403          403    403      403    403  403  403  403    403      200
filled       409    403    409      403          403    403      403    403  403  403  403    403      200
completed    409    403    409      403          403    403      403    403  403  403  403    403      409
cancelled    409    403    409      403          403    403      403    403  403  403  403    403      409
withdrawn    409    403    409      403          403    403      403    403  403  403  403    403      409
"""
# fmt: on
# Who sees the project and moves nothing of it.
READER, STRANGER = 403, 404
# The committee reads what was submitted: a draft does not exist for it, nor one that was withdrawn.
COMMITTEE = {"draft": 404, "withdrawn": 404}
# One person for each standing; `test_project_policy` holds everybody of the cast against the rights.
ON_THE_PROJECT = {
    "lead": LEAD,
    "coordinator": OFFICER,
    "coordinator_elsewhere": STRANGER,
    "representative": HOST,
    "representative_elsewhere": STRANGER,
    "supervisor": READER,
    "supervisor_elsewhere": STRANGER,
    "committee": COMMITTEE,
    "auditor": READER,
    "auditor_region": READER,
    "auditor_elsewhere": STRANGER,
    "auditor_host": READER,
    "privacy": READER,
    "outsider": STRANGER,
    "superuser": STRANGER,
}
DAY = dt.date(2026, 11, 20)
# What the database wants beside a status.
BESIDE = {
    "draft": {"submitted_on": None},
    "withdrawn": {"submitted_on": None},
    "not_selected": {"rejection_reason": "places"},
}
GIVEN = {
    "return": {"reason": "Il manque les objectifs"},
    "withdraw": {"reason": "Plus de poste"},
    "select": {"decided_on": "2026-11-20", "minute": "CES-12"},
    "waitlist": {"decided_on": "2026-11-20", "minute": "CES-12", "reason": "Rang 4"},
    "reject": {
        "decided_on": "2026-11-20", "minute": "CES-12", "rejection_reason": "tasks", "reason": "Trop peu",
    },
    "open": {"fill_by": "2099-01-01"},
    "refill": {"fill_by": "2099-01-01", "reason": "Départ"},
    "cancel": {"reason": "Réorganisation"},
}  # fmt: skip


def grid(text):
    """{status: {move: answer}} of a table written as text."""
    first, *rest = text.strip("\n").splitlines()
    names = first.split()
    return {
        line.split()[0]: dict(zip(names, map(int, line.split()[1:]), strict=True)) for line in rest
    }


def put(record, status):
    """Set a status without a move, with what the database wants beside it; the record as it then is."""
    values = {"status": status}
    if isinstance(record, Project):
        values |= {"submitted_on": DAY, "decided_on": DAY, "rejection_reason": ""}
        values |= BESIDE.get(status, {})
    with change(by=SYSTEM, verb="test"):
        type(record).objects.filter(pk=record.pk).update(**values)
    record.refresh_from_db()
    return record


def answer(move, record, name, user, inputs):
    """The status of a move, as pages and API answer it: what is not seen is not there."""
    try:
        move(record, name, by=user, **inputs)
    except DomainError as error:
        refused = error.status_code
    else:
        return 200
    # The service itself knows no 404: it refuses whoever the surfaces tell that nothing is there.
    if type(record).objects.visible_to(user).filter(pk=record.pk).exists():
        return refused
    return 404 if refused == 403 else refused


def expected(column, moves):
    """The whole table of one person, from a grid, one answer for all, or answers by status."""
    if isinstance(column, str):
        return grid(column)
    names = [step.name for step in moves]
    by_status = column if isinstance(column, dict) else {}
    everywhere = READER if isinstance(column, dict) else column
    statuses = PROJECT_MOVES if moves is PROJECT_WORKFLOW else CALL_MOVES
    return {status: dict.fromkeys(names, by_status.get(status, everywhere)) for status in statuses}


def found(move, record, user, moves, statuses, given):
    """What each move answers from each status; the record is put back after each that was done."""
    answers = {}
    for status in statuses:
        put(record, status)
        answers[status] = {}
        for step in moves:
            done = answer(move, record, step.name, user, given.get(step.name, {}))
            answers[status][step.name] = done
            if done == 200:
                put(record, status)
    return answers


@pytest.fixture
def closed(call, cast):
    """A closed call takes projects still, marked late, and the committee may begin: both moves are open."""
    return move_call(call, "close", by=cast["lead"])


@pytest.mark.parametrize("who", ON_THE_PROJECT)
def test_each_move_of_a_project_answers_each_person_as_written(who, cast, project, closed):
    assert found(
        move_project, project, cast[who], PROJECT_WORKFLOW, PROJECT_MOVES, GIVEN
    ) == expected(ON_THE_PROJECT[who], PROJECT_WORKFLOW)


# ------------------------------------------------------------------ the call
# fmt: off
CALL_LEAD = """
           open close reopen start-selection publish archive
planned    200  409   409    409             409     409
open       409  200   409    409             409     409
closed     409  409   200    200             409     409
selecting  409  409   409    409             200     409
published  409  409   409    409             409     200
archived   409  409   409    409             409     409
"""
# fmt: on
ON_THE_CALL = {
    "lead": CALL_LEAD,
    "coordinator": READER,
    "coordinator_elsewhere": READER,
    "representative": READER,
    "representative_elsewhere": READER,
    "supervisor": READER,
    "supervisor_elsewhere": READER,
    "committee": READER,
    "auditor": READER,
    "auditor_region": READER,
    "auditor_elsewhere": READER,
    "auditor_host": READER,
    "privacy": READER,
    "outsider": STRANGER,
    "superuser": STRANGER,
}
CALL_GIVEN = {"reopen": {"closes_on": "2098-11-20", "reason": "Tempête"}}


@pytest.mark.parametrize("who", ON_THE_CALL)
def test_each_move_of_a_call_answers_each_person_as_written(who, cast, call):
    assert found(move_call, call, cast[who], CALL_WORKFLOW, CALL_MOVES, CALL_GIVEN) == expected(
        ON_THE_CALL[who], CALL_WORKFLOW
    )
