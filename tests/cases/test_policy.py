"""Who may do what: every person of the cast × every action, written out. The code is held against it."""

import pytest

from auditing.policy import CHANGE_SET_POLICY
from cases.models import Case, FollowUp, Note, Participant, Placement
from cases.policy import (
    CASE_POLICY,
    FOLLOW_UP_POLICY,
    NOTE_POLICY,
    PARTICIPANT_POLICY,
    PLACEMENT_POLICY,
    REGION_CASE_POLICY,
    Action,
)
from cases.services.participants import give_consent, withdraw_consent
from peph.audit.models import ChangeSet

pytestmark = pytest.mark.django_db

VIEW = "view"
OFFICER = "view edit decide share audit read_personal read_needs read_notes"
WATCHER = "view audit read_personal read_needs read_notes"
NOBODY = ""
EDITOR = "view edit update sign report evaluate answer_for_participant read_needs"
KEEPER = f"{EDITOR} pause audit"

# On the placed case of region 03 at the MTMD; consent to share the needs was not given.
ON_THE_CASE = {
    "lead": OFFICER,
    "second_lead": OFFICER,
    "coordinator": OFFICER,
    "colleague": OFFICER,
    "coordinator_elsewhere": NOBODY,
    "health_coordinator": f"{OFFICER} read_health edit_health",
    "health_only": NOBODY,
    "representative": VIEW,
    "representative_elsewhere": NOBODY,
    "supervisor": VIEW,
    "supervisor_elsewhere": NOBODY,
    "committee": NOBODY,
    "auditor": WATCHER,
    "auditor_region": WATCHER,
    "auditor_elsewhere": NOBODY,
    "auditor_host": WATCHER,
    "privacy": WATCHER,
    "outsider": NOBODY,
    "reader": "view read_personal read_needs",
    "editor": "view edit read_personal read_needs read_notes",
    "former": NOBODY,
    "inactive": NOBODY,
    "superuser": NOBODY,
}
ON_THE_PLACEMENT = {
    "lead": KEEPER,
    "second_lead": KEEPER,
    "coordinator": KEEPER,
    "colleague": KEEPER,
    "coordinator_elsewhere": NOBODY,
    "health_coordinator": KEEPER,
    "health_only": NOBODY,
    "representative": "view update sign report evaluate",
    "representative_elsewhere": NOBODY,
    "supervisor": "view update report evaluate",
    "supervisor_elsewhere": NOBODY,
    "committee": NOBODY,
    "auditor": "view read_needs audit",
    "auditor_region": "view read_needs audit",
    "auditor_elsewhere": NOBODY,
    "auditor_host": "view read_needs audit",
    "privacy": "view read_needs audit",
    "outsider": NOBODY,
    "reader": "view read_needs",
    "editor": EDITOR,
    "former": NOBODY,
    "inactive": NOBODY,
    "superuser": NOBODY,
}
# person → (the participant, the shared follow-up, an internal follow-up, the note)
ON_THE_REST = {
    "lead": ("view edit read_personal read_needs", "view edit", "view edit", "view edit"),
    "second_lead": ("view edit read_personal read_needs", "view edit", "view edit", "view edit"),
    "coordinator": ("view edit read_personal read_needs", "view edit", "view edit", "view edit"),
    "colleague": ("view edit read_personal read_needs", "view edit", "view edit", "view edit"),
    "coordinator_elsewhere": (NOBODY, NOBODY, NOBODY, NOBODY),
    "health_coordinator": (
        "view edit read_personal read_needs read_health edit_health",
        "view edit",
        "view edit",
        "view edit",
    ),
    "health_only": (NOBODY, NOBODY, NOBODY, NOBODY),
    "representative": (VIEW, VIEW, NOBODY, NOBODY),
    "representative_elsewhere": (NOBODY, NOBODY, NOBODY, NOBODY),
    "supervisor": (VIEW, VIEW, NOBODY, NOBODY),
    "supervisor_elsewhere": (NOBODY, NOBODY, NOBODY, NOBODY),
    "committee": (NOBODY, NOBODY, NOBODY, NOBODY),
    "auditor": ("view read_personal read_needs", VIEW, VIEW, VIEW),
    "auditor_region": ("view read_personal read_needs", VIEW, VIEW, VIEW),
    "auditor_elsewhere": (NOBODY, NOBODY, NOBODY, NOBODY),
    "auditor_host": ("view read_personal read_needs", VIEW, VIEW, VIEW),
    "privacy": ("view read_personal read_needs", VIEW, VIEW, VIEW),
    "outsider": (NOBODY, NOBODY, NOBODY, NOBODY),
    "reader": ("view read_personal read_needs", NOBODY, NOBODY, NOBODY),
    "editor": ("view edit read_personal read_needs", "view edit", "view edit", "view edit"),
    "former": (NOBODY, NOBODY, NOBODY, NOBODY),
    "inactive": (NOBODY, NOBODY, NOBODY, NOBODY),
    "superuser": (NOBODY, NOBODY, NOBODY, NOBODY),
}


def _may(policy, user, row):
    return {action for action in policy.rules if policy.allows(user, action, row)}


@pytest.mark.parametrize("table", [ON_THE_CASE, ON_THE_PLACEMENT, ON_THE_REST])
def test_every_person_of_the_cast_has_a_line(table, cast):
    assert set(table) == set(cast)


@pytest.mark.parametrize("who", ON_THE_CASE)
def test_what_each_person_may_do_with_the_case(who, cast, case):
    expected = set(ON_THE_CASE[who].split())

    assert _may(CASE_POLICY, cast[who], case) == expected
    # The list and its abilities say the same as the object check.
    listed = Case.objects.visible_to(cast[who]).with_abilities(cast[who]).filter(pk=case.pk)
    assert [set(row.abilities) for row in listed] == ([expected] if expected else [])


@pytest.mark.parametrize("who", ON_THE_PLACEMENT)
def test_what_each_person_may_do_with_the_placement(who, cast, placement):
    expected = set(ON_THE_PLACEMENT[who].split())

    assert _may(PLACEMENT_POLICY, cast[who], placement) == expected
    listed = Placement.objects.visible_to(cast[who]).with_abilities(cast[who])
    assert [set(row.abilities) for row in listed] == ([expected] if expected else [])


@pytest.mark.parametrize("who", ON_THE_REST)
def test_what_each_person_may_do_with_person_follow_ups_and_note(who, cast, case, follow_up, note):
    internal = FollowUp.objects.filter(case=case, is_shared=False).first()
    participant, shared, unshared, written = (set(each.split()) for each in ON_THE_REST[who])

    assert _may(PARTICIPANT_POLICY, cast[who], case.participant) == participant
    assert _may(FOLLOW_UP_POLICY, cast[who], follow_up) == shared
    assert _may(FOLLOW_UP_POLICY, cast[who], internal) == unshared
    assert _may(NOTE_POLICY, cast[who], note) == written


@pytest.mark.parametrize("model", [Case, Participant, Placement, FollowUp, Note])
@pytest.mark.parametrize(
    "who", ["coordinator_elsewhere", "outsider", "former", "inactive", "superuser", "committee"]
)
def test_a_stranger_lists_nothing_of_region_03(model, who, cast, case):
    visible = model.objects.visible_to(cast[who])
    own = {"case_elsewhere"} if who == "coordinator_elsewhere" else set()
    names = {
        str(getattr(row, "participant", row)) for row in visible if model in (Case, Participant)
    }
    assert "Éloïse Côté-Tremblay" not in names
    assert bool(names) == (bool(own) and model in (Case, Participant))


TAKES_IN = {
    "lead": 17,
    "second_lead": 17,
    "coordinator": 1,
    "colleague": 1,
    "coordinator_elsewhere": 1,
    "health_coordinator": 1,
}


@pytest.mark.parametrize("who", ON_THE_CASE)
def test_in_how_many_regions_each_person_takes_people_in(who, cast, world):
    regions = world.regions.values()
    may = [r for r in regions if REGION_CASE_POLICY.allows(cast[who], Action.TAKE_IN, r)]
    assert len(may) == TAKES_IN.get(who, 0)


def test_needs_reach_the_host_only_once_the_participant_agreed(cast, case):
    assert not CASE_POLICY.allows(cast["supervisor"], Action.READ_NEEDS, case)
    consent = give_consent(
        case.participant,
        by=cast["coordinator"],
        purpose="share_needs",
        text_version="2026-01",
        given_on=case.referred_on,
    )
    assert CASE_POLICY.allows(cast["supervisor"], Action.READ_NEEDS, case)
    assert CASE_POLICY.allows(cast["representative"], Action.READ_NEEDS, case)
    assert not CASE_POLICY.allows(cast["supervisor_elsewhere"], Action.READ_NEEDS, case)
    withdraw_consent(consent, by=cast["coordinator"], withdrawn_on=case.referred_on)
    assert not CASE_POLICY.allows(cast["supervisor"], Action.READ_NEEDS, case)


SEES_THE_NOTE_BEING_ADDED = {
    "lead", "second_lead", "coordinator", "colleague", "health_coordinator", "auditor",
    "auditor_region", "auditor_host", "privacy",
}  # fmt: skip


@pytest.mark.parametrize("who", ON_THE_CASE)
def test_the_history_of_a_case_is_read_by_officers_and_auditors_of_its_scope(who, cast, case):
    added = ChangeSet.objects.get(verb="cases.note.add")
    seen = CHANGE_SET_POLICY.allows(cast[who], Action.VIEW, added)
    assert seen == (who in SEES_THE_NOTE_BEING_ADDED)
