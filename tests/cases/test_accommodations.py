"""Accommodation measures: who may do what in each status, who decides, when something may be bought."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError

from cases.models import Accommodation, Case, Placement
from cases.policy import ACCOMMODATION_POLICY
from cases.services import accommodations as services
from cases.services.accommodations import (
    move_accommodation,
    offered,
    request_accommodation,
    update_accommodation,
)
from cases.services.cases import move_case, transfer_case
from cases.services.participants import give_consent, withdraw_consent
from cases.services.placements import move_placement, open_placement
from cases.workflow import ACCOMMODATION_WORKFLOW, AccommodationStatus
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangedRow, ChangeSet
from peph.errors import Conflict, Forbidden, Invalid, Stale

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 5, 4)
INPUTS = {
    "accept": {"decided_on": "2026-05-06", "planned_on": "2026-05-20"},
    "modify": {
        "decided_on": "2026-05-06", "planned_on": "2026-05-20", "measure": "Un écran de 27 pouces",
        "reason": "Le modèle demandé n’est plus offert",
    },
    "refuse": {"decided_on": "2026-05-06", "reason": "Le bureau a déjà deux écrans"},
    "put-in-place": {"in_place_on": "2026-05-18"},
    "verify": {"verified_on": "2026-06-15"},
    "reconsider": {"reason": "L’écran ne suffit pas"},
    "give-back": {"returned_on": "2026-06-30"},
    "withdraw": {"reason": "La personne a apporté le sien"},
}  # fmt: skip
# From a new request to each status, as somebody else than who asked.
WAY = {
    "requested": [],
    "accepted": ["accept"],
    "modified": ["modify"],
    "refused": ["refuse"],
    "in_place": ["accept", "put-in-place"],
    "verified": ["accept", "put-in-place", "verify"],
    "returned": ["accept", "put-in-place", "give-back"],
    "withdrawn": ["withdraw"],
}
# status → the moves that leave it, and where they lead.
MOVES = {
    "requested": "accept>accepted modify>modified refuse>refused withdraw>withdrawn",
    "accepted": "put-in-place>in_place reconsider>requested withdraw>withdrawn",
    "modified": "put-in-place>in_place reconsider>requested withdraw>withdrawn",
    "refused": "reconsider>requested",
    "in_place": "verify>verified reconsider>requested give-back>returned",
    "verified": "reconsider>requested give-back>returned",
    "returned": "",
    "withdrawn": "",
}
# person → the moves that are theirs, whatever the status; the participant agreed to tell the host.
EVERYTHING = "accept modify refuse put-in-place verify reconsider give-back withdraw"
OF_THE_HOST = "put-in-place verify give-back"
THEIRS = {
    "lead": EVERYTHING,
    "second_lead": EVERYTHING,
    "coordinator": EVERYTHING,
    "colleague": EVERYTHING,
    "coordinator_elsewhere": "",
    "health_coordinator": EVERYTHING,
    "health_only": "",
    "representative": OF_THE_HOST,
    "representative_elsewhere": "",
    "supervisor": OF_THE_HOST,
    "supervisor_elsewhere": "",
    "committee": "",
    "auditor": "",
    "auditor_region": "",
    "auditor_elsewhere": "",
    "auditor_host": "",
    "privacy": "",
    "outsider": "",
    "reader": "",
    "editor": "put-in-place verify reconsider give-back withdraw",
    "former": "",
    "inactive": "",
    "superuser": "",
}
OFFICER = "view edit decide report read_personal read_costs"
WATCHER = "view read_personal read_costs"
# person → (without the consent to share the needs, with it, with it where the host pays)
ABILITIES = {
    "lead": (OFFICER, OFFICER, OFFICER),
    "second_lead": (OFFICER, OFFICER, OFFICER),
    "coordinator": (OFFICER, OFFICER, OFFICER),
    "colleague": (OFFICER, OFFICER, OFFICER),
    "coordinator_elsewhere": ("", "", ""),
    "health_coordinator": (OFFICER, OFFICER, OFFICER),
    "health_only": ("", "", ""),
    "representative": ("", "view report", "view report read_costs"),
    "representative_elsewhere": ("", "", ""),
    "supervisor": ("", "view report", "view report read_costs"),
    "supervisor_elsewhere": ("", "", ""),
    "committee": ("", "", ""),
    "auditor": (WATCHER, WATCHER, WATCHER),
    "auditor_region": (WATCHER, WATCHER, WATCHER),
    "auditor_elsewhere": ("", "", ""),
    "auditor_host": (WATCHER, WATCHER, WATCHER),
    "privacy": (WATCHER, WATCHER, WATCHER),
    "outsider": ("", "", ""),
    "reader": (WATCHER, WATCHER, WATCHER),
    "editor": ("view edit report read_personal read_costs",) * 3,
    "former": ("", "", ""),
    "inactive": ("", "", ""),
    "superuser": ("", "", ""),
}


def share_needs(case, by):
    return give_consent(
        case.participant, by=by, purpose="share_needs", text_version="2026-01", given_on=DAY
    )


def ask(case, by, placement=None, **fields):
    known = {
        "kind": "technical", "barrier": "Ne lit pas de près les petits caractères",
        "measure": "Un grand écran", "requested_on": DAY,
    }  # fmt: skip
    return request_accommodation(case, by=by, placement=placement, **{**known, **fields})


def bring(accommodation, status, by):
    for name in WAY[status]:
        accommodation = move_accommodation(accommodation, name, by=by, **INPUTS[name])
    return accommodation


def seen(accommodation, user):
    return (
        Accommodation.objects.with_people()
        .visible_to(user)
        .with_abilities(user)
        .filter(pk=accommodation.pk)
        .first()
    )


@pytest.fixture
def measure(cast, case, placement):
    """A measure asked for by the coordinator, for the placement under way."""
    return ask(case, cast["coordinator"], placement)


def test_the_moves_from_each_status():
    assert {
        status: {
            f"{step.name}>{step.target}"
            for step in ACCOMMODATION_WORKFLOW
            if status in step.sources
        }
        for status in AccommodationStatus.values
    } == {status: set(moves.split()) for status, moves in MOVES.items()}


def test_every_person_of_the_cast_has_a_line(cast):
    assert set(THEIRS) == set(ABILITIES) == set(cast)


@pytest.mark.parametrize("status", MOVES)
def test_each_status_each_move_each_person(status, cast, case, measure):
    share_needs(case, cast["coordinator"])
    measure = bring(measure, status, cast["lead"])
    targets = dict(move.split(">") for move in MOVES[status].split())
    for who, theirs in THEIRS.items():
        loaded = seen(measure, cast[who])
        found = [step.name for step in offered(loaded, by=cast[who])] if loaded else []
        assert set(found) == set(theirs.split()) & set(targets), who
        for name in EVERYTHING.split():
            before = ChangeSet.objects.count()
            if name not in theirs.split():
                with pytest.raises(Forbidden):
                    move_accommodation(measure, name, by=cast[who], **INPUTS[name])
            elif name not in targets:
                with pytest.raises(Conflict):
                    move_accommodation(measure, name, by=cast[who], **INPUTS[name])
            else:
                continue
            assert ChangeSet.objects.count() == before


@pytest.mark.parametrize(
    ("status", "move", "target"),
    [(status, *move.split(">")) for status, moves in MOVES.items() for move in moves.split()],
)
def test_a_move_leads_where_the_table_says_and_is_told(status, move, target, cast, measure):
    measure = bring(measure, status, cast["lead"])
    moved = move_accommodation(measure, move, by=cast["colleague"], **INPUTS[move])
    assert moved.status == target
    told = ChangeSet.objects.latest("number")
    assert (told.verb, told.reason, told.case_id, told.actor_id) == (
        f"cases.accommodation.{move}", INPUTS[move].get("reason", ""), measure.case_id,
        cast["colleague"].pk,
    )  # fmt: skip


@pytest.mark.parametrize("who", ABILITIES)
def test_what_each_person_may_do_with_a_measure(who, cast, case, measure):
    user, (without, told, paying) = cast[who], ABILITIES[who]

    def may():
        row = Accommodation.objects.get(pk=measure.pk)
        found = {a for a in ACCOMMODATION_POLICY.rules if ACCOMMODATION_POLICY.allows(user, a, row)}
        listed = seen(measure, user)
        # The list and its abilities say the same as the object check.
        assert (set(listed.abilities) if listed else set()) == found
        return found

    assert may() == set(without.split())
    consent = share_needs(case, cast["coordinator"])
    assert may() == set(told.split())
    for funding in ("program", "other", "none"):
        update_accommodation(measure, by=cast["lead"], funding=funding)
        assert may() == set(told.split())
    for funding in ("host", "shared"):
        update_accommodation(measure, by=cast["lead"], funding=funding)
        assert may() == set(paying.split())
    withdraw_consent(consent, by=cast["coordinator"], withdrawn_on=DAY)
    assert may() == set(without.split())


# ------------------------------------------------------------------ every write
WRITES = {
    "request_accommodation": lambda by, x: ask(x.case, by),
    "update_accommodation": lambda by, x: update_accommodation(x, by=by, supplier="Un autre"),
    "move_accommodation": lambda by, x: move_accommodation(
        x, "withdraw", by=by, **INPUTS["withdraw"]
    ),
}


def test_the_list_of_writes_is_complete():
    public = {
        name
        for name, thing in vars(services).items()
        if getattr(thing, "__module__", "") == services.__name__
        and callable(thing)
        and not name.startswith("_")
    }
    # What others call inside their own change, and what only reads.
    inside = {"attach_to", "detach_from", "withdraw_all"}
    assert public - inside - {"changeable", "obstacle", "offered"} == set(WRITES)


@pytest.mark.parametrize(
    "who",
    [
        "outsider", "coordinator_elsewhere", "auditor", "reader", "former", "superuser", "privacy",
        "representative", "supervisor",
    ],
)  # fmt: skip
@pytest.mark.parametrize("write", WRITES)
def test_nobody_writes_without_the_right_and_nothing_is_left(write, who, cast, case, measure):
    share_needs(case, cast["coordinator"])
    before = (ChangeSet.objects.count(), ChangedRow.objects.count())
    with pytest.raises(Forbidden):
        WRITES[write](cast[who], measure)
    assert (ChangeSet.objects.count(), ChangedRow.objects.count()) == before


def test_a_stale_copy_cannot_write(cast, measure):
    update_accommodation(measure, by=cast["coordinator"], version=measure.version, supplier="Un")
    with pytest.raises(Stale):
        update_accommodation(measure, by=cast["lead"], version=measure.version, supplier="Deux")
    with pytest.raises(Stale):
        move_accommodation(
            measure, "accept", by=cast["lead"], version=measure.version, **INPUTS["accept"]
        )
    now = Accommodation.objects.get(pk=measure.pk)
    assert (now.supplier, now.status) == ("Un", "requested")


def test_saving_the_same_values_leaves_no_history(cast, measure):
    before = ChangeSet.objects.count()
    update_accommodation(measure, by=cast["coordinator"], supplier="", kind="technical")
    assert ChangeSet.objects.count() == before


# ------------------------------------------------------------------ asking
def test_a_request_has_the_region_of_its_case_and_the_host_of_its_placement(
    cast, case, placement, case_elsewhere, world
):
    here = ask(case, cast["coordinator"], placement)
    assert (here.region, here.organization, here.site) == (
        world.regions["03"], world.mtmd, world.site_03,
    )  # fmt: skip
    alone = ask(case_elsewhere, cast["lead"])
    assert (alone.region, alone.organization, alone.site, alone.placement) == (
        world.regions["06"], None, None, None,
    )  # fmt: skip
    assert (alone.status, alone.requested_by) == ("requested", cast["lead"])


def test_what_cannot_be_asked_for(cast, case, placement, case_elsewhere):
    by = cast["lead"]
    with pytest.raises(Invalid) as refused:
        ask(case_elsewhere, by, placement)
    assert list(refused.value.fields) == ["placement"]
    with pytest.raises(Invalid) as refused:
        ask(case, by, requested_on=dt.date(2099, 1, 1))
    assert list(refused.value.fields) == ["requested_on"]
    with pytest.raises(Invalid) as refused:
        ask(case, by, barrier="", measure="", kind="magic", cost_estimated=Decimal("-1"))
    assert set(refused.value.fields) == {"barrier", "measure", "kind", "cost_estimated"}
    move_placement(placement, "complete", by=by, ended_on="2026-10-30")
    with pytest.raises(Conflict):
        ask(case, by, Placement.objects.get())
    move_case(
        Case.objects.get(pk=case.pk), "close", by=by, closed_on="2026-11-02",
        closure_reason="studies", reason="Retour aux études",
    )  # fmt: skip
    with pytest.raises(Conflict):
        ask(case, by)


def test_the_barrier_is_asked_for_in_functional_terms():
    assert "pas de diagnostic ici" in str(Accommodation._meta.get_field("barrier").help_text)


# ------------------------------------------------------------------ deciding
def test_a_decision_says_who_when_and_why(cast, measure):
    decided = move_accommodation(measure, "modify", by=cast["colleague"], **INPUTS["modify"])
    assert (decided.decided_on, decided.decided_by, decided.planned_on) == (
        dt.date(2026, 5, 6), cast["colleague"], dt.date(2026, 5, 20),
    )  # fmt: skip
    assert decided.decision_reason == "Le modèle demandé n’est plus offert"
    assert decided.measure == "Un écran de 27 pouces"


@pytest.mark.parametrize("name", ["modify", "refuse"])
def test_a_change_and_a_refusal_give_their_reason(name, cast, measure):
    inputs = {**INPUTS[name], "reason": " "}
    with pytest.raises(Invalid) as refused:
        move_accommodation(measure, name, by=cast["lead"], **inputs)
    assert list(refused.value.fields) == ["reason"]


COSTS = [(None, True), ("0", True), ("1499.99", True), ("1500", False), ("9000", False)]


@pytest.mark.parametrize(("cost", "alone"), COSTS)
@pytest.mark.parametrize("name", ["accept", "modify", "refuse"])
def test_from_a_cost_on_somebody_else_than_who_asked_decides(name, cost, alone, cast, measure):
    measure = update_accommodation(
        measure, by=cast["colleague"], cost_estimated=cost and Decimal(cost)
    )
    asked_by = cast["coordinator"]
    loaded = seen(measure, asked_by)
    assert (name in [step.name for step in offered(loaded, by=asked_by)]) is alone
    if alone:
        move_accommodation(measure, name, by=asked_by, **INPUTS[name])
    else:
        with pytest.raises(Forbidden, match="une autre personne décide"):
            move_accommodation(measure, name, by=asked_by, **INPUTS[name])
        move_accommodation(measure, name, by=cast["colleague"], **INPUTS[name])


def test_whoever_takes_a_measure_up_again_does_not_decide_it_alone(cast, measure):
    update_accommodation(measure, by=cast["coordinator"], cost_estimated=Decimal(2000))
    bring(measure, "in_place", cast["colleague"])
    again = move_accommodation(measure, "reconsider", by=cast["colleague"], **INPUTS["reconsider"])
    assert again.requested_by == cast["colleague"]
    with pytest.raises(Forbidden):
        move_accommodation(measure, "accept", by=cast["colleague"], **INPUTS["accept"])


def test_the_programme_sets_the_cost_from_which_two_decide(cast, measure, world):
    update_accommodation(measure, by=cast["coordinator"], cost_estimated=Decimal(400))
    with change(by=SYSTEM, verb="organizations.program.update"):
        world.program.second_approval_from = 400
        world.program.save()
    with pytest.raises(Forbidden):
        move_accommodation(measure, "accept", by=cast["coordinator"], **INPUTS["accept"])


def test_reconsidering_takes_back_the_decision_and_what_followed_from_it(cast, measure):
    measure = bring(measure, "verified", cast["lead"])
    update_accommodation(
        measure, by=cast["lead"], purchased_on=dt.date(2026, 5, 7), cost_actual=Decimal(120)
    )
    again = move_accommodation(measure, "reconsider", by=cast["lead"], **INPUTS["reconsider"])
    taken_back = ("decided_on", "decided_by", "planned_on", "in_place_on", "verified_on")
    assert [getattr(again, name) for name in taken_back] == [None] * 5
    assert (again.purchased_on, again.decision_reason) == (None, "")
    # What was spent was spent.
    assert again.cost_actual == Decimal(120)


# ------------------------------------------------------------------ after the decision
ASKED = {
    "barrier": "Autre", "measure": "Autre", "kind": "software", "cost_estimated": Decimal(5),
    "requested_on": dt.date(2026, 5, 1),
}  # fmt: skip
KNOWN_LATER = {"purchased_on": dt.date(2026, 5, 7), "cost_actual": Decimal(80)}
PROMISED = {"planned_on": dt.date(2026, 5, 25)}
ALWAYS = {"supplier": "Fournisseur Exemple", "funding": "shared", "follows_person": True}
# status → what can be changed in it.
CHANGEABLE = {
    "requested": {**ASKED, **ALWAYS},
    "accepted": {**KNOWN_LATER, **PROMISED, **ALWAYS},
    "modified": {**KNOWN_LATER, **PROMISED, **ALWAYS},
    "refused": {},
    "in_place": {**KNOWN_LATER, **ALWAYS},
    "verified": {**KNOWN_LATER, **ALWAYS},
    "returned": {**KNOWN_LATER, **ALWAYS},
    "withdrawn": {},
}


@pytest.mark.parametrize("status", CHANGEABLE)
def test_what_can_be_changed_in_each_status(status, cast, measure):
    measure = bring(measure, status, cast["lead"])
    for name, value in {**ASKED, **KNOWN_LATER, **PROMISED, **ALWAYS}.items():
        if name in CHANGEABLE[status]:
            changed = update_accommodation(measure, by=cast["editor"], **{name: value})
            assert getattr(changed, name) == value
        elif CHANGEABLE[status]:
            with pytest.raises(Invalid) as refused:
                update_accommodation(measure, by=cast["editor"], **{name: value})
            assert list(refused.value.fields) == [name]
        else:
            with pytest.raises(Conflict):
                update_accommodation(measure, by=cast["editor"], **{name: value})


@pytest.mark.parametrize("status", ["requested", "accepted"])
def test_nothing_is_bought_before_it_is_approved(status, cast, measure):
    measure = bring(measure, status, cast["lead"])
    with pytest.raises(Invalid) as refused:
        update_accommodation(measure, by=cast["lead"], purchased_on=dt.date(2026, 5, 5))
    assert refused.value.fields == {
        "purchased_on": ["Rien n’est acheté avant que la mesure soit approuvée."]
    }


REFUSED = [
    # A purchase with no decision to compare it with, before the decision, and of what was refused.
    {"purchased_on": dt.date(2026, 5, 7)},
    {
        "status": "accepted", "decided_on": dt.date(2026, 5, 6), "decided_by": True,
        "purchased_on": dt.date(2026, 5, 5),
    },
    {
        "status": "refused", "decided_on": dt.date(2026, 5, 6), "decided_by": True,
        "purchased_on": dt.date(2026, 5, 7),
    },
    {"status": "accepted"},
    {"status": "accepted", "decided_on": dt.date(2026, 5, 6)},
    {"status": "in_place", "decided_on": dt.date(2026, 5, 6), "decided_by": True},
    {"placement": None},
    {"site": None},
]  # fmt: skip


@pytest.mark.parametrize("values", REFUSED)
def test_the_database_refuses_a_measure_that_contradicts_itself(values, cast, measure):
    values = {**values, **({"decided_by": cast["lead"]} if "decided_by" in values else {})}
    with pytest.raises(IntegrityError), change(by=SYSTEM, verb="test"):
        Accommodation.objects.filter(pk=measure.pk).update(**values)


EARLY = [
    ("requested", "accept", {"decided_on": "2026-05-03"}, "decided_on"),
    ("requested", "accept", {"planned_on": "2026-05-05"}, "planned_on"),
    ("accepted", "put-in-place", {"in_place_on": "2026-05-05"}, "in_place_on"),
    ("in_place", "verify", {"verified_on": "2026-05-17"}, "verified_on"),
    ("in_place", "give-back", {"returned_on": "2026-05-17"}, "returned_on"),
    ("accepted", "put-in-place", {"in_place_on": "2099-01-01"}, "in_place_on"),
]


@pytest.mark.parametrize(("status", "name", "early", "field"), EARLY)
def test_the_days_come_in_order(status, name, early, field, cast, measure):
    measure = bring(measure, status, cast["lead"])
    with pytest.raises(Invalid) as refused:
        move_accommodation(measure, name, by=cast["lead"], **{**INPUTS[name], **early})
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize(
    ("kind", "goes_back"),
    [
        ("technical", True), ("software", True), ("furniture", True), ("schedule", False),
        ("task", False), ("communication", False), ("interpretation", False),
        ("transport", False), ("team", False),
    ],
)  # fmt: skip
def test_only_equipment_is_given_back(kind, goes_back, cast, case, placement):
    measure = bring(ask(case, cast["coordinator"], placement, kind=kind), "in_place", cast["lead"])
    moves = [step.name for step in offered(seen(measure, cast["lead"]), by=cast["lead"])]
    assert ("give-back" in moves) is goes_back
    if not goes_back:
        with pytest.raises(Conflict):
            move_accommodation(measure, "give-back", by=cast["lead"], **INPUTS["give-back"])


# ------------------------------------------------------------------ what a placement does to measures
@pytest.fixture
def waiting(cast, case_elsewhere):
    """A case of region 06 that waits for a placement."""
    by = cast["lead"]
    give_consent(
        case_elsewhere.participant, by=by, purpose="case_management", text_version="1", given_on=DAY
    )
    move_case(case_elsewhere, "start-intake", by=by, first_contact_on=DAY)
    move_case(case_elsewhere, "start-review", by=by, applied_on=DAY)
    return move_case(case_elsewhere, "admit", by=by, decided_on=DAY)


def place(case, by, site, start=dt.date(2026, 7, 6)):
    return open_placement(Case.objects.get(pk=case.pk), by=by, site=site, planned_start=start)


def run(placement, by, *moves):
    for name, inputs in moves:
        placement = move_placement(placement, name, by=by, **inputs)
    return placement


SIGNED = [("sign", {"signed_on": "2026-06-20"}), ("prepare", {})]
WHOLE = [
    *SIGNED, ("start", {"started_on": "2026-07-06"}), ("complete", {"ended_on": "2026-10-30"}),
]  # fmt: skip
JOINS = {
    "requested": True,
    "accepted": True,
    "modified": True,
    "refused": False,
    "in_place": True,
    "verified": True,
    "returned": False,
    "withdrawn": False,
}


@pytest.mark.parametrize("status", JOINS)
def test_what_waits_joins_the_placement_when_it_is_opened(status, cast, waiting, world):
    measure = bring(ask(waiting, cast["lead"]), status, cast["lead"])
    placement = place(waiting, cast["lead"], world.site_06)
    measure.refresh_from_db()
    joined = (placement, world.mtmd, world.site_06)
    assert (measure.placement, measure.organization, measure.site) == (
        joined if JOINS[status] else (None, None, None)
    )


# (status reached, follows the person) → (to give back at the end, joins the next placement)
AT_THE_END = {
    ("requested", False): (False, False),
    ("requested", True): (False, True),
    ("accepted", True): (False, True),
    ("in_place", False): (True, False),
    ("in_place", True): (False, True),
    ("verified", False): (True, False),
    ("verified", True): (False, True),
    ("returned", False): (False, False),
    ("returned", True): (False, False),
    ("refused", True): (False, False),
}


@pytest.mark.parametrize(("status", "follows"), AT_THE_END)
def test_at_the_end_equipment_goes_back_or_follows_the_person(
    status, follows, cast, waiting, world
):
    by = cast["lead"]
    first = place(waiting, by, world.site_06)
    measure = bring(ask(waiting, by, first, follows_person=follows), status, by)
    assert not measure.is_to_give_back
    run(first, by, *WHOLE)

    goes_back, joins = AT_THE_END[status, follows]
    measure = Accommodation.objects.select_related("placement").get(pk=measure.pk)
    assert measure.is_to_give_back is goes_back
    assert Accommodation.objects.to_give_back().filter(pk=measure.pk).exists() is goes_back
    # It stays with the case until another placement is opened.
    assert measure.placement == first

    case = Case.objects.get(pk=waiting.pk)
    move_case(case, "close", by=by, closed_on="2026-11-02", closure_reason="studies", reason="x")
    case = move_case(Case.objects.get(pk=case.pk), "reopen-eligible", by=by, reason="De retour")
    second = place(case, by, world.saaq_03, dt.date(2026, 11, 16))
    measure = Accommodation.objects.get(pk=measure.pk)
    # What was still waiting was withdrawn when the case closed.
    joins = joins and measure.status in ("in_place", "verified")
    assert (measure.placement, measure.organization) == (
        (second, world.saaq) if joins else (first, world.mtmd)
    )


@pytest.mark.parametrize(
    ("status", "follows", "stays"),
    [
        ("requested", False, False), ("accepted", False, False), ("in_place", True, False),
        ("in_place", False, True), ("refused", False, True),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "moves",
    [
        [("cancel", {"reason": "Unité réorganisée"})],
        [*SIGNED, ("no-show", {"expected_on": "2026-07-06", "reason": "Trois appels"})],
    ],
)
def test_a_placement_that_never_began_gives_back_what_waited_for_it(
    moves, status, follows, stays, cast, waiting, world
):
    by = cast["lead"]
    first = place(waiting, by, world.site_06)
    measure = bring(ask(waiting, by, first, follows_person=follows), status, by)
    run(first, by, *moves)
    measure = Accommodation.objects.get(pk=measure.pk)
    assert (measure.placement, measure.organization) == (
        (first, world.mtmd) if stays else (None, None)
    )
    assert measure.is_to_give_back is (status == "in_place" and not follows)


def test_a_case_that_closes_withdraws_what_still_waits(cast, waiting):
    by = cast["lead"]
    kept = bring(ask(waiting, by), "in_place", by)
    dropped = bring(ask(waiting, by), "accepted", by)
    move_case(
        Case.objects.get(pk=waiting.pk), "close", by=by, closed_on="2026-11-02",
        closure_reason="withdrew", reason="Ne souhaite plus participer",
    )  # fmt: skip
    found = dict(Accommodation.objects.values_list("pk", "status"))
    assert found == {kept.pk: "in_place", dropped.pk: "withdrawn"}


@pytest.mark.parametrize(("follows", "closes"), [(False, False), (True, False), (True, True)])
def test_nothing_is_reconsidered_for_a_placement_that_is_over_or_a_closed_case(
    follows, closes, cast, case, placement
):
    by = cast["lead"]
    measure = bring(ask(case, by, placement, follows_person=follows), "in_place", by)
    move_placement(placement, "complete", by=by, ended_on="2026-10-30")
    if closes:
        move_case(
            Case.objects.get(pk=case.pk), "close", by=by, closed_on="2026-11-02",
            closure_reason="studies", reason="x",
        )  # fmt: skip
    loaded = seen(measure, by)
    may = follows and not closes
    assert ("reconsider" in [step.name for step in offered(loaded, by=by)]) is may
    if not may:
        with pytest.raises(Conflict):
            move_accommodation(measure, "reconsider", by=by, **INPUTS["reconsider"])


def test_a_measure_goes_along_when_its_case_changes_hands(cast, case, measure, world):
    transfer_case(case, by=cast["lead"], region=world.regions["06"], reason="Déménagement")
    measure.refresh_from_db()
    assert measure.region == world.regions["06"]


def test_a_measure_of_the_case_can_be_tied_to_its_placement_later(cast, case, placement, world):
    alone = ask(case, cast["coordinator"])
    tied = update_accommodation(alone, by=cast["coordinator"], placement=placement)
    tied = Accommodation.objects.get(pk=tied.pk)
    assert (tied.placement, tied.organization, tied.site) == (placement, world.mtmd, world.site_03)
    with pytest.raises(Invalid) as refused:
        update_accommodation(tied, by=cast["coordinator"], placement=None)
    assert list(refused.value.fields) == ["placement"]
