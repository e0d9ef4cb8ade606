"""Seats: an offer accepted takes one, the last one fills the project, what falls through gives it back."""

import datetime as dt

import pytest

from cases.models import FollowUp, Match, Placement
from cases.services.matches import move_match, propose_match
from cases.services.placements import move_placement, open_placement
from cases.services.seats import taken_seats
from organizations.models import Project
from organizations.services.seats import follow_seats
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangedRow, ChangeSet
from peph.errors import Conflict, Forbidden, Invalid
from tests.cases.matching.conftest import a_project, a_seeker, agree, put

pytestmark = pytest.mark.django_db
ACCEPT = {"answered_on": "2026-06-20", "planned_start": "2026-10-05"}


def accept(match, by, **inputs):
    return move_match(put(match, "offered"), "accept", by=by, **(ACCEPT | inputs))


def status_of(project):
    return Project.objects.get(pk=project.pk).status


def test_an_accepted_offer_opens_the_placement_the_project_describes(stage):
    match = accept(stage.match, stage.cast["coordinator"])

    placement = Placement.objects.get(pk=match.placement_id)
    assert (match.status, match.planned_start) == ("accepted", dt.date(2026, 10, 5))
    assert (
        placement.case, placement.project, placement.site, placement.region.code,
        placement.job_class, placement.hours_per_week, placement.supervisor_name,
        placement.supervisor_email, placement.mentor_name, placement.planned_start,
        placement.planned_end, placement.status,
    ) == (
        stage.seeker, stage.project, stage.world.site_03, "03",
        stage.project.job_class, 35, "Dominique Superviseur",
        "dominique@exemple.qc.ca", "Andrée Mentore", dt.date(2026, 10, 5),
        dt.date(2027, 10, 3), "to_sign",
    )  # fmt: skip
    stage.seeker.refresh_from_db()
    assert (stage.seeker.status, stage.seeker.site) == ("in_placement", stage.world.site_03)
    assert FollowUp.objects.filter(placement=placement).exists()
    assert status_of(stage.project) == "filled"


def test_the_placement_says_whose_seat_it_takes(client, stage):
    placement = accept(stage.match, stage.cast["coordinator"]).placement
    client.force_login(stage.cast["coordinator"])
    assert "Soutien à la gestion" in client.get(placement.get_absolute_url()).content.decode()
    told = client.get(f"/api/v1/placements/{placement.pk}/").json()
    assert told["project"] == str(stage.project.pk)


def test_it_is_all_one_change_that_tells_of_case_match_placement_and_project(stage):
    accept(stage.match, stage.cast["coordinator"])
    told = ChangeSet.objects.filter(verb="cases.match.accept").get()
    assert (told.case_id, told.organization_id) == (stage.seeker.pk, stage.world.mtmd.pk)
    touched = set(ChangedRow.objects.filter(change_set=told).values_list("model", flat=True))
    assert touched >= {
        "cases.case", "cases.match", "cases.placement", "organizations.project",
    }  # fmt: skip


def test_the_other_open_matches_of_the_person_are_withdrawn(stage):
    by = stage.cast["coordinator"]
    others = [
        propose_match(
            stage.seeker, a_project(stage.project.call, stage.world.site_03, title=name), by=by
        )
        for name in ("Un", "Deux", "Trois")
    ]
    put(others[1], "interviewed")
    put(others[2], "not_selected")
    accept(stage.match, by)
    assert [
        Match.objects.filter(pk=each.pk).values_list("status", "refusal_reason").get()
        for each in others
    ] == [
        ("withdrawn", "other_chosen"),
        ("withdrawn", "other_chosen"),
        ("not_selected", "skills"),
    ]


# What becomes of the placement → of the project of one seat, and of the seat.
ENDS = {
    "cancelled": (["cancel"], "open", 0),
    "no_show": (["sign", "prepare", "no-show"], "open", 0),
    "ended_early": (["sign", "prepare", "start", "end-early"], "open", 0),
    "completed": (["sign", "prepare", "start", "complete"], "filled", 1),
    "active": (["sign", "prepare", "start"], "filled", 1),
}
INPUTS = {
    "sign": {"signed_on": "2026-06-20"},
    "prepare": {},
    "start": {"started_on": "2026-06-22"},
    "cancel": {"reason": "Désistement"},
    "no-show": {"expected_on": "2026-06-22", "reason": "Deux appels"},
    "end-early": {"ended_on": "2026-06-26", "ended_by": "host", "reason": "Poste aboli"},
    "complete": {"ended_on": "2026-06-26"},
}


@pytest.mark.parametrize("end", ENDS)
def test_what_falls_through_gives_its_seat_back(end, stage):
    moves, project, taken = ENDS[end]
    by = stage.cast["coordinator"]
    placement = accept(stage.match, by, planned_start="2026-06-22").placement
    for name in moves:
        placement = move_placement(placement, name, by=by, **INPUTS[name])
    assert (placement.status, status_of(stage.project)) == (end, project)
    assert taken_seats(stage.project) == taken


def test_a_project_of_two_seats_is_filled_by_the_second(cast, world, call):
    by = cast["coordinator"]
    project = a_project(call, world.site_03, seats=2)
    placements = []
    for name, status in (("Un", "open"), ("Deux", "filled")):
        case = a_seeker(cast, world, last=name)
        agree(case, by, "share_profile")
        match = accept(propose_match(case, project, by=by), by)
        placements.append(match.placement)
        assert status_of(project) == status
    move_placement(placements[0], "cancel", by=by, reason="Désistement")
    assert status_of(project) == "open"


def test_two_people_are_not_placed_on_one_seat(stage):
    by = stage.cast["coordinator"]
    second = a_seeker(stage.cast, stage.world, last="Aubin", first="Ève")
    rival = propose_match(second, stage.project, by=by)
    accept(stage.match, by)

    with pytest.raises(Conflict):
        accept(rival, by)
    kept = Match.objects.get(pk=rival.pk)
    assert (kept.status, kept.placement) == ("offered", None)
    assert not Placement.objects.filter(case=second).exists()
    # Nobody decides for them: the match waits for a seat, or for somebody to withdraw it.
    move_placement(
        Match.objects.get(pk=stage.match.pk).placement, "cancel", by=by, reason="Désistement"
    )
    assert move_match(kept, "accept", by=by, **ACCEPT).status == "accepted"


@pytest.mark.parametrize("name", ["send", "offer", "accept"])
def test_nothing_goes_forward_for_a_project_that_takes_nobody(name, stage):
    put(stage.match, {"send": "proposed", "offer": "selected", "accept": "offered"}[name])
    with change(by=SYSTEM, verb="test"):
        Project.objects.filter(pk=stage.project.pk).update(status="cancelled")
    inputs = {
        "send": {"sent_on": "2026-06-02"},
        "offer": {"offered_on": "2026-06-16", "answer_by": "2099-01-01"},
        "accept": ACCEPT,
    }[name]
    with pytest.raises(Conflict):
        move_match(stage.match, name, by=stage.cast["lead"], **inputs)


def test_a_placement_takes_no_seat_at_another_site(stage):
    with pytest.raises(Invalid) as refused:
        open_placement(
            stage.seeker, by=stage.cast["lead"], site=stage.world.site_06,
            planned_start=dt.date(2026, 10, 5), project=stage.project,
        )  # fmt: skip
    assert list(refused.value.fields) == ["site"]


def test_a_placement_without_a_project_takes_no_seat(stage):
    open_placement(
        stage.seeker, by=stage.cast["coordinator"], site=stage.world.site_03,
        planned_start=dt.date(2026, 10, 5),
    )  # fmt: skip
    assert (status_of(stage.project), taken_seats(stage.project)) == ("open", 0)


def test_a_project_of_another_region_is_accepted_by_who_sees_it(stage):
    away = a_project(stage.project.call, stage.world.site_06)
    match = propose_match(stage.seeker, away, by=stage.cast["lead"])
    with pytest.raises(Forbidden):
        accept(match, stage.cast["coordinator"])
    assert accept(match, stage.cast["lead"]).status == "accepted"


@pytest.mark.parametrize(
    ("status", "taken", "expected"),
    [
        ("open", 0, "open"),
        ("open", 1, "filled"),
        ("open", 2, "filled"),
        ("filled", 1, "filled"),
        ("filled", 0, "open"),
        ("selected", 1, "selected"),
        ("completed", 0, "completed"),
        ("cancelled", 0, "cancelled"),
    ],
)
def test_a_project_follows_its_seats_while_it_takes_candidates(
    status, taken, expected, world, call
):
    project = a_project(call, world.site_03, status=status)
    before = ChangeSet.objects.count()
    with change(by=SYSTEM, verb="test"):
        assert follow_seats(project, taken=taken).status == expected
    assert ChangeSet.objects.count() == before + (status != expected)
