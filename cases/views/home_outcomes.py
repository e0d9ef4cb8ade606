"""The block of the first page that says which outcomes can be recorded now."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import FollowUp, Outcome
from cases.services.outcomes import awaiting, moment_of
from cases.views.home_blocks import MOST_COUNTED, MOST_ROWS, Block, address
from peph.paging import count_up_to


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """A follow-up that an outcome answers, and the moment it asks about."""

    follow_up: FollowUp
    moment: Outcome.Moment | None


def outcome_blocks(user: Any) -> list[Block]:
    """Coordinators and the lead: the outcomes that can be recorded, the one due first coming first."""
    found = awaiting(timezone.localdate()).visible_to(user)
    rows = found.with_people().select_related("placement").with_abilities(user)
    shown = rows.order_by("due_on", "pk")[:MOST_ROWS]
    return [
        Block(
            name="outcomes",
            kind="outcomes",
            title=_("Outcomes to record"),
            rows=[OutcomeRow(each, moment_of(each)) for each in shown],
            count=count_up_to(found, MOST_COUNTED),
            empty=_("No outcome is to be recorded now."),
            url=address("cases:follow_up_list", when="month"),
            link=_("All follow-ups due within 30 days"),
        )
    ]
