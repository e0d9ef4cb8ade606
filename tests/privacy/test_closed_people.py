"""What a conflict of interest and a legal hold keep from people, beside the cases themselves."""

import datetime as dt

import pytest

from auditing.policy import CHANGE_SET_POLICY, CHANGED_ROW_POLICY
from cases.services.conflicts import declare_conflict
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangedRow, ChangeSet
from peph.errors import Forbidden
from privacy.models import AccessRequest, Disclosure
from privacy.services.person_data import Asked, data_of
from privacy.services.registers import correct_entry
from privacy.services.rules import place_hold
from tests.auditing.sampling import drawn, noted
from tests.privacy.entering import entered

pytestmark = pytest.mark.django_db
LONG_AGO = {"status": "closed", "closure_reason": "other", "closed_on": dt.date(2001, 1, 5),
            "referred_on": dt.date(2000, 1, 5), "coordinator": None}  # fmt: skip


@pytest.fixture
def closed(cast, case):
    """A case whose person nobody but this lead and this privacy officer may not know of."""
    for who in ("lead", "privacy"):
        declare_conflict(case, by=cast["coordinator"], user=cast[who], reason="Voisin")
    return case


@pytest.mark.parametrize(("who", "count"), [("lead", 0), ("second_lead", 1), ("auditor", 1)])
def test_who_is_due_is_listed_and_counted_without_whoever_is_closed(
    who, count, client, cast, closed
):
    with change(by=SYSTEM, verb="test"):
        for name, value in LONG_AGO.items():
            setattr(closed, name, value)
        closed.save()
    client.force_login(cast[who])
    page = client.get("/retention/")
    assert page.content.decode().count(str(closed.participant)) == count
    assert page.context["facts"][0][1] == count
    assert len(client.get("/api/v1/retention-due/").json()["results"]) == count


@pytest.mark.parametrize("model", [AccessRequest, Disclosure])
def test_a_privacy_officer_in_conflict_enters_what_is_about_others(model, cast, closed):
    entered(model, cast["privacy"])
    with pytest.raises(Forbidden):
        entered(model, cast["privacy"], participant=closed.participant)


@pytest.mark.parametrize(("who", "is_told"), [("lead", False), ("second_lead", True)])
def test_the_reason_of_a_correction_is_closed_with_its_entry(who, is_told, cast, case):
    entry = entered(Disclosure, cast["privacy"], participant=case.participant)
    correct_entry(entry, by=cast["privacy"], reason="Son frère a rappelé", recipient="Police")
    declare_conflict(case, by=cast["coordinator"], user=cast["lead"], reason="Voisin")
    seen = ChangeSet.objects.filter(CHANGE_SET_POLICY.q(cast[who], "view"))
    assert seen.filter(reason="Son frère a rappelé").exists() is is_told


def test_why_somebody_is_kept_or_in_conflict_is_on_no_timeline(client, cast, closed):
    place_hold(
        closed.participant, by=cast["second_lead"], reason="Plainte au Protecteur", case=closed
    )
    client.force_login(cast["coordinator"])
    for url in (f"/cases/{closed.pk}/timeline/", f"/api/v1/cases/{closed.pk}/timeline/"):
        told = client.get(url).content.decode()
        assert "Plainte au Protecteur" not in told
        assert "Voisin" not in told


@pytest.mark.parametrize(
    ("who", "is_told"), [("lead", True), ("auditor", True), ("privacy", False)]
)
def test_a_finding_about_no_case_is_between_the_auditors_and_the_lead(who, is_told, cast):
    finding = noted(drawn(cast["auditor"]), cast["auditor"])
    rows = ChangedRow.objects.filter(model="auditing.finding", object_id=str(finding.pk))
    assert rows.filter(CHANGED_ROW_POLICY.q(cast[who], "view")).exists() is is_told


def test_an_answer_nobody_sent_is_not_handed_over(cast, case):
    data = data_of(case.participant, by=cast["lead"], asked=Asked(history=True), format="json")
    assert data.nouns
    for noun in data.nouns:
        assert ("cases.tasklink", "draft") not in {
            (noun.code, each.name) for each in (*noun.fields, *noun.change_fields)
        }
