"""Ready before day one: the answer for each state of the measures, and where the coordinator is told."""

import datetime as dt
import re

import pytest
import time_machine

from cases.models import Accommodation, Case, Participant, Placement
from cases.services.accommodations import move_accommodation, request_accommodation
from cases.services.participants import give_consent
from cases.services.placements import open_placement
from cases.services.readiness import readiness, starting_unready
from peph.audit.changes import SYSTEM, change
from tests.browsing import queries

pytestmark = pytest.mark.django_db
START = dt.date(2026, 11, 30)
BEFORE = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC)


def day(text):
    return dt.date.fromisoformat(text)


def measure(placement, status, requested, planned="", there=""):
    return Accommodation(
        placement=placement, status=status, requested_on=day(requested), kind="technical",
        planned_on=day(planned) if planned else None, in_place_on=day(there) if there else None,
    )  # fmt: skip


def placement_with(started, measures):
    """A placement planned for 30 November and its measures, unsaved."""
    placement = Placement(
        planned_start=START, started_on=day(started) if started else None,
        status="active" if started else "preparation",
    )  # fmt: skip
    found = [measure(placement, *each) for each in measures]
    placement._prefetched_objects_cache = {"accommodations": found}
    return placement


# What it is called → (first day worked, measures, today) and then (state, ready, waiting, late).
READINESS = {
    "nothing was asked for": ("", [], "2026-11-23", "nothing_needed", True, 0, 0),
    "only refused or withdrawn": (
        "", [("refused", "2026-10-01"), ("withdrawn", "2026-10-01")], "2026-11-23",
        "nothing_needed", True, 0, 0,
    ),
    "asked for, no day yet": ("", [("requested", "2026-10-01")], "2026-11-23", "waiting", False, 1, 0),
    "promised before the start": (
        "", [("accepted", "2026-10-01", "2026-11-27")], "2026-11-23", "waiting", False, 1, 0,
    ),
    "promised for the first day": (
        "", [("accepted", "2026-10-01", "2026-11-30")], "2026-11-23", "waiting", False, 1, 0,
    ),
    "promised for after the start": (
        "", [("modified", "2026-10-01", "2026-12-01")], "2026-11-23", "waiting", False, 1, 1,
    ),
    "the promised day is over": (
        "", [("accepted", "2026-10-01", "2026-11-20")], "2026-11-23", "waiting", False, 1, 1,
    ),
    "the first day has come": ("", [("requested", "2026-10-01")], "2026-11-30", "waiting", False, 1, 1),
    "in place": (
        "", [("in_place", "2026-10-01", "2026-11-01", "2026-11-02")], "2026-11-23",
        "ready", True, 0, 0,
    ),
    "verified, and given back": (
        "", [
            ("verified", "2026-10-01", "2026-11-01", "2026-11-02"),
            ("returned", "2026-10-01", "2026-11-01", "2026-11-02"),
        ], "2026-11-23", "ready", True, 0, 0,
    ),
    "one in place, one waiting": (
        "", [
            ("in_place", "2026-10-01", "2026-11-01", "2026-11-02"),
            ("accepted", "2026-10-01", "2026-11-27"),
        ], "2026-11-23", "waiting", False, 1, 0,
    ),
    "two waiting, one of them late": (
        "", [("requested", "2026-10-01"), ("accepted", "2026-10-01", "2026-12-04")],
        "2026-11-23", "waiting", False, 2, 1,
    ),
    "begun, in place on the first day": (
        "2026-11-30", [("in_place", "2026-10-01", "2026-11-27", "2026-11-30")], "2026-12-15",
        "ready", True, 0, 0,
    ),
    "begun, in place afterwards": (
        "2026-11-30", [("verified", "2026-10-01", "2026-11-27", "2026-12-02")], "2026-12-15",
        "ready", False, 0, 1,
    ),
    "begun, still waiting": (
        "2026-11-30", [("accepted", "2026-10-01", "2026-12-20")], "2026-12-15",
        "waiting", False, 1, 1,
    ),
    "asked for once it had begun": (
        "2026-11-30", [("requested", "2026-12-10")], "2026-12-15", "nothing_needed", True, 0, 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("situation", READINESS)
def test_whether_the_first_day_is_ready(situation):
    started, measures, today, state, is_ready, waiting, late = READINESS[situation]
    found = readiness(placement_with(started, measures), day(today))
    assert (found.state, found.is_ready, len(found.waiting), len(found.late)) == (
        state, is_ready, waiting, late,
    )  # fmt: skip


# ------------------------------------------------------------------ late, as a property and as a filter
LATE = [
    # (status, planned, requested, with placement, first day worked) → late on 23 November
    ("requested", None, "2026-10-01", False, None, False),
    ("accepted", "2026-11-23", "2026-10-01", False, None, False),
    ("accepted", "2026-11-22", "2026-10-01", False, None, True),
    ("in_place", "2026-11-22", "2026-10-01", False, None, False),
    ("requested", None, "2026-10-01", True, None, False),
    ("accepted", "2026-12-04", "2026-10-01", True, None, True),
    ("accepted", "2026-12-04", "2026-12-01", True, None, True),
    ("requested", None, "2026-10-01", True, "2026-11-16", True),
    ("requested", None, "2026-11-16", True, "2026-11-16", False),
    ("accepted", "2026-12-04", "2026-11-17", True, "2026-11-16", False),
    ("accepted", "2026-11-20", "2026-11-17", True, "2026-11-16", True),
]


@pytest.fixture
def soon(cast, world, case_elsewhere):
    """A placement of region 06 planned to begin on 30 November."""
    with change(by=SYSTEM, verb="cases.case.update"):
        Case.objects.filter(pk=case_elsewhere.pk).update(status="eligible", decided_on="2026-06-01")
    return open_placement(
        Case.objects.get(pk=case_elsewhere.pk),
        by=cast["lead"],
        site=world.site_06,
        planned_start=START,
    )


def ask(case, by, placement=None, **fields):
    known = {
        "kind": "furniture",
        "barrier": "x",
        "measure": "Bureau réglable",
        "requested_on": BEFORE,
    }
    return request_accommodation(case, by=by, placement=placement, **{**known, **fields})


@pytest.mark.parametrize("line", LATE)
@time_machine.travel(NOW, tick=False)
def test_the_filter_and_the_record_agree_on_what_is_late(line, cast, soon):
    status, planned, requested, tied, started, late = line
    asked = ask(soon.case, cast["lead"], soon if tied else None)
    with change(by=SYSTEM, verb="test"):
        Accommodation.objects.filter(pk=asked.pk).update(
            status=status, planned_on=planned, requested_on=requested, decided_on="2026-10-02",
            decided_by=cast["lead"], in_place_on="2026-11-20" if status == "in_place" else None,
        )  # fmt: skip
        if started:
            Placement.objects.filter(pk=soon.pk).update(
                status="active", signed_on="2026-11-01", started_on=started
            )
    found = Accommodation.objects.select_related("placement").get()
    assert found.is_late is late
    assert Accommodation.objects.late().exists() is late


@time_machine.travel(NOW, tick=False)
def test_nothing_is_late_for_a_placement_that_is_over(cast, soon):
    asked = ask(soon.case, cast["lead"], soon)
    with change(by=SYSTEM, verb="test"):
        Placement.objects.filter(pk=soon.pk).update(
            status="completed", started_on="2026-11-16", ended_on="2026-11-20"
        )
        Accommodation.objects.filter(pk=asked.pk).update(requested_on="2026-10-01")
    assert not Accommodation.objects.select_related("placement").get().is_late
    assert not Accommodation.objects.late().exists()


# ------------------------------------------------------------------ the first page
STARTS = {
    "2026-11-01": True,  # planned for a day that is past, and not begun
    "2026-11-23": True,
    "2026-12-14": True,  # 21 days
    "2026-12-15": False,
}


@pytest.mark.parametrize("start", STARTS)
@time_machine.travel(NOW, tick=False)
def test_a_placement_about_to_start_without_a_measure_is_told(start, cast, soon):
    assert not starting_unready(21).exists()
    ask(soon.case, cast["lead"], soon)
    with change(by=SYSTEM, verb="test"):
        Placement.objects.filter(pk=soon.pk).update(planned_start=start, planned_end="2027-11-29")
    assert starting_unready(21).exists() is STARTS[start]
    with change(by=SYSTEM, verb="test"):
        Placement.objects.filter(pk=soon.pk).update(
            status="active", signed_on=start, started_on=start
        )
    assert not starting_unready(21).exists()


def block(client, user, name):
    client.force_login(user)
    page = client.get("/").content.decode()
    found = re.search(rf'<section class="stack" id="{name}".*?</section>', page, re.DOTALL)
    return found.group(0) if found else ""


@time_machine.travel(NOW, tick=False)
def test_the_coordinator_is_told_who_starts_soon_without_what_they_need(cast, client, soon):
    asked = ask(soon.case, cast["lead"], soon)
    moved = {"decided_on": "2026-11-23", "planned_on": "2026-12-04"}
    move_accommodation(asked, "accept", by=cast["lead"], **moved)

    shown = block(client, cast["coordinator_elsewhere"], "not-ready")
    assert "Stages qui commencent d’ici 21 jours et ne sont pas prêts" in shown
    assert soon.get_absolute_url() in shown
    assert "2026-12-04" in shown
    assert "En retard" in shown
    assert soon.get_absolute_url() not in block(client, cast["coordinator"], "not-ready")
    assert block(client, cast["representative"], "not-ready") == ""

    move_accommodation(
        Accommodation.objects.get(), "put-in-place", by=cast["lead"], in_place_on="2026-11-23"
    )
    assert soon.get_absolute_url() not in block(client, cast["coordinator_elsewhere"], "not-ready")


@time_machine.travel(NOW, tick=False)
def test_a_host_is_told_what_to_put_in_place_once_the_participant_agreed(cast, client, soon):
    asked = ask(soon.case, cast["lead"], soon)
    move_accommodation(
        asked, "accept", by=cast["lead"], decided_on="2026-11-23", planned_on="2026-11-27"
    )
    assert "Bureau réglable" not in block(client, cast["representative"], "to-put-in-place")
    give_consent(
        soon.participant, by=cast["lead"], purpose="share_needs", text_version="1", given_on=BEFORE
    )
    shown = block(client, cast["representative"], "to-put-in-place")
    assert "Bureau réglable" in shown
    assert f"/accommodations/{asked.pk}/move/put-in-place/" in shown
    assert "Bureau réglable" not in block(client, cast["supervisor"], "to-put-in-place")


@time_machine.travel(NOW, tick=False)
def test_equipment_left_behind_is_told_to_the_coordinator(cast, client, case, placement):
    asked = ask(case, cast["lead"], placement, requested_on=dt.date(2026, 3, 2))
    for name, inputs in (
        ("accept", {"decided_on": "2026-03-03", "planned_on": "2026-04-01"}),
        ("put-in-place", {"in_place_on": "2026-04-01"}),
    ):
        move_accommodation(asked, name, by=cast["lead"], **inputs)
    assert "Bureau réglable" not in block(client, cast["coordinator"], "to-give-back")
    with change(by=SYSTEM, verb="test"):
        Placement.objects.filter(pk=placement.pk).update(status="completed", ended_on="2026-10-30")
    shown = block(client, cast["coordinator"], "to-give-back")
    assert f"/accommodations/{asked.pk}/move/give-back/" in shown
    client.force_login(cast["coordinator"])
    page = client.get(placement.get_absolute_url()).content.decode()
    assert "<h3>Matériel à rendre</h3>" in page
    move_accommodation(
        Accommodation.objects.get(), "give-back", by=cast["lead"], returned_on="2026-11-02"
    )
    assert "Bureau réglable" not in block(client, cast["coordinator"], "to-give-back")
    assert "Matériel à rendre" not in client.get(placement.get_absolute_url()).content.decode()


@pytest.mark.parametrize("who", ["lead", "coordinator_elsewhere", "representative"])
@time_machine.travel(NOW, tick=False)
def test_the_first_page_costs_the_same_for_one_ten_and_fifty_measures(who, cast, client, soon):
    give_consent(
        soon.participant, by=cast["lead"], purpose="share_needs", text_version="1", given_on=BEFORE
    )
    found = []
    for more in (1, 9, 40):
        for _number in range(more):
            asked = ask(soon.case, cast["lead"], soon)
            move_accommodation(
                asked, "accept", by=cast["lead"], decided_on="2026-11-23", planned_on="2026-11-27"
            )
        found.append(queries(client, cast[who], "/"))
    assert found[0] == found[1] == found[2]


def more_waiting_placements(cast, world, count):
    """`count` people of region 03 who start in a week and wait for a measure, straight as agreed."""
    region, day = world.regions["03"], dt.date(2026, 5, 4)
    with change(by=SYSTEM, verb="cases.case.open", region=region):
        for _number in range(count):
            person = Participant(last_name="Essai", first_name="Alix", birth_date=day)
            person.save()
            case = Case(
                participant=person, region=region, referred_on=day, decided_on=day,
                decided_by=cast["lead"], status="in_placement", site=world.site_03,
                organization=world.mtmd,
            )  # fmt: skip
            case.save()
            placement = Placement(
                case=case, participant=person, region=region, site=world.site_03,
                organization=world.mtmd, planned_start=START, planned_end=dt.date(2027, 11, 29),
            )  # fmt: skip
            placement.save()
            asked = Accommodation(
                case=case, region=region, kind="task", barrier="x", measure="x", requested_on=BEFORE
            )
            asked.tie(placement)
            asked.save()


@pytest.mark.parametrize("url", ["/", "/api/v1/placements/?page_size=100"])
@time_machine.travel(NOW, tick=False)
def test_readiness_costs_the_same_for_one_ten_and_fifty_placements(url, cast, client, world):
    found = []
    for more in (1, 9, 40):
        more_waiting_placements(cast, world, more)
        found.append(queries(client, cast["coordinator"], url))
    assert found[0] == found[1] == found[2]
