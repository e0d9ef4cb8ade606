"""A block of the first page: at most eight rows, how many there are, and the way to the rest.

Here are the kinds of block; which work needs which is `cases.views.home_work`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import number_format

from cases.models import Placement
from cases.workflow import PlacementStatus
from peph.paging import count_up_to

MOST_ROWS = 8
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One part of the first page. `kind` names the partial of `app` that draws the rows."""

    name: str
    kind: str
    app: str = "cases"
    title: Any
    rows: Sequence[Any] = ()
    count: int | None = None
    empty: Any = ""
    url: str = ""
    link: Any = ""

    @property
    def template(self) -> str:
        return f"{self.app}/_home_{self.kind}.html"

    @property
    def count_text(self) -> str:
        """“12”, or “1,000+”: nobody needs to know how many more."""
        if self.count is None or self.count <= MOST_COUNTED:
            return "" if self.count is None else str(self.count)
        return f"{number_format(MOST_COUNTED, force_grouping=True)}+"


@dataclass(frozen=True, slots=True)
class PlacementRow:
    """A placement, and the move that is due when it is the reader's to make."""

    placement: Placement
    move: str = ""
    label: Any = ""


def address(name: str, **parameters: Any) -> str:
    """The list `name` with its filter in the address."""
    return f"{reverse(name)}?{urlencode(parameters)}"


def case_block(name: str, title: Any, found: Any, *order: str, **more: Any) -> Block:
    """Cases, in an order of their own."""
    shown = found.with_people().order_by(*order, "pk")[:MOST_ROWS]
    return Block(
        name=name,
        kind="cases",
        title=title,
        rows=list(shown),
        count=count_up_to(found, MOST_COUNTED),
        **more,
    )


def follow_up_block(name: str, title: Any, found: Any, user: Any, **more: Any) -> Block:
    """Follow-ups of `found` that `user` may see, the oldest first."""
    seen = found.visible_to(user)
    shown = seen.with_people().with_abilities(user).order_by("due_on", "pk")[:MOST_ROWS]
    return Block(
        name=name,
        kind="follow_ups",
        title=title,
        rows=list(shown),
        count=count_up_to(seen, MOST_COUNTED),
        **more,
    )


def placement_block(
    name: str, title: Any, found: Any, user: Any, *, move: str = "", **more: Any
) -> Block:
    """Placements of `found` that `user` may see; `move` is the transition the block is there for."""
    seen = found.visible_to(user)
    rows = seen.with_people().with_abilities(user).prefetch_related("signatures")
    shown = rows.order_by("planned_end", "pk")[:MOST_ROWS]
    return Block(
        name=name,
        kind="placements",
        title=title,
        rows=[_placement_row(placement, move) for placement in shown],
        count=count_up_to(seen, MOST_COUNTED),
        **more,
    )


def _placement_row(placement: Placement, move: str) -> PlacementRow:
    due = {step.name: step.label for step in placement.available_transitions}
    return PlacementRow(placement, move if move in due else "", due.get(move, ""))


def of_status(status: PlacementStatus) -> QuerySet[Placement]:
    """Every placement in this status; the block keeps those its reader may see."""
    return Placement.objects.filter(status=status)
