"""A sample on paper, tagged for screen readers, and as rows: everything is there, and nothing is markup."""

import csv
import io
import json
import re
import zlib

import openpyxl
import pytest

from auditing.services.samples import receipts_of
from peph.accounts.models import User
from peph.audit.changes import SYSTEM, change
from peph.audit.models import AccessLog
from tests.auditing.sampling import drawn, noted, signed

pytestmark = pytest.mark.django_db
HOSTILE = '#panic("x") *gras* $x$ =1+1 <b>'


def inside(pdf: bytes) -> bytes:
    """The whole document with its compressed streams opened."""
    parts = [pdf]
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            parts.append(zlib.decompress(found[1]))
        except zlib.error:
            continue
    return b"\n".join(parts)


@pytest.fixture
def sample(cast, case, case_elsewhere):
    sample = drawn(cast["auditor"], title=f"Essai {HOSTILE}", purpose=HOSTILE)
    noted(sample, cast["auditor"], case, text=f"Constat {HOSTILE}", recommendation="=cmd()")
    noted(sample, cast["auditor"], severity="minor", text="Sur tout")
    return signed(sample, cast["auditor"])


@pytest.mark.parametrize(("language", "tag"), [("fr", b"fr-CA"), ("en", b"en-CA")])
def test_the_report_is_a_tagged_document_with_language_and_title(
    language, tag, client, cast, sample
):
    with change(by=SYSTEM, verb="accounts.update"):
        User.objects.filter(pk=cast["lead"].pk).update(language=language)
    client.force_login(cast["lead"])
    answer = client.get(f"{sample.get_absolute_url()}report/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    document = inside(answer.content)
    assert answer.content.startswith(b"%PDF-1.7")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in document
    assert b"/StructTreeRoot" in document
    assert b"/Marked true" in document
    assert sample.number.encode() in re.search(rb"<dc:title>(.*?)</dc:title>", document)[1]
    assert set(re.findall(rb"/Lang\s*\((.*?)\)", document)) == {tag}
    # Headings and the headers of tables are told apart for those who do not see them.
    assert re.search(rb"/S\s*/H1\b", document)
    assert re.search(rb"/S\s*/H2\b", document)
    assert re.search(rb"/S\s*/TH\b", document)


def test_opening_the_report_and_exporting_are_in_the_access_log(client, cast, sample):
    client.force_login(cast["lead"])
    for path in ("report/", "export/csv/"):
        assert client.get(f"{sample.get_absolute_url()}{path}").status_code == 200
    logged = AccessLog.objects.filter(verb="export", actor_id=cast["lead"].pk)
    assert [each.detail["format"] for each in logged.order_by("pk")] == ["pdf", "csv"]


def rows_of(answer, format):
    content = b"".join(answer.streaming_content)
    if format == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))[1:]
    if format == "jsonl":
        return [list(json.loads(line).values()) for line in content.decode().splitlines()]
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [list(row) for row in book.active.iter_rows(min_row=2, values_only=True)]


@pytest.mark.parametrize("format", ["csv", "xlsx", "jsonl"])
def test_the_export_holds_each_answer_and_each_finding(format, client, cast, sample):
    client.force_login(cast["auditor"])
    answer = client.get(f"{sample.get_absolute_url()}export/{format}/")
    rows = rows_of(answer, format)
    assert len(rows) == 2 * 8 + 2
    assert {row[0] for row in rows} == {sample.number}
    assert [row[2] for row in rows].count("constat") == 2
    texts = [str(row[12]) for row in rows if row[2] == "constat"]
    assert any(HOSTILE in each for each in texts)


def test_no_other_format_has_an_address(client, cast, sample):
    client.force_login(cast["auditor"])
    assert client.get(f"{sample.get_absolute_url()}export/exe/").status_code == 404


def test_the_receipt_of_the_signature_is_the_hash_of_its_change(sample):
    drawing, signing = receipts_of(sample)
    assert signing.receipt == f"{signing.number}:{bytes(signing.hash).hex()}"
    assert drawing.number < signing.number
