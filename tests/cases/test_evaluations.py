"""Evaluations: who writes which, what a signature locks, what an answer calls for."""

import datetime as dt

import pytest
import time_machine
from django.utils import translation

from cases.models import Evaluation, EvaluationScore, FollowUp, TaskLink
from cases.services import evaluations as services
from cases.services.cases import move_case, transfer_case
from cases.services.evaluations import (
    answer_evaluation,
    discard_evaluation,
    save_evaluation,
    sign_evaluation,
    start_evaluation,
)
from cases.services.follow_ups import complete_follow_up
from cases.services.placements import move_placement
from organizations.models import EvaluationCriterion
from organizations.services.grants import give_grant
from peph.audit import timeline
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangedRow, ChangeSet
from peph.errors import Conflict, Forbidden, Invalid, Stale
from peph.scopes import Bearer, Scope
from tests.cases.evaluating import ANSWERED_ON, CODES, SCORES, SIGNED_ON, answered, draft, signed

pytestmark = pytest.mark.django_db
IN_NOVEMBER = dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC)  # a Monday


def by_link(placement):
    """Whoever holds what the links to evaluate and to answer an evaluation of this placement give."""
    actions = ("evaluate", "answer_for_participant")
    held = {(action, "cases.Placement"): frozenset({placement.pk}) for action in actions}
    return Bearer(Scope(user_id=placement.pk, held=held))


def last_change():
    return ChangeSet.objects.latest("number")


def sign(evaluation, by, **changed):
    given = {"author_name": "Dominique Exemple", "signed_on": SIGNED_ON, **changed}
    return sign_evaluation(evaluation, by=by, **given)


def answer(evaluation, by, **changed):
    given = {"answer": "agrees", "answered_on": ANSWERED_ON, **changed}
    return answer_evaluation(evaluation, by=by, **given)


# ------------------------------------------------------------------ who: every write, without the right
WRITES = {
    "start_evaluation": lambda by, x: start_evaluation(x["placement"], by=by, kind="final"),
    "save_evaluation": lambda by, x: save_evaluation(x["draft"], by=by, objectives="Autre"),
    "sign_evaluation": lambda by, x: sign(x["draft"], by),
    "answer_evaluation": lambda by, x: answer(x["signed"], by),
    "discard_evaluation": lambda by, x: discard_evaluation(x["draft"], by=by),
}
STRANGERS = [
    "outsider", "coordinator_elsewhere", "representative_elsewhere", "supervisor_elsewhere", "auditor",
    "auditor_host", "reader", "former", "superuser", "privacy", "committee",
]  # fmt: skip


@pytest.fixture
def both(cast, placement):
    """A signed final evaluation beside the draft of a mid-term one."""
    by = cast["coordinator"]
    return {
        "placement": placement,
        "draft": draft(placement, by),
        "signed": signed(placement, by, "final"),
    }


def test_the_list_of_writes_is_complete():
    public = {
        name
        for name, thing in vars(services).items()
        if getattr(thing, "__module__", "") == services.__name__ and name.endswith("_evaluation")
    }
    assert public == set(WRITES)


@pytest.mark.parametrize("who", STRANGERS)
@pytest.mark.parametrize("write", WRITES)
def test_nobody_writes_without_the_right_and_nothing_is_left(write, who, cast, both):
    before = (ChangeSet.objects.count(), ChangedRow.objects.count())
    with pytest.raises(Forbidden):
        WRITES[write](cast[who], both)
    assert (ChangeSet.objects.count(), ChangedRow.objects.count()) == before


@pytest.mark.parametrize("who", ["representative", "supervisor"])
def test_a_host_never_speaks_for_the_participant(who, cast, placement):
    by, host = cast["coordinator"], cast[who]
    own, theirs = draft(placement, by, "self"), signed(placement, host)
    for write in (
        lambda: start_evaluation(placement, by=host, kind="self"),
        lambda: save_evaluation(own, by=host, objectives="Autre"),
        lambda: sign(own, host),
        lambda: discard_evaluation(own, by=host),
        lambda: answer(theirs, host),
    ):
        with pytest.raises(Forbidden):
            write()


def test_a_self_evaluation_is_the_host_s_to_read_once_it_is_signed(cast, placement):
    own = draft(placement, cast["coordinator"], "self")
    seen = Evaluation.objects.visible_to(cast["supervisor"]).filter(pk=own.pk)
    assert not seen.exists()
    sign(own, cast["coordinator"])
    assert seen.exists()


# ------------------------------------------------------------------ when: every state × every write
# (start another of the same kind, save, sign, answer, discard)
OK, NO = "ok", "conflict"
MOMENTS = {
    "draft": (NO, OK, OK, NO, OK),
    "signed": (OK, NO, NO, OK, NO),
    "agreed": (OK, NO, NO, NO, NO),
    "disagreed": (OK, NO, NO, NO, NO),
    "self draft": (NO, OK, OK, NO, OK),
    "self signed": (OK, NO, NO, NO, NO),
}
MAKE = {
    "draft": draft,
    "signed": signed,
    "agreed": lambda placement, by: answered(placement, by, "agrees"),
    "disagreed": answered,
    "self draft": lambda placement, by: draft(placement, by, "self"),
    "self signed": lambda placement, by: signed(placement, by, "self"),
}


def content(evaluation):
    """All that is kept of an evaluation and of its scores."""
    rows = EvaluationScore.objects.filter(evaluation=evaluation.pk).order_by("pk")
    return list(Evaluation.objects.filter(pk=evaluation.pk).values()), list(rows.values())


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("state", MOMENTS)
def test_what_each_state_allows(state, place, cast, placement):
    by = cast["coordinator"]
    evaluation = MAKE[state](placement, by)
    write = (
        lambda: start_evaluation(placement, by=by, kind=evaluation.kind),
        lambda: save_evaluation(
            evaluation, by=by, scores={"quality": {"level": 1}}, objectives="Autre"
        ),
        lambda: sign(evaluation, by),
        lambda: answer(evaluation, by),
        lambda: discard_evaluation(evaluation, by=by),
    )[place]
    before = content(evaluation)
    if MOMENTS[state][place] == OK:
        write()
    else:
        with pytest.raises(Conflict):
            write()
        assert content(evaluation) == before


def test_nothing_is_evaluated_before_the_first_day_nor_in_a_closed_case(cast, placement, case):
    by = cast["coordinator"]
    evaluation = draft(placement, by)
    whole = signed(placement, by, "final")
    with change(by=SYSTEM, verb="cases.placement.update"):
        type(placement).objects.filter(pk=placement.pk).update(status="signed", started_on=None)
    with pytest.raises(Conflict):
        start_evaluation(placement, by=by, kind="final")
    with change(by=SYSTEM, verb="cases.placement.update"):
        type(placement).objects.filter(pk=placement.pk).update(
            status="completed", started_on="2026-04-13", ended_on="2026-11-20"
        )
        type(case).objects.filter(pk=case.pk).update(
            status="closed", closed_on="2026-11-20", closure_reason="studies"
        )
    for write in (
        lambda: start_evaluation(placement, by=by, kind="final"),
        lambda: save_evaluation(evaluation, by=by, objectives="Autre"),
        lambda: sign(evaluation, by),
        lambda: answer(whole, by),
    ):
        with pytest.raises(Conflict):
            write()
    discard_evaluation(evaluation, by=by)


def test_an_evaluation_is_written_after_the_end_as_well(cast, placement):
    by = cast["coordinator"]
    move_placement(placement, "complete", by=by, ended_on="2026-11-20")
    assert signed(placement, cast["supervisor"], "final").follow_up.done_on == SIGNED_ON


# ------------------------------------------------------------------ the draft
def test_a_draft_is_filled_in_as_far_as_one_got(cast, placement):
    by = cast["supervisor"]
    evaluation = start_evaluation(placement, by=by, kind="mid_term")
    assert (evaluation.follow_up.step.code, evaluation.recorded_by) == ("mid-evaluation", by)
    evaluation = save_evaluation(
        evaluation, by=by, version=1, objectives="  Les deux premiers.  ",
        scores={
            "quality": {"level": 4, "comment": " Soigné "},
            "methods": {"level": None, "comment": ""},
            "autonomy": {"comment": "À revoir"},
        },
    )  # fmt: skip
    assert (evaluation.objectives, evaluation.version) == ("Les deux premiers.", 2)
    kept = {
        each.criterion.code: (each.level, each.is_observed, each.comment)
        for each in evaluation.scores.select_related("criterion")
    }
    assert kept == {
        "quality": (4, True, "Soigné"),
        "methods": (None, False, ""),
        "autonomy": (None, True, "À revoir"),
    }
    # A score counts in the version too: nobody fills in the same draft beside somebody else.
    evaluation = save_evaluation(evaluation, by=by, version=2, scores={"quality": {"level": 2}})
    assert (evaluation.version, evaluation.scores.get(criterion__code="quality").comment) == (
        3,
        "Soigné",
    )
    with pytest.raises(Stale):
        save_evaluation(evaluation, by=by, version=2, scores={"quality": {"level": 1}})
    with pytest.raises(Stale):
        sign(evaluation, by, version=2)
    with pytest.raises(Stale):
        discard_evaluation(evaluation, by=by, version=2)


def test_saving_the_same_values_leaves_no_history(cast, placement):
    evaluation = draft(placement, cast["coordinator"])
    before = ChangeSet.objects.count()
    save_evaluation(
        evaluation, by=cast["coordinator"], scores=SCORES, objectives=evaluation.objectives
    )
    assert ChangeSet.objects.count() == before


WRONG = {
    "unknown criterion": ({"scores": {"charm": {"level": 3}}}, ["scores.charm"]),
    "no such level": ({"scores": {"quality": {"level": 5}}}, ["scores.quality.level"]),
    "recommendation": ({"recommendation": "promote"}, ["recommendation"]),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_is_named(wrong, cast, placement):
    fields, named = WRONG[wrong]
    evaluation = draft(placement, cast["coordinator"])
    before = content(evaluation)
    with pytest.raises(Invalid) as refused:
        save_evaluation(evaluation, by=cast["coordinator"], **fields)
    assert list(refused.value.fields) == named
    assert content(evaluation) == before


def test_a_self_evaluation_recommends_nothing(cast, placement):
    with pytest.raises(Invalid):
        start_evaluation(placement, by=cast["coordinator"], kind="self", recommendation="hire")


@pytest.mark.parametrize("field", ["signed_on", "answer", "kind", "is_on_behalf"])
def test_no_other_column_is_written_through_the_content(field, cast, placement):
    with pytest.raises(TypeError):
        save_evaluation(
            draft(placement, cast["coordinator"]), by=cast["coordinator"], **{field: ""}
        )


def test_the_step_given_is_one_of_the_kind(cast, placement):
    by, steps = cast["coordinator"], placement.follow_ups
    for kind, step in (("mid_term", "final-evaluation"), ("self", "mid-evaluation")):
        with pytest.raises(Invalid) as refused:
            start_evaluation(placement, by=by, kind=kind, follow_up=steps.get(step__code=step))
        assert list(refused.value.fields) == ["follow_up"]
    given = steps.get(step__code="final-evaluation")
    started = start_evaluation(placement, by=by, kind="final", follow_up=given)
    assert started.follow_up == given
    assert start_evaluation(placement, by=by, kind="self").follow_up is None


def test_a_discarded_draft_leaves_its_history_only(cast, placement):
    evaluation = draft(placement, cast["supervisor"])
    discard_evaluation(evaluation, by=cast["supervisor"], version=evaluation.version)
    assert not Evaluation.objects.exists()
    assert not EvaluationScore.objects.exists()
    assert last_change().verb == "cases.evaluation.discard"
    assert placement.follow_ups.get(step__code="mid-evaluation").done_on is None


@pytest.mark.parametrize(("revoked", "kept"), [(None, True), ("2026-11-01", False)])
def test_a_draft_somebody_was_sent_a_link_to_stays(revoked, kept, cast, placement):
    evaluation = draft(placement, cast["coordinator"])
    with change(by=SYSTEM, verb="cases.placement.update"):
        link = TaskLink.of(
            placement, task="evaluate", evaluation=evaluation, recipient_name="D. S.",
            recipient_email="d@exemple.qc.ca", expires_on="2026-12-01",
            revoked_on=revoked,
        )  # fmt: skip
        link.save()
    if kept:
        with pytest.raises(Conflict):
            discard_evaluation(evaluation, by=cast["coordinator"])
    else:
        discard_evaluation(evaluation, by=cast["coordinator"])
        link.refresh_from_db()
        assert link.evaluation is None
    assert Evaluation.objects.exists() is kept


# ------------------------------------------------------------------ the signature
def test_a_signature_locks_and_marks_the_step_done_in_the_same_change(cast, placement):
    host = cast["supervisor"]
    evaluation = sign(draft(placement, host), host)
    done = last_change()

    assert (evaluation.signed_on, evaluation.author_name) == (SIGNED_ON, "Dominique Exemple")
    step = placement.follow_ups.get(step__code="mid-evaluation")
    assert (step.done_on, step.done_by, step.mode) == (SIGNED_ON, host, "meeting")
    assert (done.verb, done.case_id, done.actor_id) == (
        "cases.evaluation.sign",
        placement.case_id,
        host.pk,
    )
    touched = set(done.changed_rows.values_list("model", "type"))
    assert touched == {("cases.evaluation", "~"), ("cases.followup", "~")}


def test_a_step_done_by_hand_before_stays_as_it_was(cast, placement):
    by = cast["coordinator"]
    evaluation = draft(placement, by)
    complete_follow_up(
        evaluation.follow_up, by=by, done_on=dt.date(2026, 10, 2), mode="call", summary="Vu"
    )
    sign(evaluation, by)
    step = placement.follow_ups.get(step__code="mid-evaluation")
    assert (step.done_on, step.mode, step.summary) == (dt.date(2026, 10, 2), "call", "Vu")


def test_a_self_evaluation_marks_no_step_done(cast, placement):
    signed(placement, cast["coordinator"], "self")
    assert not placement.follow_ups.filter(step__kind="evaluation", done_on__isnull=False).exists()


def test_a_step_that_came_back_after_the_draft_is_found_at_the_signature(cast, placement):
    by = cast["coordinator"]
    evaluation = draft(placement, by)
    with change(by=SYSTEM, verb="cases.placement.update"):
        Evaluation.objects.filter(pk=evaluation.pk).update(follow_up=None)
    assert sign(evaluation, by).follow_up.step.code == "mid-evaluation"


MISSING = {
    "nothing": ({}, []),
    "why not observed": ({"scores": {"quality": {"level": None}}}, ["scores.quality.comment"]),
    "not observed, and why": ({"scores": {"quality": {"level": None, "comment": "Pas vu"}}}, []),
    "the recommendation": ({"recommendation": ""}, ["recommendation"]),
    "the author": ({"author_name": "  "}, ["author_name"]),
    "tomorrow": ({"signed_on": dt.date(2026, 11, 24)}, ["signed_on"]),
    "before the first day": ({"signed_on": dt.date(2026, 4, 12)}, ["signed_on"]),
    "the first day": ({"signed_on": dt.date(2026, 4, 13)}, []),
}  # fmt: skip


@pytest.mark.parametrize("missing", MISSING)
@time_machine.travel(IN_NOVEMBER, tick=False)
def test_a_signature_asks_for_everything(missing, cast, placement):
    given, named = MISSING[missing]
    evaluation = draft(placement, cast["supervisor"])
    before = content(evaluation)
    if named:
        with pytest.raises(Invalid) as refused:
            sign(evaluation, cast["supervisor"], **given)
        assert list(refused.value.fields) == named
        assert content(evaluation) == before
        assert placement.follow_ups.get(step__code="mid-evaluation").done_on is None
    else:
        assert sign(evaluation, cast["supervisor"], **given).is_locked


def test_all_that_is_missing_is_named_at_once(cast, placement):
    evaluation = start_evaluation(placement, by=cast["supervisor"], kind="mid_term")
    with pytest.raises(Invalid) as refused:
        sign(evaluation, cast["supervisor"], author_name="")
    levels = [f"scores.{code}.level" for code in CODES]
    assert list(refused.value.fields) == [*levels, "recommendation", "author_name"]


def test_a_criterion_no_longer_in_use_is_not_asked_for(cast, placement):
    evaluation = draft(placement, cast["supervisor"])
    with change(by=SYSTEM, verb="organizations.reference.load"):
        EvaluationCriterion.objects.filter(code="quality").update(is_active=False)
        EvaluationScore.objects.filter(criterion__code="quality").update(level=None)
    assert sign(evaluation, cast["supervisor"]).is_locked


def test_begun_and_signed_at_once_is_one_change(cast, placement):
    evaluation = start_evaluation(
        placement, by=by_link(placement), kind="mid_term", scores=SCORES, recommendation="hire",
        author_name="Dominique Exemple", signed_on=SIGNED_ON,
    )  # fmt: skip
    done = last_change()
    assert done.verb == "cases.evaluation.sign"
    kinds = sorted(done.changed_rows.values_list("model", "type"))
    assert kinds == [
        ("cases.evaluation", "+"), *[("cases.evaluationscore", "+")] * 6, ("cases.followup", "~"),
    ]  # fmt: skip
    step = FollowUp.objects.get(pk=evaluation.follow_up_id)
    assert (step.done_on, step.done_by, evaluation.recorded_by) == (SIGNED_ON, None, None)


# kind, who signs → filled in by the programme for somebody else
ON_BEHALF = [
    ("mid_term", "coordinator", True),
    ("mid_term", "editor", True),
    ("final", "lead", True),
    ("mid_term", "supervisor", False),
    ("final", "representative", False),
    ("mid_term", "link", False),
    ("self", "coordinator", True),
    ("self", "link", False),
]


@pytest.mark.parametrize(("kind", "who", "expected"), ON_BEHALF)
def test_what_the_programme_fills_in_for_others_says_so(kind, who, expected, cast, placement):
    by = by_link(placement) if who == "link" else cast[who]
    evaluation = signed(placement, by, kind)
    assert evaluation.is_on_behalf is expected
    assert evaluation.recorded_by == (None if who == "link" else by)


def test_who_signs_answers_for_it_whoever_began(cast, placement):
    evaluation = draft(placement, cast["coordinator"])
    assert evaluation.is_on_behalf
    evaluation = sign(evaluation, cast["supervisor"])
    assert (evaluation.is_on_behalf, evaluation.recorded_by) == (False, cast["supervisor"])


def test_a_coordinator_who_hosts_as_well_writes_the_own_word(cast, placement, world):
    both = cast["colleague"]
    give_grant(by=SYSTEM, user=both, role="supervise", on=world.site_03, reason="Accueille")
    assert signed(placement, both).is_on_behalf is False
    assert signed(placement, both, "self").is_on_behalf is True


def test_a_signed_evaluation_goes_along_when_the_case_changes_hands(cast, world, case, placement):
    evaluation = answered(placement, cast["coordinator"])
    before = content(evaluation)
    transfer_case(case, by=cast["lead"], region=world.regions["06"], reason="Déménagement")
    after = content(evaluation)
    changed = {"region_id", "version", "updated_at"}
    for old, new in zip(before, after, strict=True):
        for one, other in zip(old, new, strict=True):
            assert {name for name in one if one[name] != other[name]} <= changed
            assert other["region_id"] == world.regions["06"].pk


# ------------------------------------------------------------------ the answer
@time_machine.travel(IN_NOVEMBER, tick=False)
def test_a_disagreement_is_followed_up_within_five_working_days(cast, placement, case):
    evaluation = answered(placement, by_link(placement))
    (planned,) = FollowUp.objects.filter(placement=placement, subject__startswith="Désaccord")
    assert planned == evaluation.answer_follow_up
    assert planned.subject == "Désaccord à examiner\xa0: Évaluation de mi-parcours"
    # Monday the 23rd, then a week end.
    assert (planned.due_on, planned.responsible) == (dt.date(2026, 11, 30), case.coordinator)
    assert (planned.is_shared, planned.region_id) == (False, case.region_id)
    assert {row.model for row in last_change().changed_rows.all()} == {
        "cases.evaluation",
        "cases.followup",
    }
    assert Evaluation.objects.unsettled().get() == evaluation
    complete_follow_up(
        planned, by=cast["coordinator"], done_on=dt.date(2026, 11, 23), mode="meeting"
    )
    assert not Evaluation.objects.unsettled().exists()


def test_the_subject_is_kept_in_french_whoever_writes(cast, placement):
    with translation.override("en-ca"):
        evaluation = answered(placement, cast["coordinator"])
    assert evaluation.answer_follow_up.subject.startswith("Désaccord à examiner")


def test_an_agreement_plans_nothing(cast, placement):
    before = FollowUp.objects.count()
    evaluation = answered(placement, cast["coordinator"], "agrees")
    assert (evaluation.state, evaluation.answer_follow_up) == ("agreed", None)
    assert FollowUp.objects.count() == before


ANSWERS = {
    "a disagreement without words": ({"answer": "disagrees", "comment": "  "}, ["comment"]),
    "no answer": ({"answer": ""}, ["answer"]),
    "another answer": ({"answer": "maybe"}, ["answer"]),
    "tomorrow": ({"answered_on": dt.date(2026, 11, 24)}, ["answered_on"]),
    "before the signature": ({"answered_on": dt.date(2026, 10, 13)}, ["answered_on"]),
}


@pytest.mark.parametrize("wrong", ANSWERS)
@time_machine.travel(IN_NOVEMBER, tick=False)
def test_an_answer_that_cannot_be_is_named_and_leaves_nothing(wrong, cast, placement):
    given, named = ANSWERS[wrong]
    evaluation = signed(placement, cast["coordinator"])
    before = (content(evaluation), FollowUp.objects.count())
    with pytest.raises(Invalid) as refused:
        answer(evaluation, cast["coordinator"], **given)
    assert list(refused.value.fields) == named
    assert (content(evaluation), FollowUp.objects.count()) == before


def test_a_closing_case_takes_the_open_follow_up_of_a_disagreement_along(cast, placement, case):
    by = cast["coordinator"]
    evaluation = answered(placement, by)
    move_placement(placement, "complete", by=by, ended_on="2026-11-20")
    move_case(case, "close", by=by, closed_on="2026-11-20", closure_reason="studies", reason="Fin")
    evaluation.refresh_from_db()
    assert (evaluation.answer, evaluation.answer_follow_up) == ("disagrees", None)


# ------------------------------------------------------------------ what people read of it afterwards
def test_the_timeline_reads_well_in_french(cast, placement):
    evaluation = draft(placement, cast["supervisor"])
    save_evaluation(
        evaluation, by=cast["supervisor"],
        scores={"quality": {"level": None, "comment": "Pas eu l’occasion"}},
    )  # fmt: skip
    with translation.override("fr-ca"):
        (entry,) = timeline.entries([last_change()])
        told = {
            (record.label, record.title): [(f.label, f.old, f.new) for f in record.fields]
            for record in entry.records
        }
        assert entry.change_set.label == "Brouillon d’évaluation rempli"
    assert told == {
        ("évaluation", "Évaluation de mi-parcours"): [],
        ("critère évalué", "Qualité du travail"): [
            ("niveau", "3 – Acquis", ""),
            ("observé", "oui", "non"),
            ("commentaire", "", "Pas eu l’occasion"),
        ],
    }
