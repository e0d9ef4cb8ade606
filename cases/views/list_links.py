"""What else can be done with a filtered list: links the apps above add, each keeping the filter."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

# (label, address) for this reader, or nothing.
Build = Callable[[HttpRequest], tuple[Any, str] | None]

_links: defaultdict[str, list[Build]] = defaultdict(list)


def register(name: str, build: Build) -> None:
    """For the apps above: a link beside the list `name` ("cases", "placements", "accommodations")."""
    _links[name].append(build)


def links_of(name: str, request: HttpRequest) -> list[tuple[Any, str]]:
    """The links of the list for this reader, in the order they were registered."""
    return [found for build in _links[name] if (found := build(request)) is not None]
