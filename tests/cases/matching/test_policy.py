"""Who may do what with a match: every person of the cast, before it is sent, after, and by consent."""

import datetime as dt

import pytest

from cases.models import Match
from cases.policy import MATCH_POLICY
from cases.services.matches import move_match
from cases.services.participants import withdraw_consent
from organizations.models import Project
from organizations.policy import CAPACITY_POLICY
from tests.cases.matching.conftest import agree, put

pytestmark = pytest.mark.django_db

OFFICER = "view edit decide answer read_personal read_needs"
KEEPER = "view edit answer read_personal read_needs"
WATCHER = "view read_personal read_needs"
HOST = "view answer"
NOBODY = ""

# person → (proposed, sent, sent with the consent to tell the needs, sent but the profile's consent ended)
TABLE = {
    "lead": (OFFICER, OFFICER, OFFICER, OFFICER),
    "second_lead": (OFFICER, OFFICER, OFFICER, OFFICER),
    "coordinator": (OFFICER, OFFICER, OFFICER, OFFICER),
    "colleague": (OFFICER, OFFICER, OFFICER, OFFICER),
    "coordinator_elsewhere": (NOBODY, NOBODY, NOBODY, NOBODY),
    "health_coordinator": (OFFICER, OFFICER, OFFICER, OFFICER),
    "health_only": (NOBODY, NOBODY, NOBODY, NOBODY),
    "representative": (NOBODY, HOST, f"{HOST} read_needs", NOBODY),
    "representative_elsewhere": (NOBODY, NOBODY, NOBODY, NOBODY),
    "supervisor": (NOBODY, HOST, f"{HOST} read_needs", NOBODY),
    "supervisor_elsewhere": (NOBODY, NOBODY, NOBODY, NOBODY),
    "committee": (NOBODY, NOBODY, NOBODY, NOBODY),
    "auditor": (WATCHER, WATCHER, WATCHER, WATCHER),
    "auditor_region": (WATCHER, WATCHER, WATCHER, WATCHER),
    "auditor_elsewhere": (NOBODY, NOBODY, NOBODY, NOBODY),
    "auditor_host": (WATCHER, WATCHER, WATCHER, WATCHER),
    "privacy": (WATCHER, WATCHER, WATCHER, WATCHER),
    "outsider": (NOBODY, NOBODY, NOBODY, NOBODY),
    "reader": (WATCHER, WATCHER, WATCHER, WATCHER),
    "editor": (KEEPER, KEEPER, KEEPER, KEEPER),
    "former": (NOBODY, NOBODY, NOBODY, NOBODY),
    "inactive": (NOBODY, NOBODY, NOBODY, NOBODY),
    "superuser": (NOBODY, NOBODY, NOBODY, NOBODY),
}


def test_every_person_of_the_cast_has_a_line(cast):
    assert set(TABLE) == set(cast)


def _proposed(match, by):
    pass


def _sent(match, by):
    put(match, "sent")


def _told(match, by):
    put(match, "sent")
    agree(match.case, by, "share_needs")


def _ended(match, by):
    put(match, "sent")
    consent = match.case.participant.consents.get(purpose="share_profile")
    withdraw_consent(consent, by=by, withdrawn_on=dt.date(2026, 6, 5))


@pytest.mark.parametrize(
    ("place", "bring"),
    list(enumerate((_proposed, _sent, _told, _ended))),
    ids=["proposed", "sent", "needs-told", "consent-ended"],
)
def test_what_each_person_may_do_with_a_match(place, bring, stage):
    bring(stage.match, stage.cast["coordinator"])
    expected = {who: set(columns[place].split()) for who, columns in TABLE.items()}
    found, listed = {}, {}
    for who, user in stage.cast.items():
        found[who] = {
            action
            for action in MATCH_POLICY.rules
            if MATCH_POLICY.allows(user, action, stage.match)
        }
        # The list and its abilities say the same as the object check.
        rows = Match.objects.visible_to(user).with_abilities(user)
        listed[who] = next((set(row.abilities) for row in rows), set())
    assert found == expected
    assert listed == expected


def test_a_match_withdrawn_before_it_was_sent_never_reaches_the_host(stage):
    move_match(stage.match, "withdraw", by=stage.cast["coordinator"], refusal_reason="unavailable")
    for who in ("representative", "supervisor"):
        assert not Match.objects.visible_to(stage.cast[who]).exists()


def test_a_host_sees_the_end_of_what_it_was_sent(stage):
    put(stage.match, "withdrawn")
    assert Match.objects.visible_to(stage.cast["supervisor"]).count() == 1


COUNTS = {
    "lead", "second_lead", "coordinator", "colleague", "health_coordinator", "representative",
    "auditor", "auditor_region", "auditor_host",
}  # fmt: skip


def test_who_counts_the_places_of_a_project(stage):
    seen = {
        who
        for who, user in stage.cast.items()
        if Project.objects.filter(CAPACITY_POLICY.q(user, "view")).exists()
    }
    assert seen == COUNTS
