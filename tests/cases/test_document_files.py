"""What is taken in as a document and what is not: the bytes decide, whatever the name says."""

import zipfile

import pytest
from django.utils.translation import override

from cases.models import Document, DocumentContent
from cases.services.documents import add_document
from cases.services.file_names import neutral_name
from peph.audit.models import AccessLog, ChangeSet
from peph.errors import Invalid
from tests.cases import files
from tests.cases.files import named

pytestmark = pytest.mark.django_db

TAKEN = {
    "pdf": (files.pdf(), "application/pdf", ".pdf"),
    "pdf with a page tree named like no action": (
        files.pdf(b" /OpenAction [1 0 R /Fit] /JavaScripted 1 /Names /LaunchPad"), "application/pdf", ".pdf",
    ),
    "docx": (
        files.docx(),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ".docx",
    ),
    "docx with a chart": (
        files.docx({"word/embeddings/chart1.xlsx": files.archive({"xl/workbook.xml": "<x/>"})}),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ".docx",
    ),
    "odt": (files.odt(), "application/vnd.oasis.opendocument.text", ".odt"),
    "png": (files.png(), "image/png", ".png"),
    "jpeg": (files.jpeg(), "image/jpeg", ".jpg"),
    "jpeg with what a telephone adds": (
        files.jpeg(end=b"\xff\xd9Image_UTC_Data1768"), "image/jpeg", ".jpg",
    ),
    "text": ("Été à Québec\r\n\tfin".encode(), "text/plain; charset=utf-8", ".txt"),
    "text with a mark": (b"\xef\xbb\xbf\xc3\xa9t\xc3\xa9", "text/plain; charset=utf-8", ".txt"),
    "text of an older program": (
        "Été, l’œuvre".encode("windows-1252"), "text/plain; charset=windows-1252", ".txt",
    ),
    "text that begins like a bitmap": (b"BMO, releve", "text/plain; charset=utf-8", ".txt"),
    "text with a comparison": (b"5 < 6 et 7 > 6", "text/plain; charset=utf-8", ".txt"),
}  # fmt: skip

ZIP_IN_ZIP = files.docx({"word/media/image1.png": files.archive({"a.txt": "a"})})
UNKNOWN = "Ce n’est pas un fichier accepté"
NOT_KIND = "Ce genre de fichier n’est pas accepté"
BROKEN_PDF = "Ce PDF n’est pas complet"
ACTIVE_PDF = "Ce PDF contient un script, un fichier joint ou une commande"
BROKEN_IMAGE = "Cette image n’est pas complète"
LARGE_IMAGE = "Cette image est trop grande"
TWO_IN_ONE = "Ce fichier en cache un autre"
ODD = "Ce document n’est pas construit comme il se doit"
MACROS = "Ce document contient des macros"
UNFOLDS = "Ce document se déploie"
PROTECTED = "Ce document est protégé par un mot de passe"
DAMAGED = "Ce document est endommagé"
OTHER_ARCHIVE = "Cette archive n’est pas un document DOCX ou ODT"
OTHER_INSIDE = "Ce document contient un autre fichier qui n’est pas accepté"

# what it is → (its bytes, the name it comes under, how the refusal begins)
REFUSED = {
    "empty": (b"", "vide.pdf", "Ce fichier est vide"),
    "program renamed": (b"MZ\x90\x00" + b"\x00" * 200, "cv.pdf", UNKNOWN),
    "program of another system": (b"\x7fELF\x02\x01\x01" + b"\x00" * 60, "cv.txt", UNKNOWN),
    "page": (b"<!DOCTYPE html><html><script>alert(1)</script>", "cv.txt", UNKNOWN),
    "page without a head": (b" \n<p onclick=alert(1)>", "cv.txt", NOT_KIND),
    "page after a text": (b"Bonjour\n<script>alert(1)</script>", "cv.txt", NOT_KIND),
    "drawing": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="x"/>', "logo.png", UNKNOWN),
    "xml": (b'<?xml version="1.0"?><a/>', "a.txt", UNKNOWN),
    "shell script": (b"#!/bin/sh\nrm -rf /\n", "a.txt", NOT_KIND),
    "rich text": (b"{\\rtf1 {\\object\\objdata 01}}", "a.docx", UNKNOWN),
    "postscript": (b"%!PS-Adobe-3.0\n(x) run", "a.pdf", UNKNOWN),
    "old word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "a.docx", UNKNOWN),
    "gif": (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "photo.png", UNKNOWN),
    "video": (b"\x00\x00\x00\x18ftypmp42\x00\x00" + b"\x00" * 40, "a.jpg", UNKNOWN),
    "text with a NUL": (b"Bonjour\x00le monde", "a.txt", NOT_KIND),
    "text in UTF-16": ("Bonjour".encode("utf-16"), "a.txt", NOT_KIND),
    "noise": (bytes(range(256)) * 4, "a.txt", NOT_KIND),
    "pdf cut short": (files.pdf(tail=b""), "a.pdf", BROKEN_PDF),
    "pdf behind something else": (b"x" + files.pdf(), "a.pdf", NOT_KIND),
    "pdf with a script": (files.pdf(b" /S /JavaScript /JS (x)"), "a.pdf", ACTIVE_PDF),
    "pdf with a script spelt out": (files.pdf(b" /S /#4aava#53cript"), "a.pdf", ACTIVE_PDF),
    "pdf that launches": (files.pdf(b" /S /Launch /F (cmd.exe)"), "a.pdf", ACTIVE_PDF),
    "pdf with a file in it": (files.pdf(b" /Type /EmbeddedFile "), "a.pdf", ACTIVE_PDF),
    "pdf that is also a page": (files.pdf(b" <script >x"), "a.pdf", TWO_IN_ONE),
    "pdf that is also an archive": (
        files.pdf() + files.archive({"a.exe": "x"}) + b"%%EOF", "a.pdf", TWO_IN_ONE,
    ),
    "png cut short": (files.png()[:-9], "a.png", BROKEN_IMAGE),
    "png with a wrong sum": (files.png()[:-1] + b"x", "a.png", BROKEN_IMAGE),
    "png with something after": (files.png() + b"MZ", "a.png", BROKEN_IMAGE),
    "png without a header": (files.png()[:8] + files.png()[33:], "a.png", BROKEN_IMAGE),
    "png that floods": (files.png(60_000, 60_000), "a.png", LARGE_IMAGE),
    "png of no size": (files.png(0, 5), "a.png", BROKEN_IMAGE),
    "jpeg cut short": (files.jpeg(end=b""), "a.jpg", BROKEN_IMAGE),
    "jpeg that floods": (files.jpeg(65_000, 65_000), "a.jpg", LARGE_IMAGE),
    "jpeg that is also an archive": (files.jpeg() + files.archive({"a": "x"}), "a.jpg", TWO_IN_ONE),
    "jpeg with a page at its end": (files.jpeg() + b"<?php x ?>", "a.jpg", TWO_IN_ONE),
    "plain archive": (files.archive({"a.txt": "a"}), "a.docx", OTHER_ARCHIVE),
    "spreadsheet": (
        files.archive({"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"}), "a.docx", OTHER_ARCHIVE,
    ),
    "archive in an archive": (ZIP_IN_ZIP, "a.docx", OTHER_INSIDE),
    "program in a document": (files.docx({"word/media/a.png": b"MZ\x90"}), "a.docx", OTHER_INSIDE),
    "docx with a macro": (files.docx({"word/vbaProject.bin": b"x"}), "a.docx", MACROS),
    "docx with a control": (files.docx({"word/activeX/activeX1.xml": "<x/>"}), "a.docx", MACROS),
    "docx with an object": (files.docx({"word/embeddings/oleObject1.bin": "x"}), "a.docx", MACROS),
    "docm renamed": (
        files.docx({"[Content_Types].xml": "<Types>document.macroEnabled.main+xml</Types>"}),
        "a.docx", "Ce document contient des macros",
    ),
    "odt with a macro": (files.odt({"Basic/Standard/Module1.xml": "<x/>"}), "a.odt", MACROS),
    "odt with a password": (
        files.odt({"META-INF/manifest.xml": "<manifest:encryption-data/>"}), "a.odt", PROTECTED,
    ),
    "docx with a password": (files.encrypted_zip(files.docx()), "a.docx", PROTECTED),
    "docx that climbs": (files.docx({"../../etc/passwd": "x"}), "a.docx", ODD),
    "docx with a whole path": (files.docx({"/etc/passwd": "x"}), "a.docx", ODD),
    "docx with another system's path": (
        files.renamed_member(files.docx({"word/a/b.xml": "x"}), b"word/a/b.xml", b"word\\a\\b.xml"),
        "a.docx", ODD,
    ),
    "docx with a NUL in a name": (
        files.renamed_member(files.docx({"word/ab.xml": "x"}), b"word/ab.xml", b"word/a\x00.xml"),
        "a.docx", ODD,
    ),
    "docx behind a program": (b"PK\x03\x04" + b"\x00" * 40 + files.docx(), "a.docx", ODD),
    "docx with entities": (
        files.docx({"word/document.xml": '<!DOCTYPE x [<!ENTITY a "a">]><w:document/>'}), "a.docx", ODD,
    ),
    "docx packed in a rare way": (
        files.archive(files.DOCX_PARTS, zipfile.ZIP_LZMA), "a.docx", ODD,
    ),
    "bomb": (files.docx({"word/a.xml": b"0" * (20 << 20)}), "a.docx", UNFOLDS),
    "bomb of many entries": (
        files.docx({f"word/{number}.xml": "" for number in range(2_001)}), "a.docx", UNFOLDS,
    ),
    "docx cut short": (files.docx()[:-30], "a.docx", DAMAGED),
    "docx with a wrong sum": (
        files.archive(files.DOCX_PARTS, zipfile.ZIP_STORED).replace(b"Bonjour", b"Bonsoir"),
        "a.docx", DAMAGED,
    ),
}  # fmt: skip


def put(cast, case, content, name="a.pdf"):
    return add_document(case, by=cast["coordinator"], file=named(content, name), kind="resume")


def counts():
    models = (Document, DocumentContent, ChangeSet, AccessLog)
    return [model.objects.count() for model in models]


@pytest.mark.parametrize("what", TAKEN)
def test_six_formats_are_taken_by_their_content(what, cast, case):
    content, media_type, extension = TAKEN[what]
    document = put(cast, case, content, "Mon fichier.exe")
    assert (document.media_type, document.filename) == (media_type, f"Mon fichier{extension}")
    assert document.size == len(content)
    assert bytes(DocumentContent.objects.get(pk=document.sha256).content) == content


def test_the_corpus_is_large_enough():
    assert len(REFUSED) >= 50


@pytest.mark.parametrize("what", REFUSED)
def test_anything_else_is_refused_with_its_reason_and_leaves_nothing(what, cast, case):
    content, name, message = REFUSED[what]
    before = counts()
    with override("fr-ca"), pytest.raises(Invalid) as refused:
        put(cast, case, content, name)
    assert list(refused.value.fields) == ["file"]
    (told,) = refused.value.fields["file"]
    assert told.startswith(message), told
    assert counts() == before


def test_a_file_over_the_limit_is_read_no_further(cast, case, settings):
    settings.DOCUMENT_MAX_BYTES = 1_500_000

    class Endless:
        name = "a.pdf"
        given = 0

        def read(self, size):
            self.given += size
            return b"%" * size

    file, before = Endless(), counts()
    with override("fr-ca"), pytest.raises(Invalid) as refused:
        add_document(case, by=cast["coordinator"], file=file, kind="resume")
    assert refused.value.fields["file"] == [
        "Ce fichier est trop volumineux\u00a0: 1,4\u00a0Mo au maximum."
    ]
    assert file.given == 1_500_001
    assert counts() == before


NAMES = {
    "cv.pdf": "cv.pdf",
    "CV d’Éloïse (final).PDF": "CV d’Éloïse (final).pdf",
    "e\u0301te\u0301.pdf": "été.pdf",
    "../../etc/passwd": "passwd.pdf",
    "C:\\Windows\\cv.exe": "cv.pdf",
    "cv\u202efdp.exe": "cvfdp.pdf",
    "cv\u200b\u2066.pdf": "cv.pdf",
    "a\x00b\r\nc.pdf": "abc.pdf",
    'a<b>:"|?*;.pdf': "a_b_______.pdf",
    "  . cv .  ": "cv.pdf",
    "": "document.pdf",
    "....": "document.pdf",
    "\u202e": "document.pdf",
    ".htaccess": "htaccess.pdf",
    "NUL.txt": "_NUL.pdf",
    "Rapport v1.2": "Rapport v1.2.pdf",
    "a" * 300 + ".pdf": "a" * 116 + ".pdf",
    "é" * 300: "é" * 116 + ".pdf",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_name_is_made_harmless(name, cast, case):
    assert neutral_name(name, ".pdf") == NAMES[name]
    document = put(cast, case, files.pdf(), name)
    assert (document.filename, document.title) == (NAMES[name], NAMES[name].removesuffix(".pdf"))
