"""What the register of anonymisation learns of each erasure; the register registers itself here."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from privacy.models import Erasure

# What was done to make a person unknown, in the words of the register.
TECHNIQUES = ("suppression", "pseudonym", "salted commitments")


@dataclass(frozen=True, slots=True)
class Anonymised:
    """One entry: what was anonymised (kind of record → how many), how, when, on what ground."""

    erasure: Any
    number: int
    done_at: dt.datetime
    ground: str
    records: dict[str, int]
    techniques: tuple[str, ...] = TECHNIQUES


Listener = Callable[[Anonymised], None]
_listeners: list[Listener] = []


def register(listener: Listener) -> None:
    """Call `listener` for each erasure, in the change that carries it out; once at start-up."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(erasure: Erasure) -> None:
    """Tell every listener of an erasure just carried out."""
    if erasure.number is None or erasure.done_at is None:
        return
    entry = Anonymised(
        erasure=erasure.pk,
        number=erasure.number,
        done_at=erasure.done_at,
        ground=erasure.ground,
        records=dict(erasure.counts.get("records", {})),
    )
    for listener in _listeners:
        listener(entry)
