"""What the first page says of accommodation: first days not ready, measures and equipment that wait."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.models import Accommodation, Placement
from cases.services.readiness import Readiness, readiness, starting_unready
from cases.views.home_blocks import MOST_COUNTED, MOST_ROWS, Block, address
from cases.workflow import AccommodationStatus
from peph.paging import count_up_to

STARTING_DAYS = 21
GRANTED = (AccommodationStatus.ACCEPTED, AccommodationStatus.MODIFIED)


@dataclass(frozen=True, slots=True)
class UnreadyRow:
    """A placement about to start, and what it waits for."""

    placement: Placement
    readiness: Readiness


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A measure, and the move that is due when it is the reader's to make."""

    accommodation: Accommodation
    move: str = ""
    label: Any = ""


def officer_blocks(user: Any) -> list[Block]:
    """Coordinators and the lead: who starts soon without all they need, and what has to go back."""
    return [_not_ready(user), _to_give_back(user)]


def host_blocks(user: Any) -> list[Block]:
    """Hosts: what was granted and waits to be put in place with them."""
    return [
        _block(
            "to-put-in-place",
            _("Measures to put in place"),
            Accommodation.objects.filter(status__in=GRANTED),
            user,
            move="put-in-place",
            empty=_("No measure waits to be put in place."),
            url=address("cases:accommodation_list", pending="true"),
            link=_("All measures not in place yet"),
        )
    ]


def _not_ready(user: Any) -> Block:
    seen = starting_unready(STARTING_DAYS).visible_to(user)  # type: ignore[attr-defined]
    shown = seen.with_people().prefetch_related("accommodations")
    return Block(
        name="not-ready",
        kind="not_ready",
        title=_("Placements starting within 21 days and not ready"),
        rows=[
            UnreadyRow(placement, readiness(placement))
            for placement in shown.order_by("planned_start", "pk")[:MOST_ROWS]
        ],
        count=count_up_to(seen, MOST_COUNTED),
        empty=_("Everybody who starts soon has what they need."),
        url=address("cases:accommodation_list", pending="true"),
        link=_("All measures not in place yet"),
    )


def _to_give_back(user: Any) -> Block:
    return _block(
        "to-give-back",
        _("Equipment to give back"),
        Accommodation.objects.to_give_back(),
        user,
        move="give-back",
        empty=_("No equipment waits to be given back."),
        url=address("cases:accommodation_list", to_give_back="true"),
        link=_("All equipment to give back"),
    )


def _block(name: str, title: Any, found: QuerySet, user: Any, *, move: str, **more: Any) -> Block:
    seen = found.visible_to(user)  # type: ignore[attr-defined]
    shown = seen.with_people().with_abilities(user).order_by("updated_at", "pk")[:MOST_ROWS]
    return Block(
        name=name,
        kind="accommodations",
        title=title,
        rows=[_row(accommodation, move) for accommodation in shown],
        count=count_up_to(seen, MOST_COUNTED),
        **more,
    )


def _row(accommodation: Accommodation, move: str) -> MeasureRow:
    due = {step.name: step.label for step in accommodation.available_transitions}
    return MeasureRow(accommodation, move if move in due else "", due.get(move, ""))
