"""The proof of the history as a page and in the API: who reads it, what it says, what it leaves behind."""

import re

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from auditing.services import proof as service
from cases.services.cases import update_case
from peph.audit import proof
from peph.audit.changes import SYSTEM
from peph.audit.findings import Problem, Report
from peph.audit.hashing import ZERO
from peph.audit.history import declarations
from peph.audit.models import AccessLog, ChangeSet, Checkpoint, VerificationRun
from peph.audit.triggers import install

READERS = {
    "lead": 200, "auditor": 200, "privacy": 403, "auditor_region": 403, "auditor_host": 403,
    "coordinator": 403, "committee": 403, "outsider": 403, "inactive": 302, "superuser": 403,
}  # fmt: skip


@pytest.fixture
def auditor(cast, client):
    client.force_login(cast["auditor"])
    return cast["auditor"]


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def a_run(state="whole", **values):
    return VerificationRun.objects.create(
        started_at="2026-11-24T10:00:00Z",
        actor_id=values.pop("actor_id", SYSTEM),
        channel="command",
        head_hash=values.pop("head_hash", ZERO),
        state=state,
        **values,
    )


@pytest.mark.parametrize("who", READERS)
def test_the_programme_and_its_auditors_read_the_proof(who, cast, client):
    client.force_login(cast[who])
    assert client.get("/proof/").status_code == READERS[who]
    api = 401 if READERS[who] == 302 else READERS[who]
    assert client.get("/api/v1/proof/").status_code == api
    assert ('href="/proof/"' in client.get("/").content.decode()) == (READERS[who] == 200)


def test_proving_now_keeps_the_result_and_says_it(auditor, client):
    answer = client.post("/proof/verify/", follow=True, headers={"Accept-Language": "en"})
    run = VerificationRun.objects.get()
    head = ChangeSet.objects.latest("number")
    assert (run.state, run.actor_id, run.channel) == ("whole", auditor.pk, "page")
    assert (run.head_number, bytes(run.head_hash)) == (head.number, bytes(head.hash))
    assert run.change_sets == head.number
    assert f"L’historique est intact jusqu’à la modification {head.number}." in text(answer)


def test_a_second_proof_starts_where_the_first_ended(auditor, client, case, cast):
    client.post("/proof/verify/")
    update_case(case, by=cast["coordinator"], referring_agency="Agence")
    client.post("/proof/verify/")
    second, first = VerificationRun.objects.all()
    assert (second.since, second.change_sets) == (first.head_number, 1)


def test_what_is_broken_is_named_in_words(auditor, client, case, cast):
    update_case(case, by=cast["coordinator"], referring_agency="Agence")
    number = ChangeSet.objects.latest("number").number
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            install.remove()
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute('ALTER TABLE "audit_changeset" DISABLE TRIGGER USER')
        cursor.execute("UPDATE audit_changeset SET reason = 'x' WHERE number = %s", [number])
    install.install()
    page = client.post("/proof/verify/", follow=True)
    run = VerificationRun.objects.get()
    assert (run.state, run.problems[0]["change_set"]) == ("broken", number)
    assert "L’historique n’est pas intact." in text(page)
    assert f'href="/history/{number}/"' in page.content.decode()


def test_what_is_too_much_for_a_page_is_left_to_the_command(auditor, client, monkeypatch):
    a_run(head_number=3)
    monkeypatch.setattr(service, "MOST_ROWS", 2)
    monkeypatch.setattr(proof, "next_start", lambda: 3)
    page = client.get("/proof/")
    assert "manage.py verify_history --since 3" in text(page)
    assert "/proof/verify/" not in page.content.decode()
    assert client.post("/proof/verify/").status_code == 409
    assert client.post("/api/v1/proof/verify/").status_code == 409
    assert VerificationRun.objects.count() == 1


def test_a_receipt_is_found_as_long_as_the_history_holds_it(auditor, client):
    change_set = ChangeSet.objects.latest("number")
    held = client.get("/proof/", {"receipt": f" {change_set.receipt} "})
    assert f'href="/history/{change_set.number}/"' in held.content.decode()
    other = client.get("/proof/", {"receipt": f"{change_set.number}:{'0' * 64}"})
    assert "ne contient pas ce reçu" in text(other)
    assert client.get("/proof/", {"receipt": "1:xyz"}).status_code == 400


def test_checkpoints_are_downloaded_as_they_were_signed(auditor, client):
    taken, is_new = proof.take_checkpoint()
    assert is_new
    assert proof.take_checkpoint() == (taken, False)
    assert f"/proof/checkpoints/{taken.pk}/" in client.get("/proof/").content.decode()
    answer = client.get(f"/proof/checkpoints/{taken.pk}/")
    assert answer.content.decode() == taken.note
    assert f'"{taken.number}.txt"' in answer.headers["Content-Disposition"]
    assert client.get("/proof/checkpoints/999999/").status_code == 404
    assert AccessLog.objects.filter(verb="open", model="audit.checkpoint").count() == 1


def test_the_page_asks_as_much_for_ten_proofs_as_for_one(auditor, client, cast):
    a_run()
    counts = []
    for people in ([], ["lead", "auditor", "coordinator"] * 3):
        for who in people:
            a_run("broken", actor_id=cast[who].pk, problems=[])
        client.get("/proof/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/proof/")
        counts.append(len(queries))
    assert counts[1] - counts[0] <= 1  # the names, which the system has none of


def test_the_api_gives_the_same(auditor, client):
    problem = Problem("altered", "not as written", 3, "cases.case", "x", 7)
    run = proof.record(Report(problems=[problem]), started="2026-11-24T10:00:00Z", since=0, notes=0)
    taken = proof.take_checkpoint()[0]
    answer = client.get("/api/v1/proof/").json()
    assert (answer["last"]["id"], answer["last"]["state"]) == (run.pk, "broken")
    assert answer["last"]["problems"][0] == {
        "kind": "altered", "message": "not as written", "change_set": 3, "model": "cases.case",
        "object_id": "x", "history_id": 7,
    }  # fmt: skip
    assert answer["checkpoints"][0]["note"] == taken.note
    assert re.fullmatch("[0-9a-f]{64}", answer["public_key"])
    made = client.post("/api/v1/proof/verify/")
    assert (made.status_code, made.json()["state"]) == (201, "whole")
    change_set = ChangeSet.objects.latest("number")
    found = client.get("/api/v1/proof/receipt/", {"receipt": change_set.receipt}).json()
    assert (found["held"], found["change_set"]) == (True, change_set.number)
    other = client.get("/api/v1/proof/receipt/", {"receipt": f"{10**6}:{'0' * 64}"}).json()
    assert (other["held"], other["change_set"]) == (False, None)
    assert client.get("/api/v1/proof/receipt/", {"receipt": "x"}).status_code == 400


@pytest.mark.parametrize("model", [VerificationRun, Checkpoint])
def test_neither_can_be_changed_or_removed(model, db):
    row = a_run() if model is VerificationRun else proof.take_checkpoint()[0]
    for statement in ("UPDATE {} SET id = id + 1", "DELETE FROM {}"):
        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement.format(model._meta.db_table))
    assert model.objects.get() == row


def test_only_what_nobody_guesses_is_hidden_without_a_salt():
    """Its value stands bare in the leaf: an export that withholds it would not keep it from a guess."""
    bare = {
        (each.label, name)
        for each in declarations()
        for name in each.hidden - each.personal
        if not each.label.startswith("ledger.")
    }
    assert bare == {
        ("accounts.apitoken", "digest"),
        ("accounts.apitoken", "token_key"),
        ("cases.calendarfeed", "digest"),
    }
