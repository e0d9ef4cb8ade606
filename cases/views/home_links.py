"""The block of the first page that tells the lead how many of the links sent are answered."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.services.answers import rates_by_region, usual_period
from cases.views.home_blocks import Block


def lead_blocks(user: Any) -> list[Block]:
    """The regions where links were sent in the last twelve months."""
    since, until = usual_period()
    return [
        Block(
            name="answers",
            kind="answers",
            title=_("Links answered in the last 12 months"),
            rows=rates_by_region(user, since=since, until=until),
            empty=_("No link was sent."),
            url=reverse("cases:answers"),
            link=_("By task, with how fast"),
        )
    ]
