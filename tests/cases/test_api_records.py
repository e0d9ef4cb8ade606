"""The API of participants, consents, placements, follow-ups and notes."""

from types import SimpleNamespace

import pytest
from rest_framework.test import APIClient

from cases.serializers import tiers
from cases.services.participants import give_consent
from peph.audit.models import ChangeSet
from peph.errors import Forbidden

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/"


@pytest.fixture
def api(cast):
    """A client of somebody of the cast, answering in English."""

    def signed_in(who):
        client = APIClient(headers={"accept-language": "en"})
        client.force_login(cast[who])
        return client

    return signed_in


def _tag(record):
    record.refresh_from_db()
    return {"if-match": f'"{record.version}"'}


# ------------------------------------------------------------------ participants
HOST_KNOWS = {
    "id", "version", "last_name", "first_name", "preferred_name", "email", "phone", "actions", "cases",
}  # fmt: skip
PERSONAL = {
    "pronoun", "birth_date", "address", "municipality", "postal_code", "language", "contact_mode",
    "contact_format", "created_at",
}  # fmt: skip
KNOWN = {
    "coordinator": HOST_KNOWS | PERSONAL | {"functional_needs"},
    "auditor": HOST_KNOWS | PERSONAL | {"functional_needs"},
    "reader": HOST_KNOWS | PERSONAL | {"functional_needs"},
    "supervisor": HOST_KNOWS,
    "representative": HOST_KNOWS,
}


@pytest.mark.parametrize("who", KNOWN)
def test_a_person_is_shown_to_each_reader_in_the_own_tiers(who, api, case):
    answer = api(who).get(f"{ROOT}participants/{case.participant_id}/")
    assert set(answer.json()) == KNOWN[who]
    listed = api(who).get(f"{ROOT}participants/").json()["results"]
    mine = next(row for row in listed if row["id"] == str(case.participant_id))
    assert set(mine) == KNOWN[who] - {"cases"}


def test_a_host_reads_the_needs_once_the_participant_agreed(api, cast, case):
    give_consent(case.participant, by=cast["coordinator"], purpose="share_needs",
                 text_version="1", given_on=case.referred_on)  # fmt: skip
    answer = api("supervisor").get(f"{ROOT}participants/{case.participant_id}/")
    assert set(answer.json()) == HOST_KNOWS | {"functional_needs"}


@pytest.mark.parametrize(
    ("who", "body", "status"),
    [
        ("coordinator", {"phone": "418 555-0199"}, 200),
        ("coordinator", {}, 200),
        ("coordinator", {"postal_code": "00000"}, 400),
        ("coordinator", {"birth_date": "2090-01-01"}, 400),
        ("coordinator", {"search_key": "x"}, 400),
        ("auditor", {"phone": "418 555-0199"}, 403),
        ("supervisor", {"phone": "418 555-0199"}, 403),
        ("supervisor", {"birth_date": "1990-01-01"}, 403),
        ("outsider", {"phone": "418 555-0199"}, 404),
    ],
)
def test_who_corrects_a_person(who, body, status, api, case):
    person = case.participant
    answer = api(who).patch(
        f"{ROOT}participants/{person.pk}/", body, format="json", headers=_tag(person)
    )
    assert answer.status_code == status
    if body == {}:
        # Nothing differed: no new version, no change set.
        assert answer["ETag"] == '"1"'
        assert "Change-Set" not in answer


def test_who_may_edit_but_not_read_a_field_cannot_write_it():
    # Nobody stands so today; a role that did would be stopped here.
    row = SimpleNamespace(can_edit=True, can_read_personal=False, can_read_needs=True)
    tiers.check_written(row, ["phone", "functional_needs"], tiers.PARTICIPANT)
    with pytest.raises(Forbidden):
        tiers.check_written(row, ["phone", "birth_date"], tiers.PARTICIPANT)


# ------------------------------------------------------------------ consents
def test_a_consent_is_recorded_once_and_withdrawn_once(api, case):
    client = api("coordinator")
    body = {"participant": str(case.participant_id), "purpose": "health", "text_version": "1",
            "given_on": "2026-02-01"}  # fmt: skip
    given = client.post(f"{ROOT}consents/", body, format="json")
    assert (given.status_code, given.json()["actions"]) == (201, ["withdraw"])
    assert client.post(f"{ROOT}consents/", body, format="json").status_code == 400
    one = f"{ROOT}consents/{given.json()['id']}/withdraw/"
    assert client.post(one, {"withdrawn_on": "2026-03-01"}, format="json").status_code == 428
    back = client.post(
        one, {"withdrawn_on": "2026-03-01"}, format="json", headers={"if-match": '"1"'}
    )
    assert (back.status_code, back.json()["actions"], back["ETag"]) == (200, [], '"2"')
    again = client.post(
        one, {"withdrawn_on": "2026-03-01"}, format="json", headers={"if-match": '"2"'}
    )
    assert again.status_code == 409
    assert api("supervisor").get(f"{ROOT}consents/{given.json()['id']}/").status_code == 404


# ------------------------------------------------------------------ placements
PLACEMENT_ACTIONS = {
    "coordinator": ["suspend", "extend", "complete", "end-early", "edit"],
    "representative": ["edit"],
    "supervisor": ["edit"],
    "auditor": [],
}


@pytest.mark.parametrize("who", PLACEMENT_ACTIONS)
def test_a_placement_says_what_each_may_do_now(who, api, placement):
    answer = api(who).get(f"{ROOT}placements/{placement.pk}/")
    assert answer.json()["actions"] == PLACEMENT_ACTIONS[who]
    assert answer.json()["supervisor_name"] == "Dominique Superviseur"


@pytest.mark.parametrize(
    ("who", "body", "status"),
    [
        ("supervisor", {"hours_per_week": "32.5"}, 200),
        ("supervisor", {"mentor_name": "Andrée Mentor"}, 200),
        ("supervisor", {"mentor_name": "Dominique  SUPERVISEUR"}, 400),
        ("supervisor", {"planned_end": "2027-05-01"}, 403),
        ("supervisor", {"hours_per_week": "61"}, 400),
        ("supervisor", {"hours_per_week": "NaN"}, 400),
        ("supervisor", {"status": "completed"}, 400),
        # Signed: a key date, whose correction is asked for.
        ("coordinator", {"planned_end": "2027-05-01"}, 400),
        ("coordinator", {"planned_end": "2027-04-11", "hours_per_week": "32.5"}, 200),
        ("coordinator", {"planned_end": "9999-12-31"}, 400),
        ("coordinator", {"planned_end": "2099-12-31"}, 400),
        ("auditor", {"hours_per_week": "32.5"}, 403),
        ("supervisor_elsewhere", {"hours_per_week": "32.5"}, 404),
    ],
)
def test_who_keeps_which_part_of_a_placement_up_to_date(who, body, status, api, placement):
    answer = api(who).patch(
        f"{ROOT}placements/{placement.pk}/", body, format="json", headers=_tag(placement)
    )
    assert answer.status_code == status


def test_an_extension_is_asked_by_one_and_approved_by_another(api, placement):
    url = f"{ROOT}placements/{placement.pk}/"
    asked = api("coordinator").post(
        f"{url}extend/", {"extension_end": "2027-07-01", "reason": "Projet prolongé"}, format="json",
        headers=_tag(placement),
    )  # fmt: skip
    assert (asked.status_code, asked.json()["status"]) == (200, "extended")
    assert "approve-extension" not in asked.json()["actions"]
    assert "approve-extension" in api("colleague").get(url).json()["actions"]
    tag = {"if-match": asked["ETag"]}
    assert (
        api("coordinator")
        .post(f"{url}approve-extension/", {}, format="json", headers=tag)
        .status_code
        == 403
    )
    approved = api("colleague").post(f"{url}approve-extension/", {}, format="json", headers=tag)
    assert (approved.status_code, approved.json()["planned_end"]) == (200, "2027-07-01")


EARLY = {"ended_on": "2026-10-01", "ended_by": "host", "reason": "x"}


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("suspend", {"suspended_on": "2026-10-01", "resume_on": "9999-12-31", "reason": "x"}, "resume_on"),
        ("complete", {"ended_on": "2026-01-01"}, "ended_on"),
        ("complete", {"ended_on": "0001-01-01"}, "ended_on"),
        ("end-early", EARLY | {"ended_by": {}}, "ended_by"),
        ("end-early", EARLY | {"hours_missed": 2**31}, "hours_missed"),
        ("end-early", EARLY | {"hours_missed": 32_768}, "hours_missed"),
    ],
)  # fmt: skip
def test_a_move_with_a_value_no_column_holds_is_400(name, body, field, api, placement):
    answer = api("coordinator").post(
        f"{ROOT}placements/{placement.pk}/{name}/", body, format="json", headers=_tag(placement)
    )
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_opening_a_placement_asks_for_a_case_that_waits(api, case, world):
    body = {"case": str(case.pk), "site": str(world.site_03.pk), "planned_start": "2026-12-01"}
    client = api("coordinator")
    assert client.post(f"{ROOT}placements/", body, format="json").status_code == 409
    far = client.post(f"{ROOT}placements/", body | {"planned_start": "9999-12-31"}, format="json")
    assert (far.status_code, list(far.json()["errors"])) == (400, ["planned_start"])


def test_a_placement_is_opened_for_a_case_that_waits(api, case, placement, world):
    client = api("coordinator")
    ended = {"ended_on": "2026-11-01", "ended_by": "host", "reason": "Réorganisation"}
    client.post(
        f"{ROOT}placements/{placement.pk}/end-early/", ended, format="json", headers=_tag(placement)
    )
    closing = {"closed_on": "2026-11-02", "closure_reason": "other", "reason": "Fin"}
    client.post(f"{ROOT}cases/{case.pk}/close/", closing, format="json", headers=_tag(case))
    client.post(
        f"{ROOT}cases/{case.pk}/reopen-eligible/",
        {"reason": "Retour"},
        format="json",
        headers=_tag(case),
    )
    body = {"case": str(case.pk), "site": str(world.site_03.pk), "planned_start": "2026-12-01"}
    opened = client.post(f"{ROOT}placements/", body, format="json")
    assert (opened.status_code, opened["ETag"]) == (201, '"1"')
    assert opened.json()["planned_end"] == "2027-11-29"
    assert opened["Change-Set"] == ChangeSet.objects.latest("number").receipt


# ------------------------------------------------------------------ follow-ups and notes
def test_a_host_lists_the_shared_follow_ups_only(api, follow_up):
    shown = api("supervisor").get(f"{ROOT}follow-ups/").json()["results"]
    assert [row["id"] for row in shown] == [str(follow_up.pk)]
    assert shown[0]["actions"] == []
    assert len(api("coordinator").get(f"{ROOT}follow-ups/").json()["results"]) > 5


def test_a_follow_up_is_planned_changed_done_and_the_next_one_planned(api, case):
    client = api("coordinator")
    body = {"case": str(case.pk), "subject": "Appel", "due_on": "2026-12-15"}
    planned = client.post(f"{ROOT}follow-ups/", body, format="json")
    assert (planned.status_code, planned.json()["actions"]) == (201, ["done", "edit"])
    one = f"{ROOT}follow-ups/{planned.json()['id']}/"
    later = client.patch(one, {"due_on": "2026-12-16"}, format="json", headers={"if-match": '"1"'})
    assert (later.status_code, later.json()["due_on"]) == (200, "2026-12-16")
    done = {"done_on": "2026-11-01", "mode": "call", "next_due_on": "2027-01-10"}
    worried = client.post(
        f"{one}done/", done | {"concern": "watch"}, format="json", headers={"if-match": '"2"'}
    )
    assert (worried.status_code, list(worried.json()["errors"])) == (400, ["summary"])
    answer = client.post(f"{one}done/", done, format="json", headers={"if-match": '"2"'})
    assert (answer.status_code, answer.json()["actions"]) == (200, [])
    due = client.get(f"{ROOT}follow-ups/?case={case.pk}&when=to_do&page_size=100").json()["results"]
    assert "2027-01-10" in {row["due_on"] for row in due}
    assert (
        client.patch(
            one, {"due_on": "2027-01-01"}, format="json", headers={"if-match": '"3"'}
        ).status_code
        == 409
    )


def test_a_note_is_corrected_by_its_author_only(api, case, note):
    client, url = api("coordinator"), f"{ROOT}notes/{note.pk}/"
    assert client.get(url).json()["actions"] == ["edit"]
    assert api("colleague").get(url).json()["actions"] == []
    refused = api("colleague").patch(url, {"text": "x"}, format="json", headers=_tag(note))
    assert refused.status_code == 403
    assert (
        client.patch(url, {"text": "Le soir."}, format="json", headers=_tag(note)).status_code
        == 200
    )
    added = client.post(f"{ROOT}notes/", {"case": str(case.pk), "text": " Autre "}, format="json")
    assert (added.status_code, added.json()["text"]) == (201, "Autre")
    assert (
        api("supervisor")
        .post(f"{ROOT}notes/", {"case": str(case.pk), "text": "x"}, format="json")
        .status_code
        == 403
    )
