"""A match and its moves: every status × every move × every role, what each move asks for and does."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError

from cases.models import Case, Match, Placement, WorkProfile
from cases.services import matches as services
from cases.services.cases import move_case
from cases.services.matches import move_match, propose_match, save_work_profile
from cases.services.participants import withdraw_consent
from cases.services.placements import open_placement
from cases.workflow import MATCH_WORKFLOW, MatchStatus
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangeSet
from peph.errors import Conflict, Forbidden, Invalid, Stale
from peph.working_days import working_days_after
from tests.cases.matching.conftest import PROFILE, a_project, a_seeker, put

pytestmark = pytest.mark.django_db

# From each status, the moves that exist and where they lead.
MOVES = {
    "proposed": "send>sent withdraw>withdrawn",
    "sent": (
        "plan-interview>interview_planned hold-interview>interviewed turn-down>not_selected "
        "withdraw>withdrawn"
    ),
    "interview_planned": (
        "plan-interview>interview_planned hold-interview>interviewed turn-down>not_selected "
        "withdraw>withdrawn"
    ),
    "interviewed": "choose>selected turn-down>not_selected withdraw>withdrawn",
    "selected": "offer>offered withdraw>withdrawn",
    "not_selected": "",
    "withdrawn": "",
    "offered": "accept>accepted decline>declined withdraw>withdrawn",
    "accepted": "",
    "declined": "",
}
INPUTS = {
    "send": {"sent_on": "2026-06-02"},
    "plan-interview": {"interview_on": "2026-06-09"},
    "hold-interview": {"interviewed_on": "2026-06-09"},
    "choose": {"decided_on": "2026-06-15"},
    "turn-down": {"decided_on": "2026-06-15", "refusal_reason": "skills"},
    "offer": {"offered_on": "2026-06-16", "answer_by": "2099-01-01"},
    "decline": {"answered_on": "2026-06-20", "refusal_reason": "not_mobile"},
    "withdraw": {"refusal_reason": "no_post"},
    "accept": {"answered_on": "2026-06-20", "planned_start": "2026-10-05"},
}
ALL = (
    "send plan-interview hold-interview choose turn-down offer accept decline withdraw"  # officers
)
HOST = "plan-interview hold-interview choose turn-down"
# Whose move each is; “hidden” stands for those to whom the match does not exist.
MAY = {
    "lead": ALL,
    "coordinator": ALL,
    "editor": "send plan-interview hold-interview choose turn-down offer decline withdraw",
    "reader": "",
    "auditor": "",
    "privacy": "",
    "representative": HOST,
    "supervisor": HOST,
    "coordinator_elsewhere": "hidden",
    "representative_elsewhere": "hidden",
    "supervisor_elsewhere": "hidden",
    "auditor_elsewhere": "hidden",
    "committee": "hidden",
    "outsider": "hidden",
}
# To whom it does not exist until it is sent.
AFTER_SENDING = {"representative", "supervisor"}


def test_the_table_names_every_status_and_every_move():
    assert {
        status: {f"{step.name}>{step.target}" for step in MATCH_WORKFLOW if status in step.sources}
        for status in MatchStatus.values
    } == {status: set(text.split()) for status, text in MOVES.items()}
    assert set(INPUTS) == set(ALL.split()) == {step.name for step in MATCH_WORKFLOW}


def answer(user, match, name):
    """What a page or the API would answer: 404, 403, 409 or the new status."""
    visible = Match.objects.visible_to(user).filter(pk=match.pk).exists()
    try:
        moved = move_match(match, name, by=user, **INPUTS[name])
    except Forbidden:
        return 403 if visible else 404
    except Conflict:
        # Told only to whoever has the right.
        assert visible
        return 409
    return moved.status


@pytest.mark.parametrize("who", MAY)
def test_every_move_from_every_status_by_every_role(who, stage, placement):
    expected, found = {}, {}
    # “offered” last: an acceptance opens a placement, after which nothing is as it was.
    for status in sorted(MOVES, key="offered".__eq__):
        targets = dict(move.split(">") for move in MOVES[status].split())
        hidden = MAY[who] == "hidden" or (status == "proposed" and who in AFTER_SENDING)
        for name in INPUTS:
            may = not hidden and name in MAY[who].split()
            refused = 404 if hidden else 403
            expected[status, name] = targets.get(name, 409) if may else refused
            match = put(stage.match, status, placement)
            found[status, name] = answer(stage.cast[who], match, name)
    assert found == expected


# ------------------------------------------------------------------ who writes
WRITES = {
    "save_work_profile": lambda by, x: save_work_profile(x.seeker, by=by, hours_most=28),
    "propose_match": lambda by, x: propose_match(
        x.seeker, a_project(x.project.call, x.world.site_03, title="Autre"), by=by
    ),
    "move_match": lambda by, x: move_match(x.match, "withdraw", by=by, refusal_reason="other"),
}


def test_the_list_of_writes_is_complete():
    public = {
        name
        for name, thing in vars(services).items()
        if getattr(thing, "__module__", "") == services.__name__
        and "_" in name
        and not name.startswith("_")
    }
    assert public - {"work_profile_of", "not_in_matching", "has_consent"} == set(WRITES)


@pytest.mark.parametrize("write", WRITES)
def test_nobody_writes_without_the_right_and_nothing_is_left(write, stage):
    for who in (
        "outsider", "coordinator_elsewhere", "auditor", "reader", "former", "superuser", "privacy",
        "representative", "supervisor", "committee",
    ):  # fmt: skip
        before = ChangeSet.objects.exclude(verb="test").count()
        with pytest.raises(Forbidden):
            WRITES[write](stage.cast[who], stage)
        assert ChangeSet.objects.exclude(verb="test").count() == before, who


def test_an_exception_on_the_case_keeps_its_match_but_proposes_nothing(stage):
    other = a_project(stage.project.call, stage.world.site_03, title="Autre")
    with pytest.raises(Forbidden):
        propose_match(stage.seeker, other, by=stage.cast["editor"])


# ------------------------------------------------------------------ proposing
def test_a_case_is_proposed_only_while_in_matching(stage):
    by = stage.cast["coordinator"]
    other = a_project(stage.project.call, stage.world.site_03, title="Autre")
    move_case(stage.seeker, "stop-matching", by=by, reason="Pause")
    with pytest.raises(Conflict, match="jumelage|matching"):
        propose_match(stage.seeker, other, by=by)


@pytest.mark.parametrize("status", ["draft", "submitted", "selected", "filled", "completed"])
def test_only_an_open_project_takes_candidates(status, stage):
    closed = a_project(stage.project.call, stage.world.site_03, status=status)
    with pytest.raises(Conflict):
        propose_match(stage.seeker, closed, by=stage.cast["coordinator"])


def test_a_project_out_of_reach_is_unknown(stage):
    away = a_project(stage.project.call, stage.world.site_06)
    with pytest.raises(Invalid) as refused:
        propose_match(stage.seeker, away, by=stage.cast["coordinator"])
    assert list(refused.value.fields) == ["project"]
    assert propose_match(stage.seeker, away, by=stage.cast["lead"]).status == "proposed"


def test_nobody_is_proposed_twice_at_the_same_time_but_again_after_a_refusal(stage):
    by = stage.cast["coordinator"]
    with pytest.raises(Invalid):
        propose_match(stage.seeker, stage.project, by=by)
    move_match(stage.match, "withdraw", by=by, refusal_reason="unavailable")
    assert propose_match(stage.seeker, stage.project, by=by).status == "proposed"
    assert Match.objects.filter(case=stage.seeker).count() == 2


def test_a_proposal_repeats_whose_it_is(stage):
    told = ChangeSet.objects.get(verb="cases.match.propose")
    assert (told.case_id, told.organization_id) == (stage.seeker.pk, stage.world.mtmd.pk)
    match = stage.match
    assert (match.region.code, match.organization, match.site, match.proposed_by) == (
        "03", stage.world.mtmd, stage.world.site_03, stage.cast["coordinator"],
    )  # fmt: skip


# ------------------------------------------------------------------ what a move asks for and does
def test_no_profile_is_sent_without_a_live_consent(stage):
    by = stage.cast["coordinator"]
    consent = stage.seeker.participant.consents.get(purpose="share_profile")
    withdraw_consent(consent, by=by, withdrawn_on=dt.date(2026, 6, 3))
    with pytest.raises(Conflict, match="consent"):
        move_match(stage.match, "send", by=by, **INPUTS["send"])
    assert Match.objects.get(pk=stage.match.pk).status == "proposed"


@time_machine.travel(dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC))
def test_the_host_has_ten_working_days_from_the_interview(stage):
    put(stage.match, "interview_planned")
    match = move_match(
        stage.match, "hold-interview", by=stage.cast["supervisor"], interviewed_on="2026-11-20"
    )
    assert (match.status, match.interviewed_on, match.decide_by) == (
        "interviewed", dt.date(2026, 11, 20), dt.date(2026, 12, 4),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "number", "expected"),
    [
        (dt.date(2026, 11, 23), 0, dt.date(2026, 11, 23)),
        (dt.date(2026, 11, 23), 1, dt.date(2026, 11, 24)),
        (dt.date(2026, 11, 27), 1, dt.date(2026, 11, 30)),
        (dt.date(2026, 11, 28), 1, dt.date(2026, 11, 30)),
        (dt.date(2026, 11, 23), 10, dt.date(2026, 12, 7)),
    ],
)
def test_working_days_skip_weekends(day, number, expected):
    assert working_days_after(day, number) == expected


@pytest.mark.parametrize(
    ("status", "name", "inputs", "field"),
    [
        ("sent", "plan-interview", {"interview_on": "2026-06-01"}, "interview_on"),
        ("sent", "hold-interview", {"interviewed_on": "2026-06-01"}, "interviewed_on"),
        ("interviewed", "choose", {"decided_on": "2026-06-07"}, "decided_on"),
        (
            "sent",
            "turn-down",
            {"decided_on": "2026-06-01", "refusal_reason": "other"},
            "decided_on",
        ),
        (
            "selected",
            "offer",
            {"offered_on": "2026-06-14", "answer_by": "2099-01-01"},
            "offered_on",
        ),
        (
            "offered",
            "decline",
            {"answered_on": "2026-06-15", "refusal_reason": "other"},
            "answered_on",
        ),
        (
            "offered",
            "accept",
            {"answered_on": "2026-06-20", "planned_start": "2026-06-19"},
            "planned_start",
        ),
    ],
)
def test_a_step_does_not_come_before_the_one_it_follows(status, name, inputs, field, stage):
    put(stage.match, status)
    with pytest.raises(Invalid) as refused:
        move_match(stage.match, name, by=stage.cast["lead"], **inputs)
    assert list(refused.value.fields) == [field]
    assert Match.objects.get(pk=stage.match.pk).status == status


REFUSALS = [("sent", "turn-down"), ("offered", "decline"), ("sent", "withdraw")]


@pytest.mark.parametrize(("status", "name"), REFUSALS)
def test_a_refusal_takes_a_reason_of_the_list_and_nothing_else(status, name, stage):
    put(stage.match, status)
    for word in ("health", "Trop souvent malade", "", None, ["skills"]):
        with pytest.raises(Invalid) as refused:
            move_match(
                stage.match,
                name,
                by=stage.cast["lead"],
                **(INPUTS[name] | {"refusal_reason": word}),
            )
        assert list(refused.value.fields) == ["refusal_reason"], word


def test_no_move_takes_a_word_of_ones_own(stage):
    for name, inputs in INPUTS.items():
        put(stage.match, next(source for source in MOVES if f"{name}>" in MOVES[source]))
        for field in ("reason", "comment", "note"):
            with pytest.raises(Invalid) as refused:
                move_match(stage.match, name, by=stage.cast["lead"], **inputs, **{field: "Malade"})
            assert list(refused.value.fields) == [field], name
    assert not ChangeSet.objects.filter(reason__contains="Malade").exists()


def test_the_database_itself_keeps_no_other_reason(stage):
    with pytest.raises(IntegrityError), change(by=SYSTEM, verb="test"):
        Match.objects.filter(pk=stage.match.pk).update(
            status="withdrawn", refusal_reason="depression"
        )


def test_the_list_of_reasons_holds_no_health_and_no_input_is_free_text():
    kinds = {item.kind for step in MATCH_WORKFLOW for item in step.inputs}
    reasons = {
        code for step in MATCH_WORKFLOW for item in step.inputs for code, _label in item.choices
    }
    assert kinds == {"date", "choice"}
    assert reasons == {
        "unreachable", "unavailable", "not_eligible", "doubt", "skills", "no_post", "not_mobile",
        "incomplete", "other_chosen", "other",
    }  # fmt: skip


def test_a_stale_copy_cannot_move_a_match(stage):
    put(stage.match, "sent")
    version = stage.match.version
    move_match(
        stage.match, "plan-interview", by=stage.cast["supervisor"], version=version,
        interview_on="2026-06-09",
    )  # fmt: skip
    with pytest.raises(Stale):
        move_match(
            stage.match, "plan-interview", by=stage.cast["coordinator"], version=version,
            interview_on="2026-06-10",
        )  # fmt: skip
    assert Match.objects.get(pk=stage.match.pk).interview_on == dt.date(2026, 6, 9)


# ------------------------------------------------------------------ a case that leaves matching
@pytest.mark.parametrize(
    ("leave", "reason"),
    [
        (lambda x: move_case(x.seeker, "stop-matching", by=x.by, reason="Pause"), "unavailable"),
        (
            lambda x: move_case(
                x.seeker, "close", by=x.by, closed_on="2026-06-20", closure_reason="studies",
                reason="Retour aux études",
            ),
            "unavailable",
        ),
        (
            lambda x: open_placement(
                x.seeker, by=x.by, site=x.world.site_03, planned_start=dt.date(2026, 10, 5)
            ),
            "other_chosen",
        ),
    ],
    ids=["stopped", "closed", "placed"],
)  # fmt: skip
def test_a_case_that_leaves_matching_leaves_no_match_open(leave, reason, stage):
    stage.by = stage.cast["coordinator"]
    put(stage.match, "interviewed")
    leave(stage)
    match = Match.objects.get(pk=stage.match.pk)
    assert (match.status, match.refusal_reason) == ("withdrawn", reason)


# ------------------------------------------------------------------ the work profile
def test_a_profile_is_written_once_and_kept_up_to_date(cast, world):
    case = a_seeker(cast, world)
    by = cast["coordinator"]
    written = save_work_profile(case, by=by, version=0, **PROFILE)
    assert (written.version, written.needed, written.region.code) == (1, ["entrance"], "03")
    with pytest.raises(Stale):
        save_work_profile(case, by=by, version=0, hours_most=28)
    changed = save_work_profile(case, by=by, version=1, other_regions="12 03  06 12")
    assert (changed.version, changed.other_regions) == (2, "06 12")
    assert ChangeSet.objects.filter(verb="cases.work-profile.update").count() == 2
    assert WorkProfile.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"other_regions": "99"}, "other_regions"),
        ({"telework": "always"}, "telework"),
        ({"hours_most": 61}, "hours_most"),
        ({"hours_least": 30, "hours_most": 20}, None),
    ],
)
def test_a_profile_that_makes_no_sense_is_refused(fields, at, stage):
    with pytest.raises(Invalid) as refused:
        save_work_profile(stage.seeker, by=stage.cast["coordinator"], **fields)
    assert list(refused.value.fields) == ([at] if at else [])


def test_a_closed_case_keeps_its_profile_as_it_was(stage):
    with change(by=SYSTEM, verb="test"):
        Case.objects.filter(pk=stage.seeker.pk).update(
            status="closed", closed_on="2026-06-20", closure_reason="studies"
        )
    with pytest.raises(Conflict):
        save_work_profile(stage.seeker, by=stage.cast["coordinator"], hours_most=28)


def test_no_placement_is_opened_by_a_refused_acceptance(stage):
    put(stage.match, "offered")
    with pytest.raises(Invalid):
        move_match(stage.match, "accept", by=stage.cast["lead"], answered_on="2026-06-20")
    assert not Placement.objects.filter(case=stage.seeker).exists()
