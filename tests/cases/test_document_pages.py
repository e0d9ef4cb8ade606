"""Pages and API of the documents: put in, listed, downloaded as a download, replaced, withdrawn."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from cases.models import Document, DocumentContent
from cases.services.documents import withdraw_document
from cases.services.participants import give_consent
from peph.audit.models import AccessLog, ChangeSet
from tests.browsing import address, get, post, queries, text
from tests.cases import files
from tests.cases.test_documents import put

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/documents/"


def sent(content=None, name="Mon CV.pdf"):
    return SimpleUploadedFile(name, files.pdf() if content is None else content)


@pytest.fixture
def document(cast, case, placement):
    """A document for the host of the placement."""
    return put(case, cast["coordinator"], title="Attestation d’études", audience="host",
               name="Éloïse (2).pdf", placement=placement)  # fmt: skip


@pytest.fixture
def health_document(cast, case):
    give_consent(case.participant, by=cast["coordinator"], purpose="health", text_version="1",
                 given_on=dt.date(2026, 1, 14))  # fmt: skip
    return put(case, cast["health_coordinator"], title="Rapport du neurologue",
               name="neurologue.pdf", audience="health")  # fmt: skip


@pytest.fixture
def api(cast):
    def signed_in(who, **options):
        client = APIClient(**options)
        client.force_login(cast[who])
        return client

    return signed_in


# ------------------------------------------------------------------ putting in
def form(**changed):
    return {"file": sent(), "title": "CV", "kind": "resume", "audience": "program"} | changed


def test_a_document_is_put_in_from_the_page_of_the_case(client, cast, case):
    by = cast["coordinator"]
    url = address("document_new", case)
    assert url in text(client, by, case.get_absolute_url())
    assert 'enctype="multipart/form-data"' in text(client, by, url)
    answer = post(client, by, url, **form(title=""))
    made = Document.objects.get()
    assert answer["Location"] == made.get_absolute_url()
    assert (made.title, made.filename, made.uploaded_by) == ("Mon CV", "Mon CV.pdf", by)
    page = text(client, by, case.get_absolute_url())
    assert address("document_content", made) in page
    assert "Mon CV" in page


WRONG = {
    "no file": ({"file": ""}, "file"),
    "an empty file": ({"file": sent(b"")}, "file"),
    "a program": ({"file": sent(b"MZ\x90\x00" + b"\x00" * 99)}, "file"),
    "no kind": ({"kind": ""}, "kind"),
    "an audience that is not offered": ({"audience": "health"}, "audience"),
    "for the host of no placement": ({"audience": "host"}, "placement"),
    "a title that is too long": ({"title": "x" * 161}, "title"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_refused_form_keeps_what_was_typed_and_writes_nothing(what, client, cast, case):
    changed, field = WRONG[what]
    before = ChangeSet.objects.count()
    for each in changed.values():
        if hasattr(each, "seek"):
            each.seek(0)
    answer = post(client, cast["coordinator"], address("document_new", case), **form(**changed))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert f'id="id_{field}_error"' in page
    assert "title" in changed or 'value="CV"' in page
    assert not Document.objects.exists()
    assert not DocumentContent.objects.exists()
    assert ChangeSet.objects.count() == before


def test_the_health_tier_is_offered_to_whoever_may_write_it(client, cast, case):
    url = address("document_new", case)
    assert 'value="health"' not in text(client, cast["coordinator"], url)
    assert 'value="health"' in text(client, cast["health_coordinator"], url)


# ------------------------------------------------------------------ too large
def test_a_little_too_much_is_told_in_plain_words(client, cast, case, settings):
    settings.DOCUMENT_MAX_BYTES = 600_000
    answer = post(client, cast["coordinator"], address("document_new", case),
                  **form(file=sent(b"%" * 600_001)))  # fmt: skip
    assert answer.status_code == 400
    told = "Ce fichier est trop volumineux\u00a0: 0,6\u00a0Mo au maximum."
    assert told in answer.content.decode()
    answer = post(client, cast["coordinator"], address("document_new", case),
                  **form(file=sent(b"%" * 1_200_000)))  # fmt: skip
    assert answer.status_code == 413
    assert told in answer.content.decode()
    assert not Document.objects.exists()


class Unread:
    """A body that must not be read."""

    def __len__(self):
        return 0

    def read(self, *size):
        raise AssertionError("The body was read.")

    readline = read


@pytest.mark.parametrize(("who", "status"), [("coordinator", 413), ("outsider", 413)])
def test_a_body_announced_far_too_large_is_answered_unread(who, status, client, cast, case):
    client.force_login(cast[who])
    document = put(case, cast["coordinator"])
    for url in (address("document_new", case), address("document_replace", document), ROOT):
        answer = client.post(
            url, b"", content_type="multipart/form-data; boundary=x",
            CONTENT_LENGTH=str(1 << 40), **{"wsgi.input": Unread()},
        )  # fmt: skip
        assert answer.status_code == status, url


def test_the_token_of_the_form_is_still_asked_for(cast, case):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast["coordinator"])
    url = address("document_new", case)
    assert client.post(url, form()).status_code == 403
    assert not Document.objects.exists()
    page = client.get(url)
    token = page.context["csrf_token"]
    assert client.post(url, form(csrfmiddlewaretoken=str(token))).status_code == 302


# ------------------------------------------------------------------ downloading
@pytest.mark.parametrize("surface", ["page", "api"])
def test_a_download_is_nothing_but_a_download(surface, client, cast, document):
    url = (
        address("document_content", document)
        if surface == "page"
        else f"{ROOT}{document.pk}/content/"
    )
    client.force_login(cast["supervisor"])
    answer = client.get(url, headers={"accept": "application/pdf"})
    assert (answer.status_code, answer.content) == (200, files.pdf())
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == (
        "attachment; filename*=UTF-8''%C3%89lo%C3%AFse%20%282%29.pdf"
    )
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox"
    assert answer["Cache-Control"] == "no-store"
    entry = AccessLog.objects.latest("id")
    assert (entry.verb, entry.object_id, entry.path) == ("open", str(document.pk), url)


@pytest.mark.parametrize("surface", ["page", "api"])
def test_altered_bytes_are_an_error_of_ours_and_nothing_leaves(surface, cast, document, caplog):
    DocumentContent.objects.update(content=b"%PDF-1.7 autre")
    client = Client(raise_request_exception=False)
    client.force_login(cast["coordinator"])
    url = (
        address("document_content", document)
        if surface == "page"
        else f"{ROOT}{document.pk}/content/"
    )
    answer = client.get(url)
    assert answer.status_code == 500
    assert b"autre" not in answer.content
    assert str(document.pk) in caplog.text


@pytest.mark.parametrize("surface", ["page", "api"])
def test_what_was_withdrawn_is_not_given_any_more(surface, client, cast, document):
    withdraw_document(document, by=cast["coordinator"], reason="Erreur")
    client.force_login(cast["coordinator"])
    url = (
        address("document_content", document)
        if surface == "page"
        else f"{ROOT}{document.pk}/content/"
    )
    assert client.get(url).status_code == 409
    page = text(client, cast["coordinator"], document.get_absolute_url())
    assert "Ce document a été retiré" in page
    assert address("document_content", document) not in page


def test_a_health_document_is_found_and_named_nowhere_without_the_tier(
    client, cast, case, health_document, api
):
    title, name = "neurologue", "neurologue.pdf"
    for who in ("coordinator", "lead", "auditor"):
        for url in (case.get_absolute_url(), address("case_timeline", case),
                    address("document_list", case)):  # fmt: skip
            assert title not in text(client, cast[who], url)
        for rest in ("timeline/", "history/"):
            assert title not in api(who).get(f"/api/v1/cases/{case.pk}/{rest}").content.decode()
        assert get(client, cast[who], health_document.get_absolute_url()).status_code == 404
        assert api(who).get(f"{ROOT}{health_document.pk}/content/").status_code == 404
        assert api(who).get(ROOT).json()["results"] == []
    page = text(client, cast["health_coordinator"], health_document.get_absolute_url())
    assert name in page
    before = AccessLog.objects.filter(verb="health").count()
    answer = get(client, cast["health_coordinator"], address("document_content", health_document))
    assert answer.content == files.pdf()
    assert AccessLog.objects.filter(verb="health").count() == before + 1


# ------------------------------------------------------------------ versions and withdrawal
def test_a_new_version_is_put_in_and_the_earlier_one_stays_listed(client, cast, case, document):
    by = cast["coordinator"]
    url = address("document_replace", document)
    assert 'value="Attestation d’études"' in text(client, by, url)
    answer = post(
        client, by, url, file=sent(files.png(), "b.png"), title="Attestation", audience="host"
    )
    second = Document.objects.get(number=2)
    assert answer["Location"] == second.get_absolute_url()
    page = text(client, by, second.get_absolute_url())
    assert document.get_absolute_url() in page
    assert "Version 2" in page
    assert get(client, by, url).status_code == 409
    listed = text(client, by, address("document_list", case))
    assert "Remplacé" in listed
    assert "En vigueur" in listed
    assert document.get_absolute_url() not in text(client, by, case.get_absolute_url())


def test_withdrawing_asks_why_and_guards_the_version(client, cast, document):
    by, url = cast["coordinator"], address("document_withdraw", document)
    page = text(client, by, url)
    assert "Plus personne ne pourra le télécharger" in page
    assert post(client, by, url, version=document.version, reason="").status_code == 400
    assert post(client, by, url, version=document.version + 1, reason="Non").status_code == 412
    answer = post(client, by, url, version=document.version, reason="Mauvais dossier")
    assert answer["Location"] == document.get_absolute_url()
    assert get(client, by, url).status_code == 409
    assert get(client, cast["supervisor"], document.get_absolute_url()).status_code == 404


# person → list of the case, page, download, form of a new one, replacing, withdrawing
STATUS = {
    "coordinator": (200, 200, 200, 200, 200, 200),
    "editor": (200, 200, 200, 200, 200, 200),
    "reader": (200, 200, 200, 403, 403, 403),
    "auditor": (200, 200, 200, 403, 403, 403),
    "supervisor": (200, 200, 200, 403, 403, 403),
    "representative": (200, 200, 200, 403, 403, 403),
    "representative_elsewhere": (404, 404, 404, 404, 404, 404),
    "coordinator_elsewhere": (404, 404, 404, 404, 404, 404),
    "superuser": (404, 404, 404, 404, 404, 404),
}


@pytest.mark.parametrize("who", STATUS)
def test_each_page_answers_each_person_as_their_standing_says(who, client, cast, case, document):
    pages = [
        ("document_list", case), ("document_detail", document), ("document_content", document),
        ("document_new", case), ("document_replace", document), ("document_withdraw", document),
    ]  # fmt: skip
    found = [get(client, cast[who], address(name, record)).status_code for name, record in pages]
    assert found == list(STATUS[who])


@pytest.mark.parametrize("who", ["coordinator", "supervisor", "auditor", "editor"])
def test_the_page_offers_what_the_api_offers(who, client, cast, document, api):
    page = text(client, cast[who], document.get_absolute_url())
    offered = {
        name
        for name in ("content", "replace", "withdraw")
        if address(f"document_{name}", document) in page
    }
    assert offered == set(api(who).get(f"{ROOT}{document.pk}/").json()["actions"])
    expected = (
        {"content"} if who in ("supervisor", "auditor") else {"content", "replace", "withdraw"}
    )
    assert offered == expected


def test_the_page_of_the_placement_shows_its_documents_to_the_host(
    client, cast, placement, document
):
    page = text(client, cast["supervisor"], placement.get_absolute_url())
    assert address("document_content", document) in page
    assert "documents/new/" not in page
    assert f"documents/new/?placement={placement.pk}" in text(
        client, cast["coordinator"], placement.get_absolute_url()
    )


# ------------------------------------------------------------------ API
def test_the_api_takes_a_form_with_a_file(api, case, placement):
    client = api("coordinator")
    body = {"case": str(case.pk), "kind": "resume", "file": sent(), "placement": str(placement.pk)}
    made = client.post(ROOT, body, format="multipart")
    assert made.status_code == 201, made.json()
    row = made.json()
    assert (row["title"], row["number"], row["is_latest"], row["actions"]) == (
        "Mon CV", 1, True, ["content", "replace", "withdraw"],
    )  # fmt: skip
    second = client.post(
        ROOT, {"case": str(case.pk), "replaces": row["id"], "file": sent(files.png())},
        format="multipart",
    ).json()  # fmt: skip
    assert (second["number"], second["replaces"], second["placement"], second["media_type"]) == (
        2, row["id"], str(placement.pk), "image/png",
    )  # fmt: skip
    narrowed = client.get(f"{ROOT}?case={case.pk}&current=true").json()["results"]
    assert [each["id"] for each in narrowed] == [second["id"]]
    gone = client.post(
        f"{ROOT}{second['id']}/withdraw/", {"reason": "Erreur"}, format="json",
        headers={"if-match": '"1"'},
    )  # fmt: skip
    assert (gone.status_code, gone.json()["actions"]) == (200, [])
    history = client.get(f"{ROOT}{row['id']}/history/").json()["results"]
    assert [each["verb"] for each in history] == ["cases.document.withdraw", "cases.document.add"]


BAD = {
    "no file": ({"file": None}, "file"),
    "a program": ({"file": sent(b"MZ\x90\x00" + b"\x00" * 99)}, "file"),
    "unknown name": ({"sha256": "0"}, "sha256"),
    "unknown case": ({"case": "0198f3c5-0000-7000-8000-000000000000"}, "case"),
    "no such kind": ({"kind": "virus"}, "kind"),
    "host of nothing": ({"audience": "host"}, "placement"),
    "replaces nothing": ({"replaces": "0198f3c5-0000-7000-8000-000000000000"}, "replaces"),
}


@pytest.mark.parametrize("what", BAD)
def test_the_api_names_the_field_at_fault(what, api, case):
    changed, field = BAD[what]
    body = {"case": str(case.pk), "kind": "resume", "file": sent()} | changed
    body = {name: value for name, value in body.items() if value is not None}
    if hasattr(body.get("file"), "seek"):
        body["file"].seek(0)
    answer = api("coordinator").post(ROOT, body, format="multipart")
    assert answer.status_code == 400, answer.json()
    assert list(answer.json()["errors"]) == [field]
    assert not Document.objects.exists()


def test_a_field_given_twice_and_a_body_that_is_no_form_are_refused(api, case):
    client = api("coordinator")
    body = {"case": [str(case.pk), str(case.pk)], "kind": "resume", "file": sent()}
    assert client.post(ROOT, body, format="multipart").status_code == 400
    assert client.post(ROOT, {"case": str(case.pk)}, format="json").status_code == 400
    raw = client.post(ROOT, b"x", content_type="application/octet-stream")
    assert raw.status_code == 415
    broken = client.post(ROOT, b"x", content_type="multipart/form-data; boundary=y")
    assert broken.status_code == 400


# ------------------------------------------------------------------ cost
@pytest.mark.parametrize("who", ["coordinator", "supervisor", "auditor"])
def test_lists_and_pages_cost_the_same_for_one_and_ten_documents(
    who, client, cast, case, placement, document
):
    urls = [case.get_absolute_url(), placement.get_absolute_url(), address("document_list", case),
            document.get_absolute_url(), ROOT]  # fmt: skip
    found = [queries(client, cast[who], url) for url in urls]
    for number in range(9):
        put(case, cast["coordinator"], content=files.pdf(b" /N %d" % number), audience="host",
            placement=placement)  # fmt: skip
    assert [queries(client, cast[who], url) for url in urls] == found


def test_a_document_of_many_versions_costs_what_one_costs(client, cast, case, document):
    url = document.get_absolute_url()
    before, latest = queries(client, cast["coordinator"], url), document
    for number in range(5):
        latest = put(
            case, cast["coordinator"], content=files.pdf(b" /N %d" % number), replaces=latest
        )
    assert queries(client, cast["coordinator"], latest.get_absolute_url()) == before
