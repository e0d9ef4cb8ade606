"""Small files of each kind, built byte by byte: whole ones, and the pieces to make hostile ones of."""

import struct
import zipfile
import zlib
from io import BytesIO

PDF_HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog"
PDF_TAIL = b" >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"
CONTENT_TYPES = (
    '<?xml version="1.0"?><Types><Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
DOCX_PARTS = {
    "[Content_Types].xml": CONTENT_TYPES,
    "word/document.xml": '<?xml version="1.0"?><w:document><w:body>Bonjour</w:body></w:document>',
}
ODT_PARTS = {
    "mimetype": "application/vnd.oasis.opendocument.text",
    "META-INF/manifest.xml": '<?xml version="1.0"?><manifest:manifest/>',
    "content.xml": '<?xml version="1.0"?><office:document-content/>',
}


def named(content: bytes, name: str) -> BytesIO:
    """An open file, as a form gives it."""
    file = BytesIO(content)
    file.name = name
    return file


def pdf(inside: bytes = b"", tail: bytes = PDF_TAIL) -> bytes:
    return PDF_HEAD + inside + tail


def archive(parts: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", method) as writing:
        for name, content in parts.items():
            writing.writestr(name, content)
    return made.getvalue()


def docx(parts: dict[str, str | bytes] | None = None) -> bytes:
    return archive(DOCX_PARTS | (parts or {}))


def odt(parts: dict[str, str | bytes] | None = None) -> bytes:
    return archive(ODT_PARTS | (parts or {}))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int = 2, height: int = 2) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    lines = zlib.compress(b"\x00\x00\x00" * 2)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")
    )


def jpeg(width: int = 2, height: int = 2, end: bytes = b"\xff\xd9") -> bytes:
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    return (
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
        + b"\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame
        + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x12\x34\x56" + end
    )  # fmt: skip


def encrypted_zip(content: bytes) -> bytes:
    """The same archive with the mark of encryption on its first entry."""
    changed = bytearray(content)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        changed[content.index(signature) + offset] |= 1
    return bytes(changed)


def renamed_member(content: bytes, old: bytes, new: bytes) -> bytes:
    """An archive in which a member has a name that no library writes; same length."""
    assert len(old) == len(new)
    return content.replace(old, new)
