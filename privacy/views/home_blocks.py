"""What the first page shows to whoever decides on erasures."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.views import home
from cases.views.home_blocks import MOST_COUNTED, MOST_ROWS, Block, address
from organizations.policy import everywhere
from peph.paging import count_up_to
from privacy.models import Erasure


def register() -> None:
    """Called once at start-up."""
    home.register(everywhere("lead", "protect"), erasure_blocks)


def erasure_blocks(user: Any) -> list[Block]:
    """Erasures that wait for this very person's decision; nothing where none does."""
    found = Erasure.objects.to_decide_by(user)
    rows = list(found.with_people().order_by("proposed_at", "pk")[:MOST_ROWS])
    if not rows:
        return []
    return [
        Block(
            name="erasures",
            app="privacy",
            kind="erasures",
            title=_("Erasures to decide on"),
            rows=rows,
            count=count_up_to(found, MOST_COUNTED),
            url=address("privacy:erasure_list", mine="true"),
            link=_("All erasures to decide on"),
        )
    ]
