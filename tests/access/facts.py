"""What the oracle is told of the world: people with what they hold, records with where they stand."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Grant:
    """A role on one object: `on` is "program", "region", "organization", "site" or "case"."""

    role: str
    on: str
    key: Any = None


@dataclass(frozen=True)
class Person:
    """Somebody, with what they hold today. Whoever has no live account holds nothing.

    `closed`: the cases a conflict of interest closes to them, whatever they hold.
    """

    name: str
    key: Any = None
    signs_in: bool = True
    grants: frozenset[Grant] = frozenset()
    closed: frozenset[Any] = frozenset()


@dataclass(frozen=True)
class Place:
    """Where a record stands."""

    region: Any = None
    organization: Any = None
    site: Any = None
    case: Any = None


@dataclass(frozen=True)
class Record:
    """One record: its kind, where it stands (a person stands where each of their cases does), and the few
    things said in it that a right depends on."""

    kind: str
    key: Any
    places: tuple[Place, ...] = ()
    said: dict[str, Any] = field(default_factory=dict, hash=False, compare=False)
