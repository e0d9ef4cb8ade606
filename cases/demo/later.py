"""Steps of the demonstration that belong to the apps above: named at start-up, loaded when it runs."""

from collections.abc import Callable, Iterator
from typing import Any

from django.utils.module_loading import import_string

_steps: dict[str, str] = {}


def register(name: str, path: str) -> None:
    """Add a step after the others: `path` leads to a function of the people and the site."""
    _steps[name] = path


def count() -> int:
    """How many there are."""
    return len(_steps)


def steps() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Each with its name."""
    for name, path in _steps.items():
        yield name, import_string(path)
