"""Correcting a key date: who asks, who decides, what must hold, what follows; refused, nothing is written."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, transaction

from cases.models import Case, Document, FollowUp, KeyDateChange, Placement
from cases.policy import KEY_DATE_POLICY
from cases.services.cases import FOLLOWS_THE_CASE, move_case, transfer_case
from cases.services.documents import withdraw_document
from cases.services.key_date_changes import ask_key_date_change, move_key_date_change, offered
from cases.services.outcomes import due_on
from cases.services.participants import give_consent
from cases.services.placements import move_placement
from cases.services.reports import add_report
from cases.services.signatures import sign_agreement
from cases.workflow import KEY_DATE_WORKFLOW
from peph.audit import timeline
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangedRow, ChangeSet
from peph.errors import Conflict, Forbidden, Invalid, Stale
from tests.cases import files
from tests.cases.files import named
from tests.cases.test_documents import put

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC)
REASON = "Le formulaire porte une autre date."
OFFICERS = "lead second_lead coordinator colleague health_coordinator"
WATCHERS = "auditor auditor_region auditor_host privacy"
NOBODY = (
    "coordinator_elsewhere health_only representative representative_elsewhere supervisor "
    "supervisor_elsewhere committee auditor_elsewhere outsider former inactive superuser"
)
# person → what they may do with a correction asked for by the coordinator.
MATRIX = {
    **dict.fromkeys(OFFICERS.split(), "view decide"),
    "coordinator": "view edit decide",
    **dict.fromkeys(WATCHERS.split(), "view"),
    "reader": "view",
    "editor": "view",
    **dict.fromkeys(NOBODY.split(), ""),
}


def day(text):
    return dt.date.fromisoformat(text)


@pytest.fixture(autouse=True)
def november(cast):
    """A day on which the grant that is over is over already."""
    with time_machine.travel(NOW, tick=False):
        grant = cast["former"].regiongrants.get()
        grant.expires_on = dt.date(2026, 11, 1)
        with change(by=SYSTEM, verb="test"):
            grant.save()
        yield


def ask(record, by, key_date="applied_on", corrected="2026-01-19", **more):
    more.setdefault("reason", REASON)
    return ask_key_date_change(record, by=by, key_date=key_date, corrected=corrected, **more)


@pytest.fixture
def asked(cast, case):
    """A correction of the application, asked for by the coordinator."""
    return ask(case, cast["coordinator"])


def refused(kind, act, *args, **inputs):
    """Run it: it is refused with `kind` and nothing is written. The refusal."""
    before = ChangeSet.objects.count(), KeyDateChange.objects.count(), Document.objects.count()
    with pytest.raises(kind) as found:
        act(*args, **inputs)
    after = ChangeSet.objects.count(), KeyDateChange.objects.count(), Document.objects.count()
    assert after == before
    return found.value


# ------------------------------------------------------------------ who may do what
def test_every_person_of_the_cast_has_a_line(cast):
    assert set(MATRIX) == set(cast)


@pytest.mark.parametrize("who", MATRIX)
def test_what_each_person_may_do_with_a_correction(who, cast, asked):
    user, expected = cast[who], set(MATRIX[who].split())
    assert {
        action for action in KEY_DATE_POLICY.rules if KEY_DATE_POLICY.allows(user, action, asked)
    } == expected
    listed = KeyDateChange.objects.visible_to(user).with_abilities(user)
    assert [set(row.abilities) for row in listed] == ([expected] if expected else [])


@pytest.mark.parametrize("who", MATRIX)
def test_who_asks_for_a_correction(who, cast, case, placement):
    may = who in f"{OFFICERS} editor".split()
    for record, key_date, corrected in (
        (case, "applied_on", "2026-01-19"),
        (placement, "started_on", "2026-04-14"),
    ):
        if may:
            assert ask(record, cast[who], key_date, corrected).asked_by == cast[who]
        else:
            refused(Forbidden, ask, record, cast[who], key_date, corrected)


INPUTS = {"apply": {}, "refuse": {"decision_comment": "La date est la bonne."}, "withdraw": {}}
OTHERS = "lead second_lead colleague health_coordinator"
# From each status, the moves and who makes them when the coordinator asked.
MADE_BY = {
    "proposed": {"apply": OTHERS, "refuse": OTHERS, "withdraw": "coordinator"},
    "applied": {},
    "refused": {},
    "withdrawn": {},
}


def put_status(asked, status, by):
    """The correction as it stands in `status`."""
    if status != "proposed":
        asked.status, asked.decided_by, asked.decided_at = status, by, NOW
        asked.decision_comment = "Non" if status == "refused" else ""
        with change(by=SYSTEM, verb="test"):
            asked.save()
    return asked


@pytest.mark.parametrize("status", MADE_BY)
def test_the_moves_offered_to_each_person_are_those_they_can_make(status, cast, asked):
    asked = put_status(asked, status, cast["lead"])
    for who, user in cast.items():
        rows = KeyDateChange.objects.visible_to(user).with_abilities(user).with_people()
        shown = {step.name for row in rows for step in offered(row, by=user)}
        expected = {name for name, people in MADE_BY[status].items() if who in people.split()}
        assert shown == expected, who
        for name, inputs in INPUTS.items():
            point, before = transaction.savepoint(), ChangeSet.objects.count()
            try:
                came = move_key_date_change(asked, name, by=user, **inputs).status
            except (Forbidden, Conflict) as error:
                came = type(error).__name__
            left = ChangeSet.objects.count() - before
            transaction.savepoint_rollback(point)
            if name in expected:
                assert (came, left) == (KEY_DATE_WORKFLOW.by_name[name].target, 1), (who, name)
            else:
                assert (came in ("Forbidden", "Conflict"), left) == (True, 0), (who, name)


def test_whoever_asked_neither_applies_nor_refuses(cast, asked):
    for name in ("apply", "refuse"):
        error = refused(
            Forbidden, move_key_date_change, asked, name, by=cast["coordinator"], **INPUTS[name]
        )
        assert "une autre personne décide" in str(error)


def test_the_database_holds_the_second_person_and_one_open_request(cast, case, asked):
    asked.status, asked.decided_by, asked.decided_at = "applied", cast["coordinator"], NOW
    with pytest.raises(IntegrityError), change(by=SYSTEM, verb="test"):
        asked.save()
    twin = KeyDateChange(
        case=case, region=case.region, key_date="applied_on", former=day("2026-01-20"),
        corrected=day("2026-01-18"), reason="x", asked_by=cast["lead"],
    )  # fmt: skip
    with pytest.raises(IntegrityError), change(by=SYSTEM, verb="test"):
        twin.save()


# ------------------------------------------------------------------ asking
@pytest.mark.parametrize(
    ("of", "key_date", "corrected", "told"),
    [
        ("case", "referred_on", "2026-01-15", "Premier contact"),
        ("case", "first_contact_on", "2026-01-11", "Date de référence"),
        ("case", "first_contact_on", "2026-01-21", "Demande"),
        ("case", "applied_on", "2026-01-13", "Premier contact"),
        ("case", "applied_on", "2026-02-11", "2026-02-10"),
        ("case", "decided_on", "2026-01-19", "Demande"),
        ("case", "decided_on", "2026-04-02", "2026-04-01"),
        ("case", "applied_on", "2026-11-24", "futur"),
        ("case", "applied_on", "2026-01-20", "qui y figure déjà"),
        ("case", "applied_on", "le 19 janvier", "2026-04-30"),
        ("case", "applied_on", "", "obligatoire"),
        ("placement", "signed_on", "2026-02-09", "2026-02-10"),
        ("placement", "signed_on", "2026-04-14", "2026-04-13"),
        ("placement", "started_on", "2026-03-31", "2026-04-01"),
        ("placement", "started_on", "2026-11-24", "futur"),
        ("placement", "planned_end", "2026-04-13", "fin prévue"),
        ("placement", "planned_end", "2029-01-01", "semaines"),
        ("placement", "planned_start", "2027-04-11", "fin prévue"),
    ],
)
def test_a_date_out_of_place_is_refused_at_its_field(
    of, key_date, corrected, told, cast, case, placement
):
    record = {"case": case, "placement": placement}[of]
    error = refused(Invalid, ask, record, cast["coordinator"], key_date, corrected)
    assert list(error.fields) == ["corrected"]
    assert told in str(error)


@pytest.mark.parametrize(
    ("of", "key_date", "corrected"),
    [
        ("case", "referred_on", "2026-01-14"),
        ("case", "first_contact_on", "2026-01-12"),
        ("case", "first_contact_on", "2026-01-20"),
        ("case", "decided_on", "2026-04-01"),
        ("placement", "signed_on", "2026-02-10"),
        ("placement", "signed_on", "2026-04-13"),
        ("placement", "started_on", "2026-04-01"),
        ("placement", "planned_end", "2027-05-01"),
    ],
)
def test_the_same_day_as_the_step_before_or_after_is_in_order(
    of, key_date, corrected, cast, case, placement
):
    record = {"case": case, "placement": placement}[of]
    asked = ask(record, cast["coordinator"], key_date, corrected)
    done = move_key_date_change(asked, "apply", by=cast["colleague"])
    assert done.present == day(corrected)


def test_an_order_that_is_not_kept_is_not_asked_of_the_date_that_mends_it(cast, case):
    with change(by=SYSTEM, verb="test"):
        case.first_contact_on = day("2026-01-25")
        case.save()
    # The application, 20 January, comes before the contact already.
    asked = ask(case, cast["coordinator"], "first_contact_on", "2026-01-22")
    assert asked.former == day("2026-01-25")
    assert refused(Invalid, ask, case, cast["lead"], "applied_on", "2026-02-11").fields


@pytest.mark.parametrize(
    ("key_date", "kind"), [("closed_on", Conflict), ("started_on", Invalid), ("nonsense", Invalid)]
)
def test_what_is_not_set_or_not_there_is_not_corrected(key_date, kind, cast, case):
    refused(kind, ask, case, cast["coordinator"], key_date, "2026-05-01")


def test_planned_dates_are_free_until_the_agreement_is_signed(cast, placement):
    with change(by=SYSTEM, verb="test"):
        placement.status, placement.started_on, placement.signed_on = "to_sign", None, None
        placement.save()
    error = refused(Conflict, ask, placement, cast["lead"], "planned_end", "2027-05-01")
    assert "Rien n’est encore signé" in str(error)


def test_a_reason_is_needed_and_one_request_waits_at_a_time(cast, case, asked):
    by = cast["colleague"]
    refused(Invalid, ask, case, by, "decided_on", "2026-02-11", reason="  ")
    refused(Conflict, ask, case, by, "applied_on", "2026-01-18")
    refused(Stale, ask, case, by, "decided_on", "2026-02-11", version=case.version - 1)
    move_key_date_change(asked, "withdraw", by=cast["coordinator"])
    assert ask(case, by, "applied_on", "2026-01-18").status == "proposed"


def test_work_that_is_recorded_does_not_come_before_the_first_day(cast, placement):
    add_report(
        placement, by=cast["lead"], from_on=day("2026-04-20"), to_on=day("2026-04-30"),
        hours_worked=60, author_name="Dominique Superviseur",
    )  # fmt: skip
    error = refused(Invalid, ask, placement, cast["lead"], "started_on", "2026-04-21")
    assert "2026-04-20" in str(error)
    assert ask(placement, cast["lead"], "started_on", "2026-04-20").is_open


# ------------------------------------------------------------------ evidence
def test_the_evidence_is_a_document_of_the_case_that_everybody_concerned_may_read(
    cast, case, case_elsewhere
):
    by = cast["health_coordinator"]
    give_consent(
        case.participant, by=by, purpose="health", text_version="1", given_on=day("2026-01-14")
    )
    health = put(case, by, audience="health")
    elsewhere = put(case_elsewhere, cast["lead"])
    gone = withdraw_document(put(case, by), by=by, reason="Erreur")
    for document in (health, elsewhere, gone):
        error = refused(Invalid, ask, case, by, evidence=document)
        assert list(error.fields) == ["evidence"]
    paper = put(case, by, kind="evidence")
    assert list(
        refused(Invalid, ask, case, by, evidence=paper, file=named(files.pdf(), "x.pdf")).fields
    ) == ["file"]
    assert ask(case, by, evidence=paper).evidence == paper


def test_a_document_added_with_the_request_is_of_the_same_change(cast, case):
    asked = ask(case, cast["coordinator"], file=named(files.pdf(), "Formulaire.pdf"))
    assert (asked.evidence.kind, asked.evidence.audience) == ("evidence", "program")
    made = ChangeSet.objects.get(verb="cases.key-date-change.ask")
    touched = ChangedRow.objects.filter(change_set=made).values_list("model", flat=True)
    assert sorted(touched) == ["cases.document", "cases.keydatechange"]
    assert (made.case_id, made.reason) == (case.pk, REASON)


def test_a_file_that_is_not_taken_leaves_no_request(cast, case):
    refused(Invalid, ask, case, cast["coordinator"], file=named(b"MZ\x90", "x.exe"))


# ------------------------------------------------------------------ deciding
def test_applied_the_date_and_the_decision_are_one_change_with_the_reason(cast, case, asked):
    before = ChangeSet.objects.count()
    done = move_key_date_change(
        asked, "apply", by=cast["lead"], decision_comment="Vu le formulaire"
    )
    assert (done.status, done.decided_by, done.decided_at, done.decision_comment) == (
        "applied", cast["lead"], NOW, "Vu le formulaire",
    )  # fmt: skip
    assert Case.objects.get(pk=case.pk).applied_on == day("2026-01-19")
    assert ChangeSet.objects.count() == before + 1
    made = ChangeSet.objects.latest("number")
    assert (made.verb, made.reason, made.actor_id, made.region_id) == (
        "cases.key-date-change.apply", REASON, cast["lead"].pk, case.region_id,
    )  # fmt: skip
    assert str(made.label) == "Date clé corrigée"
    rows = ChangedRow.objects.filter(change_set=made)
    told = {
        str(field.label): (str(field.old), str(field.new))
        for record in timeline.changes_of(made, rows)
        for field in record.fields
    }
    assert told == {
        "demande": ("2026-01-20", "2026-01-19"),
        "statut": ("En attente d’une deuxième personne", "Appliquée"),
        "décision prise par": ("", "Camille Lead"),
        "décision prise le": ("", "2026-11-23 10:00"),
        "commentaire sur la décision": ("", "Vu le formulaire"),
    }


def test_refused_nothing_of_the_case_changes_and_the_comment_is_needed(cast, case, asked):
    by = cast["colleague"]
    error = refused(Invalid, move_key_date_change, asked, "refuse", by=by, decision_comment=" ")
    assert list(error.fields) == ["decision_comment"]
    version = case.version
    done = move_key_date_change(asked, "refuse", by=by, decision_comment="C’est la bonne date.")
    kept = Case.objects.get(pk=case.pk)
    assert (done.status, kept.applied_on, kept.version) == ("refused", day("2026-01-20"), version)
    assert ChangeSet.objects.latest("number").reason == "C’est la bonne date."


def test_decided_once(cast, asked):
    move_key_date_change(asked, "apply", by=cast["lead"])
    for name, by in (("apply", "second_lead"), ("refuse", "lead"), ("withdraw", "coordinator")):
        refused(Conflict, move_key_date_change, asked, name, by=cast[by], **INPUTS[name])


def test_a_stale_decision_is_refused(cast, asked):
    refused(Stale, move_key_date_change, asked, "apply", by=cast["lead"], version=asked.version + 1)


def test_a_date_that_changed_meanwhile_is_not_overwritten(cast, case, asked):
    with change(by=SYSTEM, verb="test"):
        case.applied_on = day("2026-01-21")
        case.save()
    error = refused(Conflict, move_key_date_change, asked, "apply", by=cast["lead"])
    assert "n’est plus celle" in str(error)
    shown = KeyDateChange.objects.with_abilities(cast["lead"]).with_people().get()
    assert [step.name for step in offered(shown, by=cast["lead"])] == ["refuse"]
    assert move_key_date_change(asked, "refuse", by=cast["lead"], **INPUTS["refuse"]).status


def test_what_no_longer_fits_when_it_is_decided_is_a_conflict(cast, case):
    first = ask(case, cast["coordinator"], "first_contact_on", "2026-01-19")
    second = ask(case, cast["coordinator"], "applied_on", "2026-01-16")
    move_key_date_change(second, "apply", by=cast["lead"])
    error = refused(Conflict, move_key_date_change, first, "apply", by=cast["lead"])
    assert "2026-01-16" in str(error)


def test_a_case_handed_over_takes_its_requests_along(cast, world, case, asked):
    assert KeyDateChange in FOLLOWS_THE_CASE
    transfer_case(case, by=cast["lead"], region=world.regions["06"], reason="Déménagement")
    refused(Forbidden, move_key_date_change, asked, "apply", by=cast["colleague"])
    done = move_key_date_change(asked, "apply", by=cast["coordinator_elsewhere"])
    assert done.status == "applied"


# ------------------------------------------------------------------ what hangs on a date
def due(placement):
    rows = FollowUp.objects.filter(placement=placement, step__isnull=False)
    return {row.step.code: row.due_on.isoformat() for row in rows.select_related("step")}


def applied(record, cast, key_date, corrected):
    asked = ask(record, cast["coordinator"], key_date, corrected)
    return move_key_date_change(asked, "apply", by=cast["colleague"])


def test_what_is_not_done_follows_the_first_day_worked(cast, placement):
    done = placement.follow_ups.get(step__code="welcome")
    with change(by=SYSTEM, verb="test"):
        done.done_on, done.done_by, done.mode = day("2026-04-21"), cast["lead"], "call"
        done.save()
    applied(placement, cast, "started_on", "2026-04-20")
    found = due(placement)
    assert (found["welcome"], found["first-check"], found["quarter-1"], found["closing"]) == (
        "2026-04-20", "2026-05-18", "2026-07-20", "2027-04-11",
    )  # fmt: skip
    kept = Placement.objects.get(pk=placement.pk)
    # One date at a time: the end agreed is another request.
    assert (kept.started_on, kept.planned_end) == (day("2026-04-20"), day("2027-04-11"))


def test_the_moments_of_the_outcome_follow_the_last_day_worked(cast, placement):
    move_placement(placement, "complete", by=cast["lead"], ended_on="2026-11-20")
    applied(placement, cast, "ended_on", "2026-11-13")
    kept = Placement.objects.get(pk=placement.pk)
    assert due_on(kept, "week_13") == day("2027-02-12")
    assert due(kept)["outcome-13"] == "2027-02-12"


def test_a_closed_case_owes_nothing_new(cast, case, placement):
    move_placement(placement, "complete", by=cast["lead"], ended_on="2026-11-20")
    move_case(case, "close", by=cast["lead"], closed_on="2026-11-22", closure_reason="studies",
              reason="Études")  # fmt: skip
    before = FollowUp.objects.filter(case=case).count()
    assert refused(Invalid, ask, placement, cast["coordinator"], "ended_on", "2026-11-23").fields
    applied(placement, cast, "ended_on", "2026-11-22")
    applied(case, cast, "closed_on", "2026-11-23")
    assert FollowUp.objects.filter(case=case).count() == before
    assert Case.objects.get(pk=case.pk).closed_on == day("2026-11-23")


def test_signed_one_party_at_a_time_the_last_signature_is_corrected(cast, placement):
    with change(by=SYSTEM, verb="test"):
        placement.status, placement.started_on, placement.signed_on = "to_sign", None, None
        placement.save()
    for role, signed in (
        ("participant", "2026-04-01"),
        ("supervisor", "2026-04-02"),
        ("host_coordinator", "2026-04-02"),
        ("program", "2026-04-07"),
    ):
        placement = sign_agreement(
            placement, by=cast["lead"], role=role, name="Nom", signed_on=day(signed)
        )
    refused(Invalid, ask, placement, cast["coordinator"], "signed_on", "2026-04-01")
    applied(placement, cast, "signed_on", "2026-04-03")
    kept = Placement.objects.get(pk=placement.pk)
    signatures = kept.signatures.values_list("role", "signed_on")
    assert kept.signed_on == max(signed for _role, signed in signatures) == day("2026-04-03")
    assert dict(signatures)["supervisor"] == day("2026-04-02")
