"""A part of the page of a case or of a placement: one noun's partial with what it shows.

Each noun builds its own in its own file; the pages only list the builders.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """`name` is the id of the part on the page; the partial finds everything else in `section.shown`."""

    name: str
    title: Any
    template: str
    shown: dict[str, Any] = field(default_factory=dict)


# What a noun has to show of this record to this reader; None: nothing, not even a title.
Builder = Callable[[HttpRequest, Any], Section | None]


def sections_of(builders: Iterable[Builder], request: HttpRequest, record: Any) -> list[Section]:
    """The parts that have something to show, in the order of the list."""
    return [built for build in builders if (built := build(request, record)) is not None]
