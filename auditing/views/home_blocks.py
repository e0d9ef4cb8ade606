"""What the first page shows to auditors."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from auditing.lists.change_set_rows import change_set_rows
from auditing.lists.searching import search
from cases.views import home
from cases.views.home_blocks import MOST_ROWS, Block
from organizations.policy import everywhere, in_organization, in_region

AUDITORS = everywhere("audit") | in_region("audit") | in_organization("audit")


def register() -> None:
    """Called once at start-up."""
    home.register(AUDITORS, change_blocks)


def change_blocks(user: Any) -> list[Block]:
    """What changed last inside the mandate; the first number is the last one given."""
    newest = search(user, {}).page(size=MOST_ROWS)
    return [
        Block(
            name="changes",
            app="auditing",
            kind="change_sets",
            title=_("Latest changes"),
            rows=change_set_rows(newest.rows, user),
            empty=_("Nothing was recorded yet in your scope."),
            url=reverse("auditing:change_set_list"),
            link=_("The whole history"),
        )
    ]
