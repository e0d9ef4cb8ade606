"""Many clients at once: no edit that was acknowledged is lost, and a write sent twenty times is done once.

In the test run a few of each; `make concurrency-campaign` has as many as it says, on both engines.
"""

import json
import os
import re
from collections import Counter

import pytest
from django.db import connection
from django.test import Client

from cases.models import Case, Note
from cases.services.notes import add_note
from peph.accounts.models import User
from peph.audit.models import ChangeSet
from tests.engines import once
from tests.fuzz.hostile import forms
from tests.scratch import scratch, scratch_template

__all__ = ["scratch", "scratch_template"]
CLIENTS = int(os.environ.get("RACE_CLIENTS", "4"))
EDITS = int(os.environ.get("RACE_EDITS", "0"))
KEYS = int(os.environ.get("RACE_KEYS", "6"))
DUPLICATES = int(os.environ.get("RACE_DUPLICATES", "5"))
LONG = bool(EDITS)
LONGEST = 7200
WHO = "coordinator@exemple.qc.ca"
NOTES = "/api/v1/notes/"
pytestmark = [pytest.mark.usefixtures("quiet"), *([] if LONG else [once])]


class Editor:
    """One client that adds one to the number a note holds, again and again, as it read it."""

    def __init__(self, pk):
        self.client = Client()
        self.client.force_login(User.objects.get(email=WHO))
        self.url, self.page = f"{NOTES}{pk}/", f"/notes/{pk}/edit/"

    def through_the_api(self, *, is_naive=False):
        """The status of one edit. The naive one names the version at the moment it writes, not as it read."""
        read = self.client.get(self.url)
        version = (self.client.get(self.url) if is_naive else read)["ETag"]
        return self.client.patch(
            self.url,
            json.dumps({"text": str(int(read.json()["text"]) + 1)}),
            content_type="application/json",
            headers={"If-Match": version},
        ).status_code

    def through_the_page(self):
        """The same with the form of the page and its hidden version."""
        page = self.client.get(self.page).content.decode()
        (fields,) = [found for _method, found in forms(page) if "text" in found]
        (held,) = re.findall(r"<textarea[^>]*>\s*(\d+)</textarea>", page)
        fields["text"] = str(int(held) + 1)
        return self.client.post(self.page, fields).status_code


@pytest.mark.django_db
def test_the_form_of_the_page_names_the_version_it_was_made_from(client, cast, note):
    client.force_login(cast["coordinator"])
    page = client.get(f"/notes/{note.pk}/edit/").content.decode()
    assert [found["version"] for _method, found in forms(page) if "text" in found] == ["1"]


def counted(scratch, tmp_path, *, edits, turn):
    """How many edits were acknowledged, by status, and what the note and its history then say."""
    case = Case.objects.get(status="in_placement")
    note = add_note(case, by=User.objects.get(email=WHO), text="0")
    before = ChangeSet.objects.count()

    def work(number):
        editor, seen = Editor(note.pk), Counter()
        for each in range(edits):
            seen[turn(editor, number, each)] += 1
        (tmp_path / f"{number}.json").write_text(json.dumps(seen))
        connection.close()

    assert scratch.in_processes(work, CLIENTS, seconds=LONGEST) == [0] * CLIENTS
    told = Counter()
    for each in range(CLIENTS):
        seen = json.loads((tmp_path / f"{each}.json").read_text())
        told.update({int(status): count for status, count in seen.items()})
    note.refresh_from_db()
    return told, int(note.text), ChangeSet.objects.count() - before


def test_no_acknowledged_edit_is_lost(scratch, tmp_path):
    def turn(editor, number, each):
        return editor.through_the_page() if (number + each) % 5 == 0 else editor.through_the_api()

    told, holds, changes = counted(scratch, tmp_path, edits=EDITS or 8, turn=turn)
    acknowledged = told[200] + told[302]
    print(
        f"{CLIENTS} clients × {EDITS or 8} edits on {connection.vendor}: {acknowledged} acknowledged "
        f"({told[302]} of them on the page), {dict(told)}; the note holds {holds}, {changes} changes"
    )
    assert set(told) <= {200, 302, 409, 412, 503}
    assert told[200]
    assert told[302] or not LONG
    assert holds == changes == acknowledged


def test_the_harness_sees_a_lost_edit(scratch, tmp_path):
    """The control: clients that name whatever version there is lose edits, and it shows."""
    for _try in range(10):
        told, holds, _changes = counted(
            scratch, tmp_path, edits=40 if LONG else 10,
            turn=lambda editor, _number, _each: editor.through_the_api(is_naive=True),
        )  # fmt: skip
        if holds < told[200]:
            print(f"control: {told[200]} acknowledged, {told[200] - holds} lost")
            return
    pytest.fail("No edit was lost by clients that must lose some.")


def test_a_write_sent_many_times_is_done_once(scratch, tmp_path):
    case = Case.objects.get(status="in_placement")
    keys = [f"key-{number}" for number in range(KEYS)]
    before = ChangeSet.objects.count()

    def work(number):
        client = Client()
        client.force_login(User.objects.get(email=WHO))
        told = []
        # All at the same keys at the same time: the copies meet.
        for key in keys:
            body = json.dumps({"case": str(case.pk), "text": f"Appel {key}"})
            answer = client.post(
                NOTES, body, content_type="application/json", headers={"Idempotency-Key": key}
            )
            told.append((answer.status_code, answer.json().get("id")))
        (tmp_path / f"{number}.json").write_text(json.dumps(told))
        connection.close()

    statuses = scratch.in_processes(work, DUPLICATES, seconds=LONGEST)
    assert statuses == [0] * DUPLICATES
    answers = [json.loads((tmp_path / f"{each}.json").read_text()) for each in range(DUPLICATES)]
    seen = Counter(status for told in answers for status, _made in told)
    print(f"{KEYS} keys × {DUPLICATES} on {connection.vendor}: {dict(seen)}")
    texts = Note.objects.filter(text__startswith="Appel key-").values_list("text", flat=True)
    assert sorted(texts) == sorted(f"Appel {key}" for key in keys)
    assert ChangeSet.objects.count() == before + KEYS
    assert set(seen) <= {201, 409, 503}
    # Whoever is told that it was done is told of the same record.
    for number in range(KEYS):
        assert len({told[number][1] for told in answers if told[number][0] == 201}) == 1
