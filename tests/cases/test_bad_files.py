"""Three hundred bad files: each refused, or kept as something that no program runs; bombs before they unfold."""

import re
import struct
import time
import tracemalloc
import zipfile
from io import BytesIO

import pytest

from cases.services import file_formats
from cases.services.file_formats import recognize
from peph.errors import Invalid
from tests.cases import files
from tests.engines import once
from tests.fuzz.values import SCRIPTS, XML

pytestmark = once
SECONDS, MEMORY = 1.0, 50 << 20
TEXTS = (file_formats.UTF_8, file_formats.WINDOWS_1252)
WHOLE = {
    "pdf": files.pdf(), "docx": files.docx(), "odt": files.odt(), "png": files.png(20, 20), "jpeg": files.jpeg(),
}  # fmt: skip


def _executables():
    signatures = (
        b"MZ", b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\x00asm", b"L\x00\x00\x00\x01\x14\x02",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08",
        b"BZh9", b"\xfd7zXZ\x00", b"MSCF", b"ISc(", b"ITSF", b"CWS\x0a", b"FWS\x0a", b"!<arch>\n\x00", b"\xed\xab\xee\xdb", b"\x28\xb5\x2f\xfd",
        b"\x04\x22\x4d\x18", b"dex\n035\x00", b"\xcafed00d", b"SQLite format 3\x00", b"\x00\x01\x00\x00\x00", b"wOFF", b"wOF2", b"OTTO",
        b"GIF87a", b"GIF89a", b"BM", b"II*\x00", b"MM\x00*", b"RIFF\x00\x00\x00\x00WEBP", b"\x00\x00\x01\x00", b"8BPS", b"\x00\x00\x00\x0cjP  ",
        b"OggS", b"ID3", b"fLaC", b"\x1aE\xdf\xa3", b"FLV\x01", b"\x30\x26\xb2\x75", b"%!PS-Adobe", b"\xc5\xd0\xd3\xc6", b"\x89HDF", b"KDM",
    )  # fmt: skip
    for each in signatures:
        yield f"program {each!r}", each + b"\x00\x01\x02\x03" * 100


def _markup():
    for number, text in enumerate([*SCRIPTS, *XML]):
        yield f"markup {number}", text.encode()
        yield f"markup {number} after words", f"Bonjour\n\n{text}".encode()


def _pdf_actions():
    for name in (b"JavaScript", b"Launch", b"EmbeddedFile", b"EmbeddedFiles", b"RichMedia"):
        for at in (0, 1, len(name) - 1):
            escaped = name[:at] + b"#%02x" % name[at] + name[at + 1 :]
            yield f"pdf action {escaped!r}", files.pdf(b" /S /" + escaped + b" ")
            yield (
                f"pdf action {escaped!r} upper",
                files.pdf(b" /S /" + escaped.replace(b"#4a", b"#4A") + b"(x)"),
            )
        yield f"pdf action {name!r}", files.pdf(b" /A << /S /" + name + b" >>")
        yield (
            f"pdf action {name!r} far",
            files.pdf(b" " * 5000 + b"/S/" + name + b"\n" + b" " * 5000),
        )


def _cut():
    for kind, content in WHOLE.items():
        for tenth in range(1, 10):
            yield f"{kind} cut at {tenth}0 %", content[: max(5, len(content) * tenth // 10)]


def _two_in_one():
    hidden = {
        "archive": files.archive({"a.exe": "x"}), "page": b"<html><script>alert(1)</script>", "php": b"<?php system($_GET[0]); ?>",
        "drawing": b"<svg onload=alert(1)>",
    }  # fmt: skip
    for kind in ("pdf", "png", "jpeg"):
        for what, added in hidden.items():
            yield f"{kind} and {what}", WHOLE[kind] + added
    for kind in ("docx", "odt"):
        for what, added in hidden.items():
            yield f"{what} before {kind}", added + WHOLE[kind]


NAMES = ("../x", "../../x", "a/../../x", "/x", "//x", "\\x", "..\\x", "C:x", "C:/x", "C:\\x", "file:x", "a\\..\\b", "..", "a/..", "/",
         "word/vbaProject.bin", "word/VBAPROJECT.BIN", "word/vbaData.xml", "word/activeX/a.bin", "word/embeddings/oleObject1.bin",
         "Basic/a.xml", "Scripts/a.py", "basic/x", "scripts/python/x.py")  # fmt: skip


def _names():
    for name in NAMES:
        yield f"docx with {name}", files.docx({name: "x"})
        yield f"odt with {name}", files.odt({name: "x"})


def _inside():
    programs = (b"MZ\x90\x00", b"\x7fELF\x02", b"#!/bin/sh\n", files.archive({"a": "b"}))
    for number, program in enumerate(programs):
        for name in ("word/media/image1.png", "customXml/item1.xml", "x"):
            yield f"docx with program {number} as {name}", files.docx({name: program})
        yield f"odt with program {number}", files.odt({"Pictures/a.png": program})
    entity = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "a">]><x>&a;</x>'
    for name in (
        "word/styles.xml",
        "word/_rels/document.xml.rels",
        "word/comments.xml",
        "docProps/core.xml",
        "[Content_Types].xml.rels",
    ):
        yield f"docx with an entity in {name}", files.docx({name: entity})
        yield f"docx with a late entity in {name}", files.docx({name: " " * 65_535 + entity})
    for name in ("styles.xml", "meta.xml", "settings.xml"):
        yield f"odt with an entity in {name}", files.odt({name: entity})


def _floods():
    for width, height in (
        (60_000, 60_000),
        (2**31 - 1, 1),
        (1, 2**31 - 1),
        (2**32 - 1, 2**32 - 1),
        (0, 0),
        (0, 9),
        (50_001, 1_000),
    ):
        yield f"png of {width} × {height}", files.png(width, height)
    for width, height in (
        (65_535, 65_535),
        (65_535, 1_000),
        (1_000, 65_535),
        (0, 0),
        (8, 0),
        (0, 8),
    ):
        yield f"jpeg of {width} × {height}", files.jpeg(width, height)


def overlapping(count=500):
    """Many entries of one and the same bytes (after David Fifield)."""
    kernel = zipfile.ZipInfo("word/a.xml")
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.DOCX_PARTS.items():
            archive.writestr(name, content)
        archive.writestr(kernel, b"0" * 50_000)
        for number in range(count):
            copy = zipfile.ZipInfo(f"word/b{number}.xml")
            for name in ("header_offset", "compress_size", "file_size", "CRC", "compress_type"):
                setattr(copy, name, getattr(archive.getinfo("word/a.xml"), name))
            archive.filelist.append(copy)
    return made.getvalue()


def a_million_entries():
    """As many as fit in what is taken in, of nothing each; the table says less than there are."""
    entry = (
        struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)
        + b"a"
    )
    count = (9 << 20) // len(entry)
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 0, 0, 0, 0, 0, 0, 1, 0) + b"a"
    for said in (count & 0xFFFF, 3, 0xFFFF):
        end = struct.pack(
            "<4s4H2IH", b"PK\x05\x06", 0, 0, said, said, count * len(entry), len(local), 0
        )
        yield f"a table of {count} entries that says {said}", local + entry * count + end


def lying(size):
    """A document whose table says that an entry is small."""
    content = bytearray(files.docx({"word/a.xml": b"0" * size}))
    for found in re.finditer(re.escape(struct.pack("<I", size)), bytes(content)):
        content[found.start() : found.end()] = struct.pack("<I", 10)
    return bytes(content)


def _bombs():
    yield from a_million_entries()
    yield "overlapping entries", overlapping()
    yield "overlapping entries, few", overlapping(2)
    for kind, make in (("docx", files.docx), ("odt", files.odt)):
        yield f"{kind} of 20 MB of one sign", make({"a.xml": b"0" * (20 << 20)})
        yield f"{kind} of many entries", make({f"x/{number}.xml": "" for number in range(2_001)})
        yield f"{kind} in itself", make({"a.docx": make()})
    yield "docx that lies about its size", lying(5 << 20)
    inner = files.archive({f"{number}": b"0" * 100_000 for number in range(16)})
    for depth in range(3):
        inner = files.archive({f"{number}.zip": inner for number in range(16)})
        yield f"archives in archives, {depth + 2} deep", inner
    for part in ("xl/workbook.xml", "ppt/presentation.xml", "content.opf"):
        yield (
            f"bomb of {part}",
            files.archive({"[Content_Types].xml": "<x/>", part: b"0" * (9 << 20)}),
        )


MUST_REFUSE = (_pdf_actions, _names, _inside, _floods, _executables)
REFUSED_OR_INERT = (_markup, _cut, _two_in_one)


def what_comes_of(content):
    """None where it is refused."""
    try:
        return recognize(content)
    except Invalid:
        return None


def test_three_hundred_bad_files_are_refused_or_inert():
    must = {name: content for family in MUST_REFUSE for name, content in family()}
    may = {name: content for family in REFUSED_OR_INERT for name, content in family()}
    assert len(must) + len(may) >= 300
    taken = {name: found for name, content in must.items() if (found := what_comes_of(content))}
    assert taken == {}
    # What is taken of these is a text to read, served as one and never shown by the browser.
    found = {name: what_comes_of(content) for name, content in may.items()}
    assert {name: each for name, each in found.items() if each not in (None, *TEXTS)} == {}
    assert sum(each is None for each in found.values()) >= 80


def test_a_bomb_is_refused_at_once_and_in_little_memory():
    found = {}
    for name, content in _bombs():
        began = time.thread_time()
        kind = what_comes_of(content)
        seconds = time.thread_time() - began
        tracemalloc.start()
        what_comes_of(content)
        memory = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        if kind is not None or seconds > SECONDS or memory > MEMORY:
            found[name] = (kind, round(seconds, 2), memory >> 20)
    assert found == {}


@pytest.mark.parametrize("kind", WHOLE)
def test_the_whole_files_they_are_made_of_are_taken(kind):
    assert what_comes_of(WHOLE[kind]) is not None
