"""What a planted weakness is, and taking it back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from peph import scopes

Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Weakness:
    """What is broken, how it is planted, and where to look: a family or some addresses, and as whom."""

    name: str
    plant: Callable[[Patch], None]
    family: str = ""
    routes: tuple[str, ...] = ()
    who: str = ""


CODE: list[Weakness] = []


def weakness(name: str, *routes: str, family: str = "", who: str = "") -> Callable[[Any], Any]:
    """Register the function below as one that plants `name` in the code."""

    def registered(plant: Callable[[Patch], None]) -> Callable[[Patch], None]:
        CODE.append(Weakness(name, plant, family, routes, who))
        return plant

    return registered


_undo: list[Callable[[], None]] = []


def set_for_now(record: Any, name: str, value: Any) -> None:
    """The same for what is frozen; `undo` takes it back."""
    before = getattr(record, name)
    object.__setattr__(record, name, value)
    _undo.append(lambda: object.__setattr__(record, name, before))


def undo() -> None:
    """Take back what a monkeypatch cannot."""
    while _undo:
        _undo.pop()()
    scopes._held_statement.cache_clear()
