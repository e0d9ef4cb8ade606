"""Pages and API of retention: the list, the rules, the holds, an erasure from proposal to the end."""

import json
import re
import time

import pytest
from django.urls import reverse
from django.utils import timezone

from peph.accounts.sessions import SIGNED_IN
from privacy.models import Erasure, LegalHold, RetentionRule
from privacy.services.erasures import propose
from privacy.services.rules import place_hold
from tests.privacy.test_retention import DAY, DECIDED, a_case

pytestmark = pytest.mark.django_db
OLD = DECIDED | {"closed_on": DAY.replace(year=2018)}


@pytest.fixture
def old():
    return a_case(**OLD)


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_list_says_who_is_due_why_and_what_holds_it_back(client, cast, old):
    client.force_login(cast["privacy"])
    page = text_of(client.get(reverse("privacy:due_list")))
    assert old.number in page
    assert "2018-06-01" in page  # closed
    assert "2023-06-01" in page  # due
    assert "Proposer l’effacement" in page
    day_before = client.get(reverse("privacy:due_list"), {"on": "2023-05-31"})
    assert old.number not in text_of(day_before)
    assert old.number not in text_of(client.get(reverse("privacy:due_list"), {"state": "held"}))
    assert client.get(reverse("privacy:due_list"), {"on": "x"}).status_code == 200


@pytest.mark.parametrize("who", ["lead", "auditor"])
def test_who_reads_without_proposing(who, client, cast, old):
    client.force_login(cast[who])
    page = text_of(client.get(reverse("privacy:due_list")))
    assert old.number in page
    assert "Proposer l’effacement" not in page
    assert client.get(reverse("privacy:erasure_new", args=[old.participant_id])).status_code == 403


def test_the_list_asks_as_much_for_ten_people_as_for_one(
    client, cast, old, django_assert_max_num_queries
):
    client.force_login(cast["privacy"])
    url = reverse("privacy:due_list")
    client.get(url)
    with django_assert_max_num_queries(60) as one:
        client.get(url)
    for _person in range(9):
        a_case(**OLD)
    with django_assert_max_num_queries(len(one)) as ten:
        assert text_of(client.get(url)).count("2023-06-01") == 10
    assert len(ten) == len(one)


def test_an_erasure_from_the_proposal_to_the_approval(client, cast, old):
    client.force_login(cast["privacy"])
    url = reverse("privacy:erasure_new", args=[old.participant_id])
    shown = text_of(client.get(url))
    assert "Ce qui serait effacé et ce qui resterait" in shown
    answer = client.post(url, {"ground": "term", "comment": ""})
    erasure = Erasure.objects.get()
    assert answer.headers["Location"] == erasure.get_absolute_url()
    assert erasure.due_on.isoformat() == "2023-06-01"
    page = text_of(client.get(erasure.get_absolute_url()))
    assert "Vous l’avez proposé" in page
    assert "Approuver l’effacement" not in page
    approve = reverse("privacy:erasure_move", args=[erasure.pk, "approve"])
    assert client.get(approve).status_code == 403
    assert "Effacements à décider" not in text_of(client.get("/"))
    client.force_login(cast["lead"])
    assert "Effacements à décider" in text_of(client.get("/"))
    assert "Approuver l’effacement" in text_of(client.get(erasure.get_absolute_url()))
    stale = {"version": erasure.version + 1, "decision_comment": ""}
    assert client.post(approve, stale).status_code == 412
    answer = client.post(approve, {"version": erasure.version, "decision_comment": ""})
    assert answer.status_code == 302
    erasure.refresh_from_db()
    assert (erasure.status, erasure.decided_by) == ("approved", cast["lead"])
    assert client.post(approve, {"version": erasure.version}).status_code == 409


@pytest.mark.parametrize("name", ["erasure_new", "erasure_move"])
def test_proposing_and_deciding_ask_who_one_is(name, client, cast, old, settings):
    erasure = propose(old.participant, by=cast["privacy"])
    client.force_login(cast["lead"])
    session = client.session
    session[SIGNED_IN] = int(time.time()) - settings.STEP_UP_SECONDS - 60
    session.save()
    args = [old.participant_id] if name == "erasure_new" else [erasure.pk, "approve"]
    answer = client.get(reverse(f"privacy:{name}", args=args))
    assert (answer.status_code, "reauthenticate" in answer.headers["Location"]) == (302, True)


def test_a_hold_from_the_page_of_the_case_and_back(client, cast, old):
    client.force_login(cast["lead"])
    new = reverse("privacy:legal_hold_new", args=[old.participant_id])
    assert new in client.get(old.get_absolute_url()).content.decode()
    assert client.post(new, {"reason": ""}).status_code == 400
    assert client.post(new, {"reason": "Plainte nº 4"}).status_code == 302
    hold = LegalHold.objects.get()
    assert "Plainte nº 4" in text_of(client.get(old.get_absolute_url()))
    assert "Plainte nº 4" in text_of(client.get(reverse("privacy:legal_hold_list")))
    lift = reverse("privacy:legal_hold_lift", args=[hold.pk])
    assert client.get(lift).status_code == 200
    assert client.post(lift, {"version": hold.version}).status_code == 302
    hold.refresh_from_db()
    assert hold.lifted_on == timezone.localdate()
    assert client.post(lift, {"version": hold.version}).status_code == 409


def test_a_coordinator_sees_that_a_hold_stands_and_not_why(client, cast, case):
    place_hold(case.participant, by=cast["lead"], reason="Plainte nº 4")
    client.force_login(cast["coordinator"])
    page = text_of(client.get(case.get_absolute_url()))
    assert "Gel légal" in page
    assert "Plainte nº 4" not in page


def test_a_rule_is_changed_with_a_reason(client, cast):
    rule = RetentionRule.objects.get(record_class="not_taken")
    url = reverse("privacy:retention_rule_edit", args=[rule.pk])
    client.force_login(cast["privacy"])
    given = {
        "months": 12, "counted_from_fr": "la fermeture", "counted_from_en": "the closing",
        "source": "Calendrier nº 12", "is_confirmed": "on", "version": rule.version,
    }  # fmt: skip
    assert client.post(url, given).status_code == 400
    assert client.post(url, given | {"reason": "Approuvé le 3 mai"}).status_code == 302
    page = text_of(client.get(reverse("privacy:retention_rule_list")))
    assert "Calendrier nº 12" in page
    client.force_login(cast["lead"])
    assert client.get(url).status_code == 403


def test_the_same_in_the_api(client, cast, old):
    client.force_login(cast["privacy"])
    (row,) = client.get("/api/v1/retention-due/").json()["results"]
    assert (row["kind"], row["due_on"], row["is_held"]) == ("not_placed", "2023-06-01", False)
    assert client.get("/api/v1/retention-due/", {"on": "x"}).status_code == 400
    rules = client.get("/api/v1/retention-rules/").json()["results"]
    assert [rule["record_class"] for rule in rules][:3] == ["placed", "not_placed", "not_taken"]
    body = {"participant": str(old.participant_id), "reason": "Plainte"}
    hold = client.post("/api/v1/legal-holds/", json.dumps(body), content_type="application/json")
    assert hold.status_code == 201
    proposed = {"participant": str(old.participant_id), "ground": "term"}

    def post(url, given, **headers):
        return client.post(url, json.dumps(given), content_type="application/json", headers=headers)

    assert post("/api/v1/erasures/", proposed).status_code == 409
    lift = f"/api/v1/legal-holds/{hold.json()['id']}/lift/"
    assert post(lift, {}).status_code == 428
    assert post(lift, {}, if_match=hold.headers["ETag"]).status_code == 200
    erasure = post("/api/v1/erasures/", proposed)
    assert (erasure.status_code, erasure.json()["actions"]) == (201, ["call-back"])
    approve = f"/api/v1/erasures/{erasure.json()['id']}/approve/"
    assert post(approve, {}, if_match=erasure.headers["ETag"]).status_code == 403
    client.force_login(cast["lead"])
    done = post(approve, {}, if_match=erasure.headers["ETag"])
    assert (done.status_code, done.json()["status"]) == (200, "approved")
