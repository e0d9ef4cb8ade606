"""`Idempotency-Key`: a write sent again changes nothing and is answered alike, whoever sends it and when."""

import datetime as dt
import json

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from cases.models import Case, Note
from organizations.services.grants import end_grant
from peph.accounts.models import User
from peph.audit.models import ChangeSet
from peph.idempotency import services
from peph.idempotency.models import RememberedRequest
from peph.idempotency.services import Once, forget_old
from tests.scratch import scratch, scratch_template

__all__ = ["scratch", "scratch_template"]

NOTES = "/api/v1/notes/"
KEY = "3f1a-7c"


@pytest.fixture
def send(cast, case):
    """Write a note as somebody, with a key."""

    def sent(text="Appel", *, who="coordinator", key=KEY, **headers):
        client = APIClient(headers={"accept-language": "en"})
        client.force_login(cast[who])
        body = {"case": str(case.pk), "text": text}
        return client.post(NOTES, body, format="json", headers={"Idempotency-Key": key} | headers)

    return sent


def notes():
    return Note.objects.filter(text__startswith="Appel").count()


def test_the_same_request_is_carried_out_once_and_answered_alike(send):
    first, again = send(), send()
    assert (first.status_code, again.status_code, notes()) == (201, 201, 1)
    assert again.content == first.content
    told = ("Content-Type", "ETag", "Change-Set")
    assert [again[name] for name in told] == [first[name] for name in told]
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert again["Cache-Control"] == "no-store"


def test_a_correction_sent_again_is_not_stale(send, cast):
    note = send().json()
    client = APIClient()
    client.force_login(cast["coordinator"])
    headers = {"Idempotency-Key": "other", "If-Match": '"1"'}
    answers = [
        client.patch(f"{NOTES}{note['id']}/", {"text": "Appel 2"}, format="json", headers=headers)
        for _time in range(2)
    ]
    assert [each.status_code for each in answers] == [200, 200]
    assert Note.objects.get(pk=note["id"]).version == 2


@pytest.mark.parametrize(
    ("change", "status"),
    [({"text": "Appel deux"}, 422), ({"key": "autre-clé"}, 400), ({"key": ""}, 400)]
    + [({"key": "a b"}, 400), ({"key": "k" * 201}, 400), ({"key": "k" * 200}, 201)],
)
def test_a_key_is_for_one_request_and_has_a_form(change, status, send):
    send()
    answer = send(**change)
    assert answer.status_code == status
    assert notes() == (2 if status == 201 else 1)
    if status == 422:
        assert answer.json()["code"] == "key_reused"


def test_keys_of_two_people_have_nothing_to_do_with_each_other(send):
    assert [send().status_code, send(who="colleague").status_code, notes()] == [201, 201, 2]


def test_what_was_refused_may_be_sent_again(send):
    assert send(text="").status_code == 400
    assert not RememberedRequest.objects.exists()
    assert send().status_code == 201


def test_a_read_takes_no_key(cast, case):
    client = APIClient(headers={"Idempotency-Key": "a b"})
    client.force_login(cast["coordinator"])
    assert client.get(NOTES).status_code == 200


def test_an_answer_is_not_given_again_under_other_rights(send, cast):
    send()
    end_grant(cast["coordinator"].regiongrants.get(), by=cast["lead"], reason="Départ")
    again = send()
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert "Appel" not in again.content.decode()


def test_a_process_that_died_before_answering_does_nothing_twice(send):
    send()
    RememberedRequest.objects.update(answer=None)
    again = send()
    assert (again.status_code, notes()) == (409, 1)


def test_nothing_is_remembered_of_a_change_that_was_rolled_back(send, monkeypatch):
    monkeypatch.setattr("peph.audit.changes._seal", lambda *given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        send()
    assert not RememberedRequest.objects.exists()
    monkeypatch.undo()
    assert send().status_code == 201


def test_the_answer_is_encrypted_at_rest_and_gone_after_a_day(send):
    send()
    stored = RememberedRequest.objects.extra(select={"raw": "answer"}).values("raw").get()["raw"]
    assert "Appel" not in stored
    now = timezone.now()
    assert forget_old(now=now + dt.timedelta(hours=23)) == 0
    assert forget_old(now=now + dt.timedelta(hours=24, minutes=1)) == 1
    assert send().status_code == 201


def test_a_file_is_known_by_its_content(monkeypatch, cast, case):
    asked = []
    monkeypatch.setattr(
        services,
        "fingerprint",
        lambda data: asked.append(json.dumps(data, default=str)) or b"x" * 32,
    )
    one = services.once(actor_id=1, key="k", request={"body": 1}, scope=services.Scope())
    assert isinstance(one, Once)
    assert asked == ['{"body": 1}', "[]"]


def test_a_hundred_copies_at_once_change_as_much_as_one(scratch):
    """Eight processes send the same twelve requests, each in an order of its own."""
    case = Case.objects.get(status="in_placement")
    keys = [f"key-{number}" for number in range(12)]

    def work(turn):
        client = Client()
        client.force_login(User.objects.get(email="coordinator@exemple.qc.ca"))
        statuses = set()
        for key in keys[turn:] + keys[:turn]:
            body = json.dumps({"case": str(case.pk), "text": f"Appel {key}"})
            answer = client.post(
                NOTES, body, content_type="application/json", headers={"Idempotency-Key": key}
            )
            statuses.add(answer.status_code)
        # SQLite may also say that it is busy.
        assert statuses <= {201, 409, 503}

    before = ChangeSet.objects.count()
    assert scratch.in_processes(work, 8) == [0] * 8
    texts = sorted(Note.objects.filter(text__startswith="Appel").values_list("text", flat=True))
    assert texts == sorted(f"Appel {key}" for key in keys)
    assert ChangeSet.objects.count() == before + 12
