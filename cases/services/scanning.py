"""Looking for malicious software in what is put in, with a clamd; without one, nothing is looked for.

What could not be looked at is kept, and given to nobody, until a later run of `run_due` could.
"""

import contextlib
import logging
import re
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from cases.models import DocumentContent

logger = logging.getLogger(__name__)

SECONDS = 20
_PIECE = 1 << 16
_LONGEST_ANSWER = 4096
# So many a run: what waits after a long stop of the scanner is done over several.
AT_ONCE = 200


class ScannerUnavailable(Exception):
    """The scanner cannot be reached, or did not say what it found."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a run over those that wait came to."""

    clean: int = 0
    malicious: int = 0
    waiting: int = 0
    problem: str = ""


def verdict(content: bytes) -> str:
    """ "clean" or "malicious" from the scanner; empty without one. Raises ScannerUnavailable."""
    if not settings.CLAMD_ADDRESS:
        return ""
    try:
        said = _ask(content)
    except OSError as error:
        raise ScannerUnavailable(str(error) or type(error).__name__) from error
    if said == "stream: OK":
        return DocumentContent.Scan.CLEAN
    if re.fullmatch(r"stream: .+ FOUND", said):
        logger.warning("The scanner refused a file: %s", said)
        return DocumentContent.Scan.MALICIOUS
    # Over a limit of its own, or out of order: it has not looked at all of it.
    raise ScannerUnavailable(said or "no answer")


def scan_waiting(*, at_once: int = AT_ONCE) -> Scanned:
    """Look at what was not looked at yet, the oldest first; stops where the scanner does not answer."""
    waiting = DocumentContent.objects.filter(scan="")
    if not settings.CLAMD_ADDRESS:
        return Scanned()
    counts = {DocumentContent.Scan.CLEAN.value: 0, DocumentContent.Scan.MALICIOUS.value: 0}
    problem = ""
    # Those tried last come last: one that the scanner cannot read keeps nobody else waiting.
    order = waiting.order_by("scanned_at", "pk").values_list("pk", flat=True)[:at_once]
    for key in list(order):
        content = DocumentContent.objects.filter(pk=key).values_list("content", flat=True).first()
        now = timezone.now()
        try:
            said = verdict(bytes(content or b""))
        except ScannerUnavailable as error:
            problem = str(error)
            waiting.filter(pk=key).update(scanned_at=now)
            if isinstance(error.__cause__, OSError):
                break
            continue
        waiting.filter(pk=key).update(scan=said, scanned_at=now)
        counts[said] += 1
    return Scanned(**counts, waiting=waiting.count(), problem=problem)


def _ask(content: bytes) -> str:
    """One file in clamd's INSTREAM: pieces with their length, a length of zero at the end."""
    with _connected() as wire:
        wire.sendall(b"zINSTREAM\0")
        for at in range(0, len(content), _PIECE):
            piece = content[at : at + _PIECE]
            wire.sendall(struct.pack(">I", len(piece)) + piece)
        wire.sendall(struct.pack(">I", 0))
        answer = b""
        while b"\0" not in answer and len(answer) < _LONGEST_ANSWER:
            more = wire.recv(_LONGEST_ANSWER)
            if not more:
                break
            answer += more
    return answer.partition(b"\0")[0].decode("ascii", "replace").strip()


@contextlib.contextmanager
def _connected() -> Iterator[socket.socket]:
    address = settings.CLAMD_ADDRESS
    if address.startswith("/"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as wire:
            wire.settimeout(SECONDS)
            wire.connect(address)
            yield wire
    else:
        host, _colon, port = address.rpartition(":")
        with socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS) as wire:
            yield wire
