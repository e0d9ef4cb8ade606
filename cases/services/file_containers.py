"""Word-processor files (DOCX, ODT) are archives: opened with limits, refused for what runs or unfolds."""

import re
import stat
import struct
import zipfile
from io import BytesIO

from django.utils.translation import gettext_lazy as _

from peph.errors import Invalid

MOST_ENTRIES = 2_000
MOST_UNPACKED = 50 << 20
# How many times larger than its archive the whole may be.
MOST_RATIO = 100
# Under this size a ratio says nothing: an empty style sheet shrinks a thousandfold.
RATIO_FROM = 1 << 20
ODT_TYPE = b"application/vnd.oasis.opendocument.text"
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
# Macros of both families, and controls that run when the document opens.
_ACTIVE = re.compile(
    r"(^|/)(vbaproject[^/]*\.bin|vbadata\.xml|activex/.*|oleobject[^/]*\.bin)$|^(basic|scripts)/",
    re.IGNORECASE,
)
_CHART = re.compile(r"^word/embeddings/[^/]+\.xlsx$", re.IGNORECASE)
_END_OF_TABLE, _LONGEST_END, _LONGEST_ENTRY, _SHORTEST_HEADER = b"PK\x05\x06", 65_557, 400, 30
_MARKUP = re.compile(r"\.(xml|rels)$", re.IGNORECASE)
_EXECUTABLE, _ARCHIVE = (b"MZ", b"\x7fELF", b"#!"), b"PK\x03\x04"


def word_processor_kind(content: bytes) -> str:
    """ ".docx" or ".odt". Raises Invalid for any other archive, and for one that is not safe to keep."""
    _check_table(content)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_entries(entries, content)
            kind = _kind(archive)
            for entry in entries:
                _check_content(archive, entry)
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise _refused(
            _("This document is damaged. Save it again, then choose it again.")
        ) from error
    except (UnicodeDecodeError, ValueError) as error:
        raise _refused(_("This document is not built as it should be.")) from error
    return kind


def _refused(message: object) -> Invalid:
    return Invalid(fields={"file": [message]})


def _check_table(content: bytes) -> None:
    """How long the table of the archive says it is, before it is read: a million entries fit in little."""
    at = content.rfind(_END_OF_TABLE, max(0, len(content) - _LONGEST_END))
    if at < 0 or len(content) < at + 22:
        # The library says what is wrong with it.
        return
    entries, size = struct.unpack("<HI", content[at + 10 : at + 16])
    if entries > MOST_ENTRIES or size > MOST_ENTRIES * _LONGEST_ENTRY:
        raise _unfolds()


def _unfolds() -> Invalid:
    return _refused(_("This document unfolds into far more than its size: it is not accepted."))


def _overlap(entries: list[zipfile.ZipInfo], end: int) -> bool:
    """Whether two entries share bytes: what is stored once would be unpacked many times."""
    places = sorted((entry.header_offset, entry.compress_size) for entry in entries)
    starts = [*(start for start, _size in places), end]
    return any(
        start + _SHORTEST_HEADER + size > following
        for (start, size), following in zip(places, starts[1:], strict=True)
    )


def _check_entries(entries: list[zipfile.ZipInfo], content: bytes) -> None:
    """What the table of the archive says, before anything is unpacked."""
    unpacked = sum(entry.file_size for entry in entries)
    if (
        len(entries) > MOST_ENTRIES
        or unpacked > MOST_UNPACKED
        or unpacked > max(RATIO_FROM, MOST_RATIO * len(content))
    ):
        raise _unfolds()
    if len({entry.filename.lower() for entry in entries}) != len(entries):
        raise _refused(_("This document is not built as it should be."))
    if _overlap(entries, len(content)):
        raise _refused(_("This document is not built as it should be."))
    # Bytes before the first entry: the archive hides behind something else.
    if not entries or min(entry.header_offset for entry in entries) != 0:
        raise _refused(_("This document is not built as it should be."))
    for entry in entries:
        _check_entry(entry)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & 0x1:
        raise _protected()
    name = entry.orig_filename
    if (
        "\x00" in name
        or "\\" in name
        or name.startswith("/")
        or ":" in name.partition("/")[0]
        or ".." in name.split("/")
        or stat.S_ISLNK(entry.external_attr >> 16)
        or entry.compress_type not in _METHODS
    ):
        raise _refused(_("This document is not built as it should be."))
    if _ACTIVE.search(name):
        raise _refused(
            _("This document holds macros or embedded objects. Save it without them, or as a PDF.")
        )


def _kind(archive: zipfile.ZipFile) -> str:
    names = set(archive.namelist())
    if {"[Content_Types].xml", "word/document.xml"} <= names:
        if b"macroenabled" in archive.read("[Content_Types].xml").lower():
            raise _refused(_("This document holds macros. Save it without them, or as a PDF."))
        _check_xml(archive, "word/document.xml")
        return ".docx"
    if {"mimetype", "content.xml"} <= names and archive.read("mimetype").strip() == ODT_TYPE:
        manifest = "META-INF/manifest.xml"
        if manifest in names and b"encryption-data" in archive.read(manifest):
            raise _protected()
        _check_xml(archive, "content.xml")
        return ".odt"
    raise _refused(
        _("This archive is not a DOCX or ODT document: only these two are accepted of their kind.")
    )


def _check_xml(archive: zipfile.ZipFile, name: str) -> None:
    # Neither family declares a document type; one that does defines entities that grow when read.
    text = archive.read(name)
    if not text.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or b"<!DOCTYPE" in text:
        raise _refused(_("This document is not built as it should be."))


def _check_content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Unpack one entry: its check sum must hold, and it must be neither a program nor an archive."""
    is_markup = bool(_MARKUP.search(entry.filename))
    with archive.open(entry) as unpacked:
        head = piece = unpacked.read(4)
        before = b""
        while piece:
            # Split between two pieces it is still one.
            if is_markup and b"<!DOCTYPE" in before + piece:
                raise _refused(_("This document is not built as it should be."))
            before, piece = (before + piece)[-8:], unpacked.read(1 << 16)
    if head.startswith(_EXECUTABLE) or (
        head.startswith(_ARCHIVE) and not _CHART.match(entry.filename)
    ):
        raise _refused(_("This document holds another file that is not accepted."))


def _protected() -> Invalid:
    return _refused(_("This document is protected by a password. Save it without one."))
