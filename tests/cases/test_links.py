"""Links to one task: who sends them, what their address opens, and for how long."""

import datetime as dt

import pytest
import time_machine
from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.http import Http404
from django.test import override_settings

from cases.models import Placement, TaskLink
from cases.policy import PLACEMENT_POLICY, Action
from cases.services.link_answers import answer_link, draft_of, save_draft
from cases.services.link_tasks import possible_tasks
from cases.services.links import (
    Expired,
    address_of,
    bearer_of,
    open_link,
    renew_link,
    revoke_link,
    send_link,
    token_of,
)
from cases.services.placements import move_placement
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangedRow, ChangeSet
from peph.errors import Conflict, Forbidden, Invalid, Stale
from peph.outbox.models import Message
from tests.linking import HOST, NOW, TODAY, awaiting_signatures, awaiting_start, turned

MAY_SEND = {
    "lead": True, "second_lead": True, "coordinator": True, "colleague": True, "editor": True,
    "health_coordinator": True, "coordinator_elsewhere": False, "health_only": False,
    "representative": False, "representative_elsewhere": False, "supervisor": False,
    "supervisor_elsewhere": False, "committee": False, "auditor": False, "auditor_region": False,
    "auditor_elsewhere": False, "auditor_host": False, "privacy": False, "outsider": False,
    "reader": False, "former": False, "inactive": False, "superuser": False,
}  # fmt: skip


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def to_start(placement):
    """The placement in preparation: its start waits to be confirmed."""
    return awaiting_start(placement)


@pytest.fixture
def to_sign(placement):
    """The placement with its agreement to sign."""
    return awaiting_signatures(placement)


@pytest.fixture
def link(cast, to_start):
    return send_link(to_start, by=cast["coordinator"], task="confirm_start", **HOST)


def last_set():
    return ChangeSet.objects.order_by("-number").first()


# ------------------------------------------------------------------ sending
@pytest.mark.parametrize("who", MAY_SEND)
def test_the_programme_sends_renews_and_calls_back_and_nobody_else(who, cast, to_start, link, now):
    number, by = last_set().number, cast[who]
    now.shift(dt.timedelta(hours=2))
    writes = [
        lambda: send_link(
            to_start, by=by, task="confirm_start", recipient_name="X", recipient_email="x@y.ca"
        ),
        lambda: renew_link(link, by=by),
        lambda: revoke_link(link, by=by),
    ]
    for write in writes:
        if MAY_SEND[who]:
            write()
            now.shift(dt.timedelta(hours=2))
        else:
            with pytest.raises(Forbidden):
                write()
    assert last_set().number == number + (3 if MAY_SEND[who] else 0)


def test_every_standing_has_its_line(cast):
    assert set(MAY_SEND) == set(cast)


def test_a_link_is_sent_once_and_its_mail_names_nobody(cast, link, case):
    assert (link.serial, link.expires_on, link.state) == (1, dt.date(2026, 12, 16), "waiting")
    assert (link.created_by, link.language) == (cast["coordinator"], "fr")
    (mail,) = Message.objects.all()
    assert (mail.to, mail.language) == ("dominique@exemple.qc.ca", "fr")
    assert address_of(link) in mail.body
    assert "2026-12-16" in mail.body
    assert "Bonjour Dominique Superviseur" in mail.body
    for private in ("Côté-Tremblay", "Éloïse", "1988-11-05", case.number):
        assert private not in mail.body + mail.subject
    assert (last_set().verb, last_set().case_id) == ("cases.link.send", case.pk)


def test_sent_again_to_the_same_person_within_the_hour_it_waits(cast, to_start, link, now):
    with pytest.raises(Conflict, match=r"11\D?:?00|11:00"):
        send_link(to_start, by=cast["lead"], task="confirm_start", **HOST)
    now.shift(dt.timedelta(minutes=61))
    again = send_link(to_start, by=cast["lead"], task="confirm_start", **HOST)
    assert (again.pk, again.serial) == (link.pk, 2)
    assert Message.objects.count() == 2
    assert TaskLink.objects.count() == 1


def test_sent_to_somebody_else_it_goes_at_once_without_what_the_first_one_typed(
    cast, to_start, link
):
    save_draft(link, {"reason": "Appel hier"}, known={"reason"})
    other = {"recipient_name": "Autre Personne", "recipient_email": "autre@exemple.qc.ca"}
    again = send_link(to_start, by=cast["lead"], task="confirm_start", **other)
    assert (again.pk, again.serial, again.recipient_email) == (link.pk, 2, "autre@exemple.qc.ca")
    assert dict(draft_of(TaskLink.objects.get()).fields) == {}


IMPOSSIBLE = [
    ("to_start", {"task": "report"}, Conflict),
    ("to_start", {"task": "sign", "role": "supervisor"}, Conflict),
    ("to_sign", {"task": "confirm_start"}, Conflict),
    ("to_sign", {"task": "sign"}, Invalid),
    ("to_sign", {"task": "sign", "role": "program"}, Invalid),
    ("to_sign", {"task": "sign", "role": "director"}, Invalid),
    ("to_start", {"task": "confirm_start", "role": "supervisor"}, Invalid),
    ("to_start", {"task": "dance"}, Invalid),
    ("placement", {"task": "evaluate"}, Invalid),
    ("placement", {"task": "answer"}, Invalid),
    ("to_start", {"task": "confirm_start", "recipient_email": "nonsense"}, Invalid),
    ("to_start", {"task": "confirm_start", "recipient_name": " "}, Invalid),
    ("to_start", {"task": "confirm_start", "language": "de"}, Invalid),
]


@pytest.mark.parametrize(("state", "asked", "refusal"), IMPOSSIBLE)
def test_only_what_makes_sense_now_is_asked(state, asked, refusal, cast, request):
    placement = request.getfixturevalue(state)
    with pytest.raises(refusal):
        send_link(placement, by=cast["lead"], **{**HOST, **asked})
    assert not TaskLink.objects.exists()
    assert not Message.objects.exists()


def codes(placement):
    return [each.code for each in possible_tasks(placement)]


def test_what_can_be_asked_follows_the_life_of_the_placement(to_sign):
    def at(status, **dates):
        return codes(turned(to_sign, status, **dates))

    assert at("to_sign") == ["sign-participant", "sign-supervisor", "sign-host_coordinator"]
    assert at("signed", signed_on=TODAY) == []
    assert at("preparation") == ["confirm-start"]
    work = ["report", "evaluate-mid_term", "evaluate-final", "evaluate-self"]
    assert at("active", started_on=TODAY) == work
    assert at("completed", ended_on=TODAY) == work
    assert at("cancelled", started_on=None, ended_on=None) == []


def test_the_database_holds_one_open_link_a_task(cast, to_start, link):
    twin = TaskLink.of(
        to_start, task="confirm_start", recipient_name="X", recipient_email="x@y.ca",
        expires_on=TODAY,
    )  # fmt: skip
    with pytest.raises(IntegrityError), change(by=SYSTEM, verb="x.y"), transaction.atomic():
        twin.save()


# ------------------------------------------------------------------ the address
def test_the_address_opens_the_link(link):
    assert open_link(token_of(link)) == link


def _forged(token):
    return token[:-1] + ("A" if token[-1] != "A" else "B")


WRONG = {
    "nothing": lambda token: "",
    "noise": lambda token: "x" * 90,
    "the last letter changed": _forged,
    "the serial changed": lambda token: token.replace("-1.", "-2.", 1),
    "cut short": lambda token: token[:-5],
    "unsigned": lambda token: token.rpartition(".")[0],
    "signed for something else": lambda token: signing.Signer(salt="other", sep=".").sign("x-1"),
    "not latin": lambda token: token + "é",
}


@pytest.mark.parametrize("how", WRONG)
def test_a_forged_address_opens_nothing(how, link):
    wrong = WRONG[how](token_of(link))
    assert wrong != token_of(link)
    with pytest.raises(Http404):
        open_link(wrong)


def test_what_another_key_signed_opens_nothing_until_it_is_named_a_former_key(link):
    token = token_of(link)
    with override_settings(SECRET_KEY="n" * 50), pytest.raises(Http404):
        open_link(token)
    with override_settings(SECRET_KEY="n" * 50, SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
        assert open_link(token) == link


def test_a_renewed_link_leaves_the_address_before_it_worthless(cast, link, now):
    old = token_of(link)
    now.shift(dt.timedelta(hours=2))
    new = renew_link(link, by=cast["coordinator"])
    assert new.serial == 2
    with pytest.raises(Http404):
        open_link(old)
    assert open_link(token_of(new)) == link
    assert address_of(new) in Message.objects.order_by("created_at").last().body


def test_a_link_called_back_opens_nothing_and_is_not_called_back_twice(cast, link):
    save_draft(link, {"reason": "Appel"}, known={"reason"})
    revoke_link(link, by=cast["coordinator"])
    with pytest.raises(Http404):
        open_link(token_of(link))
    row = TaskLink.objects.get()
    assert (row.state, row.revoked_on, row.draft) == ("revoked", TODAY, None)
    for again in (revoke_link, renew_link):
        with pytest.raises(Conflict):
            again(link, by=cast["coordinator"])


def test_it_works_through_its_last_day_and_has_expired_the_day_after(link, now):
    now.move_to(dt.datetime(2026, 12, 17, 4, 30, tzinfo=dt.UTC))  # 23:30 in Québec
    assert open_link(token_of(link)) == link
    now.move_to(dt.datetime(2026, 12, 17, 5, 30, tzinfo=dt.UTC))
    with pytest.raises(Expired) as refused:
        open_link(token_of(link))
    assert refused.value.link == link
    with pytest.raises(Conflict):
        answer_link(link, "start", {"started_on": TODAY})


def test_its_holder_renews_an_expired_link_once_an_hour_to_the_same_address(link, now, cast):
    with pytest.raises(Conflict):
        renew_link(link, by=bearer_of(link))
    now.shift(dt.timedelta(days=30))
    new = renew_link(link, by=bearer_of(link))
    assert (new.serial, new.expires_on) == (2, dt.date(2027, 1, 15))
    assert {mail.to for mail in Message.objects.all()} == {"dominique@exemple.qc.ca"}
    assert last_set().verb == "cases.link.renew"
    # Within the hour, even if it had expired again.
    with change(by=SYSTEM, verb="x.y"):
        TaskLink.objects.update(expires_on=dt.date(2026, 1, 1))
    for by in (bearer_of(link), cast["coordinator"]):
        with pytest.raises(Conflict):
            renew_link(link, by=by)
    assert Message.objects.count() == 2


def test_nobody_renews_a_link_with_another_one(cast, to_sign, now):
    first = send_link(to_sign, by=cast["lead"], task="sign", role="supervisor", **HOST)
    second = send_link(to_sign, by=cast["lead"], task="sign", role="host_coordinator", **HOST)
    now.shift(dt.timedelta(days=30))
    with pytest.raises(Forbidden):
        renew_link(first, by=bearer_of(second))


def test_a_stale_copy_neither_renews_nor_calls_back(cast, link, now):
    now.shift(dt.timedelta(hours=2))
    renew_link(link, by=cast["lead"], version=link.version)
    for act in (renew_link, revoke_link):
        with pytest.raises(Stale):
            act(link, by=cast["lead"], version=link.version)


# ------------------------------------------------------------------ one task only
# What each link lets its holder do on the placement: one action, on one placement.
HELD = {
    ("confirm_start", ""): Action.REPORT,
    ("report", ""): Action.REPORT,
    ("sign", "participant"): Action.ANSWER_FOR_PARTICIPANT,
    ("sign", "supervisor"): Action.REPORT,
    ("sign", "host_coordinator"): Action.SIGN,
    ("evaluate", ""): Action.EVALUATE,
    ("answer", ""): Action.ANSWER_FOR_PARTICIPANT,
}


@pytest.mark.parametrize(("task", "role"), HELD)
def test_a_link_holds_one_action_on_one_placement(task, role, placement, world):
    bearer = bearer_of(TaskLink.of(placement, task=task, role=role))
    allowed = {
        action
        for action in PLACEMENT_POLICY.rules
        if PLACEMENT_POLICY.allows(bearer, action, placement)
    }
    assert allowed == {HELD[task, role]}
    elsewhere = Placement(pk=world.site_03.pk)
    assert not PLACEMENT_POLICY.allows(bearer, HELD[task, role], elsewhere)


@pytest.mark.parametrize("name", ["sign", "report", "evaluate", "answer", "cancel", ""])
def test_a_link_takes_no_answer_of_another_task(name, link):
    with pytest.raises(Invalid):
        answer_link(link, name, {})
    assert TaskLink.objects.get().answered_on is None


# ------------------------------------------------------------------ answering
def rows_of(change_set):
    return set(ChangedRow.objects.filter(change_set=change_set).values_list("model", flat=True))


def test_a_start_is_confirmed_in_one_change_with_the_link(link, to_start, case):
    save_draft(link, {"started_on": "2026-11-2"}, known={"started_on"})
    recorded = answer_link(link, "start", {"started_on": dt.date(2026, 11, 24)})
    assert (recorded.status, recorded.started_on) == ("active", dt.date(2026, 11, 24))
    done = last_set()
    assert (done.verb, done.channel, done.actor_id) == ("cases.placement.start", "link", SYSTEM)
    assert (done.case_id, done.region_id) == (case.pk, case.region_id)
    assert {"cases.placement", "cases.tasklink"} <= rows_of(done)
    link = TaskLink.objects.get()
    assert (link.state, link.answered_on, link.draft) == ("answered", TODAY, None)
    with pytest.raises(Http404):
        open_link(token_of(link))


def test_a_person_who_did_not_come_is_reported_with_what_was_tried(link, to_start):
    given = {"expected_on": dt.date(2026, 11, 23), "reason": "Appelée deux fois"}
    recorded = answer_link(link, "no-show", given)
    assert (recorded.status, recorded.expected_on) == ("no_show", dt.date(2026, 11, 23))
    assert last_set().reason == "Appelée deux fois"
    assert "cases.tasklink" in rows_of(last_set())


def test_a_signature_is_recorded_in_the_role_of_the_link(cast, to_sign):
    link = send_link(to_sign, by=cast["lead"], task="sign", role="supervisor", **HOST)
    given = {"name": "Dominique Superviseur", "signed_on": TODAY}
    recorded = answer_link(link, "sign", given)
    assert (recorded.role, recorded.name, recorded.means, recorded.recorded_by) == (
        "supervisor", "Dominique Superviseur", "electronic", None,
    )  # fmt: skip
    assert rows_of(last_set()) == {"cases.signature", "cases.tasklink"}


def test_the_participant_is_written_to_in_their_language(cast, to_sign):
    person = to_sign.participant
    with change(by=SYSTEM, verb="x.y"):
        type(person).objects.filter(pk=person.pk).update(language="en")
    send_link(
        to_sign, by=cast["lead"], task="sign", role="participant",
        recipient_name="Éloïse", recipient_email="eloise@exemple.qc.ca",
    )  # fmt: skip
    mail = Message.objects.get()
    assert (mail.language, mail.subject) == ("en", "Please sign the agreement of a placement")


def test_an_answer_is_taken_once(link):
    answer_link(link, "start", {"started_on": TODAY})
    with pytest.raises(Conflict):
        answer_link(link, "start", {"started_on": TODAY})
    assert ChangeSet.objects.filter(channel="link").count() == 1


def test_a_refused_answer_leaves_the_link_open_and_nothing_written(link, cast, to_start):
    number = last_set().number
    with pytest.raises(Invalid):
        answer_link(link, "start", {"started_on": dt.date(2027, 1, 1)})
    with pytest.raises(Invalid):
        answer_link(link, "no-show", {"expected_on": TODAY, "reason": ""})
    assert last_set().number == number
    assert TaskLink.objects.get().state == "waiting"


def test_what_was_recorded_otherwise_meanwhile_is_not_recorded_again(link, cast, to_start):
    move_placement(to_start, "start", by=cast["coordinator"], started_on=TODAY)
    with pytest.raises(Conflict):
        answer_link(link, "start", {"started_on": TODAY})
    assert TaskLink.objects.get().state == "waiting"


# ------------------------------------------------------------------ a draft
def test_a_draft_is_kept_without_being_history(link):
    number, version, rows = last_set().number, link.version, link.history.count()
    save_draft(link, {"started_on": "2026-11-24", "status": "active"}, known={"started_on"})
    save_draft(link, {"reason": "Appel\x00 hier"}, known={"reason"})
    kept = TaskLink.objects.get()
    assert dict(draft_of(kept).fields) == {"started_on": "2026-11-24", "reason": "Appel hier"}
    assert draft_of(kept).saved_at == NOW
    assert (last_set().number, kept.version, link.history.count()) == (number, version, rows)
    assert "draft" not in {field.name for field in link.history.model._meta.get_fields()}


def test_a_draft_has_a_size(link):
    save_draft(link, {"reason": "x" * 39_000}, known={"reason"})
    with pytest.raises(Invalid):
        save_draft(link, {"reason": "x" * 41_000}, known={"reason"})
    with pytest.raises(Invalid):
        save_draft(link, {"started_on": "x" * 2_000}, known={"started_on"})
    assert len(draft_of(TaskLink.objects.get()).fields["reason"]) == 39_000


def test_a_draft_that_comes_late_does_not_reopen_anything(cast, link, now):
    answer_link(link, "start", {"started_on": TODAY})
    with pytest.raises(Conflict):
        save_draft(link, {"started_on": "2026-11-24"}, known={"started_on"})
    assert TaskLink.objects.get().draft is None


def test_a_draft_of_the_address_before_is_refused(cast, link, now):
    now.shift(dt.timedelta(hours=2))
    renew_link(link, by=cast["lead"])
    with pytest.raises(Conflict):
        save_draft(link, {"started_on": "2026-11-24"}, known={"started_on"})
