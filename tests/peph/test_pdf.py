"""Documents on paper: data are never markup, and nothing of the machine gets in."""

from pathlib import Path

import pytest
import typst

from peph.pdf import compile_document

TEMPLATE = """#let data = json(bytes(sys.inputs.data))
#set document(title: sys.inputs.title)
#set text(lang: sys.inputs.language)
#for each in data.words { par(each) }
"""
HOSTILE = '#panic("x") $ * _ #import "@preview/x:1.0.0": * \\ "'


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "page.typ"
    path.write_text(TEMPLATE, encoding="utf-8")
    return path


def test_what_somebody_wrote_is_text(template):
    document = compile_document(
        template, {"words": [HOSTILE, "é’«\u00a0»"]}, title=HOSTILE, language="fr-ca"
    )
    assert document.startswith(b"%PDF-1.7")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in document
    assert b"/StructTreeRoot" in document


def test_a_document_without_a_title_is_refused_rather_than_made_inaccessible(template):
    template.write_text("Sans titre", encoding="utf-8")
    with pytest.raises(typst.TypstError):
        compile_document(template, {}, title="", language="fr")


def test_no_package_is_fetched_and_no_file_outside_is_read(template):
    for source in ('#import "/../secret.typ": x', '#read("/etc/passwd")'):
        template.write_text(source, encoding="utf-8")
        with pytest.raises(typst.TypstError):
            compile_document(template, {}, title="x", language="fr")
