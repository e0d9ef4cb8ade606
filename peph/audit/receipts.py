"""Receipts: what the answer to an accepted write carries, "number:hash", and what it proves later."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from peph.audit.models import ChangeSet

_FORM = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})", re.ASCII | re.IGNORECASE)


class ReceiptError(ValueError):
    """A text that is no receipt."""


class Receipt(NamedTuple):
    """The number and the hash of the change set a write was accepted in."""

    number: int
    hash: bytes


def read(text: str) -> Receipt:
    """The receipt a text is. Raises ReceiptError."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise ReceiptError(f"{text.strip()[:80]!r} is not a receipt (number:hash).")
    return Receipt(int(found[1]), bytes.fromhex(found[2]))


def read_lines(lines: Iterable[str]) -> Iterator[Receipt]:
    """The receipts of a file, one a line; empty lines do not count."""
    return (read(line) for line in lines if line.strip())


def change_set_of(receipt: Receipt) -> ChangeSet | None:
    """The change set a receipt was given for, if the chain holds it under that number and hash."""
    found = ChangeSet.objects.filter(number=receipt.number).first()
    return found if found is not None and bytes(found.hash) == receipt.hash else None
