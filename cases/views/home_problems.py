"""What the first page says of the data problems."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.services.data_checks.table import problem_counts
from cases.views.home_blocks import Block, address


def problem_blocks(user: Any) -> list[Block]:
    """Officers: how many problems each check finds in their cases."""
    counted = [(check, number) for check, number in problem_counts(user) if number]
    return [
        Block(
            name="problems",
            kind="counts",
            title=_("Data problems"),
            rows=[
                (check.label, number, address("cases:problem_list", check=check.code))
                for check, number in counted
            ],
            count=sum(number for _check, number in counted),
            empty=_("Nothing to mend."),
            url=reverse("cases:problem_list"),
            link=_("All data problems"),
        )
    ]
