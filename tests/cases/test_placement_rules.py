"""Rules of a placement's dates: one at a time, never too long, signed before it begins."""

import datetime as dt

import pytest
import time_machine

from cases.models import Placement
from cases.services.cases import move_case
from cases.services.key_date_changes import ask_key_date_change
from cases.services.placements import move_placement, open_placement, update_placement
from cases.services.signatures import sign_agreement
from organizations.models import Program
from peph.audit.changes import SYSTEM, change
from peph.errors import Conflict, Invalid

pytestmark = pytest.mark.django_db
NOVEMBER = dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC)
PARTIES = ["participant", "supervisor", "host_coordinator", "program"]


def day(text):
    return dt.date.fromisoformat(text)


@pytest.fixture
def waiting_again(cast, case, placement):
    """The case of the cast, its placement over since 2026-11-20, eligible once more."""
    by = cast["lead"]
    with time_machine.travel(NOVEMBER, tick=False):
        move_placement(placement, "complete", by=by, ended_on="2026-11-20")
        move_case(
            case, "close", by=by, closed_on="2026-11-23", closure_reason="studies", reason="R"
        )
        return move_case(case, "reopen-eligible", by=by, reason="Retour")


def opened(case, cast, world, start):
    return open_placement(case, by=cast["lead"], site=world.site_03, planned_start=day(start))


@pytest.mark.parametrize(
    ("start", "refused"),
    [("2026-06-01", True), ("2026-11-19", True), ("2026-11-20", True), ("2026-11-21", False)],
)
@time_machine.travel(NOVEMBER, tick=False)
def test_a_placement_begins_after_the_last_day_of_the_former_one(
    start, refused, cast, world, waiting_again
):
    if not refused:
        assert opened(waiting_again, cast, world, start).status == "to_sign"
        return
    with pytest.raises(Invalid) as told:
        opened(waiting_again, cast, world, start)
    assert list(told.value.fields) == ["planned_start"]
    assert Placement.objects.filter(case=waiting_again).count() == 1


@time_machine.travel(NOVEMBER, tick=False)
def test_replanning_and_starting_do_not_reach_into_the_former_one(cast, world, waiting_again):
    by = cast["lead"]
    placement = opened(waiting_again, cast, world, "2026-12-01")
    with pytest.raises(Invalid) as told:
        update_placement(placement, by=by, planned_start=day("2026-11-20"))
    assert list(told.value.fields) == ["planned_start"]
    update_placement(placement, by=by, planned_start=day("2026-11-21"))
    move_placement(placement, "sign", by=by, signed_on="2026-11-10")
    move_placement(placement, "prepare", by=by)
    with pytest.raises(Invalid) as told:
        move_placement(placement, "start", by=by, started_on="2026-11-20")
    assert list(told.value.fields) == ["started_on"]
    assert move_placement(placement, "start", by=by, started_on="2026-11-21").status == "active"


def test_another_person_s_placement_is_in_nobody_s_way(cast, world, waiting_again, case_elsewhere):
    with change(by=SYSTEM, verb="test"):
        case_elsewhere.status, case_elsewhere.decided_on = "eligible", day("2026-05-20")
        case_elsewhere.save()
    assert opened(case_elsewhere, cast, world, "2026-06-01").status == "to_sign"


# What would make the placement of the cast, begun 2026-04-13, longer than 60 weeks (2027-06-06 at most).
TOO_LONG = [
    (
        "corrected",
        lambda x, by: ask_key_date_change(
            x, by=by, key_date="planned_end", corrected="2027-06-07", reason="Oubli"
        ),
    ),
    (
        "extension_end",
        lambda x, by: move_placement(
            x, "extend", by=by, extension_end="2027-06-07", reason="À consolider"
        ),
    ),
    ("planned_end", lambda x, by: _suspended_and_back(x, by, planned_end="2027-06-07")),
]


def _suspended_and_back(placement, by, **inputs):
    move_placement(
        placement, "suspend", by=by, suspended_on="2026-11-01", resume_on="2026-12-14", reason="R"
    )
    return move_placement(placement, "resume", by=by, resumed_on="2026-11-20", **inputs)


@pytest.mark.parametrize(("field", "act"), TOO_LONG)
@time_machine.travel(NOVEMBER, tick=False)
def test_a_placement_too_long_is_refused_whatever_lengthens_it(field, act, cast, placement):
    _longest(60)
    with pytest.raises(Invalid) as told:
        act(placement, cast["lead"])
    assert list(told.value.fields) == [field]
    assert Placement.objects.get(pk=placement.pk).planned_end == day("2027-04-11")


def _longest(weeks):
    program = Program.objects.get()
    program.longest_placement_weeks = weeks
    with change(by=SYSTEM, verb="test"):
        program.save()


@time_machine.travel(NOVEMBER, tick=False)
def test_an_extension_asked_before_the_rule_became_stricter_is_not_approved(cast, placement):
    move_placement(
        placement, "extend", by=cast["lead"], extension_end="2027-10-10", reason="À consolider"
    )
    _longest(60)
    with pytest.raises(Invalid):
        move_placement(placement, "approve-extension", by=cast["second_lead"])
    assert Placement.objects.get(pk=placement.pk).status == "extended"


def test_starting_late_is_as_long_as_was_agreed(cast, placement):
    """A placement planned to the longest still starts late: its end moves along."""
    _longest(52)
    with change(by=SYSTEM, verb="test"):
        placement.status, placement.started_on = "preparation", None
        placement.save()
    started = move_placement(placement, "start", by=cast["lead"], started_on="2026-05-04")
    assert (started.planned_end - started.started_on).days == 52 * 7 - 1


@time_machine.travel(NOVEMBER, tick=False)
def test_a_new_end_does_not_come_before_the_return(cast, placement):
    with pytest.raises(Invalid) as told:
        _suspended_and_back(placement, cast["lead"], planned_end="2026-11-19")
    assert list(told.value.fields) == ["planned_end"]
    kept = Placement.objects.get(pk=placement.pk)
    assert (kept.status, kept.planned_end) == ("suspended", day("2027-04-11"))


# ------------------------------------------------------------------ signed before it begins
@pytest.fixture
def to_sign(cast, placement):
    """The placement of the cast before anybody signed."""
    with change(by=SYSTEM, verb="test"):
        placement.status, placement.started_on, placement.signed_on = "to_sign", None, None
        placement.save()
    return placement


def test_one_date_stands_for_a_paper_only_while_nobody_signed_alone(client, cast, to_sign):
    by = cast["lead"]
    sign_agreement(to_sign, by=by, role="participant", name="É. C.-T.", signed_on=day("2026-04-02"))
    with pytest.raises(Conflict, match="manque encore"):
        move_placement(to_sign, "sign", by=by, signed_on="2026-04-03")
    assert Placement.objects.get(pk=to_sign.pk).status == "to_sign"
    for who in ("lead", "representative"):
        client.force_login(cast[who])
        shown = client.get(to_sign.get_absolute_url()).content.decode()
        assert "/move/sign/" not in shown
        assert "/sign/supervisor/" in shown
        answer = client.get(f"/api/v1/placements/{to_sign.pk}/")
        assert "sign" not in answer.json()["actions"]


def test_the_page_says_in_french_whose_signature_is_missing(client, cast, to_sign):
    by = cast["lead"]
    for role in ("participant", "program"):
        sign_agreement(to_sign, by=by, role=role, name="X", signed_on=day("2026-04-02"))
    client.force_login(by)
    answer = client.post(
        f"{to_sign.get_absolute_url()}move/sign/",
        {"version": to_sign.version, "signed_on": "2026-04-03"},
    )
    assert answer.status_code == 409
    assert "Il manque encore" in answer.content.decode()


@pytest.mark.parametrize(
    ("started", "refused"), [("2026-04-07", True), ("2026-04-08", False), ("2026-04-20", False)]
)
@pytest.mark.parametrize("alone", [True, False])
def test_nobody_begins_before_the_last_signature(alone, started, refused, cast, to_sign):
    by = cast["lead"]
    if alone:
        for number, role in enumerate(PARTIES):
            sign_agreement(
                to_sign, by=by, role=role, name="X", signed_on=day(f"2026-04-0{8 - number}")
            )
    else:
        move_placement(to_sign, "sign", by=by, signed_on="2026-04-08")
    move_placement(to_sign, "prepare", by=by)
    if not refused:
        moved = move_placement(to_sign, "start", by=by, started_on=started)
        assert moved.started_on == day(started)
        return
    with pytest.raises(Invalid) as told:
        move_placement(to_sign, "start", by=by, started_on=started)
    assert list(told.value.fields) == ["started_on"]
    assert Placement.objects.get(pk=to_sign.pk).status == "preparation"
