"""What a file really is. Its bytes decide, never its name: six formats are taken, everything else is refused.

Signatures are recognised by puremagic; each format is then read far enough to know that it is whole and
carries nothing that runs. Word-processor files are `file_containers`.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import puremagic
from django.utils.translation import gettext_lazy as _

from cases.services.file_containers import word_processor_kind
from peph.errors import Invalid

# A small file can unfold into an image that no machine holds.
MOST_PIXELS = 50_000_000
# From here on, puremagic is sure enough to name what it sees: four bytes of a signature.
SURE = 0.4


@dataclass(frozen=True)
class Format:
    """One format that is taken in: what it is served as, and the extension its name gets."""

    media_type: str
    extension: str


PDF = Format("application/pdf", ".pdf")
DOCX = Format("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx")
ODT = Format("application/vnd.oasis.opendocument.text", ".odt")
PNG = Format("image/png", ".png")
JPEG = Format("image/jpeg", ".jpg")
UTF_8 = Format("text/plain; charset=utf-8", ".txt")
WINDOWS_1252 = Format("text/plain; charset=windows-1252", ".txt")

ACCEPTED = ".pdf,.docx,.odt,.png,.jpg,.jpeg,.txt"


def refused(message: object) -> Invalid:
    """The refusal of a file, said at the field of the form."""
    return Invalid(fields={"file": [message]})


def recognize(content: bytes) -> Format:
    """The format of these bytes. Raises Invalid, saying why, for what is not taken in."""
    if not content:
        raise refused(_("This file is empty."))
    # The surest first.
    matches = _matches(content)
    for extension, read in _READERS.items():
        if any(match.extension == extension for match in matches):
            return read(content)
    return _text(content, matches[0] if matches else None)


def _matches(content: bytes) -> list[Any]:
    try:
        return puremagic.magic_string(content)
    except puremagic.PureError:
        return []


# ------------------------------------------------------------------ PDF
# Names of a PDF may write any of their letters as #xx.
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_ACTIVE = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia)(?![A-Za-z0-9])")
_PDF_HEADER = re.compile(rb"%PDF-[12]\.\d")
_TAIL = 2048


def _pdf(content: bytes) -> Format:
    if not _PDF_HEADER.match(content) or b"%%EOF" not in content[-_TAIL:]:
        raise refused(_("This PDF is not complete. Save it again, then choose it again."))
    _check_single(content)
    plain = _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), content)
    if _ACTIVE.search(plain):
        raise refused(
            _(
                "This PDF holds a script, an attached file or a command. Print it to a new PDF, "
                "then choose that one."
            )
        )
    return PDF


# ------------------------------------------------------------------ images
def _png(content: bytes) -> Format:
    kinds: list[bytes] = []
    for kind, data in _png_chunks(content):
        if not kinds and kind == b"IHDR" and len(data) == 13:
            _check_pixels(*struct.unpack(">II", data[:8]))
        kinds.append(kind)
    if kinds[:1] != [b"IHDR"] or b"IDAT" not in kinds or kinds[-1] != b"IEND":
        raise _broken_image()
    _check_single(content)
    return PNG


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each chunk, its check sum verified; nothing may follow the last."""
    at = 8
    while at < len(content):
        head = content[at : at + 8]
        if len(head) < 8:
            raise _broken_image()
        length, kind = struct.unpack(">I4s", head)
        data, check = content[at + 8 : at + 8 + length], content[at + 8 + length : at + 12 + length]
        if len(data) != length or check != struct.pack(">I", zlib.crc32(kind + data)):
            raise _broken_image()
        yield kind, data
        at += 12 + length
        if kind == b"IEND" and at != len(content):
            raise _broken_image()


# Start of frame: the only segments that say how large the image is.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, b"\xff\xd9"


def _jpeg(content: bytes) -> Format:
    at, has_frame = 2, False
    while True:
        head = content[at : at + 4]
        if len(head) < 4 or head[0] != 0xFF:
            raise _broken_image()
        if head[1] == 0xFF:
            # Segments may be padded.
            at += 1
            continue
        length = struct.unpack(">H", head[2:])[0]
        if head[1] in _FRAMES:
            size = content[at + 5 : at + 9]
            if len(size) < 4:
                raise _broken_image()
            height, width = struct.unpack(">HH", size)
            _check_pixels(width, height)
            has_frame = True
        at += 2 + length
        if head[1] == _START_OF_SCAN:
            break
    # Telephones write a little of their own after the end: it is looked for, not demanded last.
    if not has_frame or content.find(_END_OF_IMAGE, at) < 0:
        raise _broken_image()
    _check_single(content)
    return JPEG


def _check_pixels(width: int, height: int) -> None:
    if not width or not height:
        raise _broken_image()
    if width * height > MOST_PIXELS:
        raise refused(
            _("This image is too large: %(most)d million pixels at most.")
            % {"most": MOST_PIXELS // 1_000_000}
        )


def _broken_image() -> Invalid:
    return refused(_("This image is not complete. Save it again, then choose it again."))


# ------------------------------------------------------------------ text
_NOT_IN_A_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_MARKUP = re.compile(r"\s*(<[!?/a-z]|#!|%!ps|\{\\rtf)", re.IGNORECASE)
_SOMETHING_ELSE = re.compile(
    r"<\s*(script|html|svg|iframe|object|embed|\?php)|%PDF-\d", re.IGNORECASE
)


def _text(content: bytes, match: Any) -> Format:
    """UTF-8, or Windows-1252 as older programs write it, and only what a person can read in it."""
    for encoding, found in (("utf-8-sig", UTF_8), ("windows-1252", WINDOWS_1252)):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _NOT_IN_A_TEXT.search(text):
            break
        if _MARKUP.match(text) or _SOMETHING_ELSE.search(text):
            raise _unknown(match)
        return found
    raise _unknown(match)


def _unknown(match: Any) -> Invalid:
    accepted = _("Choose a PDF, a DOCX or ODT document, a PNG or JPEG image, or a plain text.")
    if match is None or match.confidence < SURE:
        return refused(_("This kind of file is not accepted.") + " " + accepted)
    told = _("This is not an accepted file, whatever its name says (%(kind)s).")
    return refused(told % {"kind": match.extension or match.name} + " " + accepted)


# ------------------------------------------------------------------ two files in one
_PAGE = re.compile(rb"<\s*(script|html|svg|\?php)[\s>/]", re.IGNORECASE)


def _check_single(content: bytes) -> None:
    """Raise Invalid when the same bytes are also an archive, or begin or end as a page."""
    ends = (content[:_TAIL], content[-_TAIL:])
    if zipfile.is_zipfile(BytesIO(content)) or any(_PAGE.search(end) for end in ends):
        raise refused(_("This file is two files in one. Save it again, then choose it again."))


def _zip(content: bytes) -> Format:
    return {".docx": DOCX, ".odt": ODT}[word_processor_kind(content)]


_READERS: dict[str, Callable[[bytes], Format]] = {
    ".pdf": _pdf,
    ".png": _png,
    ".jpg": _jpeg,
    ".docx": _zip,
}
