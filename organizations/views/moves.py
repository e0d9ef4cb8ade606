"""What a page of the host side offers of a workflow table: the moves open now, and what keeps the rest."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from peph.workflow import Transition


@dataclass(frozen=True, slots=True)
class Move:
    """One move with its address, or why it is not possible yet."""

    step: Transition
    url: str
    why: Any = None


@dataclass(frozen=True, slots=True)
class Moves:
    """The moves of one page."""

    open: list[Move] = field(default_factory=list)
    kept: list[Move] = field(default_factory=list)


def moves_of(
    steps: Iterable[Transition],
    *,
    address: Callable[[str], str],
    obstacle: Callable[[str], object | None],
) -> Moves:
    """Sort what the status and the rights allow by whether something stands in the way."""
    found = Moves()
    for step in steps:
        why = obstacle(step.name)
        (found.kept if why else found.open).append(Move(step, address(step.name), why))
    return found
