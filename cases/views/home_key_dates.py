"""What the first page says of the corrections of key dates: those that wait for this very person."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.models import KeyDateChange
from cases.views.home_blocks import MOST_COUNTED, MOST_ROWS, Block, address
from peph.paging import count_up_to


def officer_blocks(user: Any) -> list[Block]:
    """Coordinators and the lead: what somebody else asked for, the oldest first."""
    found = KeyDateChange.objects.to_decide_by(user)
    return [
        Block(
            name="key-dates",
            kind="key_dates",
            title=_("Corrections of key dates waiting for a second person"),
            rows=list(found.with_people().order_by("asked_at", "pk")[:MOST_ROWS]),
            count=count_up_to(found, MOST_COUNTED),
            empty=_("No correction of a key date waits for you."),
            url=address("cases:key_date_list", mine="true"),
            link=_("All corrections waiting for me"),
        )
    ]
