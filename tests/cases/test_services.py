"""Every write of the participant side: who may, when, what follows, and what does not change."""

import datetime as dt

import pytest
import time_machine

from cases.models import Case, Consent, FollowUp, Note
from cases.services import cases as case_services
from cases.services import (
    follow_ups,
    grants,
    notes,
    participants,
    placements,
)
from cases.services.cases import move_case, open_case, transfer_case, update_case
from cases.services.follow_ups import add_follow_up, complete_follow_up, update_follow_up
from cases.services.grants import share_case
from cases.services.notes import add_note, update_note
from cases.services.participants import (
    give_consent,
    read_health,
    save_health,
    update_participant,
    withdraw_consent,
)
from cases.services.placements import move_placement, open_placement, update_placement
from organizations.models import JobClass
from peph.audit.models import AccessLog, ChangedRow, ChangeSet
from peph.errors import Conflict, Forbidden, Invalid, Stale

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 2)
PERSON = {"last_name": "Roy", "first_name": "Ève", "birth_date": dt.date(1999, 1, 2)}

# Every public write, called as whoever is given; each needs more than reading the case.
WRITES = {
    "open_case": lambda by, x: open_case(by=by, region=x.world.regions["03"], person=PERSON),
    "update_case": lambda by, x: update_case(x.case, by=by, referring_agency="Autre"),
    "transfer_case": lambda by, x: transfer_case(
        x.case, by=by, region=x.world.regions["06"], reason="Déménagement"
    ),
    "move_case": lambda by, x: move_case(
        x.case, "suspend", by=by, resume_on="2099-01-01", reason="Pause"
    ),
    "open_placement": lambda by, x: open_placement(
        x.case, by=by, site=x.world.site_03, planned_start=DAY
    ),
    "update_placement": lambda by, x: update_placement(
        x.placement, by=by, job_class=JobClass.objects.first()
    ),
    "move_placement": lambda by, x: move_placement(
        x.placement, "complete", by=by, ended_on="2026-11-01"
    ),
    "add_follow_up": lambda by, x: add_follow_up(x.case, by=by, subject="Appel", due_on=DAY),
    "update_follow_up": lambda by, x: update_follow_up(x.follow_up, by=by, due_on=DAY),
    "complete_follow_up": lambda by, x: complete_follow_up(
        x.follow_up, by=by, done_on=DAY, mode="call"
    ),
    "add_note": lambda by, x: add_note(x.case, by=by, text="Note"),
    "update_note": lambda by, x: update_note(x.note, by=by, text="Corrigée"),
    "give_consent": lambda by, x: give_consent(
        x.case.participant, by=by, purpose="health", text_version="1", given_on=DAY
    ),
    "withdraw_consent": lambda by, x: withdraw_consent(x.consent, by=by, withdrawn_on=DAY),
    "update_participant": lambda by, x: update_participant(x.case.participant, by=by, phone=""),
    "save_health": lambda by, x: save_health(x.case, by=by, nature="Surdité"),
    "read_health": lambda by, x: read_health(x.case, by=by),
    "share_case": lambda by, x: share_case(
        x.case, by=by, user=x.cast["outsider"], role="view_case", reason="R", expires_on=DAY
    ),
}


class Stage:
    def __init__(self, world, cast, case, placement, follow_up, note):
        self.world, self.cast, self.case, self.placement = world, cast, case, placement
        self.follow_up, self.note = follow_up, note
        self.consent = Consent.objects.get(participant=case.participant)


@pytest.fixture
def stage(world, cast, case, placement, follow_up, note):
    return Stage(world, cast, case, placement, follow_up, note)


def test_the_list_of_writes_is_complete():
    public = {
        name
        for module in (case_services, follow_ups, grants, notes, participants, placements)
        for name, thing in vars(module).items()
        if getattr(thing, "__module__", "") == module.__name__
        and "_" in name
        and not name.startswith("_")
    }
    helpers = {
        "is_coordinator", "may_answer_for", "follow_placement", "check_may_change", "check_author",
        "latest_case", "usual_end",
        # Part of another write, which asks who may.
        "plan_follow_up", "mark_done",
    }  # fmt: skip
    assert public - helpers == set(WRITES)


@pytest.mark.parametrize(
    "who",
    ["outsider", "coordinator_elsewhere", "auditor", "reader", "former", "superuser", "privacy"],
)
@pytest.mark.parametrize("write", WRITES)
def test_nobody_writes_without_the_right_and_nothing_is_left(write, who, stage):
    before = (ChangeSet.objects.count(), ChangedRow.objects.count())
    with pytest.raises(Forbidden):
        WRITES[write](stage.cast[who], stage)
    assert (ChangeSet.objects.count(), ChangedRow.objects.count()) == before


def test_a_case_goes_from_referral_to_eligible(world, cast):
    by = cast["coordinator"]
    case = open_case(by=by, region=world.regions["03"], person=PERSON, referred_on=DAY)
    assert (case.status, case.coordinator, case.fiscal_year) == ("referred", by, 2026)

    move_case(case, "start-intake", by=by, first_contact_on="2026-11-03")
    with pytest.raises(Conflict, match="consent"):
        move_case(case, "start-review", by=by, applied_on="2026-11-03")
    give_consent(case.participant, by=by, purpose="case_management", text_version="1", given_on=DAY)
    move_case(case, "start-review", by=by, applied_on="2026-11-03")
    case = move_case(case, "admit", by=by, decided_on="2026-11-04", reason="Tout est là")

    assert (case.status, case.decided_on, case.decided_by) == ("eligible", dt.date(2026, 11, 4), by)
    told = ChangeSet.objects.latest("number")
    assert (told.verb, told.reason, told.case_id, told.actor_id) == (
        "cases.case.admit", "Tout est là", case.pk, by.pk,
    )  # fmt: skip


def test_a_move_from_the_wrong_status_is_a_conflict_and_a_wrong_input_names_its_field(cast, case):
    with pytest.raises(Conflict):
        move_case(case, "admit", by=cast["coordinator"], decided_on="2026-11-01")
    with pytest.raises(Invalid) as refused:
        move_case(case, "suspend", by=cast["coordinator"], resume_on="hier")
    assert set(refused.value.fields) == {"resume_on", "reason"}


def test_a_stale_copy_cannot_write(cast, case):
    update_case(case, by=cast["coordinator"], version=case.version, referring_agency="Une")
    with pytest.raises(Stale):
        update_case(case, by=cast["colleague"], version=case.version, referring_agency="Deux")
    assert Case.objects.get(pk=case.pk).referring_agency == "Une"


def test_saving_the_same_values_leaves_no_history(cast, case):
    before = ChangeSet.objects.count()
    update_case(case, by=cast["coordinator"], referring_agency=case.referring_agency)
    assert ChangeSet.objects.count() == before


def test_who_refused_does_not_decide_the_appeal(world, cast):
    by, other = cast["coordinator"], cast["colleague"]
    case = open_case(by=by, region=world.regions["03"], person=PERSON, referred_on=DAY)
    give_consent(case.participant, by=by, purpose="case_management", text_version="1", given_on=DAY)
    for name, inputs in (
        ("start-intake", {"first_contact_on": "2026-11-03"}),
        ("start-review", {"applied_on": "2026-11-03"}),
        ("refuse", {"decided_on": "2026-11-04", "reason": "Non"}),
        ("appeal", {"reason": "Contesté"}),
    ):
        move_case(case, name, by=by, **inputs)
    with pytest.raises(Forbidden):
        move_case(case, "allow-appeal", by=by, decided_on="2026-11-05", reason="Oui")
    case = move_case(case, "allow-appeal", by=other, decided_on="2026-11-05", reason="Oui")
    assert (case.status, case.decided_by) == ("eligible", other)


def test_a_case_with_a_placement_under_way_does_not_close(cast, case, placement):
    closing = {"closed_on": "2026-11-20", "closure_reason": "withdrew", "reason": "Départ"}
    with pytest.raises(Conflict):
        move_case(case, "close", by=cast["coordinator"], **closing)
    move_placement(
        placement, "end-early", by=cast["coordinator"], ended_on="2026-11-20",
        ended_by="participant", reason="Départ",
    )  # fmt: skip
    case = move_case(case, "close", by=cast["coordinator"], **closing)
    assert (case.status, case.closure_reason) == ("closed", "withdrew")
    assert not FollowUp.objects.filter(case=case).to_do().exists()

    reopened = move_case(case, "reopen-eligible", by=cast["coordinator"], reason="Retour")
    assert (reopened.status, reopened.closed_on, reopened.site) == ("eligible", None, None)


def test_an_interrupted_case_returns_to_where_it_was(cast, case):
    case = move_case(
        case, "suspend", by=cast["coordinator"], resume_on="2099-01-01", reason="Pause"
    )
    assert (case.status, case.resumes_as) == ("suspended", "in_placement")
    case = move_case(case, "resume", by=cast["coordinator"])
    assert (case.status, case.resumes_as, case.resume_on) == ("in_placement", "", None)


def test_a_transfer_needs_both_regions_and_takes_everything_along(cast, world, case, placement):
    to = {"region": world.regions["06"], "reason": "Déménagement"}
    with pytest.raises(Forbidden):
        transfer_case(case, by=cast["coordinator"], **to)
    case = transfer_case(case, by=cast["lead"], **to)

    assert (case.region.code, case.coordinator) == ("06", None)
    assert set(case.follow_ups.values_list("region__code", flat=True)) == {"06"}
    assert not Case.objects.visible_to(cast["coordinator"]).filter(pk=case.pk).exists()
    assert Case.objects.visible_to(cast["coordinator_elsewhere"]).filter(pk=case.pk).exists()


def test_what_the_former_coordinator_had_to_do_goes_to_the_new_one(cast, case, follow_up):
    update_follow_up(follow_up, by=cast["lead"], responsible=cast["lead"])
    update_case(case, by=cast["coordinator"], coordinator=cast["colleague"])
    responsible = dict(
        FollowUp.objects.filter(case=case).to_do().values_list("pk", "responsible__email")
    )
    assert responsible.pop(follow_up.pk) == "lead@exemple.qc.ca"
    assert set(responsible.values()) == {"colleague@exemple.qc.ca"}


def test_nobody_is_born_tomorrow(cast, world, case):
    unborn = PERSON | {"birth_date": dt.date(2999, 1, 1)}
    for write in (
        lambda: open_case(by=cast["lead"], region=world.regions["03"], person=unborn),
        lambda: update_participant(case.participant, by=cast["lead"], **unborn),
    ):
        with pytest.raises(Invalid) as refused:
            write()
        assert list(refused.value.fields) == ["birth_date"]


def test_a_person_has_one_open_case(cast, world, case):
    with pytest.raises(Invalid):
        open_case(by=cast["lead"], region=world.regions["06"], participant=case.participant)


# ------------------------------------------------------------------ the schedule
def _due(placement):
    rows = FollowUp.objects.filter(placement=placement, step__isnull=False).select_related("step")
    return {row.step.code: row.due_on.isoformat() for row in rows}


# The placement of the cast: started 2026-04-13 for 52 weeks, so planned to end 2027-04-11.
SCHEDULE = {
    "readiness": "2026-03-23",
    "welcome": "2026-04-20",
    "first-check": "2026-05-11",
    "quarter-1": "2026-07-13",
    "mid-evaluation": "2026-10-12",
    "quarter-3": "2027-01-11",
    "decision": "2027-02-14",
    "final-evaluation": "2027-03-28",
    "closing": "2027-04-11",
    "outcome-13": "2027-07-11",
    "outcome-26": "2027-10-10",
    "outcome-52": "2028-04-09",
}
IN_NOVEMBER = dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC)


def test_opening_a_placement_generates_the_programme_s_schedule(placement):
    assert _due(placement) == SCHEDULE


def test_starting_a_week_late_moves_the_whole_schedule_and_the_end(cast, world, case_elsewhere):
    by = cast["lead"]
    give_consent(
        case_elsewhere.participant, by=by, purpose="case_management", text_version="1", given_on=DAY
    )
    for name, inputs in (
        ("start-intake", {"first_contact_on": "2026-06-01"}),
        ("start-review", {"applied_on": "2026-06-01"}),
        ("admit", {"decided_on": "2026-06-02"}),
    ):
        move_case(case_elsewhere, name, by=by, **inputs)
    placement = open_placement(
        case_elsewhere, by=by, site=world.site_06, planned_start=dt.date(2026, 7, 6)
    )
    assert (placement.planned_end, _due(placement)["welcome"]) == (
        dt.date(2027, 7, 4),
        "2026-07-13",
    )
    move_placement(placement, "sign", by=by, signed_on="2026-07-01")
    move_placement(placement, "prepare", by=by)
    placement = move_placement(
        placement, "start", by=cast["representative"], started_on="2026-07-13"
    )

    assert placement.planned_end == dt.date(2027, 7, 11)
    assert (_due(placement)["welcome"], _due(placement)["closing"]) == ("2026-07-20", "2027-07-11")


def test_a_suspension_moves_what_was_due_during_it_and_the_return_corrects_it(cast, placement):
    by = cast["coordinator"]
    with time_machine.travel(IN_NOVEMBER, tick=False):
        placement = move_placement(
            placement, "suspend", by=by, suspended_on="2026-11-16", resume_on="2026-12-14",
            reason="Congé",
        )  # fmt: skip
        assert _due(placement) == SCHEDULE | {"quarter-3": "2027-02-08"}
    with time_machine.travel(dt.datetime(2026, 12, 21, 15, tzinfo=dt.UTC), tick=False):
        placement = move_placement(
            placement, "resume", by=by, resumed_on="2026-12-21", planned_end="2027-05-16"
        )
    moved = {
        "quarter-3": "2027-02-15",
        "decision": "2027-03-21",
        "final-evaluation": "2027-05-02",
        "closing": "2027-05-16",
        "outcome-13": "2027-08-15",
        "outcome-26": "2027-11-14",
        "outcome-52": "2028-05-14",
    }
    assert _due(placement) == SCHEDULE | moved
    assert (placement.status, placement.resume_on) == ("active", None)


def test_an_extension_is_approved_by_somebody_else_and_moves_the_end(cast, placement):
    by, other = cast["coordinator"], cast["colleague"]
    with time_machine.travel(IN_NOVEMBER, tick=False):
        placement = move_placement(
            placement, "extend", by=by, extension_end="2027-10-10", reason="À consolider"
        )
        with pytest.raises(Forbidden):
            move_placement(placement, "approve-extension", by=by)
        placement = move_placement(placement, "approve-extension", by=other)

    assert (placement.status, placement.planned_end) == ("active", dt.date(2027, 10, 10))
    assert placement.was_extended
    assert (_due(placement)["closing"], _due(placement)["quarter-1"]) == (
        "2027-10-10",
        "2026-07-13",
    )


@pytest.mark.parametrize("end", ["2027-04-11", "2028-04-10"])
def test_an_extension_is_neither_shorter_nor_beyond_the_longest_placement(end, cast, placement):
    with time_machine.travel(IN_NOVEMBER, tick=False), pytest.raises(Invalid) as refused:
        move_placement(
            placement, "extend", by=cast["coordinator"], extension_end=end, reason="Trop"
        )
    assert list(refused.value.fields) == ["extension_end"]


def test_an_early_end_drops_what_lay_beyond_and_the_outcomes_count_from_it(cast, placement, case):
    with time_machine.travel(IN_NOVEMBER, tick=False):
        move_placement(
            placement, "end-early", by=cast["coordinator"], ended_on="2026-11-20", ended_by="host",
            reason="Réorganisation",
        )  # fmt: skip
    assert _due(placement) == {
        "readiness": "2026-03-23",
        "welcome": "2026-04-20",
        "first-check": "2026-05-11",
        "quarter-1": "2026-07-13",
        "mid-evaluation": "2026-10-12",
        "final-evaluation": "2026-11-23",
        "closing": "2026-11-23",
        "outcome-13": "2027-02-19",
        "outcome-26": "2027-05-21",
        "outcome-52": "2027-11-19",
    }
    assert Case.objects.get(pk=case.pk).status == "post_placement"


def test_a_placement_that_never_began_releases_the_case(cast, world):
    by = cast["coordinator"]
    case = open_case(by=by, region=world.regions["03"], person=PERSON, referred_on=DAY)
    give_consent(case.participant, by=by, purpose="case_management", text_version="1", given_on=DAY)
    for name, inputs in (
        ("start-intake", {"first_contact_on": "2026-11-03"}),
        ("start-review", {"applied_on": "2026-11-03"}),
        ("admit", {"decided_on": "2026-11-04"}),
    ):
        move_case(case, name, by=by, **inputs)
    placement = open_placement(case, by=by, site=world.site_03, planned_start=dt.date(2027, 1, 11))
    assert Case.objects.get(pk=case.pk).organization == world.mtmd
    move_placement(placement, "cancel", by=by, reason="Unité réorganisée")

    case = Case.objects.get(pk=case.pk)
    assert (case.status, case.site, case.organization) == ("eligible", None, None)
    assert _due(placement) == {}
    assert not Case.objects.visible_to(cast["representative"]).filter(pk=case.pk).exists()


def test_a_host_keeps_its_own_fields_and_no_others(cast, placement):
    host = cast["supervisor"]
    placement = update_placement(placement, by=host, hours_per_week=28, mentor_name="Alex Mentor")
    assert (placement.hours_per_week, placement.mentor_name) == (28, "Alex Mentor")
    with pytest.raises(Forbidden):
        update_placement(placement, by=host, planned_end=dt.date(2027, 5, 1))
    with pytest.raises(Invalid) as refused:
        update_placement(placement, by=host, mentor_name="DOMINIQUE superviseur")
    assert list(refused.value.fields) == ["mentor_name"]


# ------------------------------------------------------------------ follow-ups, notes, consent, health
def test_a_follow_up_is_done_once_and_can_plan_the_next(cast, follow_up):
    by = cast["coordinator"]
    complete_follow_up(
        follow_up, by=by, done_on=dt.date(2026, 11, 20), mode="call", summary="Tout va bien",
        next_due_on=dt.date(2026, 12, 15), next_subject="Relance",
    )  # fmt: skip
    assert FollowUp.objects.filter(subject="Relance", due_on="2026-12-15").count() == 1
    with pytest.raises(Conflict):
        complete_follow_up(follow_up, by=by, done_on=dt.date(2026, 11, 21), mode="call")
    with pytest.raises(Conflict):
        update_follow_up(follow_up, by=by, due_on=dt.date(2027, 1, 1))


BAD_REPORTS = [
    ({"done_on": dt.date(2999, 1, 1), "mode": "call"}, "done_on"),
    ({"done_on": DAY, "mode": "pigeon"}, "mode"),
    ({"done_on": DAY, "mode": "call", "concern": "urgent"}, "summary"),
]


@pytest.mark.parametrize(("report", "field"), BAD_REPORTS)
def test_a_report_that_does_not_hold_names_its_field(report, field, cast, follow_up):
    with pytest.raises(Invalid) as refused:
        complete_follow_up(follow_up, by=cast["coordinator"], **report)
    assert list(refused.value.fields) == [field]


def test_a_note_is_corrected_by_its_author_only(cast, note):
    with pytest.raises(Forbidden):
        update_note(note, by=cast["colleague"], text="Autre")
    update_note(note, by=cast["coordinator"], text="Corrigée")
    assert Note.objects.get(pk=note.pk).text == "Corrigée"
    assert [row.text for row in note.history.all()] == ["Corrigée", "Préfère être jointe le matin."]


def test_health_needs_consent_is_encrypted_and_each_read_is_logged(cast, case):
    by = cast["health_coordinator"]
    with pytest.raises(Conflict):
        save_health(case, by=by, nature="Surdité")
    give_consent(case.participant, by=by, purpose="health", text_version="1", given_on=DAY)
    record = save_health(case, by=by, nature="Surdité", attested_on=DAY)
    stored = type(record).objects.raw("SELECT id, nature AS raw FROM cases_disabilityrecord")[0]

    assert "Surdité" not in stored.raw
    before = AccessLog.objects.filter(verb="health").count()
    assert read_health(case, by=by).nature == "Surdité"
    assert read_health(case, by=by).attested_on == DAY
    assert AccessLog.objects.filter(verb="health", case_id=case.pk).count() == before + 2


def test_an_exception_on_a_case_has_an_end_and_is_not_for_oneself(cast, case):
    given = {"role": "view_case", "reason": "Remplacement"}
    with pytest.raises(Invalid):
        share_case(case, by=cast["lead"], user=cast["outsider"], expires_on=None, **given)
    with pytest.raises(Forbidden):
        share_case(
            case, by=cast["lead"], user=cast["lead"], expires_on=dt.date(2999, 1, 1), **given
        )
