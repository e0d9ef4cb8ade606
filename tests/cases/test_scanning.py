"""Documents and the scanner: nothing is given before it is known to be clean, and a stop loses nothing."""

import contextlib
import socket
import struct
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.models import Document, DocumentContent
from cases.services import scanning
from cases.services.documents import add_document, read_document
from cases.services.jobs import COULD_NOT, DONE, JOBS, TO_LOOK_AT
from peph.errors import Conflict, Invalid
from tests.cases import files
from tests.cases.files import named

pytestmark = pytest.mark.django_db
MALICIOUS = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"
WAITING = "en cours d’analyse"


class Clamd(threading.Thread):
    """A scanner that speaks INSTREAM and knows one signature."""

    def __init__(self):
        super().__init__(daemon=True)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listening.getsockname()[1]}"
        self.answer, self.seen = b"", []

    def run(self):
        while True:
            with contextlib.suppress(OSError):
                wire, _from = self.listening.accept()
                with wire:
                    self.seen.append(content := _stream(wire))
                    found = (
                        b"stream: Eicar-Signature FOUND" if MALICIOUS in content else b"stream: OK"
                    )
                    wire.sendall((self.answer or found) + b"\0")
                continue
            return


def _stream(wire):
    with wire.makefile("rb") as reading:
        assert reading.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack(">I", reading.read(4))[0]:
            content += reading.read(length)
    return content


@pytest.fixture
def clamd(settings):
    running = Clamd()
    running.start()
    settings.CLAMD_ADDRESS = running.address
    yield running
    running.listening.shutdown(socket.SHUT_RDWR)
    running.listening.close()


@pytest.fixture
def away(settings):
    """A scanner that is not there."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings.CLAMD_ADDRESS = f"127.0.0.1:{taken.getsockname()[1]}"
    return settings


@pytest.fixture
def put(cast, case):
    def put(inside=b"", **more):
        return add_document(
            case,
            by=cast["coordinator"],
            file=named(files.pdf(inside), "a.pdf"),
            kind="resume",
            **more,
        )

    return put


def job():
    (found,) = [each for each in JOBS if each.name == "scan"]
    return found.run(None, lambda done, total: None)


def test_a_clean_file_is_given_at_once(put, clamd, cast):
    document = put()
    assert clamd.seen == [files.pdf()]
    assert Document.objects.with_people().get().readiness == "ready"
    assert read_document(document, by=cast["coordinator"]) == files.pdf()


def test_a_malicious_file_is_refused_and_leaves_nothing(put, clamd):
    with pytest.raises(Invalid) as refused:
        put(b"% " + MALICIOUS)
    assert list(refused.value.fields) == ["file"]
    assert not Document.objects.exists()
    assert not DocumentContent.objects.exists()


def test_while_the_scanner_is_away_a_document_waits_and_is_given_to_nobody(
    put, away, cast, client, case
):
    document = put()
    with pytest.raises(Conflict):
        read_document(document, by=cast["coordinator"])
    client.force_login(cast["coordinator"])
    assert client.get(f"/documents/{document.pk}/content/").status_code == 409
    assert client.get(f"/api/v1/documents/{document.pk}/content/").status_code == 409
    told = client.get(f"/api/v1/documents/{document.pk}/").json()
    assert (told["readiness"], told["actions"]) == ("waiting", ["replace", "withdraw"])
    page = client.get(document.get_absolute_url()).content.decode()
    assert WAITING in page
    assert f"/documents/{document.pk}/content/" not in page
    assert "/content/" not in client.get(f"/cases/{case.pk}/documents/").content.decode()
    result = job()
    assert result.status == COULD_NOT
    assert result.counts == {"clean": 0, "malicious": 0, "waiting": 1}


def test_what_waited_is_looked_at_when_the_scanner_is_back(put, settings, cast, client, request):
    settings.CLAMD_ADDRESS = "127.0.0.1:1"
    clean, malicious = put(), put(b"% " + MALICIOUS)
    request.getfixturevalue("clamd")
    result = job()
    assert (result.status, result.counts) == (
        TO_LOOK_AT,
        {"clean": 1, "malicious": 1, "waiting": 0},
    )
    assert read_document(Document.objects.get(pk=clean.pk), by=cast["coordinator"])
    malicious = Document.objects.get(pk=malicious.pk)
    with pytest.raises(Conflict):
        read_document(malicious, by=cast["coordinator"])
    client.force_login(cast["coordinator"])
    page = client.get(malicious.get_absolute_url()).content.decode()
    assert "Refusé" in page
    assert "/content/" not in page
    assert job().counts == {"clean": 0, "malicious": 0, "waiting": 0}


def test_without_a_scanner_nothing_is_looked_for_and_the_page_says_so(put, cast, client):
    document = put()
    assert document.readiness == "unchecked"
    client.force_login(cast["coordinator"])
    assert (
        "Sans recherche de logiciels malveillants"
        in client.get(document.get_absolute_url()).content.decode()
    )
    assert job().status == DONE


def test_documents_from_before_the_scanner_wait_for_it(put, request, cast):
    document = put()
    request.getfixturevalue("clamd")
    with pytest.raises(Conflict):
        read_document(Document.objects.get(), by=cast["coordinator"])
    job()
    assert read_document(Document.objects.get(pk=document.pk), by=cast["coordinator"])


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR", b"", b"stream: x"])
def test_an_answer_that_is_no_verdict_is_none(answer, put, clamd):
    clamd.answer = answer or b"\0"
    put()
    assert DocumentContent.objects.get().scan == ""
    assert job().counts["waiting"] == 1


def test_the_same_bytes_put_in_again_are_given_once_they_are_known(put, request, case, cast):
    put()
    request.getfixturevalue("clamd")
    put(title="Encore")
    assert DocumentContent.objects.get().scan == "clean"


def test_a_scanner_that_never_answers_is_left_in_time(put, away, monkeypatch):
    monkeypatch.setattr(scanning, "SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        away.CLAMD_ADDRESS = f"127.0.0.1:{silent.getsockname()[1]}"
        put()
    assert DocumentContent.objects.get().scan == ""


def test_a_form_says_what_the_scanner_found(client, cast, case, clamd):
    client.force_login(cast["coordinator"])
    file = SimpleUploadedFile("a.pdf", files.pdf(b"% " + MALICIOUS))
    answer = client.post(
        f"/cases/{case.pk}/documents/new/",
        {"file": file, "kind": "resume", "title": "x", "audience": "program"},
    )
    assert answer.status_code == 400
    assert "logiciel malveillant" in answer.content.decode()
