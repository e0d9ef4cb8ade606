"""The import as pages: upload, problems, duplicates, confirmation, giving up."""

import csv
import datetime as dt
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from cases.imports import uploads
from cases.models import Case, ImportUpload, Participant
from peph.audit.models import AccessLog, ChangeSet
from tests import BASE_DIR

DATA = BASE_DIR / "tests" / "data"
HEADINGS = "Nom;Prénom;Date de naissance;Courriel;Région;Date de référence;Statut"
ALEX = "Gagnon;Alex;1991-02-03;alex@exemple.qc.ca;Capitale-Nationale;2026-05-01;Référé"
JUDE = "Roy;Jude;1985-07-09;jude@exemple.qc.ca;Capitale-Nationale;2026-05-02;Référé"
JUDE_AGAIN = "ROY;Jude;1985-07-09;autre@exemple.qc.ca;Capitale-Nationale;2026-05-03;Référé"
ELSEWHERE = "Roy;Lou;1980-07-09;lou@exemple.qc.ca;Montréal;2026-05-02;Référé"
KNOWN = "COTE-TREMBLAY;Eloise;1988-11-05;x@exemple.qc.ca;Capitale-Nationale;2026-05-02;Référé"
BROKEN = "Roy;Sam;hier;=cmd();Capitale-Nationale;2026-05-02;Référé"


def sheet(*rows, name="participants.csv"):
    content = "\r\n".join((HEADINGS, *rows)).encode("utf-8")
    return SimpleUploadedFile(name, content, content_type="text/csv")


def upload(client, user, file):
    """Send the file; the answer, and the address of its preview if it has one."""
    client.force_login(user)
    answer = client.post("/imports/new/", {"file": file})
    return answer, answer.get("Location", "")


def preview(client, user, *rows):
    """Address of the preview of a file with these rows, and the page."""
    answer, url = upload(client, user, sheet(*rows))
    assert answer.status_code == 302
    shown = client.get(url)
    assert shown.status_code == 200
    return url, shown.content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("lead", 200),
        ("coordinator", 200),
        ("representative", 403),
        ("supervisor", 403),
        ("committee", 403),
        ("auditor", 403),
        ("privacy", 403),
        ("editor", 403),
        ("outsider", 403),
        ("former", 403),
        ("superuser", 403),
    ],
)
def test_whoever_takes_people_in_imports(who, status, cast, client):
    client.force_login(cast[who])
    assert client.get("/imports/new/").status_code == status
    answer = client.post("/imports/new/", {"file": sheet(ALEX)})
    assert answer.status_code == (302 if status == 200 else 403)
    assert ImportUpload.objects.count() == (1 if status == 200 else 0)


def test_a_stranger_is_asked_to_sign_in(client, db):
    assert client.get("/imports/new/").status_code == 302


@pytest.mark.parametrize("name", ["participants-2026.csv", "participants-2026.xlsx"])
def test_the_sample_files_show_their_problems_and_write_nothing(name, cast, client):
    before = Participant.objects.count()
    content = (DATA / name).read_bytes()
    answer, url = upload(client, cast["lead"], SimpleUploadedFile(name, content))
    assert answer.status_code == 302
    answer = client.get(url)
    report, page = answer.context["report"], answer.content.decode()
    assert (report.rows, len(report.errors)) == (241, 10)
    shown = [int(row) for row in re.findall(r'<th scope="row" class="number">(\d+)</th>', page)]
    assert shown == [4, 28, 30, 34, 96, 152, 184, 205, 227, 239]
    assert "/confirm/" not in page
    assert client.post(f"{url}confirm/").status_code in {400, 409}
    assert Participant.objects.count() == before


def test_a_clean_file_is_imported_once_and_deleted(cast, client):
    url, page = preview(client, cast["coordinator"], ALEX, JUDE)
    assert f'action="{url}confirm/"' in page
    assert not Participant.objects.filter(last_name="Gagnon").exists()
    answer = client.post(f"{url}confirm/")
    assert (answer.status_code, answer["Location"]) == (302, "/cases/")
    assert answer["Change-Set"].startswith(f"{ChangeSet.objects.latest('number').number}:")
    assert ChangeSet.objects.latest("number").channel == "import"
    assert Case.objects.filter(participant__last_name__in=["Gagnon", "Roy"]).count() == 2
    assert not ImportUpload.objects.exists()
    assert client.post(f"{url}confirm/").status_code == 404
    url, page = preview(client, cast["coordinator"], ALEX, JUDE)
    assert "/confirm/" not in page
    assert Case.objects.filter(participant__last_name__in=["Gagnon", "Roy"]).count() == 2


def test_a_bad_row_keeps_all_out_and_the_list_can_be_downloaded(cast, client):
    url, page = preview(client, cast["coordinator"], ALEX, BROKEN)
    assert "/confirm/" not in page
    answer = client.get(f"{url}problems.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = answer.content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))[1:]
    assert [row[:3] for row in rows] == [
        ["3", "Date de naissance", "hier"],
        ["3", "Courriel", "'=cmd()"],
    ]
    assert AccessLog.objects.filter(verb="export", model="cases.importupload").count() == 1


def test_a_row_of_another_region_is_a_problem(cast, client):
    url, page = preview(client, cast["coordinator"], ALEX, ELSEWHERE)
    assert "/confirm/" not in page
    assert "<td>Montréal</td>" in page


def test_each_probable_duplicate_asks_for_a_decision(cast, client):
    url, page = preview(client, cast["coordinator"], ALEX, JUDE, JUDE_AGAIN)
    assert "ROY, Jude, 1985-07-09" in page
    assert "Roy, Jude, 1985-07-09" in page
    answer = client.post(f"{url}confirm/")
    assert answer.status_code == 400
    assert 'id="id_row_4_error"' in answer.content.decode()
    assert not Participant.objects.filter(last_name="Gagnon").exists()


@pytest.mark.parametrize(("decision", "imported"), [("skip", 2), ("create", 3)])
def test_the_decision_is_carried_out(decision, imported, cast, client):
    url, _page = preview(client, cast["coordinator"], ALEX, JUDE, JUDE_AGAIN)
    before = Participant.objects.count()
    assert client.post(f"{url}confirm/", {"row_4": decision}).status_code == 302
    assert Participant.objects.count() == before + imported


def test_a_decision_that_is_not_offered_is_refused(cast, client):
    url, _page = preview(client, cast["coordinator"], JUDE, JUDE_AGAIN)
    assert client.post(f"{url}confirm/", {"row_3": "merge"}).status_code == 400


def test_somebody_already_here_is_told_by_the_number_of_the_case(cast, client, case):
    _url, page = preview(client, cast["coordinator"], ALEX, KNOWN)
    assert case.number in page


def test_a_file_is_its_owners_alone(cast, client):
    url, _page = preview(client, cast["coordinator"], ALEX)
    for who in ("colleague", "lead"):
        client.force_login(cast[who])
        assert client.get(url).status_code == 404
        assert client.get(f"{url}problems.csv").status_code == 404
        assert client.post(f"{url}confirm/").status_code == 404
        assert client.post(f"{url}discard/").status_code == 404
    assert ImportUpload.objects.count() == 1


def test_a_file_given_up_is_deleted(cast, client):
    url, page = preview(client, cast["coordinator"], ALEX)
    assert f'action="{url}discard/"' in page
    answer = client.post(f"{url}discard/")
    assert (answer.status_code, answer["Location"]) == (302, "/imports/new/")
    assert not ImportUpload.objects.exists()
    assert not Participant.objects.filter(last_name="Gagnon").exists()


def test_a_file_of_yesterday_is_gone(cast, client):
    url, _page = preview(client, cast["coordinator"], ALEX)
    ImportUpload.objects.update(uploaded_at=timezone.now() - dt.timedelta(days=1, minutes=1))
    assert client.get(url).status_code == 404
    preview(client, cast["coordinator"], JUDE)
    assert ImportUpload.objects.count() == 1


def test_a_file_that_waits_is_found_again(cast, client):
    url, _page = preview(client, cast["coordinator"], ALEX)
    assert f'href="{url}"' in client.get("/imports/new/").content.decode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("vide.csv", b""),
        ("autre.csv", b"a;b;c\r\n1;2;3"),
        ("ancien.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100),
        ("faux.xlsx", b"PK\x03\x04" + b"x" * 100),
        ("image.csv", bytes(range(256))),
    ],
)
def test_what_is_no_spreadsheet_is_refused_on_the_form(name, content, cast, client):
    answer, _url = upload(client, cast["coordinator"], SimpleUploadedFile(name, content))
    assert answer.status_code == 400
    assert 'id="id_file_error"' in answer.content.decode()
    assert not ImportUpload.objects.exists()


def test_a_file_must_be_chosen(cast, client):
    client.force_login(cast["coordinator"])
    answer = client.post("/imports/new/")
    assert answer.status_code == 400
    assert 'id="id_file_error"' in answer.content.decode()


def test_what_is_too_large_for_a_page_is_sent_to_the_command(cast, client, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_ROWS", 1)
    answer, _url = upload(client, cast["coordinator"], sheet(ALEX, JUDE))
    assert answer.status_code == 400
    monkeypatch.undo()
    monkeypatch.setattr(uploads, "MOST_BYTES", 100)
    answer, _url = upload(client, cast["coordinator"], sheet(ALEX, JUDE))
    assert answer.status_code == 400
    assert not ImportUpload.objects.exists()


def test_a_file_whose_import_fails_stays(cast, client, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("disk")

    url, _page = preview(client, cast["coordinator"], ALEX)
    before = ImportUpload.objects.get()
    monkeypatch.setattr(uploads, "run", broken)
    with pytest.raises(RuntimeError):
        client.post(f"{url}confirm/")
    kept = ImportUpload.objects.get()
    assert (kept.pk, bytes(kept.content)) == (before.pk, bytes(before.content))


@pytest.mark.parametrize("rest", ["confirm/", "discard/"])
def test_writing_needs_a_post(rest, cast, client):
    url, _page = preview(client, cast["coordinator"], ALEX)
    assert client.get(f"{url}{rest}").status_code == 405
